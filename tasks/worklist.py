"""我的工作: what one person owes today, and what waits for their decision."""

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from accounts.access import WORKING_ROLES, Role, units_acted_for
from accounts.calendar import WorkCalendar, load_calendar
from accounts.models import Unit, User
from plans.models import Plan
from tasks.dossier import days_left
from tasks.lights import Light
from tasks.models import ExtensionRequest, ProgressReport, Task, TaskEvent
from tasks.periods import missing_periods
from tasks.querysets import TaskQuerySet
from tasks.schedule import Period


@dataclass(frozen=True)
class Duty:
    """One share of the person's units. ``days_left`` are working days, negative when late.

    ``missing`` are the periods whose regular report is due and was not handed in.
    """

    task: Task
    light: Light
    days_left: int | None
    last_report: str
    reason: str
    missing: list[Period]


@dataclass
class WorkList:
    """Each share of one's own stands in exactly one list, the most pressing that fits."""

    to_sign_for: list[Duty] = field(default_factory=list)
    returned: list[Duty] = field(default_factory=list)
    overdue: list[Duty] = field(default_factory=list)
    to_report: list[Duty] = field(default_factory=list)
    waiting: list[Duty] = field(default_factory=list)
    under_way: list[Duty] = field(default_factory=list)
    reports_to_let_out: list[ProgressReport] = field(default_factory=list)
    reports_to_decide: list[ProgressReport] = field(default_factory=list)
    extensions_to_decide: list[ExtensionRequest] = field(default_factory=list)
    objections_to_answer: list[Task] = field(default_factory=list)

    @property
    def to_decide(self) -> int:
        reports = len(self.reports_to_let_out) + len(self.reports_to_decide)
        return reports + len(self.extensions_to_decide) + len(self.objections_to_answer)

    @property
    def units_under_way(self) -> list[Unit]:
        """The person's units that have shares to report on, each once, in the lists' order."""
        lists = (self.returned, self.overdue, self.to_report, self.under_way)
        duties = itertools.chain(*lists)
        return list({duty.task.unit_id: duty.task.unit for duty in duties}.values())

    @property
    def own(self) -> int:
        lists = (self.to_sign_for, self.returned, self.overdue, self.to_report)
        return sum(map(len, (*lists, self.waiting, self.under_way)))


def work_list(user: User, on: dt.date) -> WorkList:
    """Everything on one page. A constant number of queries; rows in order of their deadline."""
    found = WorkList()
    calendar = load_calendar()
    own = list(_own_shares(user, on))
    missing = missing_periods(own, on)
    for task in own:
        duty = _duty(task, on, calendar, missing[task.pk])
        getattr(found, place_of(duty)).append(duty)
    led = Task.objects.open().filter(unit__in=units_acted_for(user, [Role.HEAD], on).values("pk"))
    found.reports_to_let_out += _waiting(ProgressReport, led, user, state="inside")
    decided = shares_to_decide(user, on)
    found.reports_to_decide += _waiting(ProgressReport, decided, user)
    found.extensions_to_decide += _waiting(ExtensionRequest, decided, user)
    found.objections_to_answer += _objections(decided, user)
    return found


def place_of(duty: Duty) -> str:
    """The name of the list that a share belongs to. A missing regular report is to be written."""
    task = duty.task
    if task.state == Task.State.ISSUED:
        return "to_sign_for"
    if task.state != Task.State.ACKNOWLEDGED or duty.last_report in ("inside", "submitted"):
        return "waiting"
    if duty.last_report == "returned":
        return "returned"
    if duty.light == Light.RED:
        return "overdue"
    return "to_report" if duty.light == Light.YELLOW or duty.missing else "under_way"


def shares_to_decide(user: User, on: dt.date) -> TaskQuerySet:
    """The open shares on which ``tasks.access.may_decide`` says yes to the person, in sight."""
    as_head = units_acted_for(user, [Role.HEAD], on).values("pk")
    as_coordinator = units_acted_for(user, [Role.COORDINATOR], on).values("pk")
    by_office = Q(parent=None) | Q(depth=1, plan__decided_by=Plan.DecidedBy.OFFICE)
    in_office = Q(plan__issuing_unit__in=as_head) | Q(plan__issuing_unit__in=as_coordinator)
    above_is_office = Q(parent__unit__in=as_coordinator, plan__issuing_unit__in=as_coordinator)
    above = ~by_office & (Q(parent__unit__in=as_head) | above_is_office)
    return Task.objects.visible_to(user, on).open().filter(by_office & in_office | above)


def _own_shares(user: User, on: dt.date) -> Iterable[Task]:
    handed_in = ProgressReport.objects.exclude(state=ProgressReport.State.DRAFT)
    reports = handed_in.filter(task=OuterRef("pk")).order_by("-submitted_at", "-id")
    own = Task.objects.filter(unit__in=units_acted_for(user, WORKING_ROLES, on).values("pk"))
    return (
        own.open()
        .annotate(
            last_report=Subquery(reports.values("state")[:1]),
            last_reason=Subquery(reports.values("reason")[:1]),
        )
        .select_related("unit", "plan", "key_task")
        .order_by("next_due_on", "id")
    )


def _waiting(
    model: Any, tasks: TaskQuerySet, user: User, *, state: str = "submitted"
) -> Iterable[Any]:
    """The reports or requests that wait, but for the person's own."""
    found: Iterable[Any] = (
        model.objects.filter(state=state, task__in=tasks.values("pk"))
        .exclude(author=user)
        .select_related("task__unit", "task__plan", "task__key_task", "author")
        .order_by("submitted_at")
    )
    return found


def _duty(task: Any, on: dt.date, calendar: WorkCalendar, missing: list[Period]) -> Duty:
    return Duty(
        task=task,
        light=task.light_on(on),
        days_left=days_left(task, on, calendar),
        last_report=task.last_report or "",
        reason=task.last_reason or "",
        missing=missing,
    )


def _objections(decided: TaskQuerySet, user: User) -> Iterable[Task]:
    """The shares that others objected to, each with the ``reason`` of the newest objection."""
    objections = TaskEvent.objects.filter(task=OuterRef("pk"), kind=TaskEvent.Kind.OBJECTED)
    newest = objections.order_by("-id")
    return (
        decided.filter(state=Task.State.OBJECTED)
        .annotate(
            reason=Subquery(newest.values("reason")[:1]),
            objector=Subquery(newest.values("actor")[:1]),
        )
        .exclude(objector=user.pk)
        .select_related("unit", "plan", "key_task")
        .order_by("next_due_on", "id")
    )
