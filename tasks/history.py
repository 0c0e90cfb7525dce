"""The history of a share: one event for each transition, in the transition's own transaction.

``tasks.past`` rebuilds the figures of a past day from it. Hence whatever changes one of the
columns of ``STANDING`` writes an event, after it; what follows from other shares (completion,
and the place in the tree of what moved along) is derived anew.
"""

import datetime as dt
from typing import Any

from django.db.models import Max

from accounts.models import User
from tasks.inserting import insert_rows
from tasks.models import Task, TaskEvent

#: The columns of a share that are kept with each event, besides ``to_state``.
STANDING = (
    "unit_id",
    "parent_id",
    "is_own_part",
    "title",
    "due_on",
    "next_due_on",
    "steps_total",
    "steps_closed",
    "weight",
    "rollup",
    "reported_percent",
    "completion",
    "reporting_period",
    "light_set",
    "carried_to_id",
    "issued_at",
    "acknowledged_at",
    "closed_on",
)

#: Events that are settled in one transaction.
BATCH = 10_000


def record(
    task: Task,
    kind: TaskEvent.Kind,
    *,
    actor: User,
    at: dt.datetime,
    from_state: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> TaskEvent:
    """Writes down what happened; ``to_state`` is the state the share has now."""
    event = event_of(
        task,
        kind,
        actor=actor,
        at=at,
        from_state=from_state or task.state,
        reason=reason,
        data=data,
    )
    insert_rows([event])
    return event


def event_of(
    task: Task,
    kind: TaskEvent.Kind,
    *,
    actor: User,
    at: dt.datetime,
    from_state: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> TaskEvent:
    """The event as a row to save with others. The share must be as it is saved."""
    return TaskEvent(
        task=task,
        kind=kind,
        actor=actor,
        at=at,
        from_state=from_state,
        to_state=task.state,
        reason=reason,
        data=data or {},
        standing={name: plain(getattr(task, name)) for name in STANDING},
    )


def settle_events() -> int:
    """Marks the events there are as older than any to come; answers how many it marked.

    For a restored database: its events bear numbers of the cluster that wrote them, which the new
    one may not have reached. Batch by batch, so that it may be broken off and begun again.
    """
    numbered = TaskEvent.objects.exclude(transaction=0).order_by("pk")
    newest = numbered.aggregate(newest=Max("pk"))["newest"] or 0
    settled = 0
    while batch := list(numbered.filter(pk__lte=newest).values_list("pk", flat=True)[:BATCH]):
        settled += TaskEvent.objects.filter(pk__in=batch).update(transaction=0)
    return settled


def plain(value: Any) -> bool | int | str | None:
    """A column's value as JSON holds it, exactly."""
    return value if isinstance(value, bool | int | None) else str(value)
