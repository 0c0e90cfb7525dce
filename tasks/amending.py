"""调整: changing an issued plan. Each change is an ``Amendment`` with its reason, kept for ever.

The coordinator of the issuing unit decides. What is cancelled or suspended leaves both sides of
the fraction from then on.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from accounts.versioning import require_version
from plans.access import require_coordinator
from plans.editing import (
    OwnerChoice,
    add_owners,
    add_steps,
    require_valid_fields,
)
from plans.locking import lock_plan
from plans.models import Amendment, DeadlineKind, KeyTask, Plan, Section
from tasks.acknowledging import require_reason
from tasks.changing import UNCHANGED, Unchanged, move_shares
from tasks.completion import roll_up
from tasks.ending import end_shares, resume_shares
from tasks.history import record
from tasks.issuing import hand_out, members_of_groups, unsettled
from tasks.locking import lock_shape, lock_shares_of
from tasks.models import UNENDED_STATES, Task, TaskEvent
from tasks.transitions import next_state

Kind = Amendment.Kind


@dataclass(frozen=True)
class KeyTaskAmendment:
    """What changes of a key task; what is left out stays."""

    title: str | Unchanged = UNCHANGED
    text: str | Unchanged = UNCHANGED
    weight: Decimal | Unchanged = UNCHANGED
    due_on: dt.date | Unchanged = UNCHANGED


@dataclass(frozen=True)
class NewKeyTask:
    """A key task that is added to an issued plan, with its owners as units or groups.

    Its steps are those that the printed words of its deadline mean.
    """

    title: str
    text: str
    owners: Sequence[OwnerChoice]
    deadline_kind: str = DeadlineKind.DATE
    deadline_text: str = ""
    due_on: dt.date | None = None
    number: str = ""
    section: Section | None = None


@transaction.atomic
def change_key_task(
    key_task_id: int,
    changes: KeyTaskAmendment,
    *,
    reason: str,
    moving_below: Collection[int] = (),
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Amendment:
    """Changes title, text, weight or date, of the key task and of the shares that have them of it.

    ``moving_below`` as in ``tasks.changing.move_deadline``. Shares that have a title of their own
    keep it, and so do those that have ended.
    """
    key_task = _lock(key_task_id, reason=reason, actor=actor, at=at, version=version)
    shares = _shares_in_force(key_task)
    before = _facts(key_task)
    for name in ("title", "text", "weight"):
        value = getattr(changes, name)
        if value is not UNCHANGED:
            setattr(key_task, name, value)
    require_valid_fields(key_task, where="key_task", exclude=["plan", "section"])
    _pass_on(key_task, shares, str(before["title"]), reason=reason, actor=actor, at=at)
    if changes.due_on is not UNCHANGED:
        _move(key_task, shares, changes.due_on, moving_below, reason=reason, actor=actor, at=at)
    if _facts(key_task) == before:
        raise Invalid("no_change", _("Nothing of this key task would change."))
    return _record(key_task, Kind.CHANGE, before, reason=reason, actor=actor, at=at)


@transaction.atomic
def add_key_task(
    plan_id: int,
    new: NewKeyTask,
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Amendment:
    """Adds a key task at the end of the plan and hands its shares out at once.

    Group words mean their members of that day.
    """
    plan = _lock_plan(plan_id, reason=reason, actor=actor, at=at)
    require_version(plan, version)
    lock_shape(plan_id)
    last = plan.key_tasks.aggregate(last=Max("position"))["last"] or 0
    key_task = KeyTask(
        plan=plan,
        section=new.section,
        position=last + 1,
        number=new.number,
        title=new.title,
        text=new.text,
        source_line=0,
        deadline_kind=new.deadline_kind,
        deadline_text=new.deadline_text,
        due_on=new.due_on,
    )
    require_valid_fields(key_task, where="key_task", exclude=["plan", "section"])
    if new.section and new.section.plan_id != plan.pk:
        raise Invalid("section_of_another_plan", _("This section is of another plan."))
    if new.deadline_kind == DeadlineKind.ONGOING and new.due_on:
        raise Invalid("ongoing_has_no_date", _("An ongoing key task has no date."))
    key_task.save()
    add_steps(plan, [key_task])
    add_owners(key_task, new.owners)
    members = members_of_groups([key_task], timezone.localdate(at))
    if rows := unsettled(key_task, members):
        raise Invalid(
            "not_settled",
            _("Some key tasks still need an owner or a date before the plan can be issued."),
            {"key_tasks": rows},
        )
    hand_out(plan, [key_task], members, actor=actor, at=at)
    return _record(key_task, Kind.ADD, {}, reason=reason, actor=actor, at=at)


@transaction.atomic
def cancel_key_task(
    key_task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Amendment:
    """Nothing of it is expected any more; all its shares leave the fraction for good."""
    key_task = _lock(key_task_id, reason=reason, actor=actor, at=at, version=version)
    end_shares(_shares_in_force(key_task), "cancel", reason=reason, actor=actor, at=at)
    return _record(key_task, Kind.CANCEL, _facts(key_task), reason=reason, actor=actor, at=at)


@transaction.atomic
def suspend_key_task(
    key_task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Amendment:
    """Its open shares rest, and leave the fraction until the key task is resumed."""
    key_task = _lock(key_task_id, reason=reason, actor=actor, at=at, version=version)
    shares = _shares_in_force(key_task)
    next_state("suspend", shares[-1].state)
    end_shares(shares, "suspend", reason=reason, actor=actor, at=at)
    return _record(key_task, Kind.SUSPEND, _facts(key_task), reason=reason, actor=actor, at=at)


@transaction.atomic
def resume_key_task(
    key_task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None = None
) -> Amendment:
    """Suspended shares go on where they rested."""
    key_task = _lock(key_task_id, reason=reason, actor=actor, at=at, version=version)
    shares = lock_shares_of(key_task.pk)
    if not any(task.state == Task.State.SUSPENDED for task in shares):
        raise Conflict("not_suspended", _("Nothing of this key task is suspended."))
    resume_shares(shares, reason=reason, actor=actor, at=at)
    roll_up(shares)
    return _record(key_task, Kind.RESUME, _facts(key_task), reason=reason, actor=actor, at=at)


def _pass_on(
    key_task: KeyTask,
    shares: Sequence[Task],
    old_title: str,
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
) -> None:
    """Gives the new title to the shares that had the old one, the weight to the root."""
    for task in shares:
        before: dict[str, str] = {}
        if task.state in UNENDED_STATES and task.title == old_title != key_task.title:
            before["title"] = task.title
            task.title = key_task.title
        if task.parent_id is None and task.weight != key_task.weight:
            before["weight"] = str(task.weight)
            task.weight = key_task.weight
        if not before:
            continue
        task.version += 1
        task.save(update_fields=[*before, "version"])
        data = {"before": before, "after": {name: str(getattr(task, name)) for name in before}}
        changed = TaskEvent.Kind.CHANGED
        record(task, changed, actor=actor, at=at, reason=reason, data=data)


def _move(
    key_task: KeyTask,
    shares: Sequence[Task],
    due_on: dt.date,
    moving_below: Collection[int],
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
) -> None:
    """The root goes along with the key task; what is below it only where that is said."""
    if key_task.deadline_kind == DeadlineKind.ONGOING:
        raise Conflict("ongoing_has_no_date", _("An ongoing share has no date to move."))
    *below, root = shares
    move_shares(root, below, due_on, moving_below, reason=reason, actor=actor, at=at)
    key_task.steps.filter(Q(due_on__gt=due_on) | Q(due_on=key_task.due_on)).update(due_on=due_on)
    key_task.due_on = due_on


def _shares_in_force(key_task: KeyTask) -> list[Task]:
    """The locked shares that are not cancelled, the root last.

    ``Conflict`` where the root has ended: then the key task has, whatever supports it.
    """
    shares = [t for t in lock_shares_of(key_task.pk) if t.state != Task.State.CANCELLED]
    if not shares or shares[-1].state not in UNENDED_STATES:
        raise Conflict("key_task_ended", _("This key task has ended already."))
    return shares


def _lock(
    key_task_id: int, *, reason: str, actor: User, at: dt.datetime, version: int | None
) -> KeyTask:
    plan_id = KeyTask.objects.values_list("plan_id", flat=True).get(pk=key_task_id)
    plan = _lock_plan(plan_id, reason=reason, actor=actor, at=at)
    key_task = KeyTask.objects.select_for_update(no_key=True).get(pk=key_task_id)
    key_task.plan = plan
    require_version(key_task, version)
    lock_shape(plan_id)
    return key_task


def _lock_plan(plan_id: int, *, reason: str, actor: User, at: dt.datetime) -> Plan:
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    require_reason(reason)
    if plan.state != Plan.State.ISSUED:
        raise Conflict(
            "plan_not_issued", _("Only an issued plan is amended."), {"state": plan.state}
        )
    return plan


def _facts(key_task: KeyTask) -> dict[str, Any]:
    due_on = key_task.due_on.isoformat() if key_task.due_on else None
    return {
        "title": key_task.title,
        "text": key_task.text,
        "weight": f"{key_task.weight.normalize():f}",
        "due_on": due_on,
    }


def _record(
    key_task: KeyTask,
    kind: Amendment.Kind,
    before: dict[str, Any],
    *,
    reason: str,
    actor: User,
    at: dt.datetime,
) -> Amendment:
    """Saves the key task and writes the amendment down, with what differs."""
    key_task.version += 1
    key_task.save()
    after = _facts(key_task)
    return Amendment.objects.create(
        plan=key_task.plan,
        key_task=key_task,
        kind=kind,
        reason=reason,
        decided_by=actor,
        decided_at=at,
        before={name: value for name, value in before.items() if value != after[name]},
        after={name: value for name, value in after.items() if value != before.get(name)},
    )
