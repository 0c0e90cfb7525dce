"""A plan of several years (2021—2025) is as far as the annual key tasks that carry it out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from accounts.models import User
from plans.models import KeyTask, Plan
from tasks.models import Task

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Served:
    """A key task of several years: how many annual ones carry it out, and how far these are.

    ``counted`` are those that stand in the mean; ``completion`` is ``None`` where none does. What
    was carried over to a key task that serves the same one counts there, and not twice.
    """

    key_task: KeyTask
    annual: int
    counted: int
    completion: Decimal | None


@dataclass(frozen=True)
class SeveralYears:
    """The plan's own figure: the weighted mean of its key tasks that are being carried out."""

    completion: Decimal | None
    rows: list[Served]


def completion_over_years(plan: Plan, *, user: User, on: dt.date) -> SeveralYears:
    """By key task, in printed order, from the root shares in sight. Two queries."""
    roots = (
        Task.objects.filter(parent=None, key_task__serves__plan=plan)
        .visible_to(user, on)
        .select_related("key_task", "carried_to")
    )
    serving: dict[int, list[Task]] = defaultdict(list)
    for root in roots:
        serving[root.key_task.serves_id or 0].append(root)
    rows = [_served(key_task, serving[key_task.pk]) for key_task in plan.key_tasks.all()]
    means = [(row.key_task.weight, row.completion) for row in rows if row.completion is not None]
    return SeveralYears(_mean(means), rows)


def _served(key_task: KeyTask, roots: list[Task]) -> Served:
    counting = [root for root in roots if root.counts and not _goes_on(root, key_task)]
    mean = _mean((root.key_task.weight, root.completion) for root in counting)
    return Served(key_task, annual=len(roots), counted=len(counting), completion=mean)


def _goes_on(root: Task, key_task: KeyTask) -> bool:
    return root.carried_to is not None and root.carried_to.serves_id == key_task.pk


def _mean(pairs: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Weighted; equal where all weights are zero; ``None`` of nothing."""
    known = list(pairs)
    if not known:
        return None
    weight = sum((weight for weight, _value in known), Decimal(0))
    if not weight:
        known, weight = [(Decimal(1), value) for _weight, value in known], Decimal(len(known))
    total = sum((weight * value for weight, value in known), Decimal(0))
    return (total / weight).quantize(HUNDREDTH, ROUND_HALF_UP)
