"""A share goes to another unit: after an objection, or because the work belongs elsewhere."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import Unit, User
from tasks.access import require_decider
from tasks.acknowledging import require_reason
from tasks.decomposition import beyond_reach
from tasks.history import event_of, record
from tasks.inserting import insert_rows
from tasks.locking import lock_chain, lock_shape
from tasks.models import UNENDED_STATES, ExtensionRequest, Task, TaskEvent
from tasks.progress import WAITING
from tasks.transitions import next_state


@transaction.atomic
def reassign(
    task_id: int,
    unit: Unit,
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Task:
    """The deciding unit gives the share to another unit, which signs for it anew.

    Refused (``Conflict``) where shares below it are not ended, or a report or request waits:
    what was begun is ended first. Refused too for a unit's own part, which goes where its share
    goes, and for a unit that is not in force. What was approved stays with the share; an own
    part that the old unit has closed stays its own work, as a share like any other.
    """
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    chain = lock_chain(task_id, version)
    task = chain[0]
    on = timezone.localdate(at)
    require_decider(actor, task, on)
    require_reason(reason)
    before, old = task.state, task.unit
    task.state = next_state("reassign", before)
    _require_begun_is_ended(task)
    _require_free(task, unit)
    _require_in_reach(task, unit, on)
    task.unit = unit
    task.acknowledged_at = None
    task.issued_at = at
    task.version += 1
    task.save(update_fields=["state", "unit", "acknowledged_at", "issued_at", "version"])
    _release_own_parts(task, actor=actor, at=at)
    task.plan.recipients.add(unit)
    record(
        task,
        TaskEvent.Kind.REASSIGNED,
        actor=actor,
        at=at,
        from_state=before,
        reason=reason,
        data={"from_unit": old.pk, "from": old.name, "to_unit": unit.pk, "to": unit.name},
    )
    return task


def _release_own_parts(task: Task, *, actor: User, at: dt.datetime) -> None:
    """What the old unit did as its own part is a share like any other from now on."""
    parts = list(task.children.filter(is_own_part=True).order_by("pk"))
    for part in parts:
        part.is_own_part = False
    Task.objects.bulk_update(parts, ["is_own_part"])
    data = {"before": {"is_own_part": True}, "after": {"is_own_part": False}}
    insert_rows(
        event_of(part, TaskEvent.Kind.CHANGED, actor=actor, at=at, from_state=part.state, data=data)
        for part in parts
    )


def _require_begun_is_ended(task: Task) -> None:
    if task.is_own_part:
        raise Conflict("own_part", _("A unit's own part goes where the share above it goes."))
    below = task.children.filter(state__in=UNENDED_STATES)
    if names := list(below.order_by("pk").values_list("unit__name", flat=True)):
        raise Conflict("open_below", _("Shares below this one are still open."), {"units": names})
    if task.reports.filter(state__in=WAITING).exists():
        raise Conflict("report_waiting", _("A report on this share is waiting for a decision."))
    if task.extension_requests.filter(state=ExtensionRequest.State.SUBMITTED).exists():
        raise Conflict("request_waiting", _("A request on this share is waiting for a decision."))


def _require_in_reach(task: Task, unit: Unit, on: dt.date) -> None:
    """As in decomposing; a root share may go to any unit that is in force."""
    if task.parent and beyond_reach(task.parent, [unit], on):
        raise Conflict(
            "out_of_reach",
            _("A share is broken down to the units below one's own."),
            {"units": [unit.name]},
        )
    if not Unit.objects.valid_on(on).filter(pk=unit.pk).exists():
        raise Conflict(
            "not_in_force", _("This unit is not in force today."), {"units": [unit.name]}
        )


def _require_free(task: Task, unit: Unit) -> None:
    if task.unit_id == unit.pk:
        raise Conflict("same_unit", _("The share is that unit's already."))
    others = Task.objects.filter(key_task=task.key_task_id, unit=unit, is_own_part=False)
    if others.exclude(state=Task.State.CANCELLED).exists():
        raise Conflict(
            "share_exists",
            _("These units already have a share of this key task."),
            {"units": [unit.name]},
        )
