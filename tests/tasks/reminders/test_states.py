"""Nobody is reminded of what rests or has ended, and steps are reminded of one by one."""

from typing import Any

import pytest

from plans.models import Plan
from tasks.amending import cancel_key_task, resume_key_task, suspend_key_task
from tasks.models import Reminder, Task
from tasks.progress import Said
from tasks.reminders.planning import plan_reminders
from tasks.year_end import carry_over
from tests.county import County, at, drafted_plan, due, item, owner, share
from tests.tasks.life_case import (
    approved,
    day,
    fresh,
    key_task_of,
    stepped_plan,
    townships_plan,
)


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


def said(on: str) -> list[tuple[str, str]]:
    """Unit and rule of every reminder that stands after the day's planning."""
    plan_reminders(on=day(on), at=at(int(on[:2]), int(on[3:])))
    rows = Reminder.objects.filter(superseded_at=None, step=0).select_related("unit")
    return sorted((row.unit.name, row.rule) for row in rows)


def because() -> set[str]:
    ended = Reminder.objects.exclude(superseded_at=None)
    return set(ended.values_list("superseded_because", flat=True))


@pytest.mark.parametrize("end", ["cancelled", "suspended", "carried_over"])
def test_what_was_planned_ends_with_the_share(county: County, plan: Plan, end: str) -> None:
    assert len(said("09-30")) == 4
    key_task = key_task_of(plan)
    arguments: dict[str, Any] = {"actor": county.coordinator, "at": at(9, 30)}
    if end == "carried_over":
        later = drafted_plan(county, item("1.", "甲", [owner("甲镇", "lead")], due("2027-09-30")))
        Plan.objects.filter(pk=later.pk).update(year=2027)
        carry_over(key_task.pk, key_task_of(later), reason="跨年", **arguments)
    else:
        service = cancel_key_task if end == "cancelled" else suspend_key_task
        service(key_task.pk, reason="调整", **arguments)
    assert set(Task.objects.filter(plan=plan).values_list("state", flat=True)) == {end}
    assert said("09-30") == []
    assert because() == {end}
    assert said("10-30") == []


def test_what_is_resumed_is_reminded_of_again(county: County, plan: Plan) -> None:
    before = said("09-30")
    arguments: dict[str, Any] = {"actor": county.coordinator, "at": at(9, 30)}
    suspend_key_task(key_task_of(plan).pk, reason="待定", **arguments)
    assert said("09-30") == []
    resume_key_task(key_task_of(plan).pk, reason="恢复", **arguments)
    assert said("09-30") == before


def test_the_first_open_step_is_spoken_of_and_then_the_next(county: County) -> None:
    task = share(stepped_plan(county), "甲镇")
    assert said("03-25") == [("甲镇", "on_the_day")]
    approved(county, task, Said(steps=[task.steps.all()[0].pk]), month=3)
    assert fresh(task).next_due_on == day("06-25")
    assert said("03-26") == []
    assert because() == {"deadline_moved"}
    assert said("06-25") == [("甲镇", "on_the_day")]
