"""What is counted, and by what: the completion of a plan, by section, unit or key task.

Every row says what it counts and what it leaves out, so that a percent never stands without its
denominator. Only shares that the reader may see are counted, in the totals too (FAILURES E31).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.db.models import (
    Avg,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Sum,
)
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from accounts.models import User
from plans.models import Plan
from tasks.completion import CLOSED
from tasks.models import OPEN_STATES, ProgressReport, Task
from tasks.querysets import TaskQuerySet

#: What a mean of less than 100 is at most, with two decimals.
ALMOST = Decimal("99.99")

By = Literal["section", "unit", "key_task"]

#: For each grouping: the key, the label and the order of its rows.
GROUPINGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "section": (
        "key_task__section_id",
        "key_task__section__title",
        ("key_task__section__position",),
    ),
    "unit": ("unit_id", "unit__name", ("unit__depth", "unit__position")),
    "key_task": ("key_task_id", "key_task__title", ("key_task__position",)),
}

COUNTED = (
    ~Q(role=Task.Role.SUPPORTING)
    & ~Q(state__in=[Task.State.CANCELLED, Task.State.SUSPENDED])
    & ~Q(deadline_kind="ongoing")
)
#: Why a share is left out; the first that holds, so that the numbers add up to the total.
LEFT_OUT = {
    "cancelled": Q(state=Task.State.CANCELLED),
    "suspended": Q(state=Task.State.SUSPENDED),
    "supporting": ~Q(state__in=[Task.State.CANCELLED, Task.State.SUSPENDED])
    & Q(role=Task.Role.SUPPORTING),
    "ongoing": ~Q(state__in=[Task.State.CANCELLED, Task.State.SUSPENDED])
    & ~Q(role=Task.Role.SUPPORTING)
    & Q(deadline_kind="ongoing"),
}


@dataclass(frozen=True)
class Row:
    """One line of a completion report.

    ``total`` = ``counted`` + the sum of ``left_out``; the other numbers are parts of
    ``counted``. ``completion`` is a percent with two decimals, ``None`` where nothing counts.
    """

    key: int | None
    label: str
    total: int
    counted: int
    acknowledged: int
    reported: int
    closed: int
    overdue: int
    due_soon: int
    completion: Decimal | None
    left_out: dict[str, int]


@dataclass(frozen=True)
class PlanFigures:
    """``whole`` is false where the reader sees a part of the plan and the plan's row is of that."""

    plan: Row
    rows: list[Row]
    by: str
    on: dt.date
    whole: bool


def plan_completion(plan: Plan, *, user: User, on: dt.date, by: By = "section") -> PlanFigures:
    """The plan's completion as the person may see it. A constant number of queries.

    The plan and its sections are weighted means of the topmost shares in sight (the roots, for
    a coordinator); a unit's row counts its topmost share of each key task (DESIGN 3).
    """
    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    topmost = in_sight.exclude(parent__in=in_sight.values("pk"))
    shares = in_sight.filter(is_own_part=False) if by == "unit" else topmost
    return PlanFigures(
        plan=_total_row(plan, topmost, on),
        rows=_rows(plan, shares, on, by),
        by=by,
        on=on,
        whole=Plan.objects.filter(pk=plan.pk).coordinated_by(user, on).exists(),
    )


def _total_row(plan: Plan, shares: TaskQuerySet, on: dt.date) -> Row:
    return _row(plan.pk, plan.title, shares.aggregate(**_measures(plan, on)))


def _rows(plan: Plan, shares: TaskQuerySet, on: dt.date, by: By) -> list[Row]:
    key, label, order = GROUPINGS[by]
    grouped = (
        shares.order_by()
        .values(key, label, *order)
        .annotate(**_measures(plan, on))
        .order_by(*order, key)
    )
    return [_row(found[key], found[label] or _("(no section)"), found) for found in grouped]


def _measures(plan: Plan, on: dt.date) -> dict[str, Any]:
    """The aggregates of one row. Weighted by the key task; equal where all weights are zero."""
    still_open = COUNTED & Q(state__in=OPEN_STATES)
    soon = on + dt.timedelta(days=plan.yellow_days)
    kept_inside = [ProgressReport.State.DRAFT, ProgressReport.State.INSIDE]
    reports = ProgressReport.objects.filter(task=OuterRef("pk")).exclude(state__in=kept_inside)
    number = DecimalField(max_digits=30, decimal_places=12)
    weight = Sum("key_task__weight", filter=COUNTED)
    weighted = ExpressionWrapper(F("key_task__weight") * F("completion"), output_field=number)
    return {
        "total": Count("pk"),
        "counted": Count("pk", filter=COUNTED),
        "acknowledged": Count("pk", filter=COUNTED & Q(acknowledged_at__isnull=False)),
        "reported": Count("pk", filter=COUNTED & Q(Exists(reports))),
        "closed": Count("pk", filter=COUNTED & Q(state=Task.State.CLOSED)),
        "overdue": Count("pk", filter=still_open & Q(next_due_on__lt=on)),
        "due_soon": Count("pk", filter=still_open & Q(next_due_on__gte=on, next_due_on__lte=soon)),
        "mean": Coalesce(
            ExpressionWrapper(
                Sum(weighted, filter=COUNTED) / NullIf(weight, Decimal(0)), output_field=number
            ),
            Avg("completion", filter=COUNTED),
            output_field=number,
        ),
        **{f"left_out_{why}": Count("pk", filter=q) for why, q in LEFT_OUT.items()},
    }


def _percent(mean: Decimal | None) -> Decimal | None:
    """Two decimals; 100.00 only where all that counts is closed, never by rounding."""
    if mean is None:
        return None
    rounded = mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return ALMOST if mean < rounded == CLOSED else rounded


def _row(key: int | None, label: str, found: dict[str, Any]) -> Row:
    return Row(
        key=key,
        label=label,
        completion=_percent(found["mean"]),
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
            )
        },
    )
