"""A reform before it is executed: the figures of every unit and plan before and after."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from accounts.access import WORKING_ROLES, people_of
from accounts.models import Unit
from plans.models import Plan
from tasks.models import OPEN_STATES, Task, UnitReform
from tasks.reform_shares import (
    Followers,
    Unsettled,
    followers_of,
    is_moving,
    regrouped,
    shares_concerned,
    shares_to_move,
    targets_of,
    unsettled,
)
from tasks.regrouping import Regrouping

TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Figures:
    """Of a unit's shares of issued plans, own parts left out; or of a plan's root shares.

    ``shares`` are all but the cancelled ones. ``completion`` is the mean of those that count,
    weighted by key task, with two decimals; ``None`` where none does.
    """

    shares: int
    open: int
    closed: int
    completion: Decimal | None


NONE = Figures(0, 0, 0, None)


@dataclass(frozen=True)
class Comparison:
    """A unit or a plan before and after."""

    key: int
    label: str
    before: Figures
    after: Figures


@dataclass(frozen=True)
class Preview:
    """``merged`` are pairs of a share that ends and the share that takes it over.

    ``without_people`` are units that take shares over and have nobody to work on them by the day
    ``on``, and ``unsettled`` what keeps the reform from being executed.
    """

    reform: UnitReform
    moving: int
    units: list[Comparison]
    plans: list[Comparison]
    merged: list[tuple[Task, Task]]
    without_people: list[Unit]
    unsettled: list[Unsettled]


def preview_reform(reform_id: int, on: dt.date) -> Preview:
    """What executing the reform as it is now would do; nothing is locked and nothing written.

    The number of queries grows with the units that take shares over, not with the shares.
    """
    reform = UnitReform.objects.get(pk=reform_id)
    followers = followers_of(reform)
    moving_now = shares_to_move(followers)
    concerned = shares_concerned(moving_now.only("key_task_id"))
    shares = list(concerned.select_related("unit", "plan", "key_task"))
    moving = [task for task in shares if is_moving(task, followers)]
    targets = targets_of(reform, moving)
    units = {unit.pk: unit for unit in _units_of(reform, targets.values())}
    rows = _rows(units, shares)
    before, plans_before = _by_unit(rows), _by_plan(rows)
    grouping = regrouped(shares, targets)
    after, plans_after = _by_unit(rows), _by_plan(rows)
    plans = Plan.objects.filter(pk__in=plans_before).in_bulk()
    return Preview(
        reform=reform,
        moving=len(moving),
        units=_compared({pk: unit.name for pk, unit in units.items()}, before, after),
        plans=_compared({pk: plan.title for pk, plan in plans.items()}, plans_before, plans_after),
        merged=_merged(grouping),
        without_people=_without_people(set(targets.values()), followers, on),
        unsettled=unsettled(moving, targets, grouping, followers, reform),
    )


def _units_of(reform: UnitReform, targets: Iterable[Unit]) -> set[Unit]:
    endings = reform.endings.select_related("unit").prefetch_related("successors")
    named = {unit for row in endings for unit in (row.unit, *row.successors.all())}
    return named | set(targets)


def _rows(units: Iterable[int], shares: Sequence[Task]) -> list[Task]:
    """The shares that are looked at: those concerned, the units' others and the plans' roots."""
    others = Task.objects.filter(plan__state=Plan.State.ISSUED).exclude(
        pk__in=[task.pk for task in shares]
    )
    plans = {task.plan_id for task in shares}
    of_units = others.filter(unit__in=units)
    roots = others.filter(parent__isnull=True, plan__in=plans)
    more = (of_units | roots).select_related("key_task")
    return [*shares, *more.exclude(state=Task.State.CANCELLED)]


def _by_unit(tasks: Iterable[Task]) -> dict[int, Figures]:
    found: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        if not task.is_own_part:
            found[task.unit_id].append(task)
    return {pk: figures_of(rows) for pk, rows in found.items()}


def _by_plan(tasks: Iterable[Task]) -> dict[int, Figures]:
    found: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.parent_id is None:
            found[task.plan_id].append(task)
    return {pk: figures_of(rows) for pk, rows in found.items()}


def figures_of(tasks: Iterable[Task]) -> Figures:
    """Each share once. ``key_task`` must be joined."""
    rows = [task for task in tasks if task.state != Task.State.CANCELLED]
    return Figures(
        shares=len(rows),
        open=sum(task.state in OPEN_STATES for task in rows),
        closed=sum(task.state == Task.State.CLOSED for task in rows),
        completion=_mean([task for task in rows if task.counts]),
    )


def _mean(tasks: Sequence[Task]) -> Decimal | None:
    """As ``tasks.figures`` has it: weighted by key task, equal where all weights are zero."""
    if not tasks:
        return None
    weight = sum((task.key_task.weight for task in tasks), Decimal(0))
    total = sum((task.key_task.weight * task.completion for task in tasks), Decimal(0))
    if not weight:
        total, weight = sum((task.completion for task in tasks), Decimal(0)), Decimal(len(tasks))
    return (total / weight).quantize(TWO_PLACES, ROUND_HALF_UP)


def _compared(
    labels: dict[int, str], before: dict[int, Figures], after: dict[int, Figures]
) -> list[Comparison]:
    return [
        Comparison(key, label, before.get(key, NONE), after.get(key, NONE))
        for key, label in sorted(labels.items())
    ]


def _merged(grouping: Regrouping) -> list[tuple[Task, Task]]:
    return [(grouping.shares[pk], grouping.shares[kept]) for pk, kept in grouping.absorbed.items()]


def _without_people(units: Iterable[Unit], followers: Followers, on: dt.date) -> list[Unit]:
    """People of a unit that ends go to its only successor, and are counted there already."""
    staffed = {
        units[0].pk
        for pk, units in followers.items()
        if len(units) == 1 and people_of(Unit(pk=pk), WORKING_ROLES, on)
    }
    return sorted(
        (unit for unit in units if unit.pk not in staffed and not _works(unit, on)),
        key=lambda unit: unit.pk,
    )


def _works(unit: Unit, on: dt.date) -> bool:
    return bool(people_of(unit, WORKING_ROLES, on))
