"""A share goes to another unit: after an objection, or because the work belongs elsewhere."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import Unit, User
from tasks.access import require_decider
from tasks.acknowledging import require_reason
from tasks.decomposition import require_reach
from tasks.history import record
from tasks.locking import lock_chain, lock_shape
from tasks.models import ProgressReport, Task, TaskEvent
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

    Refused (``Conflict``) where shares below it are open or a report waits: what was begun is
    ended first. What was approved stays with the share.
    """
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    chain = lock_chain(task_id, version)
    task = chain[0]
    on = timezone.localdate(at)
    require_decider(actor, task, on)
    require_reason(reason)
    _require_free(task, unit)
    if task.parent:
        require_reach(task.parent, [unit], on)
    before, old = task.state, task.unit
    task.state = next_state("reassign", before)
    task.unit = unit
    task.acknowledged_at = None
    task.issued_at = at
    task.version += 1
    task.save(update_fields=["state", "unit", "acknowledged_at", "issued_at", "version"])
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


def _require_free(task: Task, unit: Unit) -> None:
    if task.unit_id == unit.pk:
        raise Conflict("same_unit", _("The share is that unit's already."))
    if task.children.open().exists():
        raise Conflict("open_below", _("Shares below this one are still open."))
    if task.reports.filter(state__in=[ProgressReport.State.INSIDE, "submitted"]).exists():
        raise Conflict("report_waiting", _("A report on this share is waiting for a decision."))
    others = Task.objects.filter(key_task=task.key_task_id, unit=unit, is_own_part=False)
    if others.exclude(state=Task.State.CANCELLED).exists():
        raise Conflict(
            "share_exists",
            _("These units already have a share of this key task."),
            {"units": [unit.name]},
        )
