"""延期申请: asked before the deadline, decided by the unit above; the printed date stays."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from tasks.access import require_decider, require_worker
from tasks.acknowledging import require_reason
from tasks.history import record
from tasks.locking import lock_chain, lock_extension_request
from tasks.models import ExtensionRequest, Task, TaskEvent
from tasks.steps import FOLLOWED, move_steps
from tasks.transitions import require_in_progress, require_open


@transaction.atomic
def ask_extension(
    task_id: int,
    *,
    new_due_on: dt.date,
    reason: str,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> ExtensionRequest:
    """The unit asks for a later date, on the last day allowed at the latest."""
    task = lock_chain(task_id, version)[0]
    on = timezone.localdate(at)
    require_worker(actor, task, on)
    require_in_progress(task.state)
    require_reason(reason)
    if task.due_on is None or on > task.due_on:
        raise Conflict("deadline_passed", _("An extension is asked for before the deadline."))
    if new_due_on <= task.due_on:
        raise Invalid("not_later", _("The new deadline must be later than the present one."))
    _require_within_parent(task, new_due_on)
    if task.extension_requests.filter(state=ExtensionRequest.State.SUBMITTED).exists():
        raise Conflict("request_waiting", _("A request on this share is waiting for a decision."))
    request = ExtensionRequest.objects.create(
        task=task,
        author=actor,
        old_due_on=task.due_on,
        new_due_on=new_due_on,
        reason=reason,
        submitted_at=at,
    )
    _record(request, TaskEvent.Kind.EXTENSION_ASKED, actor=actor, at=at, reason=reason)
    return request


@transaction.atomic
def approve_extension(
    request_id: int,
    *,
    answer: str = "",
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> ExtensionRequest:
    """The share has the new date from now on; reminders of the old one become untrue.

    An open step that was due on the old date is due on the new one.
    """
    request, chain = lock_extension_request(request_id, version)
    task = chain[0]
    require_decider(actor, task, timezone.localdate(at), author=request.author)
    require_open(task.state)
    _require_waiting(request)
    if task.due_on and request.new_due_on <= task.due_on:
        raise Conflict(
            "not_later",
            _("The deadline was moved in the meantime; the new one would not be later."),
            {"due_on": task.due_on.isoformat()},
        )
    _require_within_parent(task, request.new_due_on)
    _decide(request, ExtensionRequest.State.APPROVED, answer=answer, actor=actor, at=at)
    move_steps(task, request.new_due_on)
    task.version += 1
    task.save(update_fields=[*FOLLOWED, "due_on", "version"])
    _record(request, TaskEvent.Kind.EXTENDED, actor=actor, at=at, reason=answer)
    return request


@transaction.atomic
def refuse_extension(
    request_id: int, *, answer: str, actor: User, at: dt.datetime, version: int | None = None
) -> ExtensionRequest:
    """The old date stays, and the unit reads why."""
    request, chain = lock_extension_request(request_id, version)
    require_decider(actor, chain[0], timezone.localdate(at), author=request.author)
    require_reason(answer)
    _require_waiting(request)
    _decide(request, ExtensionRequest.State.REFUSED, answer=answer, actor=actor, at=at)
    _record(request, TaskEvent.Kind.EXTENSION_REFUSED, actor=actor, at=at, reason=answer)
    return request


def _require_within_parent(task: Task, new_due_on: dt.date) -> None:
    parent = task.parent
    if parent and parent.due_on and new_due_on > parent.due_on:
        raise Invalid(
            "later_than_parent",
            _("The share above is due on %(day)s; it must be extended first.")
            % {"day": parent.due_on.isoformat()},
            {"parent_due_on": parent.due_on.isoformat()},
        )


def _require_waiting(request: ExtensionRequest) -> None:
    """Nobody decides twice, nor about a share on which nobody works any more."""
    if request.state != ExtensionRequest.State.SUBMITTED:
        raise Conflict(
            "already_decided", _("This request is already decided."), {"state": request.state}
        )
    require_open(request.task.state)


def _decide(
    request: ExtensionRequest, state: str, *, answer: str, actor: User, at: dt.datetime
) -> None:
    request.state = state
    request.answer = answer
    request.decided_by = actor
    request.decided_at = at
    request.version += 1
    request.save()


def _record(
    request: ExtensionRequest,
    kind: TaskEvent.Kind,
    *,
    actor: User,
    at: dt.datetime,
    reason: str,
) -> None:
    data = {
        "request": request.pk,
        "old_due_on": request.old_due_on.isoformat(),
        "new_due_on": request.new_due_on.isoformat(),
    }
    record(request.task, kind, actor=actor, at=at, reason=reason, data=data)
