"""Saves shares that changed their unit, each with its line of history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Max

from accounts.models import Unit, User
from tasks.history import event_of, plain
from tasks.inserting import insert_rows
from tasks.models import Step, Task, TaskEvent, UnitReform
from tasks.regrouping import CHANGED, Regrouping
from tasks.steps import FOLLOWED, follow_steps

#: Columns of ``CHANGED`` and those that go with them.
COLUMNS = [*(name.removesuffix("_id") for name in CHANGED), "ancestors", "version"]
#: Values that are kept in history when they change.
TOLD = ("parent_id", "is_own_part", "weight", "reported_percent")
#: Others that are an event of their own, since a past day is rebuilt from events.
RECORDED = ("unit_id", "state", "steps_total", "steps_closed")


def save_regrouping(
    grouping: Regrouping, reform: UnitReform, *, actor: User, at: dt.datetime
) -> None:
    """Writes what ``regroup`` did to locked shares. The database never sees a unit twice."""
    before = grouping.before
    changed = grouping.changed()
    _save_rows(changed, before)
    _save_steps(grouping)
    _add_recipients(changed)
    tell = [task for task in changed if _is_told(task, grouping)]
    insert_rows(_event(task, grouping, reform, actor=actor, at=at) for task in tell)


def _save_rows(changed: Iterable[Task], before: dict[int, dict[str, Any]]) -> None:
    """Those that leave a place come before those that take one; most only change their unit."""
    steps: dict[int, list[Task]] = defaultdict(list)
    for task in changed:
        steps[_turn(task, before[task.pk])].append(task)
    for turn in sorted(steps):
        if turn == MOVES:
            _move_rows(steps[turn])
        else:
            _rewrite_rows(steps[turn], before)


#: The turns in which rows are written.
ENDS, BECOMES_OWN_PART, MOVES, CHANGES, WAS_OWN_PART = range(5)


def _turn(task: Task, old: dict[str, Any]) -> int:
    if task.state == Task.State.CANCELLED:
        return ENDS
    if task.is_own_part != old["is_own_part"]:
        return BECOMES_OWN_PART if task.is_own_part else WAS_OWN_PART
    others = (name for name in CHANGED if name != "unit_id")
    return CHANGES if any(getattr(task, name) != old[name] for name in others) else MOVES


def _move_rows(tasks: Iterable[Task]) -> None:
    """One query for each unit that takes shares over."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for task in tasks:
        by_unit[task.unit_id].append(task.pk)
        task.version += 1
    for unit_id, pks in sorted(by_unit.items()):
        Task.objects.filter(pk__in=pks).update(unit=unit_id, version=F("version") + 1)


def _rewrite_rows(tasks: Sequence[Task], before: dict[int, dict[str, Any]]) -> None:
    """A share of which only the figure follows keeps its version, as in any roll-up."""
    for task in tasks:
        old = before[task.pk]
        task.version += any(
            getattr(task, name) != old[name] for name in CHANGED if name != "completion"
        )
    Task.objects.bulk_update(tasks, COLUMNS, batch_size=500)


def _save_steps(grouping: Regrouping) -> None:
    """The steps of a share that was taken over follow the kept share's own."""
    for pk in sorted(grouping.taken_over):
        if grouping.before[pk]["steps_total"]:
            kept = grouping.shares[grouping.absorbed[pk]]
            last = kept.steps.aggregate(last=Max("position"))["last"]
            Step.objects.filter(task=pk).update(task=kept, position=F("position") + last)
            follow_steps(kept)
            kept.save(update_fields=FOLLOWED)


def _add_recipients(changed: Iterable[Task]) -> None:
    """Whoever has a share of a plan may read it (DESIGN 3)."""
    units: dict[int, set[Unit]] = defaultdict(set)
    plans = {}
    for task in changed:
        units[task.plan_id].add(task.unit)
        plans[task.plan_id] = task.plan
    for plan_id, plan in plans.items():
        plan.recipients.add(*units[plan_id])


def _is_told(task: Task, grouping: Regrouping) -> bool:
    old = grouping.before[task.pk]
    return any(getattr(task, name) != old[name] for name in (*TOLD, *RECORDED))


def _event(
    task: Task, grouping: Regrouping, reform: UnitReform, *, actor: User, at: dt.datetime
) -> TaskEvent:
    """One line for a share: transferred, ended in another one, or changed by such."""
    old = grouping.before[task.pk]
    data: dict[str, Any] = {"reform": reform.pk}
    moved = task.pk in grouping.came_from or task.pk in grouping.absorbed
    if task.pk in grouping.came_from:
        source = grouping.came_from[task.pk]
        data |= {"from_unit": source.pk, "from": source.name}
        data |= {"to_unit": task.unit_id, "to": task.unit.name}
    if task.pk in grouping.absorbed:
        data["merged_into"] = grouping.absorbed[task.pk]
    changed = [name for name in TOLD if getattr(task, name) != old[name]]
    if changed:
        data["before"] = {name: plain(old[name]) for name in changed}
        data["after"] = {name: plain(getattr(task, name)) for name in changed}
    return event_of(
        task,
        TaskEvent.Kind.TRANSFERRED if moved else TaskEvent.Kind.CHANGED,
        actor=actor,
        at=at,
        from_state=old["state"],
        reason=reform.title,
        data=data,
    )
