"""What is counted, and by what: the completion of a plan, or of all, by whatever one asks for.

Every row says what it counts and what it leaves out, so that a percent never stands without its
denominator. Only shares that the reader may see are counted, in the totals too (FAILURES E31).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from plans.models import Plan
from tasks.completion import CLOSED
from tasks.groupings import BY_TOPMOST, By, grouping_of
from tasks.measures import LEFT_OUT, figures_of
from tasks.models import Task
from tasks.past import Past, as_of
from tasks.querysets import TaskQuerySet

#: What a mean of less than 100 is at most, with two decimals.
ALMOST = Decimal("99.99")


@dataclass(frozen=True)
class Row:
    """One line of a completion report.

    ``total`` = ``counted`` + the sum of ``left_out``; the other numbers are parts of
    ``counted``. ``completion`` is a percent with two decimals, ``None`` where nothing counts.
    ``on_time_rate`` is the percent of ``on_time`` in ``due_by_now``: of what is closed or had
    to be, by its own date, what was submitted by that date and confirmed, whenever that was.
    """

    key: int | str | None
    label: str
    total: int
    counted: int
    acknowledged: int
    reported: int
    closed: int
    overdue: int
    due_soon: int
    due_by_now: int
    on_time: int
    on_time_rate: Decimal | None
    completion: Decimal | None
    left_out: dict[str, int]


Narrow = Callable[[TaskQuerySet], TaskQuerySet]


@dataclass(frozen=True)
class Figures:
    """What the report is of (one plan, or all) in one row, and row by row.

    ``whole`` is false where the reader sees a part and the total is of that. ``past`` says how
    the figures of a day gone by were found; it is ``None`` for those of today.
    """

    total: Row
    rows: list[Row]
    by: str
    on: dt.date
    whole: bool
    past: Past | None = None


class PlanFigures(Figures):
    """Of one plan."""

    @property
    def plan(self) -> Row:
        return self.total


def plan_completion(
    plan: Plan,
    *,
    user: User,
    on: dt.date,
    by: By = "section",
    narrow: Narrow | None = None,
    then: dt.date | None = None,
) -> PlanFigures:
    """The plan's completion as the person may see it. A constant number of queries.

    The plan, its sections and its key tasks are weighted means of the topmost shares in sight
    (the roots, for a coordinator); every other grouping counts each unit's topmost share of each
    key task (DESIGN 3). ``narrow`` keeps some of the shares in sight; all figures are of these.

    ``then`` is a day before ``on``: the figures are those of its end, of the shares that are in
    sight today.
    """
    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    whole = Plan.objects.filter(pk=plan.pk).coordinated_by(user, on).exists()
    found = _find(in_sight, _Asked(plan.pk, plan.title, by, narrow, whole), on, then)
    return PlanFigures(**vars(found))


def completion_of_all_plans(
    *,
    user: User,
    on: dt.date,
    by: By = "plan",
    narrow: Narrow | None = None,
    then: dt.date | None = None,
) -> Figures:
    """The same over all plans in sight: plans and years as means of their topmost shares."""
    issued = Plan.objects.visible_to(user, on).exclude(state=Plan.State.DRAFT)
    in_sight = Task.objects.filter(plan__in=issued.values("pk")).visible_to(user, on)
    coordinated = Plan.objects.coordinated_by(user, on)
    whole = not issued.exclude(pk__in=coordinated.values("pk")).exists()
    return _find(in_sight, _Asked(None, _("All plans"), by, narrow, whole), on, then)


@dataclass(frozen=True)
class _Asked:
    """What a report is of, and how: ``key`` and ``label`` are those of its total."""

    key: int | None
    label: str
    by: By
    narrow: Narrow | None
    whole: bool


def _find(in_sight: TaskQuerySet, asked: _Asked, on: dt.date, then: dt.date | None) -> Figures:
    if then is None or then == on:
        return _figures(in_sight, asked, on)
    with as_of(then, in_sight) as past:
        return replace(_figures(Task.objects.all(), asked, then), past=past)


def _figures(in_sight: TaskQuerySet, asked: _Asked, on: dt.date) -> Figures:
    if asked.narrow is not None:
        in_sight = _narrowed(in_sight, asked.narrow, asked.key)
    grouping = grouping_of(asked.by, on)
    total, found = figures_of(in_sight, on, grouping, by_topmost=asked.by in BY_TOPMOST)
    rows = [_row(grouping.name(row["row_key"]), grouping.label(row), row) for row in found]
    if grouping.place:
        rows.sort(key=grouping.place)
    return Figures(_row(asked.key, asked.label, total), rows, asked.by, on, asked.whole)


def _narrowed(in_sight: TaskQuerySet, narrow: Narrow, plan: int | None) -> TaskQuerySet:
    # As a set of ids: what a filter joins or makes distinct would stand in the way of sums.
    kept = Task.objects.filter(pk__in=narrow(in_sight).order_by().values("pk"))
    # The plan once more: by ids alone the whole table would be read.
    return kept if plan is None else kept.filter(plan=plan)


def _percent(mean: Decimal | None) -> Decimal | None:
    """Two decimals; 100.00 only where all that counts is closed, never by rounding."""
    if mean is None:
        return None
    rounded = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return ALMOST if mean < rounded == CLOSED else rounded


def _rate(part: int, whole: int) -> Decimal | None:
    """A percent with two decimals; 100.00 only where it is all."""
    return _percent(Decimal(100 * part) / whole) if whole else None


def _row(key: int | str | None, label: str, found: dict[str, Any]) -> Row:
    return Row(
        key=key,
        label=label,
        completion=_percent(found["mean"]),
        on_time_rate=_rate(found["on_time"], found["due_by_now"]),
        left_out={why: found[f"left_out_{why}"] for why in LEFT_OUT},
        **{
            name: found[name]
            for name in (
                "total",
                "counted",
                "acknowledged",
                "reported",
                "closed",
                "overdue",
                "due_soon",
                "due_by_now",
                "on_time",
            )
        },
    )
