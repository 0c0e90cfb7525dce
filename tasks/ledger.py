"""台账: what an office lays on the table: every key task with its shares, quarter by quarter.

Nothing is entered for it. Progress is what was approved; problems and the next step are what the
year's work has written down already: objections, extensions asked for, notices, open steps.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from plans.models import KeyTask, Plan, Role
from tasks.figures import Narrow
from tasks.models import (
    ExtensionRequest,
    ProgressReport,
    Step,
    SupervisionNotice,
    Task,
    TaskEvent,
)
from tasks.past import as_of
from tasks.querysets import TaskQuerySet

QUARTERS = range(1, 5)

OfTask = TypeVar("OfTask", ProgressReport, Step, ExtensionRequest, SupervisionNotice, TaskEvent)


@dataclass(frozen=True)
class Line:
    """One share. ``deadline`` is a date, or words where there is none."""

    unit: str
    deadline: dt.date | str
    quarters: tuple[str, ...]
    problems: str
    next_step: str
    is_closed: bool
    remarks: str


@dataclass(frozen=True)
class Item:
    """One key task: its running number, and its shares in tree order."""

    number: int
    title: str
    measures: str
    leads: str
    lines: list[Line]


@dataclass(frozen=True)
class Chapter:
    """A section of the plan; without a title what stands in none."""

    title: str
    items: list[Item]


@dataclass(frozen=True)
class Ledger:
    """``whole`` is false where the reader sees a part of the plan only."""

    title: str
    on: dt.date
    whole: bool
    chapters: list[Chapter]

    @property
    def lines_total(self) -> int:
        return sum(len(item.lines) for chapter in self.chapters for item in chapter.items)


def ledger_of(
    plan: Plan, *, user: User, on: dt.date, then: dt.date, narrow: Narrow | None = None
) -> Ledger:
    """The plan's topmost shares in sight and those directly below them, at the end of ``then``.

    ``on`` is today, which decides what is in sight. ``narrow`` keeps some of the shares: those
    topmost among what it keeps are shown. A constant number of queries.
    """
    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    whole = Plan.objects.filter(pk=plan.pk).coordinated_by(user, on).exists()
    if then == on:
        return Ledger(plan.title, then, whole, _chapters(plan, in_sight, narrow, then))
    with as_of(then, in_sight):
        chapters = _chapters(plan, Task.objects.all(), narrow, then)
    return Ledger(plan.title, then, whole, chapters)


def _chapters(
    plan: Plan, in_sight: TaskQuerySet, narrow: Narrow | None, then: dt.date
) -> list[Chapter]:
    by_key_task = _shares(plan, in_sight, narrow)
    facts = Facts(plan, [task for tasks in by_key_task.values() for task in tasks], then)
    chapters: dict[str, Chapter] = {}
    key_tasks = KeyTask.objects.filter(plan=plan, pk__in=by_key_task).order_by("position")
    related = key_tasks.select_related("section").prefetch_related("owners")
    for number, key_task in enumerate(related, 1):
        lines = [facts.line_of(task) for task in by_key_task[key_task.pk]]
        title = key_task.section.title if key_task.section else ""
        item = Item(number, str(key_task), key_task.text, _leads_of(key_task), lines)
        chapters.setdefault(title, Chapter(title, [])).items.append(item)
    return list(chapters.values())


def _shares(plan: Plan, in_sight: TaskQuerySet, narrow: Narrow | None) -> dict[int, list[Task]]:
    """By key task: each topmost share, followed by those directly below it. One query."""
    kept = in_sight
    if narrow is not None:
        # As a set of ids: what a filter joins or makes distinct would stand in the way.
        kept = Task.objects.filter(plan=plan, pk__in=narrow(in_sight).order_by().values("pk"))
    tasks = list(
        kept.select_related("unit").order_by("unit__depth", "unit__position", "is_own_part", "id")
    )
    known = {task.pk for task in tasks}
    below: dict[int | None, list[Task]] = defaultdict(list)
    for task in tasks:
        below[task.parent_id if task.parent_id in known else None].append(task)
    found: dict[int, list[Task]] = defaultdict(list)
    for task in below[None]:
        found[task.key_task_id] += [task, *below[task.pk]]
    return found


def _leads_of(key_task: KeyTask) -> str:
    """As printed."""
    return _listed(owner.name for owner in key_task.owners.all() if owner.role == Role.LEAD)


class Facts:
    """What is known of the shares beside their own columns, at the end of a day. Five queries."""

    def __init__(self, plan: Plan, tasks: Sequence[Task], then: dt.date) -> None:
        self._plan, self._then = plan, then
        ids = [task.pk for task in tasks]
        approved = ProgressReport.objects.filter(task__in=ids, state=ProgressReport.State.APPROVED)
        self._reports = _by_task(approved.order_by("submitted_at", "id"))
        self._steps = _by_task(Step.objects.filter(task__in=ids).order_by("position"))
        asked = ExtensionRequest.objects.filter(task__in=ids, submitted_at__date__lte=then)
        self._extensions = _by_task(asked.order_by("submitted_at", "id"))
        in_force = Q(lifted_at=None) | Q(lifted_at__date__gt=then)
        issued = SupervisionNotice.objects.filter(in_force, task__in=ids, issued_at__date__lte=then)
        self._notices = _by_task(issued.order_by("number"))
        objected = TaskEvent.objects.filter(
            task__in=[task.pk for task in tasks if task.state == Task.State.OBJECTED],
            kind=TaskEvent.Kind.OBJECTED,
            at__date__lte=then,
        )
        self._objections = _by_task(objected.order_by("id"))

    def line_of(self, task: Task) -> Line:
        return Line(
            unit=_unit_of(task),
            deadline=task.due_on or task.deadline_text or str(task.get_deadline_kind_display()),
            quarters=tuple(self._told_in(task, quarter) for quarter in QUARTERS),
            problems=_paragraphs(self._problems(task)),
            next_step=_paragraphs(self._next_steps(task)) if task.is_open else "",
            is_closed=task.state == Task.State.CLOSED,
            remarks=_paragraphs(self._remarks(task)),
        )

    def _told_in(self, task: Task, quarter: int) -> str:
        """What was approved of that quarter; each with its day where it is more than one."""
        reports = [
            report for report in self._reports[task.pk] if self._quarter_of(report) == quarter
        ]
        if len(reports) < 2:
            return _paragraphs(map(_told_by, reports))
        return _paragraphs(
            _("%(day)s: %(text)s") % {"day": _day(_day_of(report)), "text": _told_by(report)}
            for report in reports
        )

    def _quarter_of(self, report: ProgressReport) -> int:
        """1 to 4. What is told after a plan's year belongs to its last quarter; 0 for other years
        of a plan of several."""
        day = _day_of(report)
        if self._plan.last_year:
            return _quarter(day) if day.year == self._then.year else 0
        return _quarter(min(max(day, dt.date(self._plan.year, 1, 1)), _last_day(self._plan.year)))

    def _problems(self, task: Task) -> Iterator[str]:
        if task.is_open and task.next_due_on and task.next_due_on < self._then:
            yield _("Overdue by %(days)s days.") % {"days": (self._then - task.next_due_on).days}
        for objection in self._objections[task.pk][-1:]:
            yield _("Objection: %(text)s") % {"text": objection.reason}
        for notice in self._notices[task.pk]:
            yield _("Supervision notice no. %(number)s (%(level)s): %(text)s") % {
                "number": notice.number,
                "level": notice.get_level_display(),
                "text": notice.text,
            }
        for request in self._waiting(task):
            yield _("Extension asked for: %(text)s") % {"text": request.reason}

    def _next_steps(self, task: Task) -> Iterator[str]:
        still_open = (
            step
            for step in self._steps[task.pk]
            if step.closed_on is None or step.closed_on > self._then
        )
        if step := next(still_open, None):
            yield _("%(step)s, by %(day)s") % {"step": step.label, "day": _day(step.due_on)}
        for request in self._waiting(task):
            yield _("Asks to be done by %(day)s") % {"day": _day(request.new_due_on)}

    def _remarks(self, task: Task) -> Iterator[str]:
        if task.closed_on:
            yield _("Closed on %(day)s") % {"day": _day(task.closed_on)}
        if task.state in (Task.State.SUSPENDED, Task.State.CANCELLED, Task.State.CARRIED_OVER):
            yield str(task.get_state_display())
        for request in self._extensions[task.pk]:
            if request.state == ExtensionRequest.State.APPROVED and not self._is_waiting(request):
                yield _("Extended from %(old)s to %(new)s") % {
                    "old": _day(request.old_due_on),
                    "new": _day(request.new_due_on),
                }

    def _waiting(self, task: Task) -> list[ExtensionRequest]:
        return [request for request in self._extensions[task.pk] if self._is_waiting(request)]

    def _is_waiting(self, request: ExtensionRequest) -> bool:
        """Whether it was still to be decided when the day ended."""
        decided_at = request.decided_at
        return decided_at is None or timezone.localdate(decided_at) > self._then


def _by_task(rows: Iterable[OfTask]) -> dict[int, list[OfTask]]:
    found: dict[int, list[OfTask]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found


def _unit_of(task: Task) -> str:
    if task.is_own_part:
        return _("%(unit)s (own part)") % {"unit": task.unit.name}
    if task.role == Task.Role.RESPONSIBLE:
        return task.unit.name
    return _("%(unit)s (%(role)s)") % {"unit": task.unit.name, "role": task.get_role_display()}


def _told_by(report: ProgressReport) -> str:
    return report.narrative or (
        _("No change.") if report.no_change else f"{report.percent.normalize():f}%"
    )


def _day_of(report: ProgressReport) -> dt.date:
    """The day that the report is about: its period's last, or that on which it was handed in."""
    return report.period_end or timezone.localdate(report.submitted_at)


def _quarter(day: dt.date) -> int:
    return (day.month + 2) // 3


def _last_day(year: int) -> dt.date:
    return dt.date(year, 12, 31)


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")


def _listed(names: Iterable[str]) -> str:
    return _(", ").join(names)


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n".join(texts)
