"""年终: ongoing shares are reviewed, open ones carried over to a later plan, the plan is closed."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from accounts.versioning import require_version
from plans.access import require_coordinator
from plans.locking import lock_key_task, lock_plan, require_not_closed
from plans.models import DeadlineKind, KeyTask, Plan
from tasks.access import require_decider
from tasks.acknowledging import require_reason
from tasks.completion import roll_up
from tasks.ending import end_shares
from tasks.history import record
from tasks.locking import lock_chain, lock_shape, lock_shares_of
from tasks.models import UNENDED_STATES, Task, TaskEvent
from tasks.transitions import require_open


@transaction.atomic
def review_ongoing(
    task_id: int, finding: str, *, actor: User, at: dt.datetime, version: int | None = None
) -> Task:
    """The deciding unit looks at a share without a date once a year and says how it stands."""
    task = lock_chain(task_id, version)[0]
    require_decider(actor, task, timezone.localdate(at))
    require_open(task.state)
    require_reason(finding)
    if task.deadline_kind != DeadlineKind.ONGOING:
        raise Conflict("not_ongoing", _("Only ongoing shares are reviewed at year end."))
    task.version += 1
    task.save(update_fields=["version"])
    record(task, TaskEvent.Kind.REVIEWED, actor=actor, at=at, reason=finding)
    return task


@transaction.atomic
def carry_over(
    key_task_id: int,
    to_key_task: KeyTask,
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> list[Task]:
    """What is open of a key task goes on under one of a later plan of the same office.

    The shares end as carried over with the figures they have, suspended ones too, and count with
    them; the later plan makes its own.
    """
    plan = lock_key_task(key_task_id, version).plan
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    require_not_closed(plan.state)
    require_reason(reason)
    _require_later(plan, to_key_task)
    lock_shape(plan.pk)
    shares = lock_shares_of(key_task_id)
    unended = [task for task in shares if task.state in UNENDED_STATES]
    if not unended:
        raise Conflict("key_task_ended", _("This key task has ended already."))
    for task in unended:
        task.carried_to = to_key_task
    end_shares(unended, "carry_over", reason=reason, actor=actor, at=at)
    roll_up(shares)
    return unended


def _require_later(plan: Plan, to_key_task: KeyTask) -> None:
    later = Plan.objects.get(pk=to_key_task.plan_id)
    same_office = later.issuing_unit_id == plan.issuing_unit_id
    if not same_office or later.year <= plan.year or later.state == Plan.State.CLOSED:
        raise Invalid(
            "not_a_later_plan", _("Open work is carried over to a later plan of the same office.")
        )


@transaction.atomic
def close_plan(plan_id: int, *, actor: User, at: dt.datetime, version: int | None = None) -> Plan:
    """The plan's year is over: every share is closed, cancelled or carried over.

    From then on nothing of it changes, in the database too. Raises ``Conflict`` naming the key
    tasks that are not ended.
    """
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    if plan.state == Plan.State.CLOSED:
        return plan
    require_version(plan, version)
    if plan.state != Plan.State.ISSUED:
        raise Conflict("plan_not_issued", _("Only an issued plan is closed."))
    unended = Task.objects.filter(plan=plan, state__in=UNENDED_STATES)
    found = unended.order_by("key_task__position").values_list("key_task__title", flat=True)
    titles = list(dict.fromkeys(found))
    if titles:
        raise Conflict(
            "open_shares",
            _("Some key tasks are neither closed nor cancelled nor carried over."),
            {"key_tasks": titles},
        )
    plan.state = Plan.State.CLOSED
    plan.closed_at = at
    plan.version += 1
    plan.save()
    return plan
