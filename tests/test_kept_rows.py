"""What is put back is what was built."""

import pytest
from django.db import transaction

from accounts.models import Unit
from tests.county import County, make_county
from tests.kept_rows import built_once
from tests.permissions import fingerprint, undone


def build_another() -> County:
    return make_county()


@pytest.mark.django_db
def test_the_rows_are_the_same_and_the_answer_is_a_copy() -> None:
    with undone():
        first = built_once(build_another)
        rows = fingerprint()
    second = built_once(build_another)
    assert fingerprint() == rows
    assert second is not first
    assert second.units == first.units  # by their ids
    assert second.unit("甲镇") is not first.unit("甲镇")


@pytest.mark.django_db
def test_an_answer_refers_to_what_it_was_built_upon(county: County) -> None:
    def build_upon(county: County) -> list[County]:
        return [county]

    with undone():
        assert built_once(build_upon, county) == [county]
    [found] = built_once(build_upon, county)
    assert found is county


@pytest.mark.django_db
def test_a_builder_that_changes_what_was_there_is_refused(county: County) -> None:
    with pytest.raises(AssertionError, match="accounts_unit"), transaction.atomic():
        built_once(lambda: Unit.objects.update(position=7))
