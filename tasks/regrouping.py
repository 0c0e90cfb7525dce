"""Shares that change their unit, and what becomes of two that come together in one unit.

Pure: it works on rows in memory, whole key tasks at a time, and asks no query. Whoever calls it
previews or saves what it did.

Two open shares of one key task that stand below the same share become one. Kept is the share
that counts, that is broken down, that was the unit's own before, that is older: the first of
these that tells them apart. The other ends as cancelled and names the kept one in its history.
The kept share takes over the weight, the steps and the shares below of the other, so that every
figure above stays as it was:

- where neither is broken down, its percent becomes the weighted mean of both, to two decimals;
- where both are, those taken over are weighed so that either part keeps its say;
- where only the kept one is, the other does not end: it becomes its own part.

A share below another of the same unit is its own part. Anything else is a problem, which a
person has to solve: a share that is closed, that waits for a decision, that is due on another
day or measured in another way, or that stands elsewhere in the tree. A closed one is reopened
first where its unit takes more over than it had; otherwise the share goes to another unit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from accounts.models import Unit
from tasks.completion import OPEN_AT_MOST, completion_of, weighted_mean
from tasks.models import MAX_DEPTH, OPEN_STATES, Task

#: Shares that go to another unit with a reform: a suspended one may be resumed.
MOVING_STATES = (*OPEN_STATES, Task.State.SUSPENDED)

#: What regrouping may change in a share.
CHANGED = (
    "unit_id",
    "is_own_part",
    "parent_id",
    "depth",
    "weight",
    "state",
    "reported_percent",
    "steps_total",
    "steps_closed",
    "completion",
)

WEIGHT = Decimal("0.001")
PERCENT = Decimal("0.01")


@dataclass(frozen=True)
class Problem:
    """Why shares of one unit cannot come together; ``tasks`` are all of them."""

    code: str
    unit: Unit
    tasks: list[Task]


@dataclass
class Regrouping:
    """``before`` has the values of ``CHANGED`` by share, ``absorbed`` the share that was kept.

    ``taken_over`` are those absorbed whose figures and steps the kept share has now.
    """

    shares: dict[int, Task]
    waiting: Collection[int]
    before: dict[int, dict[str, Any]]
    came_from: dict[int, Unit] = field(default_factory=dict)
    absorbed: dict[int, int] = field(default_factory=dict)
    taken_over: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def changed(self) -> list[Task]:
        """The shares of which anything is different now."""
        return [
            task
            for task in self.shares.values()
            if any(getattr(task, name) != self.before[task.pk][name] for name in CHANGED)
        ]

    def below(self, task: Task) -> list[Task]:
        """The shares below that have not ended by being cancelled."""
        return [
            child
            for child in self._children.get(task.pk, ())
            if child.parent_id == task.pk and child.state != Task.State.CANCELLED
        ]

    def __post_init__(self) -> None:
        self._children: dict[int, list[Task]] = defaultdict(list)
        for task in self.shares.values():
            if task.parent_id:
                self._children[task.parent_id].append(task)

    def hang_below(self, task: Task, parent: Task) -> None:
        """The share and all below it stand below another one now."""
        self._children[parent.pk].append(task)
        task.parent = parent
        self._rewrite_path(task, [*parent.ancestors, parent.pk])

    def _rewrite_path(self, task: Task, ancestors: list[int]) -> None:
        task.ancestors = ancestors
        task.depth = len(ancestors)
        for child in self.below(task):
            self._rewrite_path(child, [*ancestors, task.pk])


def regroup(
    shares: Iterable[Task], targets: Mapping[int, Unit], waiting: Collection[int] = ()
) -> Regrouping:
    """Gives the shares named in ``targets`` to their new units.

    ``shares`` are all shares of the key tasks concerned that are not cancelled; ``waiting`` the
    ids of those on which a report or a request waits for a decision.
    """
    by_id = {task.pk: task for task in shares}
    before = {pk: _values(task) for pk, task in by_id.items()}
    grouping = Regrouping(by_id, waiting, before)
    _move(grouping, targets)
    for depth in range(1, MAX_DEPTH + 1):
        for together in _together(grouping, depth):
            _bring_together(grouping, together)
    _find_doubles(grouping)
    _roll_up(grouping)
    return grouping


def _values(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in CHANGED}


def _move(grouping: Regrouping, targets: Mapping[int, Unit]) -> None:
    for pk, unit in targets.items():
        task = grouping.shares[pk]
        if task.unit_id != unit.pk:
            grouping.came_from[pk] = task.unit
            task.unit = unit
    for pk in grouping.came_from:
        task = grouping.shares[pk]
        for share in (task, *grouping.below(task)):
            _mark_own_part(grouping, share)


def _mark_own_part(grouping: Regrouping, task: Task) -> None:
    if task.parent_id and task.state in MOVING_STATES:
        task.is_own_part = grouping.shares[task.parent_id].unit_id == task.unit_id


def _together(grouping: Regrouping, depth: int) -> list[list[Task]]:
    """The shares of one unit that stand below the same share on that level."""
    found: dict[tuple[Any, ...], list[Task]] = defaultdict(list)
    for task in grouping.shares.values():
        if task.depth == depth and task.state != Task.State.CANCELLED:
            found[task.parent_id, task.unit_id, task.is_own_part].append(task)
    return [tasks for tasks in found.values() if len(tasks) > 1]


def _bring_together(grouping: Regrouping, tasks: list[Task]) -> None:
    code = _why_apart(grouping, tasks)
    if code:
        grouping.problems.append(Problem(code, tasks[0].unit, tasks))
        return
    kept, *others = sorted(
        tasks,
        key=lambda task: (
            not task.counts,
            not _parts(grouping, task),
            task.pk in grouping.came_from,
            task.pk,
        ),
    )
    for other in others:
        _absorb(grouping, kept, other)


def _why_apart(grouping: Regrouping, tasks: list[Task]) -> str:
    """The code of what a person has to settle before these can be one share; or nothing."""
    if any(task.state not in MOVING_STATES for task in tasks):
        return "closed"
    if any(task.pk in grouping.waiting for task in tasks):
        return "decision_waits"
    if len({task.due_on for task in tasks}) > 1:
        return "other_deadline"
    if len({bool(task.steps_total) for task in tasks}) > 1:
        return "other_steps"
    return ""


def _absorb(grouping: Regrouping, kept: Task, other: Task) -> None:
    kept_parts, other_parts = _parts(grouping, kept), _parts(grouping, other)
    both_count = kept.counts and other.counts
    for child in grouping.below(other):
        grouping.hang_below(child, kept)
        _mark_own_part(grouping, child)
    if both_count and kept_parts and not other_parts:
        _make_own_part(grouping, kept, other, kept_parts)
        return
    if both_count:
        _weigh(other_parts, kept_parts, kept, other)
    if kept.counts == other.counts:
        _take_over_figures(kept, other)
        grouping.taken_over.add(other.pk)
    _end_as_it_was(grouping, other)
    grouping.absorbed[other.pk] = kept.pk


def _end_as_it_was(grouping: Regrouping, task: Task) -> None:
    """A share that ends does so with the unit that worked on it."""
    task.unit = grouping.came_from.pop(task.pk, task.unit)
    task.is_own_part = grouping.before[task.pk]["is_own_part"]
    task.state = Task.State.CANCELLED


def _parts(grouping: Regrouping, task: Task) -> list[Task]:
    return [child for child in grouping.below(task) if child.counts]


def _make_own_part(
    grouping: Regrouping, kept: Task, other: Task, kept_parts: Collection[Task]
) -> None:
    weight = other.weight
    _weigh([other], kept_parts, kept, other)
    if kept.rollup == Task.Rollup.REPORTED:
        kept.reported_percent = _mean_percent(kept, other, weight)
    kept.weight += weight
    grouping.hang_below(other, kept)
    other.is_own_part = True


def _weigh(taken: Collection[Task], kept_parts: Collection[Task], kept: Task, other: Task) -> None:
    """Shares taken over weigh among the others as the share that they come from weighed.

    To three decimals. Where a sum is zero there is nothing to keep, and weights stay.
    """
    of_kept = sum((part.weight for part in kept_parts), Decimal(0))
    of_taken = sum((part.weight for part in taken), Decimal(0))
    if not (of_kept and of_taken and kept.weight):
        return
    factor = (other.weight * of_kept) / (kept.weight * of_taken)
    for part in taken:
        part.weight = (part.weight * factor).quantize(WEIGHT, ROUND_HALF_EVEN)


def _take_over_figures(kept: Task, other: Task) -> None:
    """Of a share whose percent is its own; of one with shares below, they say it."""
    kept.reported_percent = _mean_percent(kept, other, other.weight)
    kept.weight += other.weight
    kept.steps_total += other.steps_total
    kept.steps_closed += other.steps_closed


def _mean_percent(kept: Task, other: Task, weight: Decimal) -> Decimal:
    parts = [
        Task(weight=kept.weight, completion=kept.completion),
        Task(weight=weight, completion=other.completion),
    ]
    return min(weighted_mean(parts), OPEN_AT_MOST).quantize(PERCENT, ROUND_HALF_EVEN)


def _find_doubles(grouping: Regrouping) -> None:
    """A unit's shares of one key task that stand in different places."""
    known = {task.pk for problem in grouping.problems for task in problem.tasks}
    found: dict[tuple[int, int], list[Task]] = defaultdict(list)
    for task in grouping.shares.values():
        if not task.is_own_part and task.state != Task.State.CANCELLED:
            found[task.key_task_id, task.unit_id].append(task)
    for tasks in found.values():
        if len(tasks) > 1 and not known.issuperset(task.pk for task in tasks):
            grouping.problems.append(Problem("apart", tasks[0].unit, tasks))


def _roll_up(grouping: Regrouping) -> None:
    """Completion anew, from the leaves up, of every share whose figures or parts changed."""
    stale = {task.pk for task in grouping.changed()}
    stale |= {pk for task in grouping.changed() for pk in task.ancestors}
    for task in sorted(grouping.shares.values(), key=lambda task: -task.depth):
        if task.pk in stale and task.is_open:
            task.completion = completion_of(task, grouping.below(task))
