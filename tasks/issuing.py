"""下达: issuing a plan makes the tree of shares (DESIGN 3)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import Unit, User
from accounts.versioning import require_version
from plans.access import require_coordinator
from plans.locking import lock_plan
from plans.models import DeadlineKind, KeyTask, KeyTaskOwner, Plan
from plans.models import Role as OwnerRole
from tasks.history import event_of
from tasks.inserting import insert_rows
from tasks.models import Task, TaskEvent
from tasks.steps import Dated, foresee_steps, save_steps, steps_to_be

#: Which role wins where a unit is named twice for one key task.
STRENGTH = {OwnerRole.LEAD: 0, OwnerRole.RESPONSIBLE: 1, OwnerRole.SUPPORTING: 2}

#: The units that a group word stands for, by the group's id.
Members = dict[int, list[Unit]]


@dataclass(frozen=True)
class Share:
    """A unit's part in one key task, before it is a row."""

    unit: Unit
    role: str


@dataclass(frozen=True)
class ShareTree:
    """The root share, whether its unit keeps a counted part of its own, and the shares below."""

    root: Share
    own_part: Share | None
    below: list[Share]


@transaction.atomic
def issue_plan(plan_id: int, *, actor: User, at: dt.datetime, version: int | None = None) -> Plan:
    """Makes every share of a confirmed plan, once; a second call returns the plan as it is.

    Raises ``Invalid`` listing the key tasks whose owners or dates a person still has to settle;
    then nothing is made. The number of queries does not grow with the plan.
    """
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    if plan.state != Plan.State.DRAFT:
        return plan
    require_version(plan, version)
    key_tasks = list(plan.key_tasks.prefetch_related("owners__unit", "owners__group"))
    members = members_of_groups(key_tasks, plan.issued_on)
    if open_rows := [row for key_task in key_tasks for row in unsettled(key_task, members)]:
        raise Invalid(
            "not_settled",
            _("Some key tasks still need an owner or a date before the plan can be issued."),
            {"key_tasks": open_rows},
        )
    hand_out(plan, key_tasks, members, actor=actor, at=at)
    plan.state = Plan.State.ISSUED
    plan.issued_at = at
    plan.version += 1
    plan.save()
    return plan


def hand_out(
    plan: Plan,
    key_tasks: list[KeyTask],
    members: Members,
    *,
    actor: User,
    at: dt.datetime,
) -> list[Task]:
    """Makes the shares of settled key tasks and tells their units; returns the root shares."""
    trees = [
        (key_task, share_tree(_named_shares(key_task, members), plan.issuing_unit))
        for key_task in key_tasks
    ]
    return _save(plan, trees, actor=actor, at=at)


def unsettled(key_task: KeyTask, members: Members) -> list[dict[str, Any]]:
    """What a person still has to decide about a key task, as rows of the refusal."""
    missing = []
    owners = list(key_task.owners.all())
    named = [owner for owner in owners if _stands_for_units(owner, members)]
    if not named or not all(owner.open_ended or owner in named for owner in owners):
        missing.append("owner")
    if key_task.due_on is None and key_task.deadline_kind != DeadlineKind.ONGOING:
        missing.append("deadline")
    name = {"id": key_task.pk, "number": key_task.number, "title": key_task.title}
    return [{**name, "missing": what} for what in missing]


def share_tree(named: Iterable[tuple[Share, bool]], issuing_unit: Unit) -> ShareTree:
    """The shape of one key task's shares. Pure.

    ``named`` are the owners in printed order, each with whether it was named itself (true) or as
    a member of a group. The root is the first lead named itself; a sole responsible unit; else
    the issuing unit, as coordinator.
    """
    strongest: dict[int, Share] = {}
    leads: dict[int, Share] = {}
    for share, named_itself in named:
        known = strongest.get(share.unit.pk)
        if known is None or STRENGTH[OwnerRole(share.role)] < STRENGTH[OwnerRole(known.role)]:
            strongest[share.unit.pk] = share
        if named_itself and share.role == OwnerRole.LEAD:
            leads.setdefault(share.unit.pk, share)
    responsible = [s for s in strongest.values() if s.role != OwnerRole.SUPPORTING]
    if leads:
        root = next(iter(leads.values()))
    elif len(responsible) == 1:
        root = responsible[0]
    else:
        root = Share(issuing_unit, Task.Role.COORDINATOR)
    own_part = strongest.pop(root.unit.pk, None)
    below = list(strongest.values())
    return ShareTree(root, own_part if below else None, below)


def _stands_for_units(owner: KeyTaskOwner, members: Members) -> bool:
    """A group word stands for nobody where it had no members on the plan's date."""
    return owner.unit is not None or bool(owner.group and members[owner.group.pk])


def members_of_groups(key_tasks: list[KeyTask], on: dt.date) -> Members:
    """The members of each group word as of the plan's date. One query for each group."""
    groups = {o.group for key_task in key_tasks for o in key_task.owners.all() if o.group}
    return {group.pk: list(group.members_on(on)) for group in groups}


def _named_shares(key_task: KeyTask, members: Members) -> Iterable[tuple[Share, bool]]:
    """The owners as units. 有关单位, left open and unresolved, is for the lead to name."""
    for owner in key_task.owners.all():
        if owner.unit:
            yield Share(owner.unit, owner.role), True
        elif owner.group:
            for unit in members[owner.group.pk]:
                yield Share(unit, owner.role), False


def _save(
    plan: Plan, trees: list[tuple[KeyTask, ShareTree]], *, actor: User, at: dt.datetime
) -> list[Task]:
    steps = steps_to_be((key_task for key_task, _tree in trees), timezone.localdate(at))
    roots = [
        _task(plan, key_task, tree.root, steps, at=at, weight=key_task.weight)
        for key_task, tree in trees
    ]
    insert_rows(roots)
    below = []
    for root, (key_task, tree) in zip(roots, trees, strict=True):
        if tree.own_part:
            below.append(_task(plan, key_task, tree.own_part, steps, at=at, parent=root, own=True))
        below += [_task(plan, key_task, share, steps, at=at, parent=root) for share in tree.below]
    insert_rows(below)
    save_steps((task, _steps_for(task.role, steps[task.key_task_id])) for task in [*roots, *below])
    insert_rows(
        event_of(task, TaskEvent.Kind.ISSUED, actor=actor, at=at) for task in [*roots, *below]
    )
    plan.recipients.add(*{task.unit for task in [*roots, *below]})
    return roots


def _task(
    plan: Plan,
    key_task: KeyTask,
    share: Share,
    steps: Mapping[int, Sequence[Dated]],
    *,
    at: dt.datetime,
    parent: Task | None = None,
    own: bool = False,
    **fields: Any,
) -> Task:
    task = Task(
        plan=plan,
        key_task=key_task,
        parent=parent,
        ancestors=[parent.pk] if parent else [],
        depth=1 if parent else 0,
        unit=share.unit,
        issued_to=share.unit,
        role=share.role,
        is_own_part=own,
        title=key_task.title,
        deadline_kind=key_task.deadline_kind,
        deadline_text=key_task.deadline_text,
        due_on=key_task.due_on,
        issued_at=at,
        **fields,
    )
    foresee_steps(task, _steps_for(share.role, steps[key_task.pk]))
    return task


def _steps_for(role: str, steps: Sequence[Dated]) -> Sequence[Dated]:
    """Who only coordinates takes no step: the units below do, and are late or in time with it."""
    return () if role == Task.Role.COORDINATOR else steps
