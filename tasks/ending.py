"""How shares end otherwise than by being done, come back, or rest: cancel, suspend, reopen.

Each goes down to all open shares below, since nobody works on a part of what is gone.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from tasks.access import require_above, require_decider
from tasks.acknowledging import require_reason
from tasks.completion import OPEN_AT_MOST, roll_up
from tasks.history import record
from tasks.locking import Family, lock_chain, lock_family, lock_shape
from tasks.models import ProgressReport, Task, TaskEvent
from tasks.transitions import OPEN, next_state

Kind = TaskEvent.Kind


@transaction.atomic
def cancel_share(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """Whoever handed the share down takes it back, with all below it; it leaves the fraction."""
    family = _lock(task_id, version)
    require_above(actor, family.task, timezone.localdate(at))
    _require_part(family.task)
    require_reason(reason)
    end_shares([*family.below, family.task], "cancel", reason=reason, actor=actor, at=at)
    roll_up(family.chain)
    return family.task


@transaction.atomic
def reopen_share(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """A new remark on a closed share: the unit works on it again, and the figures say so.

    Refused (``Conflict``) while the share above is closed: that is reopened first.
    """
    chain = lock_chain(task_id, version)
    task = chain[0]
    require_decider(actor, task, timezone.localdate(at))
    require_reason(reason)
    if task.parent and task.parent.state == Task.State.CLOSED:
        raise Conflict("closed_above", _("The share above is closed; reopen that one first."))
    before = task.state
    task.state = next_state("reopen", before)
    task.closed_on = None
    task.reported_percent = OPEN_AT_MOST
    task.completion = OPEN_AT_MOST
    task.version += 1
    task.save(update_fields=["state", "closed_on", "reported_percent", "completion", "version"])
    roll_up(chain)
    record(task, Kind.REOPENED, actor=actor, at=at, from_state=before, reason=reason)
    return task


def end_shares(
    tasks: Iterable[Task], action: str, *, reason: str, actor: User, at: dt.datetime
) -> None:
    """Cancels, suspends or carries over those of the locked shares that are open or suspended.

    The caller rolls up. What waits for a decision stays where it is; nobody decides about it
    while the share rests.
    """
    kinds = {"cancel": Kind.CANCELLED, "suspend": Kind.SUSPENDED, "carry_over": Kind.CARRIED_OVER}
    ended = []
    events = []
    for task in tasks:
        if task.state not in OPEN and (task.state != "suspended" or action == "suspend"):
            continue
        before = task.state
        task.state = next_state(action, before)
        task.version += 1
        ended.append(task)
        events.append(
            TaskEvent(
                task=task,
                kind=kinds[action],
                actor=actor,
                at=at,
                from_state=before,
                to_state=task.state,
                reason=reason,
            )
        )
    Task.objects.bulk_update(ended, ["state", "carried_to", "version"])
    TaskEvent.objects.bulk_create(events)


def resume_shares(tasks: Iterable[Task], *, reason: str, actor: User, at: dt.datetime) -> None:
    """Suspended shares go on in the state they were in. The caller rolls up."""
    resumed = [task for task in tasks if task.state == Task.State.SUSPENDED]
    waiting = set(
        ProgressReport.objects.filter(
            task__in=resumed, state=ProgressReport.State.SUBMITTED, completes=True
        ).values_list("task_id", flat=True)
    )
    for task in resumed:
        task.state = _state_to_resume(task, waits=task.pk in waiting)
        task.version += 1
    Task.objects.bulk_update(resumed, ["state", "version"])
    TaskEvent.objects.bulk_create(
        TaskEvent(
            task=task,
            kind=Kind.RESUMED,
            actor=actor,
            at=at,
            from_state=Task.State.SUSPENDED,
            to_state=task.state,
            reason=reason,
        )
        for task in resumed
    )


def _state_to_resume(task: Task, *, waits: bool) -> str:
    if waits:
        return Task.State.SUBMITTED
    return Task.State.ACKNOWLEDGED if task.acknowledged_at else Task.State.ISSUED


def _lock(task_id: int, version: int | None) -> Family:
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    return lock_family(task_id, version)


def _require_part(task: Task) -> None:
    """A root is the key task itself, which only an amendment cancels."""
    if task.parent is None:
        raise Conflict(
            "by_amendment", _("The whole of a key task is cancelled by amending the plan.")
        )
