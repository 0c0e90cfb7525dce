"""A plan as a time line: for each key task when it is due, by what steps, and how it stands."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accounts.models import User
from plans.models import Plan
from tasks.lights import Light
from tasks.models import Step, Task
from tasks.tree import Branch, KeyTaskRow, TreeFilter, plan_tree


@dataclass(frozen=True)
class Scale:
    """The days that are drawn; a day stands at a percent of the width."""

    first: dt.date
    last: dt.date

    def place(self, day: dt.date) -> str:
        """With two decimals and a point, as SVG reads it."""
        days = (self.last - self.first).days or 1
        return f"{100 * (day - self.first).days / days:.2f}"

    def length(self, start: dt.date, end: dt.date) -> str:
        return f"{max(float(self.place(end)) - float(self.place(start)), 0.4):.2f}"

    def months(self) -> Iterator[tuple[dt.date, str]]:
        """The first day of each month but the first, and its place."""
        day = self.first
        while day <= self.last:
            yield day, self.place(day)
            day = (day + dt.timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class Mark:
    step: Step
    place: str


@dataclass(frozen=True)
class Line:
    """One key task; ``start`` and ``length`` are ``None`` where it has no date."""

    row: KeyTaskRow
    task: Task | None
    light: Light | None
    due_on: dt.date | None
    start: str | None
    length: str | None
    marks: list[Mark]


@dataclass(frozen=True)
class Timeline:
    scale: Scale
    today: str | None
    sections: list[tuple[str, list[Line]]]


def timeline_of(plan: Plan, *, user: User, on: dt.date, wanted: TreeFilter) -> Timeline:
    """Of each key task the topmost share in sight. A constant number of queries."""
    sections = plan_tree(plan, user=user, on=on, wanted=wanted)
    shown = [branch.task for section in sections for row in section.rows for branch in _top(row)]
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(task__in=shown).order_by("task", "position"):
        steps[step.task_id].append(step)
    days = [row.key_task.due_on for section in sections for row in section.rows]
    scale = _scale(plan, [*days, *(task.due_on for task in shown), *_days(steps.values())])
    return Timeline(
        scale,
        scale.place(on) if scale.first <= on <= scale.last else None,
        [
            (section.title, [_line(row, steps, plan, scale) for row in section.rows])
            for section in sections
        ],
    )


def _top(row: KeyTaskRow) -> list[Branch]:
    return [row.root] if row.root else row.shares[:1]


def _days(steps: Iterable[list[Step]]) -> Iterator[dt.date]:
    return (step.due_on for several in steps for step in several)


def _scale(plan: Plan, days: Iterable[dt.date | None]) -> Scale:
    """Whole months, from the plan's own day to its last deadline or its end."""
    known = [day for day in days if day]
    first = min([plan.issued_on, *known]).replace(day=1)
    last = max([dt.date(plan.last_year or plan.year, 12, 31), *known])
    return Scale(first, last)


def _line(row: KeyTaskRow, steps: dict[int, list[Step]], plan: Plan, scale: Scale) -> Line:
    top = next(iter(_top(row)), None)
    due_on = (top.task.due_on if top else None) or row.key_task.due_on
    start = min(plan.issued_on, due_on) if due_on else None
    marks = [Mark(step, scale.place(step.due_on)) for step in steps[top.task.pk]] if top else []
    return Line(
        row,
        top.task if top else None,
        top.light if top else None,
        due_on,
        scale.place(start) if start else None,
        scale.length(start, due_on) if start and due_on else None,
        marks,
    )
