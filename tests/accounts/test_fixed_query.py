"""A query set that is written once answers what it would answer if it were written anew."""

from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count
from pytest_django import DjangoAssertNumQueries

from accounts.fixed_query import FixedQuery, Given
from accounts.models import Unit
from tests.county import County

pytestmark = pytest.mark.django_db


def below(parent: Any) -> Any:
    """With a joined row, a column that is left out, and one that is counted."""
    return (
        Unit.objects.filter(parent=parent)
        .select_related("parent")
        .defer("kind")
        .annotate(villages=Count("children"))
        .order_by("position", "pk")
    )


BELOW = FixedQuery(lambda: below(Given("parent")))


def columns_of(unit: Unit) -> dict[str, Any]:
    return {name: value for name, value in vars(unit).items() if name != "_state"}


@pytest.mark.parametrize("name", ["县", "甲镇", "甲一村"])
def test_it_answers_what_the_query_set_answers(county: County, name: str) -> None:
    parent = county.unit(name).pk
    rows, plain = BELOW(parent=parent), list(below(parent))
    assert list(map(columns_of, rows)) == list(map(columns_of, plain))
    assert [row.parent for row in rows] == [row.parent for row in plain]
    assert all(row.get_deferred_fields() == {"kind"} for row in rows)


def test_the_joined_row_takes_no_query(
    county: County, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        rows = BELOW(parent=county.unit("县").pk)
        assert {row.parent.name for row in rows if row.parent} == {"县"}


def test_it_is_written_once(county: County) -> None:
    written = []

    def rows() -> Any:
        written.append(1)
        return below(Given("parent"))

    question = FixedQuery(rows)
    for name in ("县", "甲镇", "县"):
        question(parent=county.unit(name).pk)
    assert written == [1]


def test_a_value_that_is_not_named_is_an_error(county: County) -> None:
    with pytest.raises(KeyError):
        BELOW()


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only(county: County) -> None:
    """Each time, and not only when the SQL is put together."""
    question = FixedQuery(lambda: Unit.objects.filter(pk=Given("unit")).select_for_update())
    with transaction.atomic():
        assert len(question(unit=county.unit("县").pk)) == 1
    with pytest.raises(transaction.TransactionManagementError):
        question(unit=county.unit("县").pk)


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_on_its_own_connection(county: County) -> None:
    found: list[Any] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found.append((cursor.fetchone(), [row.pk for row in BELOW(parent=parent)]))
        connections.close_all()

    parent = county.unit("县").pk
    ask_here = [row.pk for row in BELOW(parent=parent)]
    thread = Thread(target=ask)
    thread.start()
    thread.join()
    ((_process, there),) = found
    assert there == ask_here != []
