"""进展反馈: a unit reports; the unit above approves or returns; approved figures roll up."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from accounts.versioning import require_version
from tasks.access import is_head_of, require_decider, require_head, require_worker
from tasks.acknowledging import require_reason
from tasks.completion import CLOSED, OPEN_AT_MOST, own_figure, roll_up
from tasks.evidence import hand_over, hashes_of
from tasks.history import event_of, record
from tasks.inserting import insert_rows
from tasks.locking import lock_chain, lock_report
from tasks.models import OPEN_STATES, ProgressReport, Step, Task, TaskEvent
from tasks.periods import period_to_report, require_period
from tasks.reported_figures import rewrite_figures, write_figures
from tasks.steps import FOLLOWED, close_steps, open_steps_named
from tasks.transitions import next_state, require_in_progress, require_open

State = ProgressReport.State
#: A report waits for somebody's decision, inside the unit or above it.
WAITING = (State.INSIDE, State.SUBMITTED)


@dataclass(frozen=True)
class Said:
    """What a person says in a report.

    ``percent`` 0 to 99; ``completes`` says "done", with no percent; ``no_change`` repeats the last
    approved figure. ``steps`` are the ids of open steps that are done; a share that has steps
    takes its percent from them, whatever else is said. ``period_end`` is the last day of the
    period it is about; without it, ``tasks.periods.period_to_report`` says which. ``figures`` are
    those of the key task's indicators, by their ids.
    """

    percent: Decimal | None = None
    narrative: str = ""
    completes: bool = False
    no_change: bool = False
    steps: Collection[int] = ()
    period_end: dt.date | None = None
    figures: Mapping[int, Decimal] = field(default_factory=dict)


@transaction.atomic
def save_draft(
    task_id: int, said: Said, *, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """Keeps what the person has written so far; nobody else sees it, and it counts for nothing."""
    task = lock_chain(task_id, version)[0]
    require_worker(actor, task, timezone.localdate(at))
    require_in_progress(task.state)
    require_period(task, said.period_end)
    steps = open_steps_named(task, said.steps)
    draft, _made = ProgressReport.objects.update_or_create(
        task=task,
        author=actor,
        state=State.DRAFT,
        defaults={
            "percent": _percent_said(task, said, steps, draft=True),
            "completes": said.completes,
            "no_change": said.no_change,
            "narrative": said.narrative,
            "period_end": said.period_end,
            "submitted_at": at,
        },
    )
    draft.steps.set(steps)
    rewrite_figures(draft, said.figures)
    return draft


@transaction.atomic
def submit_report(
    task_id: int, said: Said, *, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """What the unit says of its share; it counts for nothing until it is approved.

    ``completes`` stops further reports until it is decided. Where the plan asks for it, the
    unit's head lets the report out first. Raises ``Conflict`` when a report already waits, or
    when a share below that counts is still open.
    """
    task = lock_chain(task_id, version)[0]
    on = timezone.localdate(at)
    require_worker(actor, task, on)
    require_in_progress(task.state)
    if task.reports.filter(state__in=WAITING).exists():
        raise Conflict("report_waiting", _("A report on this share is waiting for a decision."))
    if said.completes:
        _require_closed_below(task)
    report = _create(task, said, actor=actor, at=at)
    before = task.state
    if said.completes and report.state == State.SUBMITTED:
        task.state = next_state("submit_as_done", before)
    task.version += 1
    task.save(update_fields=["state", "version"])
    record(
        task,
        TaskEvent.Kind.REPORTED,
        actor=actor,
        at=at,
        from_state=before,
        data={**_facts(report), "completes": report.completes},
    )
    return report


def _create(task: Task, said: Said, *, actor: User, at: dt.datetime) -> ProgressReport:
    """The report as a row, in place of the person's draft."""
    on = timezone.localdate(at)
    require_period(task, said.period_end)
    steps = open_steps_named(task, said.steps)
    period = period_to_report(task, on)
    inside = task.plan.approval_inside_unit and not is_head_of(actor, task.unit, on)
    report = ProgressReport.objects.create(
        task=task,
        author=actor,
        state=State.INSIDE if inside else State.SUBMITTED,
        percent=_percent_said(task, said, steps),
        completes=said.completes,
        no_change=said.no_change,
        narrative=said.narrative,
        period_end=said.period_end or (period.end if period else None),
        submitted_at=at,
    )
    report.steps.set(steps)
    write_figures(report, said.figures)
    draft = task.reports.filter(state=State.DRAFT, author=actor)
    hand_over(draft, report)
    draft.delete()
    return report


@transaction.atomic
def let_out(
    report_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """The unit's head approves a report inside the unit; it now waits for the unit above."""
    report, chain = lock_report(report_id, version)
    task = chain[0]
    require_head(actor, task.unit, timezone.localdate(at), author=report.author)
    _require_state(report, State.INSIDE)
    require_in_progress(task.state)
    if report.completes:
        _require_closed_below(task)
    report.state = State.SUBMITTED
    report.let_out_by = actor
    report.version += 1
    report.save(update_fields=["state", "let_out_by", "version"])
    before = task.state
    if report.completes:
        task.state = next_state("submit_as_done", before)
    task.version += 1
    task.save(update_fields=["state", "version"])
    record(task, TaskEvent.Kind.LET_OUT, actor=actor, at=at, from_state=before, data=_facts(report))
    return report


@transaction.atomic
def approve_report(
    report_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """The figure counts from now on, up to the root, in this same transaction.

    The second of two clicks is answered with the first one's result (FAILURES B16).
    """
    report, chain = lock_report(report_id)
    if report.state == State.APPROVED and report.decided_by_id == actor.pk:
        return report
    require_version(report, version)
    task = chain[0]
    on = timezone.localdate(at)
    require_decider(actor, task, on, author=report.author)
    _require_state(report, State.SUBMITTED)
    require_open(task.state)
    before = task.state
    closing = _steps_closed_by(report)
    _take_over(task, report, closing, on)
    _decide(report, State.APPROVED, actor=actor, at=at)
    task.version += 1
    task.save(update_fields=TAKEN_OVER)
    roll_up(chain)
    kind = TaskEvent.Kind.CLOSED if report.completes else TaskEvent.Kind.APPROVED
    _tell_of_steps(task, closing, actor=actor, at=at)
    data = {**_facts(report), "evidence": hashes_of(report)}
    record(task, kind, actor=actor, at=at, from_state=before, data=data)
    return report


def _steps_closed_by(report: ProgressReport) -> list[Step]:
    """The open steps that the report says are done: all of them where it says that all is."""
    if not report.task.steps_total:
        return []
    steps = report.task.steps if report.completes else report.steps
    return list(steps.filter(closed_on__isnull=True).order_by("position"))


def _tell_of_steps(task: Task, closed: Collection[Step], *, actor: User, at: dt.datetime) -> None:
    insert_rows(
        event_of(
            task,
            TaskEvent.Kind.STEP_CLOSED,
            actor=actor,
            at=at,
            from_state=task.state,
            data={"step": step.pk, "label": step.label, "due_on": step.due_on.isoformat()},
        )
        for step in closed
    )


#: What an approval changes of its share, besides the figures that are rolled up.
TAKEN_OVER = ("state", "reported_percent", "completion", "closed_on", "version", *FOLLOWED)


def _take_over(task: Task, report: ProgressReport, closing: Collection[Step], on: dt.date) -> None:
    """What the approved report says becomes the share's own: steps, percent, or its end."""
    close_steps(task, closing, on)
    if not report.completes:
        task.reported_percent = report.percent
        return
    _require_closed_below(task)
    task.state = next_state("close", task.state)
    task.closed_on = on
    task.completion = CLOSED


@transaction.atomic
def return_report(
    report_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """The report goes back with a reason; the figures stay what they were.

    By whoever decides about it: inside the unit its head, outside the unit above.
    """
    report, chain = lock_report(report_id, version)
    task = chain[0]
    on = timezone.localdate(at)
    if report.state == State.INSIDE:
        require_head(actor, task.unit, on, author=report.author)
    else:
        require_decider(actor, task, on, author=report.author)
    require_reason(reason)
    _require_state(report, *WAITING)
    require_open(task.state)
    before = task.state
    if report.completes and report.state == State.SUBMITTED:
        task.state = next_state("return_as_not_done", before)
    _decide(report, State.RETURNED, actor=actor, at=at, reason=reason)
    task.version += 1
    task.save(update_fields=["state", "version"])
    record(
        task,
        TaskEvent.Kind.RETURNED,
        actor=actor,
        at=at,
        from_state=before,
        reason=reason,
        data=_facts(report),
    )
    return report


def _percent_said(
    task: Task, said: Said, steps: Collection[Step], *, draft: bool = False
) -> Decimal:
    """The percent of a report. A share with steps has its figure from them."""
    if task.steps_total and not said.completes:
        return _percent_by_steps(task, len(steps))
    if said.completes or said.no_change or (draft and said.percent is None):
        return task.reported_percent
    if said.percent is None:
        raise Invalid("percent_missing", _("Give a percent, or report no change."))
    if not 0 <= said.percent <= OPEN_AT_MOST:
        raise Invalid(
            "percent_out_of_range", _("A percent is 0 to 99; report the share as done for 100.")
        )
    return said.percent


def _percent_by_steps(task: Task, closing: int) -> Decimal:
    """What the share will stand at once these steps are closed, to a hundredth."""
    after = Task(
        steps_total=task.steps_total,
        steps_closed=min(task.steps_closed + closing, task.steps_total),
    )
    return own_figure(after).quantize(Decimal("0.01"))


def _require_closed_below(task: Task) -> None:
    """A share is not done while one below it that counts is open."""
    still_open = task.children.counting().filter(state__in=OPEN_STATES)
    if names := list(still_open.values_list("unit__name", flat=True)):
        raise Conflict("open_below", _("Shares below this one are still open."), {"units": names})


def _require_state(report: ProgressReport, *states: str) -> None:
    if report.state not in states:
        raise Conflict(
            "already_decided", _("This report is already decided."), {"state": report.state}
        )


def _decide(
    report: ProgressReport, state: str, *, actor: User, at: dt.datetime, reason: str = ""
) -> None:
    report.state = state
    report.decided_by = actor
    report.decided_at = at
    report.reason = reason
    report.version += 1
    report.save(update_fields=["state", "decided_by", "decided_at", "reason", "version"])


def _facts(report: ProgressReport) -> dict[str, object]:
    """What the history says of a report; its state, so that a past day can be rebuilt."""
    return {"report": report.pk, "percent": str(report.percent), "state": report.state}
