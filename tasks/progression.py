"""What the charts beside a plan's figures show: lights by row, closing against due, due days.

All three count what the figures count (``TaskQuerySet.counting``) and say how many that is.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import TruncMonth

from accounts.models import User
from plans.models import Plan
from tasks.groupings import BY_TOPMOST, By, grouping_of
from tasks.light_conditions import light_on
from tasks.lights import Light
from tasks.models import OPEN_STATES, Task
from tasks.querysets import TaskQuerySet


@dataclass(frozen=True)
class LightsOfRow:
    label: str
    counts: list[int]


@dataclass(frozen=True)
class Month:
    """At its end: how many had to be closed by their dates, and how many were; ``None`` ahead."""

    first: dt.date
    due: int
    closed: int | None


@dataclass(frozen=True)
class DueDay:
    day: dt.date
    shares: int


@dataclass(frozen=True)
class Progression:
    """``undated`` of the ``counted`` shares have no date, and stand in no month and on no day."""

    counted: int
    undated: int
    lights: list[LightsOfRow]
    months: list[Month]
    due_days: list[DueDay]


def progression_of(plan: Plan, *, user: User, on: dt.date, by: By) -> Progression:
    """As the person may see it. A constant number of queries."""
    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    topmost = in_sight.exclude(parent__in=in_sight.values("pk")).counting().order_by()
    of_units = in_sight.counting().filter(is_own_part=False)
    shares = topmost if by in BY_TOPMOST else of_units
    due = _by_month(topmost, "due_on")
    dated = sum(due.values())
    counted = topmost.count()
    closed = _by_month(topmost.filter(state=Task.State.CLOSED), "closed_on")
    return Progression(
        counted, counted - dated, _lights(shares, on, by), _months(due, closed, on), _days(topmost)
    )


def _lights(shares: TaskQuerySet, on: dt.date, by: By) -> list[LightsOfRow]:
    """Each row's numbers in the order of ``Light``, the rows as the figures have them."""
    grouping = grouping_of(by, on)
    found = (
        shares.order_by()
        .annotate(row_key=grouping.key, shines=light_on(on))
        .values("row_key", *grouping.beside, "shines")
        .annotate(shares=Count("pk"))
        .order_by(*grouping.order, "row_key")
    )
    rows: dict[object, tuple[str, Counter[str]]] = {}
    for one in found:
        rows.setdefault(one["row_key"], (grouping.label(one), Counter()))
        rows[one["row_key"]][1][one["shines"]] = one["shares"]
    return [LightsOfRow(name, [counts[light] for light in Light]) for name, counts in rows.values()]


def _by_month(shares: TaskQuerySet, day: str) -> dict[dt.date, int]:
    dated = shares.exclude(**{f"{day}__isnull": True}).annotate(month=TruncMonth(day))
    return dict(dated.values_list("month").annotate(Count("pk")))


def _months(due: dict[dt.date, int], closed: dict[dt.date, int], on: dt.date) -> list[Month]:
    """Every month from the first to the last in which something is due or was closed."""
    known = sorted({*due, *closed})
    rows: list[Month] = []
    month = known[0] if known else None
    sums = [0, 0]
    while month and month <= known[-1]:
        sums = [sums[0] + due.get(month, 0), sums[1] + closed.get(month, 0)]
        rows.append(Month(month, sums[0], sums[1] if month <= on else None))
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return rows


def _days(shares: TaskQuerySet) -> list[DueDay]:
    still_open = shares.filter(state__in=OPEN_STATES, next_due_on__isnull=False)
    found = still_open.values_list("next_due_on").annotate(Count("pk")).order_by("next_due_on")
    return [DueDay(day, count) for day, count in found]
