"""进展反馈: a unit reports; the unit above approves or returns; approved figures roll up."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from tasks.access import require_decider, require_worker
from tasks.acknowledging import require_reason
from tasks.completion import CLOSED, OPEN_AT_MOST, roll_up
from tasks.history import record
from tasks.locking import lock_chain, lock_report
from tasks.models import OPEN_STATES, ProgressReport, Task, TaskEvent
from tasks.transitions import next_state, require_in_progress


@transaction.atomic
def submit_report(
    task_id: int,
    *,
    percent: Decimal | None = None,
    narrative: str = "",
    completes: bool = False,
    no_change: bool = False,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> ProgressReport:
    """What the unit says of its share; it counts for nothing until it is approved.

    ``no_change`` repeats the last approved percent; ``completes`` says "done", with no percent,
    and stops further reports until it is decided. Raises ``Conflict`` when a report already
    waits, or when a share below that counts is still open.
    """
    task = lock_chain(task_id, version)[0]
    require_worker(actor, task, timezone.localdate(at))
    require_in_progress(task.state)
    if task.reports.filter(state=ProgressReport.State.SUBMITTED).exists():
        raise Conflict("report_waiting", _("A report on this share is waiting for a decision."))
    report = ProgressReport.objects.create(
        task=task,
        author=actor,
        percent=_reported_percent(task, percent, repeats=completes or no_change),
        completes=completes,
        no_change=no_change,
        narrative=narrative,
        submitted_at=at,
    )
    before = task.state
    if completes:
        _require_closed_below(task)
        task.state = next_state("submit_as_done", before)
    task.version += 1
    task.save(update_fields=["state", "version"])
    record(
        task,
        TaskEvent.Kind.REPORTED,
        actor=actor,
        at=at,
        from_state=before,
        data={"report": report.pk, "percent": str(report.percent), "completes": completes},
    )
    return report


@transaction.atomic
def approve_report(
    report_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """The figure counts from now on, up to the root, in this same transaction."""
    report, chain = lock_report(report_id, version)
    task = chain[0]
    require_decider(actor, task, timezone.localdate(at), author=report.author)
    _decide(report, ProgressReport.State.APPROVED, actor=actor, at=at)
    before = task.state
    if report.completes:
        _require_closed_below(task)
        task.state = next_state("close", before)
        task.closed_on = timezone.localdate(at)
        task.completion = CLOSED
    else:
        task.reported_percent = report.percent
    task.version += 1
    task.save()
    roll_up(chain)
    kind = TaskEvent.Kind.CLOSED if report.completes else TaskEvent.Kind.APPROVED
    data = {"report": report.pk, "percent": str(report.percent)}
    record(task, kind, actor=actor, at=at, from_state=before, data=data)
    return report


@transaction.atomic
def return_report(
    report_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> ProgressReport:
    """The report goes back with a reason; the figures stay what they were."""
    report, chain = lock_report(report_id, version)
    task = chain[0]
    require_decider(actor, task, timezone.localdate(at), author=report.author)
    require_reason(reason)
    _decide(report, ProgressReport.State.RETURNED, actor=actor, at=at, reason=reason)
    before = task.state
    if report.completes:
        task.state = next_state("return_as_not_done", before)
    task.version += 1
    task.save(update_fields=["state", "version"])
    record(
        task,
        TaskEvent.Kind.RETURNED,
        actor=actor,
        at=at,
        from_state=before,
        reason=reason,
        data={"report": report.pk},
    )
    return report


def _reported_percent(task: Task, percent: Decimal | None, *, repeats: bool) -> Decimal:
    if repeats:
        return task.reported_percent
    if percent is None:
        raise Invalid("percent_missing", _("Give a percent, or report no change."))
    if not 0 <= percent <= OPEN_AT_MOST:
        raise Invalid(
            "percent_out_of_range", _("A percent is 0 to 99; report the share as done for 100.")
        )
    return percent


def _require_closed_below(task: Task) -> None:
    """A share is not done while one below it that counts is open."""
    still_open = task.children.counting().filter(state__in=OPEN_STATES)
    if names := list(still_open.values_list("unit__name", flat=True)):
        raise Conflict("open_below", _("Shares below this one are still open."), {"units": names})


def _decide(
    report: ProgressReport, state: str, *, actor: User, at: dt.datetime, reason: str = ""
) -> None:
    if report.state != ProgressReport.State.SUBMITTED:
        raise Conflict(
            "already_decided", _("This report is already decided."), {"state": report.state}
        )
    report.state = state
    report.decided_by = actor
    report.decided_at = at
    report.reason = reason
    report.version += 1
    report.save()
