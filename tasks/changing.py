"""What the unit above changes about a share that it handed down: words, weight, date, light."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from plans.models import DeadlineKind
from tasks.access import require_above, require_decider
from tasks.acknowledging import require_reason
from tasks.completion import roll_up
from tasks.history import record
from tasks.locking import lock_chain, lock_family, lock_shape
from tasks.models import UNENDED_STATES, Task, TaskEvent
from tasks.steps import FOLLOWED, move_steps
from tasks.transitions import require_open


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


#: Says "leave this field as it is".
UNCHANGED = _Unchanged.UNCHANGED
Unchanged = Literal[_Unchanged.UNCHANGED]


@dataclass(frozen=True)
class ShareChanges:
    title: str | Unchanged = UNCHANGED
    weight: Decimal | Unchanged = UNCHANGED
    rollup: str | Unchanged = UNCHANGED
    reporting_period: str | Unchanged = UNCHANGED


@transaction.atomic
def change_share(
    task_id: int,
    changes: ShareChanges,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Task:
    """Changes words, weight, rule or period; the figures above follow in the same transaction.

    What changes nothing is not told. Title and weight of a root share are the key task's, which
    an amendment changes (``Conflict``).
    """
    chain = lock_chain(task_id, version)
    task = chain[0]
    require_above(actor, task, timezone.localdate(at))
    require_open(task.state)
    before = {}
    for field in fields(changes):
        value = getattr(changes, field.name)
        if value is not UNCHANGED and value != getattr(task, field.name):
            before[field.name] = str(getattr(task, field.name))
            setattr(task, field.name, value)
    if not before:
        return task
    if task.parent is None and before.keys() & {"title", "weight"}:
        raise Conflict(
            "by_amendment", _("Title and weight of a key task are changed by amending the plan.")
        )
    require_valid_fields(task, before)
    task.version += 1
    task.save(update_fields=[*before, "version"])
    roll_up(chain)
    after = {name: str(getattr(task, name)) for name in before}
    data = {"before": before, "after": after}
    record(task, TaskEvent.Kind.CHANGED, actor=actor, at=at, data=data)
    return task


def require_valid_fields(row: Model, names: Collection[str]) -> None:
    """The model's own rules for the fields that were set."""
    others = [field.name for field in row._meta.fields if field.name not in names]
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid(
            "invalid", _("Some values cannot be saved as they are."), error.message_dict
        ) from error


@transaction.atomic
def move_deadline(
    task_id: int,
    due_on: dt.date,
    *,
    reason: str,
    moving_below: Collection[int] = (),
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Task:
    """Sets another date for a share; shares below that it breaks move with it, if that is said.

    ``moving_below`` must name exactly the shares below whose date is later than the new one:
    otherwise ``Conflict`` answers them, and nothing moves silently (FAILURES B17).
    """
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    family = lock_family(task_id, version)
    task = family.task
    require_above(actor, task, timezone.localdate(at))
    require_open(task.state)
    require_reason(reason)
    _require_dated_within_parent(task, due_on)
    move_shares(task, family.below, due_on, moving_below, reason=reason, actor=actor, at=at)
    return task


def move_shares(
    task: Task,
    below: Iterable[Task],
    due_on: dt.date,
    moving_below: Collection[int],
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
) -> None:
    """Moves a locked share, and those of the locked shares below that the new day breaks."""
    broken = [row for row in below if _breaks(row, due_on)]
    if {row.pk for row in broken} != set(moving_below):
        raise Conflict(
            "breaks_shares_below",
            _("Shares below are due later. Say that they move too, or choose another day."),
            {"shares": [_named(row) for row in broken]},
        )
    for row in [*broken, task]:
        _set_date(row, due_on, reason=reason, actor=actor, at=at)


def _breaks(row: Task, due_on: dt.date) -> bool:
    """A suspended share counts too: it may be resumed."""
    return row.state in UNENDED_STATES and row.due_on is not None and row.due_on > due_on


def shares_broken_by(task: Task, due_on: dt.date) -> list[Task]:
    """The shares below that would be due after that day; for the person to decide about."""
    below = Task.objects.below(task).filter(state__in=UNENDED_STATES, due_on__gt=due_on)
    return list(below.select_related("unit").order_by("depth", "id"))


def _named(task: Task) -> dict[str, Any]:
    due_on = task.due_on.isoformat() if task.due_on else None
    return {"id": task.pk, "unit": task.unit.name, "title": task.title, "due_on": due_on}


def _require_dated_within_parent(task: Task, due_on: dt.date) -> None:
    if task.deadline_kind == DeadlineKind.ONGOING:
        raise Conflict("ongoing_has_no_date", _("An ongoing share has no date to move."))
    if task.parent and task.parent.due_on and due_on > task.parent.due_on:
        raise Invalid(
            "later_than_parent",
            _("A share below is due on or before this one."),
            {"parent_due_on": task.parent.due_on.isoformat()},
        )


def _set_date(task: Task, due_on: dt.date, *, reason: str, actor: User, at: dt.datetime) -> None:
    data = {"old_due_on": task.due_on and task.due_on.isoformat(), "due_on": due_on.isoformat()}
    move_steps(task, due_on)
    task.version += 1
    task.save(update_fields=[*FOLLOWED, "due_on", "version"])
    record(task, TaskEvent.Kind.MOVED, actor=actor, at=at, reason=reason, data=data)


@transaction.atomic
def set_light(
    task_id: int,
    light: str,
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Task:
    """The deciding unit sets a light against the computed one; empty lets it be computed again."""
    task = lock_chain(task_id, version)[0]
    require_decider(actor, task, timezone.localdate(at))
    require_open(task.state)
    require_reason(reason)
    if light and light not in Task.LightSet.values:
        raise Invalid("unknown_light", _("A light is green, yellow or red."))
    data = {"before": task.light_set, "after": light}
    task.light_set = light
    task.version += 1
    task.save(update_fields=["light_set", "version"])
    kind = TaskEvent.Kind.LIGHT_SET if light else TaskEvent.Kind.LIGHT_FREED
    record(task, kind, actor=actor, at=at, reason=reason, data=data)
    return task
