"""指标: how the figures that units report add up. Pure: plain values in, exact values out.

How an indicator adds over units and over time follows from its kind:

    count      a number of the period: summed over both
    stock      a number at the period's end: summed over units, the last one over time
    ratio      numerator of denominator, recomputed of the summed parts
    average    the same, without percent
    rate       this year's sum against last year's
    milestone  the last thing that was said

A ratio, an average or a rate whose parts are not indicators is a bare number: it is the last one
that was said, and of two units there is none.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

#: What a share of the whole is multiplied by, by its unit of measure; by nothing for any other.
PARTS_OF = {"%": Decimal(100), "‰": Decimal(1000)}


class Kind(StrEnum):
    COUNT = "count"
    STOCK = "stock"
    RATIO = "ratio"
    AVERAGE = "average"
    RATE = "rate"
    MILESTONE = "milestone"


#: Kinds that are computed of other indicators; their numbers cannot be added.
COMPUTED = frozenset({Kind.RATIO, Kind.AVERAGE, Kind.RATE})
#: Kinds of which others may be computed.
ADDABLE = frozenset({Kind.COUNT, Kind.STOCK})


@dataclass(frozen=True)
class Reported:
    """What one approved report says of one indicator.

    ``period_end`` is the last day of the period it is about; ``None`` for a share without regular
    reports, whose figure is that of the year so far. ``said_on`` is the day it was handed in,
    ``order`` tells the later of two.
    """

    share: int
    unit: int
    period_end: dt.date | None
    said_on: dt.date
    order: int
    value: Decimal

    @property
    def until(self) -> tuple[dt.date, int]:
        """Up to when it speaks; the later of two by its order."""
        return (self.period_end or self.said_on, self.order)


def in_force(reported: Iterable[Reported]) -> list[Reported]:
    """Of each share and period the last that was said, so that a correction replaces what it
    corrects. A figure of the year so far stands for all periods that had ended by then."""
    last: dict[tuple[int, dt.date | None], Reported] = {}
    for row in sorted(reported, key=lambda row: row.order):
        last[row.share, row.period_end] = row
    so_far = {share: row.said_on for (share, end), row in last.items() if end is None}
    return [
        row
        for (share, end), row in last.items()
        if end is None or share not in so_far or end > so_far[share]
    ]


def total(kind: str, reported: Iterable[Reported]) -> Decimal | None:
    """Of all units and periods; ``None`` where nothing was said, or where it cannot be added.

    The order of ``reported`` does not matter.
    """
    rows = in_force(reported)
    if not rows:
        return None
    if kind == Kind.COUNT:
        return sum((row.value for row in rows), Decimal(0))
    if kind == Kind.MILESTONE:
        return _last(rows).value
    by_share: dict[int, list[Reported]] = defaultdict(list)
    for row in rows:
        by_share[row.share].append(row)
    ends = [_last(of_share).value for of_share in by_share.values()]
    if kind == Kind.STOCK:
        return sum(ends, Decimal(0))
    return ends[0] if len(ends) == 1 else None


def _last(rows: Iterable[Reported]) -> Reported:
    return max(rows, key=lambda row: row.until)


def total_by_unit(kind: str, reported: Iterable[Reported]) -> dict[int, Decimal]:
    """``total`` of each unit by itself; without the units of which there is none."""
    by_unit: dict[int, list[Reported]] = defaultdict(list)
    for row in reported:
        by_unit[row.unit].append(row)
    found = {unit: total(kind, rows) for unit, rows in by_unit.items()}
    return {unit: value for unit, value in found.items() if value is not None}


def quotient(
    numerator: Decimal | None, denominator: Decimal | None, measure: str
) -> Decimal | None:
    """Exact; in percent where that is the unit of measure. ``None`` without a denominator."""
    if numerator is None or not denominator:
        return None
    return PARTS_OF.get(measure, Decimal(1)) * numerator / denominator


def growth(now: Decimal | None, last_year: Decimal | None, measure: str) -> Decimal | None:
    """By how much it is more than last year's."""
    if now is None or not last_year:
        return None
    return PARTS_OF.get(measure, Decimal(1)) * (now - last_year) / abs(last_year)


def rounded(value: Decimal, decimals: int, measure: str = "") -> Decimal:
    """To so many decimals, a half upwards; but less than the whole never becomes the whole."""
    step = Decimal(1).scaleb(-decimals)
    found = value.quantize(step, ROUND_HALF_UP)
    if value < found == PARTS_OF.get(measure):
        return value.quantize(step, ROUND_DOWN)
    return found


def decimals_of(value: Decimal) -> int:
    """How many it was said with; zeros at the end are none."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True)
class Pace:
    """Where a count is against its target: ``expected`` by that day of the year."""

    target: Decimal
    expected: Decimal
    percent: Decimal
    is_kept: bool


def pace_of(
    value: Decimal, target: Decimal, on: dt.date, *, year: int, is_limit: bool = False
) -> Pace | None:
    """Of a figure that grows through the year. ``is_limit``: the target is the most it may be."""
    if not target:
        return None
    expected = target * elapsed(on, year)
    is_kept = value <= expected if is_limit else value >= expected
    return Pace(target, expected, Decimal(100) * value / target, is_kept)


def elapsed(on: dt.date, year: int) -> Decimal:
    """The part of the year that has passed at the end of the day, 0 to 1."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    days = min(max((on - first).days + 1, 0), (after - first).days)
    return Decimal(days) / (after - first).days


def as_text(
    value: Decimal | None, decimals: int, measure: str, *, approximate: bool = False
) -> str:
    """As an official text has it: 99.7%, 21000余人次; a dash where there is none."""
    if value is None:
        return "—"
    about = "余" if approximate else ""
    return f"{rounded(value, decimals, measure):f}{about}{measure}"
