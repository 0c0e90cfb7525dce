"""Which shares a reform of units concerns, where they go by themselves, and what is not settled."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Unit
from plans.models import Plan
from tasks.models import ExtensionRequest, ProgressReport, Task, UnitReform
from tasks.querysets import TaskQuerySet
from tasks.regrouping import MOVING_STATES, Regrouping, regroup

#: The units that follow each unit of a reform; a unit may follow itself, which is to say go on.
Followers = Mapping[int, Sequence[Unit]]


@dataclass(frozen=True)
class Unsettled:
    """What keeps a reform from being executed: a code, and the rows that it is about."""

    code: str
    unit: Unit
    tasks: list[Task]


def followers_of(reform: UnitReform) -> dict[int, list[Unit]]:
    """Of every unit that ends or splits; a unit that only changes its name is none of them."""
    endings = reform.endings.filter(new_name="").prefetch_related("successors")
    return {ending.unit_id: list(ending.successors.all()) for ending in endings}


def ends(unit_id: int, followers: Followers) -> bool:
    return unit_id in followers and all(unit.pk != unit_id for unit in followers[unit_id])


def shares_to_move(followers: Followers) -> TaskQuerySet:
    """The shares of units that end or split on which work is still expected, or may be again."""
    return Task.objects.filter(
        unit__in=followers, state__in=MOVING_STATES, plan__state=Plan.State.ISSUED
    )


def is_moving(task: Task, followers: Followers) -> bool:
    """Whether a share of an issued plan is among ``shares_to_move``."""
    return task.unit_id in followers and task.state in MOVING_STATES


def default_targets(
    tasks: Iterable[Task], followers: Followers, chosen: Mapping[int, Unit]
) -> dict[int, Unit]:
    """Where shares go unless a person says otherwise; those of a unit that splits are left out.

    To the only unit that follows; where none does, to the unit of the share above. ``tasks``
    come from the top down, with ``unit``, ``parent__unit`` and ``plan__issuing_unit`` joined.
    """
    found = dict(chosen)
    for task in tasks:
        units = followers[task.unit_id]
        target = units[0] if len(units) == 1 else None if units else _above(task, found, followers)
        if target and task.pk not in found:
            found[task.pk] = target
    return {pk: unit for pk, unit in found.items() if pk not in chosen}


def _above(task: Task, targets: Mapping[int, Unit], followers: Followers) -> Unit | None:
    """The unit above as it will be; nothing where that is not settled either."""
    if task.parent and task.parent.pk in targets:
        return targets[task.parent.pk]
    unit = task.parent.unit if task.parent else task.plan.issuing_unit
    units = followers.get(unit.pk, [unit])
    return units[0] if len(units) == 1 else None


def targets_of(reform: UnitReform, tasks: Iterable[Task]) -> dict[int, Unit]:
    """What the list of transfers says about these shares."""
    rows = reform.transfers.filter(task__in=[task.pk for task in tasks]).select_related("to_unit")
    return {row.task_id: row.to_unit for row in rows}


def shares_concerned(moving: Iterable[Task]) -> TaskQuerySet:
    """All shares of the key tasks of which shares move, but for the cancelled ones."""
    key_tasks = {task.key_task_id for task in moving}
    return Task.objects.filter(key_task__in=key_tasks).exclude(state=Task.State.CANCELLED)


def regrouped(shares: Sequence[Task], targets: Mapping[int, Unit]) -> Regrouping:
    """The shares concerned as they will be. Two queries for what waits for a decision."""
    key_tasks = {task.key_task_id for task in shares}
    reports = ProgressReport.objects.filter(state__in=["inside", "submitted"])
    requests = ExtensionRequest.objects.filter(state=ExtensionRequest.State.SUBMITTED)
    waiting = {
        task_id
        for rows in (reports, requests)
        for task_id in rows.filter(task__key_task__in=key_tasks).values_list("task_id", flat=True)
    }
    _join_parents(shares)
    return regroup(shares, targets, waiting)


def _join_parents(shares: Sequence[Task]) -> None:
    by_id = {task.pk: task for task in shares}
    for task in shares:
        if task.parent_id in by_id:
            task.parent = by_id[task.parent_id]


def unsettled(
    moving: Iterable[Task],
    targets: Mapping[int, Unit],
    grouping: Regrouping,
    followers: Followers,
    reform: UnitReform,
) -> list[Unsettled]:
    """Everything that a person has to settle before the reform can be executed."""
    found = [Unsettled(problem.code, problem.unit, problem.tasks) for problem in grouping.problems]
    without: dict[Unit, list[Task]] = defaultdict(list)
    gone: dict[Unit, list[Task]] = defaultdict(list)
    for task in moving:
        if task.pk not in targets:
            without[task.unit].append(task)
        elif not stands_on(targets[task.pk], reform, followers):
            gone[targets[task.pk]].append(task)
    found += [Unsettled("no_transfer", unit, tasks) for unit, tasks in without.items()]
    found += [Unsettled("ends_too", unit, tasks) for unit, tasks in gone.items()]
    return found + _unsettled_units(followers, reform)


def _unsettled_units(followers: Followers, reform: UnitReform) -> list[Unsettled]:
    """Units without one successor that leave plans without an issuer, or units without a place."""
    leaving = [pk for pk in followers if ends(pk, followers) and len(followers[pk]) != 1]
    units = Unit.objects.filter(pk__in=leaving)
    offices = units.filter(issued_plans__in=Plan.objects.exclude(state=Plan.State.CLOSED))
    going_on = Unit.objects.valid_on(reform.on).exclude(
        pk__in=[pk for pk in followers if ends(pk, followers)]
    )
    return [
        *(Unsettled("issues_plans", unit, []) for unit in offices.distinct()),
        *(Unsettled("units_below", u, []) for u in units.filter(children__in=going_on).distinct()),
    ]


def stands_on(unit: Unit, reform: UnitReform, followers: Followers) -> bool:
    """Whether the unit is there from the reform on, to take shares over."""
    if ends(unit.pk, followers):
        return False
    return unit.valid_from <= reform.on and (unit.valid_to is None or unit.valid_to >= reform.on)
