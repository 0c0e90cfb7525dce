"""A plan of several years is as far as the annual key tasks that carry it out."""

import datetime as dt
from decimal import Decimal

import pytest

from plans.models import KeyTask, Plan
from tasks.amending import cancel_key_task
from tasks.models import Task
from tasks.several_years import completion_over_years
from tasks.year_end import carry_over
from tests.county import County, at, drafted_plan, due, issued_plan, item, owner, sign_for_all
from tests.tasks.life_case import closed, fresh, stands_at

ON = dt.date(2026, 12, 31)


@pytest.fixture
def parent(county: County) -> Plan:
    """2021—2026: two key tasks, the first of weight 3."""
    lead = [owner("司法局", "lead")]
    plan = drafted_plan(
        county,
        item("一", "立法", lead, due("2026-12-31")),
        item("二", "普法", lead, due("2026-12-31")),
    )
    Plan.objects.filter(pk=plan.pk).update(year=2021, last_year=2026)
    KeyTask.objects.filter(plan=plan, title="立法").update(weight=Decimal(3))
    plan.refresh_from_db()
    return plan


@pytest.fixture
def annual(county: County, parent: Plan) -> dict[str, Task]:
    """A plan of this year whose first two key tasks carry out 立法; the third carries out none."""
    plan = issued_plan(
        county,
        item("1.", "清理", [owner("甲镇", "lead")], due("2026-09-30")),
        item("2.", "评估", [owner("乙乡", "lead")], due("2026-09-30")),
        item("3.", "值班", [owner("财政局", "lead")], due("2026-09-30")),
    )
    sign_for_all(county, plan)
    served = KeyTask.objects.get(plan=parent, title="立法")
    KeyTask.objects.filter(plan=plan, title__in=["清理", "评估"]).update(serves=served)
    return {task.title: fresh(task) for task in Task.objects.filter(plan=plan)}


def figures(county: County, parent: Plan) -> list[tuple[str, int, int, Decimal | None]]:
    found = completion_over_years(parent, user=county.coordinator, on=ON)
    rows = [(row.key_task.title, row.annual, row.counted, row.completion) for row in found.rows]
    return [*rows, ("", 0, 0, found.completion)]


def test_the_mean_of_the_annual_ones(county: County, parent: Plan, annual: dict[str, Task]) -> None:
    stands_at(county, annual["清理"], "50")
    closed(county, annual["值班"])
    assert figures(county, parent) == [
        ("立法", 2, 2, Decimal("25.00")),
        ("普法", 0, 0, None),
        ("", 0, 0, Decimal("25.00")),
    ]
    KeyTask.objects.filter(title="值班").update(serves=KeyTask.objects.get(title="普法"))
    # (3 × 25 + 100) / 4
    assert figures(county, parent)[1:] == [
        ("普法", 1, 1, Decimal("100.00")),
        ("", 0, 0, Decimal("43.75")),
    ]


def test_by_the_weight_of_the_annual_ones_equal_where_all_are_zero(
    county: County, parent: Plan, annual: dict[str, Task]
) -> None:
    closed(county, annual["清理"])
    KeyTask.objects.filter(title="清理").update(weight=Decimal(2))
    assert figures(county, parent)[0][3] == Decimal("66.67")
    KeyTask.objects.update(weight=Decimal(0))
    assert figures(county, parent)[0][3] == Decimal("50.00")


def test_what_does_not_count_is_left_out(
    county: County, parent: Plan, annual: dict[str, Task]
) -> None:
    closed(county, annual["清理"])
    cancel_key_task(
        annual["评估"].key_task_id, reason="取消", actor=county.coordinator, at=at(6, 1)
    )
    assert figures(county, parent)[0] == ("立法", 2, 1, Decimal("100.00"))


def test_what_is_carried_over_is_not_counted_twice(
    county: County, parent: Plan, annual: dict[str, Task]
) -> None:
    stands_at(county, annual["清理"], "40")
    later = drafted_plan(county, item("1.", "清理", [owner("甲镇", "lead")], due("2027-09-30")))
    Plan.objects.filter(pk=later.pk).update(year=2027)
    goes_on = KeyTask.objects.get(plan=later)
    carry_over(
        annual["清理"].key_task_id,
        goes_on,
        reason="跨年",
        actor=county.coordinator,
        at=at(12, 1),
    )
    assert figures(county, parent)[0] == ("立法", 2, 2, Decimal("20.00"))
    KeyTask.objects.filter(pk=goes_on.pk).update(serves=annual["清理"].key_task.serves)
    assert figures(county, parent)[0] == ("立法", 2, 1, Decimal("0.00"))


def test_only_what_the_reader_may_see(
    county: County, parent: Plan, annual: dict[str, Task]
) -> None:
    stands_at(county, annual["清理"], "50")
    found = completion_over_years(parent, user=county.officer("甲镇"), on=ON)
    assert (found.rows[0].annual, found.completion) == (1, Decimal("50.00"))
    nothing = completion_over_years(parent, user=county.officer("财政局"), on=ON)
    assert nothing.completion is None
