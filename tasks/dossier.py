"""Everything about one share that its page shows, as far as one reader may see it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.calendar import WorkCalendar, load_calendar
from accounts.models import Unit, User
from tasks.access import actions_open_to, deciding_unit, may_decide
from tasks.acknowledging import last_day_to_object
from tasks.lights import Light
from tasks.models import ExtensionRequest, ProgressReport, Task, TaskEvent
from tasks.tree import Branch, completion_rule, in_tree_order


@dataclass(frozen=True)
class Above:
    """A share above: title, owner and deadline only (DESIGN 4); ``linked`` where it is in sight."""

    task: Task
    linked: bool


@dataclass(frozen=True)
class Dossier:
    """``days_left`` are working days; ``*_to_decide`` the ids that the reader may decide about."""

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
    reports_to_decide: frozenset[int]
    extensions_to_decide: frozenset[int]

    @property
    def waiting_report(self) -> ProgressReport | None:
        return next((r for r in self.reports if r.state == ProgressReport.State.SUBMITTED), None)


def dossier_of(task: Task, *, user: User, on: dt.date) -> Dossier:
    """Reads it all. A constant number of queries, however many reports and shares there are."""
    below = Task.objects.below(task).select_related("unit")
    branches = list(
        in_tree_order(list(below.order_by("unit__depth", "unit__position", "id")), on, task.plan)
    )
    reports = list(task.reports.told_to(user, on).select_related("author", "decided_by"))
    extensions = list(task.extension_requests.select_related("author", "decided_by"))
    decides = may_decide(user, task, on)
    return Dossier(
        task=task,
        light=task.light_on(on),
        rule=completion_rule(task, has_below=bool(branches)),
        days_left=days_left(task, on, load_calendar()),
        last_day_to_object=last_day_to_object(task),
        decided_by=deciding_unit(task),
        above=_chain_above(task, user, on),
        below=branches,
        reports=reports,
        extensions=extensions,
        events=list(task.events.select_related("actor")),
        actions=_without_waiting(actions_open_to(user, task, on), reports, extensions),
        reports_to_decide=_open_to(user, reports) if decides else frozenset(),
        extensions_to_decide=_open_to(user, extensions) if decides else frozenset(),
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


def _open_to(user: User, rows: Iterable[ProgressReport | ExtensionRequest]) -> frozenset[int]:
    """What waits for a decision and was not submitted by the reader."""
    return frozenset(r.pk for r in rows if r.state == "submitted" and r.author_id != user.pk)


def _without_waiting(
    actions: frozenset[str], reports: list[ProgressReport], extensions: list[ExtensionRequest]
) -> frozenset[str]:
    """One report and one request wait at a time."""
    if any(report.state == "submitted" for report in reports):
        actions -= {"report"}
    if any(extension.state == "submitted" for extension in extensions):
        actions -= {"ask_extension"}
    return actions
