"""Everything about one share that its page shows, as far as one reader may see it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.access import ALL_ROLES, may_act_for
from accounts.calendar import WorkCalendar, load_calendar
from accounts.models import Unit, User
from tasks.access import (
    actions_open_to,
    deciding_unit,
    is_above,
    is_head_of,
    may_decide,
    may_supervise,
    may_work_on,
)
from tasks.acknowledging import last_day_to_object
from tasks.hindrances import Relation, hindrances
from tasks.lights import Light
from tasks.models import (
    MAX_DEPTH,
    ExtensionRequest,
    ProgressReport,
    Step,
    SupervisionNotice,
    Task,
    TaskEvent,
    Urge,
)
from tasks.periods import missing_periods
from tasks.progress import WAITING
from tasks.schedule import Period
from tasks.tree import Branch, completion_rule, in_tree_order
from tasks.urging import LEVELS

#: By the id of a row, the names of the decisions that are open to the reader.
Decisions = Mapping[int, Set[str]]


@dataclass(frozen=True)
class Above:
    """A share above: title, owner and deadline only (DESIGN 4); ``linked`` where it is in sight."""

    task: Task
    linked: bool


@dataclass(frozen=True)
class Dossier:
    """``days_left`` are working days; the decisions are those that the reader may take.

    ``hindrances`` are the actions that are not open to them, each with the reason; ``draft`` is
    what they have written of the next report so far.
    """

    task: Task
    light: Light
    rule: str | Promise
    days_left: int | None
    last_day_to_object: dt.date
    decided_by: Unit
    above: list[Above]
    below: list[Branch]
    reports: list[ProgressReport]
    extensions: list[ExtensionRequest]
    events: list[TaskEvent]
    actions: frozenset[str]
    hindrances: list[tuple[list[str], Promise]]
    draft: ProgressReport | None
    steps: list[Step]
    missing_reports: list[Period]
    urges: list[Urge]
    notices: list[SupervisionNotice]
    decisions: Decisions
    extension_decisions: Decisions
    notice_decisions: Decisions
    works_on_it: bool

    @property
    def waiting_report(self) -> ProgressReport | None:
        return next((report for report in self.reports if report.state in WAITING), None)


def dossier_of(task: Task, *, user: User, on: dt.date) -> Dossier:
    """Reads it all. A constant number of queries, however many reports and shares there are."""
    below = Task.objects.below(task).select_related("unit")
    branches = list(
        in_tree_order(list(below.order_by("unit__depth", "unit__position", "id")), on, task.plan)
    )
    told = task.reports.told_to(user, on).select_related("author", "decided_by")
    reports = list(told.prefetch_related("evidence", "figures__indicator"))
    draft = next((r for r in reports if r.state == ProgressReport.State.DRAFT), None)
    reports = [report for report in reports if report is not draft]
    extensions = list(task.extension_requests.select_related("author", "decided_by"))
    notices = list(task.supervision_notices.select_related("issued_by").order_by("-number"))
    decides = may_decide(user, task, on)
    last_day = last_day_to_object(task)
    relation = _relation_of(user, task, on, reports, extensions, last_day)
    actions = actions_open_to(user, task, on) - _waiting(relation)
    return Dossier(
        task=task,
        light=task.light_on(on),
        rule=completion_rule(task, has_below=bool(branches)),
        days_left=days_left(task, on, load_calendar()),
        last_day_to_object=last_day,
        decided_by=deciding_unit(task),
        above=_chain_above(task, user, on),
        below=branches,
        reports=reports,
        extensions=extensions,
        events=list(task.events.told_to(user, on).select_related("actor")),
        actions=actions,
        hindrances=hindrances(relation, actions),
        draft=draft,
        steps=list(task.steps.order_by("position")) if task.steps_total else [],
        missing_reports=missing_periods([task], on).get(task.pk, []),
        urges=list(task.urges.select_related("issued_by").order_by("-issued_at")),
        notices=notices,
        decisions={
            **(_open_to(user, reports, {"approve", "return"}) if decides else {}),
            **_inside(user, task, reports, on),
        },
        extension_decisions=_open_to(user, extensions, {"approve", "refuse"}) if decides else {},
        notice_decisions=_of_notices(notices, task) if may_supervise(user, task, on) else {},
        works_on_it=bool(reports) and may_work_on(user, task, on),
    )


def days_left(task: Task, on: dt.date, calendar: WorkCalendar) -> int | None:
    """Working days to the next step or the deadline, negative when it has passed."""
    due_on = task.next_due_on
    return calendar.working_days_between(on, due_on) if due_on else None


def _chain_above(task: Task, user: User, on: dt.date) -> list[Above]:
    above = Task.objects.filter(pk__in=task.ancestors)
    in_sight = set(above.visible_to(user, on).values_list("pk", flat=True))
    return [
        Above(share, share.pk in in_sight)
        for share in above.select_related("unit").order_by("depth")
    ]


def _open_to(
    user: User, rows: Iterable[ProgressReport | ExtensionRequest], names: set[str]
) -> Decisions:
    """What waits for a decision and was not submitted by the reader."""
    return {r.pk: names for r in rows if r.state == "submitted" and r.author_id != user.pk}


def _inside(user: User, task: Task, reports: list[ProgressReport], on: dt.date) -> Decisions:
    """What the unit's head lets out, or gives back to its author."""
    waiting = [r for r in reports if r.state == "inside" and r.author_id != user.pk]
    lets_out = bool(waiting) and is_head_of(user, task.unit, on)
    return {report.pk: {"let-out", "return"} for report in waiting} if lets_out else {}


def _of_notices(notices: Iterable[SupervisionNotice], task: Task) -> Decisions:
    """A standing notice is lifted, and raised while the share is open and it is not the gravest."""
    return {
        notice.pk: {"lift", "raise"} if task.is_open and notice.level != LEVELS[-1] else {"lift"}
        for notice in notices
        if notice.lifted_at is None
    }


def _relation_of(
    user: User,
    task: Task,
    on: dt.date,
    reports: list[ProgressReport],
    extensions: list[ExtensionRequest],
    last_day: dt.date,
) -> Relation:
    decides = may_decide(user, task, on)
    return Relation(
        state=task.state,
        reads_there=may_act_for(user, task.unit, ALL_ROLES, on),
        works_there=may_work_on(user, task, on),
        is_above=decides or is_above(user, task, on),
        decides=decides,
        supervises=may_supervise(user, task, on),
        is_root=task.parent_id is None,
        is_own_part=task.is_own_part,
        is_deepest=task.depth == MAX_DEPTH,
        has_date=task.due_on is not None,
        is_late=task.due_on is not None and on > task.due_on,
        report_waits=any(report.state in WAITING for report in reports),
        extension_waits=any(extension.state == "submitted" for extension in extensions),
        objection_over=on > last_day,
    )


def _waiting(found: Relation) -> frozenset[str]:
    """One report and one request wait at a time; an objection is raised in its days."""
    waits = {
        "report": found.report_waits,
        "ask_extension": found.extension_waits,
        "object": found.objection_over,
    }
    return frozenset(action for action, closed in waits.items() if closed)
