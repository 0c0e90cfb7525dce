"""签收与异议: a unit takes its share, or hands it back within the objection period."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.calendar import load_calendar
from accounts.errors import Conflict, Invalid
from accounts.models import User
from tasks.access import objector_of, require_decider, require_worker
from tasks.history import record
from tasks.locking import lock_chain
from tasks.models import Task, TaskEvent
from tasks.transitions import next_state


@transaction.atomic
def acknowledge(task_id: int, *, actor: User, at: dt.datetime, version: int | None = None) -> Task:
    """The unit signs for its share."""
    task = lock_chain(task_id, version)[0]
    require_worker(actor, task, timezone.localdate(at))
    task.acknowledged_at = at
    return _move(task, "acknowledge", TaskEvent.Kind.ACKNOWLEDGED, actor=actor, at=at)


@transaction.atomic
def object_to(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """The unit says, with a reason and in time, that the share is not its own to carry."""
    task = lock_chain(task_id, version)[0]
    on = timezone.localdate(at)
    require_worker(actor, task, on)
    require_reason(reason)
    last_day = last_day_to_object(task)
    if on > last_day:
        raise Conflict(
            "objection_period_over",
            _("The objection period ended on %(day)s.") % {"day": last_day.isoformat()},
            {"last_day": last_day.isoformat()},
        )
    return _move(task, "object", TaskEvent.Kind.OBJECTED, actor=actor, at=at, reason=reason)


@transaction.atomic
def uphold(
    task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """The deciding unit answers an objection: the share stands and waits to be signed for."""
    task = lock_chain(task_id, version)[0]
    require_decider(actor, task, timezone.localdate(at), author=objector_of(task))
    require_reason(reason)
    return _move(task, "uphold", TaskEvent.Kind.UPHELD, actor=actor, at=at, reason=reason)


def last_day_to_object(task: Task) -> dt.date:
    """Working days are counted from the day after the share was issued."""
    issued_on = timezone.localdate(task.issued_at)
    return load_calendar().add_working_days(issued_on, task.plan.objection_days)


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason_missing", _("Please give a reason."))


def _move(
    task: Task,
    action: str,
    kind: TaskEvent.Kind,
    *,
    actor: User,
    at: dt.datetime,
    reason: str = "",
) -> Task:
    before = task.state
    task.state = next_state(action, before)
    task.version += 1
    task.save(update_fields=["state", "acknowledged_at", "version"])
    record(task, kind, actor=actor, at=at, from_state=before, reason=reason)
    return task
