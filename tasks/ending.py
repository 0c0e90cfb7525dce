"""How shares end otherwise than by being done, come back, or rest: cancel, suspend, reopen.

What ends or rests takes all open shares below along, since nobody works on a part of what is
gone: an open share never stands below one that is cancelled, suspended or carried over.
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
from tasks.history import event_of, record
from tasks.inserting import insert_rows
from tasks.locking import lock_chain, lock_family, lock_shape
from tasks.models import Task, TaskEvent
from tasks.steps import move_steps
from tasks.transitions import TRANSITIONS, next_state

Kind = TaskEvent.Kind


@transaction.atomic
def cancel_share(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """Whoever handed the share down takes it back, with all below it; it leaves the fraction."""
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    family = lock_family(task_id, version)
    require_above(actor, family.task, timezone.localdate(at))
    _require_part(family.task)
    require_reason(reason)
    next_state("cancel", family.task.state)
    end_shares([*family.below, family.task], "cancel", reason=reason, actor=actor, at=at)
    roll_up(family.chain)
    return family.task


@transaction.atomic
def reopen_share(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """A new remark on a closed share: the unit works on it again, and the figures say so.

    Refused (``Conflict``) while the share above is closed: that is reopened first. Where that
    one was moved earlier in the meantime, this one is due with it, and its history says so.
    """
    chain = lock_chain(task_id, version)
    task = chain[0]
    require_decider(actor, task, timezone.localdate(at))
    require_reason(reason)
    before, old_due_on = task.state, task.due_on
    task.state = next_state("reopen", before)
    _require_open_above(task)
    task.closed_on = None
    task.reported_percent = OPEN_AT_MOST
    _be_due_with_parent(task)
    task.version += 1
    task.completion = OPEN_AT_MOST
    task.save()
    roll_up(chain)
    data = {} if task.due_on == old_due_on else _dates(old_due_on, task.due_on)
    record(task, Kind.REOPENED, actor=actor, at=at, from_state=before, reason=reason, data=data)
    return task


def _require_open_above(task: Task) -> None:
    above = task.parent
    if above is None or above.is_open:
        return
    if above.state == Task.State.CLOSED:
        raise Conflict("closed_above", _("The share above is closed; reopen that one first."))
    raise Conflict(
        "ended_above",
        _("The share above is not worked on any more."),
        {"state": above.state},
    )


def _be_due_with_parent(task: Task) -> None:
    latest = task.parent and task.parent.due_on
    if latest and task.due_on and task.due_on > latest:
        move_steps(task, latest)


def _dates(old: dt.date | None, new: dt.date | None) -> dict[str, str | None]:
    return {
        "old_due_on": old.isoformat() if old else None,
        "due_on": new.isoformat() if new else None,
    }


def end_shares(
    tasks: Iterable[Task], action: str, *, reason: str, actor: User, at: dt.datetime
) -> None:
    """Cancels, suspends or carries over those of the locked shares that are open or suspended.

    ``tasks`` go from the leaves up; the caller rolls up. What waits for a decision stays where
    it is; nobody decides about it while the share rests.
    """
    kinds = {"cancel": Kind.CANCELLED, "suspend": Kind.SUSPENDED, "carry_over": Kind.CARRIED_OVER}
    ended = []
    events = []
    for task in tasks:
        if task.state not in TRANSITIONS[action]:
            continue
        before = task.state
        task.state = next_state(action, before)
        task.version += 1
        ended.append(task)
        events.append(
            event_of(
                task,
                kinds[action],
                actor=actor,
                at=at,
                from_state=before,
                reason=reason,
                data={"key_task": task.carried_to_id} if task.carried_to_id else {},
            )
        )
    Task.objects.bulk_update(ended, ["state", "carried_to", "version"])
    insert_rows(events)


def resume_shares(tasks: Iterable[Task], *, reason: str, actor: User, at: dt.datetime) -> None:
    """Suspended shares go on in the state they were in, which their history knows.

    The caller rolls up.
    """
    resumed = [task for task in tasks if task.state == Task.State.SUSPENDED]
    suspensions = TaskEvent.objects.filter(task__in=resumed, kind=Kind.SUSPENDED).order_by("id")
    before = dict(suspensions.values_list("task_id", "from_state"))
    for task in resumed:
        task.state = before[task.pk]
        task.version += 1
    Task.objects.bulk_update(resumed, ["state", "version"])
    insert_rows(
        event_of(
            task,
            Kind.RESUMED,
            actor=actor,
            at=at,
            from_state=Task.State.SUSPENDED,
            reason=reason,
        )
        for task in resumed
    )


def _require_part(task: Task) -> None:
    """A root is the key task itself, which only an amendment cancels."""
    if task.parent is None:
        raise Conflict(
            "by_amendment", _("The whole of a key task is cancelled by amending the plan.")
        )
