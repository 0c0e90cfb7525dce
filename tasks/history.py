"""The history of a share: one event for each transition, in the transition's own transaction."""

import datetime as dt
from typing import Any

from accounts.models import User
from tasks.models import Task, TaskEvent


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
    return TaskEvent.objects.create(
        task=task,
        kind=kind,
        actor=actor,
        at=at,
        from_state=from_state or task.state,
        to_state=task.state,
        reason=reason,
        data=data or {},
    )
