"""Who says what is counted, and what cannot be said."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.models import KeyTask, Plan
from tasks.defining import Definition, define_indicator, redefine_indicator, remove_indicator
from tasks.models import Indicator, Task
from tasks.progress import Said, save_draft
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused

ACCEPTED = Definition("受理", measure="件")


@pytest.fixture
def plan(county: County) -> Plan:
    plan = issued_plan(
        county, item("1.", "化解矛盾", [owner("甲镇", "responsible")], due("2026-12-31"))
    )
    sign_for_all(county, plan)
    return plan


@pytest.fixture
def key_task(plan: Plan) -> KeyTask:
    return plan.key_tasks.get()


class Office:
    def __init__(self, county: County, key_task: KeyTask) -> None:
        self._county, self._key_task = county, key_task

    def define(self, name: str, **words: Any) -> Indicator:
        return define_indicator(self._key_task.pk, Definition(name, **words), **self.call)

    @property
    def call(self) -> dict[str, Any]:
        return {"actor": self._county.coordinator, "at": at(3, 4)}

    def refusal(self, name: str, **words: Any) -> str:
        definition = Definition(name, **words)
        return refused(Invalid, define_indicator, self._key_task.pk, definition, **self.call).code


@pytest.fixture
def office(county: County, key_task: KeyTask) -> Office:
    return Office(county, key_task)


def test_an_indicator_is_of_the_key_task_and_its_plan(office: Office, plan: Plan) -> None:
    accepted = office.define("受理", measure="件", target=Decimal(40))
    solved = office.define("办结", measure="件", part_of=accepted.pk)
    rate = office.define(
        "办结率", measure="%", kind="ratio", numerator=solved.pk, denominator=accepted.pk
    )
    assert [row.plan for row in (accepted, solved, rate)] == [plan] * 3
    assert [row.position for row in (accepted, solved, rate)] == [1, 2, 3]
    assert [row.is_reported for row in Indicator.objects.all()] == [True, True, False]
    assert list(Indicator.objects.reported()) == [accepted, solved]


def test_only_the_office_defines(county: County, key_task: KeyTask, office: Office) -> None:
    row = office.define("受理")
    for person in (county.head("甲镇"), county.officer("司法局"), county.people["县-viewer"]):
        call: dict[str, Any] = {"actor": person, "at": at(3, 4)}
        assert refused(NotAllowed, define_indicator, key_task.pk, ACCEPTED, **call)
        assert refused(NotAllowed, redefine_indicator, row.pk, ACCEPTED, **call)
        assert refused(NotAllowed, remove_indicator, row.pk, **call)
    assert Indicator.objects.count() == 1


def test_what_cannot_be_defined(office: Office) -> None:
    accepted = office.define("受理")
    ratio = office.define("比例", kind="ratio")
    assert office.refusal("受理") == "name_taken"
    assert office.refusal("办结", numerator=accepted.pk) == "not_computed"
    assert office.refusal("率", kind="ratio", denominator=accepted.pk) == "numerator_missing"
    assert office.refusal("率", kind="ratio", numerator=accepted.pk) == "denominator_missing"
    assert office.refusal("率", part_of=ratio.pk) == "not_addable"
    assert office.refusal("率", part_of=accepted.pk + 1000) == "not_addable"
    assert office.refusal("率", kind="else") == "invalid"
    assert office.refusal("率", decimals=7) == "invalid"
    assert office.define("增长", kind="rate", numerator=accepted.pk).denominator is None


def test_others_are_of_the_same_plan(county: County, office: Office) -> None:
    accepted = office.define("受理")
    other = issued_plan(
        county, item("1.", "别的", [owner("甲镇", "responsible")], due("2026-12-31"))
    )
    call = office.call
    abroad = Definition("率", kind="rate", numerator=accepted.pk)
    assert refused(Invalid, define_indicator, other.key_tasks.get().pk, abroad, **call).code == (
        "not_addable"
    )
    made = define_indicator(other.key_tasks.get().pk, Definition("受理"), **call)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Indicator.objects.filter(pk=made.pk).update(part_of=accepted)


def test_a_definition_is_replaced_by_the_version_that_was_seen(office: Office) -> None:
    row = office.define("受理", measure="件", target=Decimal(3))
    changed = redefine_indicator(row.pk, Definition("接收", measure="件"), version=1, **office.call)
    assert (changed.name, changed.target, changed.version) == ("接收", None, 2)
    assert refused(Stale, redefine_indicator, row.pk, ACCEPTED, version=1, **office.call)
    assert refused(Stale, remove_indicator, row.pk, version=1, **office.call)
    own = Definition("率", kind="count", part_of=row.pk)
    assert refused(Invalid, redefine_indicator, row.pk, own, **office.call).code == "not_addable"


def test_what_was_reported_keeps_its_kind_and_stays(
    county: County, office: Office, plan: Plan
) -> None:
    row = office.define("受理", measure="件")
    task: Task = share(plan, "甲镇")
    said = Said(no_change=True, figures={row.pk: Decimal(3)})
    save_draft(task.pk, said, actor=county.officer("甲镇"), at=at(4, 1))
    stock = Definition("受理", kind="stock", measure="件")
    found = refused(Conflict, redefine_indicator, row.pk, stock, **office.call)
    assert found.code == "indicator_reported"
    assert refused(Conflict, remove_indicator, row.pk, **office.call).code == "indicator_reported"
    assert (
        redefine_indicator(row.pk, Definition("受理", measure="起"), **office.call).measure == "起"
    )


def test_what_others_are_defined_by_stays(office: Office) -> None:
    row = office.define("受理")
    office.define("办结", part_of=row.pk)
    assert refused(Conflict, remove_indicator, row.pk, **office.call).code == "indicator_used"
    unused = office.define("其他")
    remove_indicator(unused.pk, version=1, **office.call)
    assert not Indicator.objects.filter(pk=unused.pk).exists()


def test_in_a_closed_plan_nothing_is_defined(office: Office, plan: Plan) -> None:
    row = office.define("受理")
    Plan.objects.filter(pk=plan.pk).update(state="closed", closed_at=at(12, 31))
    found = refused(Conflict, redefine_indicator, row.pk, ACCEPTED, **office.call)
    assert found.code == "plan_closed"
    with pytest.raises(DatabaseError, match="its plan is closed"), transaction.atomic():
        Indicator.objects.filter(pk=row.pk).update(target=1)
