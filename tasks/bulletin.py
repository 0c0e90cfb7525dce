"""通报: what an office tells its units of a plan on a day, read from what was approved.

Nothing is entered for it and nobody is ranked: units stand in the order of the directory.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Min

from accounts.models import User
from plans.models import Plan
from tasks.figures import PlanFigures, plan_completion
from tasks.groupings import By
from tasks.models import Task
from tasks.past import as_of
from tasks.querysets import TaskQuerySet


@dataclass(frozen=True)
class Duty:
    """One unit's share of a key task with the day to which it is open: its first open step's, or
    its own."""

    unit_id: int
    unit: str
    key_task: str
    due_on: dt.date


@dataclass(frozen=True)
class Bulletin:
    """All of the end of the day ``then``, and of what the reader may see.

    ``overdue`` is in the order of the directory, ``coming`` by date: what is due soon by the
    plan's own rule, or on the next day on which anything is due where nothing is due soon.
    """

    plan: Plan
    then: dt.date
    by_section: PlanFigures
    by_unit: PlanFigures
    by_light: PlanFigures
    overdue: list[Duty]
    coming: list[Duty]

    @property
    def soon_until(self) -> dt.date:
        """The last day that is near."""
        return self.then + dt.timedelta(days=self.plan.yellow_days)


def bulletin_of(plan: Plan, *, user: User, on: dt.date, then: dt.date) -> Bulletin:
    """``on`` is today, which decides what is in sight. A constant number of queries."""

    def counted(by: By) -> PlanFigures:
        return plan_completion(plan, user=user, on=on, by=by, then=then)

    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    soon_until = then + dt.timedelta(days=plan.yellow_days)
    overdue, coming = _then(in_sight, on, then, lambda shares: _duties(shares, then, soon_until))
    return Bulletin(
        plan=plan,
        then=then,
        by_section=counted("section"),
        by_unit=counted("unit"),
        by_light=counted("light"),
        overdue=overdue,
        coming=coming,
    )


Duties = tuple[list[Duty], list[Duty]]


def _then(
    in_sight: TaskQuerySet, on: dt.date, then: dt.date, read: Callable[[TaskQuerySet], Duties]
) -> Duties:
    if then == on:
        return read(in_sight)
    with as_of(then, in_sight):
        return read(Task.objects.all())


def _duties(shares: TaskQuerySet, then: dt.date, soon_until: dt.date) -> Duties:
    """What is overdue, and what is to come; a unit's own part is told by its share above."""
    counting = shares.counting().filter(is_own_part=False).select_related("unit", "key_task")
    overdue = counting.overdue(then).order_by(
        "unit__depth", "unit__position", "unit_id", "next_due_on", "key_task__position", "id"
    )
    ahead = counting.open().filter(next_due_on__gte=then)
    first = ahead.aggregate(first=Min("next_due_on"))["first"] or soon_until
    coming = ahead.filter(next_due_on__lte=max(first, soon_until)).order_by(
        "next_due_on", "key_task__position", "unit__depth", "unit__position", "id"
    )
    return list(map(_duty, overdue)), list(map(_duty, coming))


def _duty(task: Task) -> Duty:
    if task.next_due_on is None:
        raise ValueError("a duty has a day")
    return Duty(task.unit_id, task.unit.name, task.key_task.title, task.next_due_on)
