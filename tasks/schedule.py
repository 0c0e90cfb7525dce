"""On which days something must be said about a share. Pure: dates in, dates out.

A reminder is not due at a moment but from its day on: whoever looks on any later day finds the
same latest day reached, so that a day on which nobody looked is caught up.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Calendar(Protocol):
    """What is asked of ``accounts.calendar.WorkCalendar``."""

    def add_working_days(self, day: dt.date, count: int) -> dt.date: ...

    def working_days_between(self, start: dt.date, end: dt.date) -> int: ...


def day_before_deadline(
    due_on: dt.date, on: dt.date, calendar: Calendar, days_before: tuple[int, ...]
) -> dt.date | None:
    """The latest reminder day before the deadline that is reached on ``on``, if any."""
    days = [calendar.add_working_days(due_on, -count) for count in days_before if count]
    return max((day for day in days if day <= on), default=None)


def first_day_late(due_on: dt.date, calendar: Calendar) -> dt.date:
    """The first working day after the last day allowed: a weekend frightens nobody."""
    return calendar.add_working_days(due_on, 1)


def day_to_acknowledge(
    issued_on: dt.date, acknowledgement_days: int, calendar: Calendar
) -> dt.date:
    """The working day on which a share not yet signed for is spoken of first."""
    return calendar.add_working_days(issued_on, acknowledgement_days)


def days_late(first_day: dt.date, on: dt.date, calendar: Calendar) -> int:
    """Working days since the first day late: 0 on that day itself."""
    return calendar.working_days_between(first_day, on)


def latest_occasion(late: int, graces: tuple[int, ...], every: int) -> int:
    """How many days late something was at the latest occasion to speak that is reached.

    Occasions are every ``every`` days from the first on, and the days on which another step of
    the ladder is reached (``graces``).
    """
    repeated = late - late % every
    return max(repeated, *(grace for grace in graces if grace <= late))


#: The months in which each kind of period ends.
LAST_MONTHS: dict[str, tuple[int, ...]] = {
    "none": (),
    "monthly": tuple(range(1, 13)),
    "bimonthly": (2, 4, 6, 8, 10, 12),
    "quarterly": (3, 6, 9, 12),
    "half_yearly": (6, 12),
    "yearly": (12,),
}


@dataclass(frozen=True)
class Period:
    """A stretch of months about which a report is owed, both ends inclusive, and by when."""

    start: dt.date
    end: dt.date
    due_on: dt.date


def periods_of_year(kind: str, year: int, report_day: int) -> Iterator[Period]:
    """The periods of a year in order. ``report_day`` of the last month; 0 for its last day.

    >>> [period.due_on.isoformat() for period in periods_of_year("half_yearly", 2026, 25)]
    ['2026-06-25', '2026-12-25']
    """
    first = 1
    for month in LAST_MONTHS[kind]:
        last = calendar.monthrange(year, month)[1]
        due = min(report_day, last) if report_day else last
        start, end = dt.date(year, first, 1), dt.date(year, month, last)
        yield Period(start, end, dt.date(year, month, due))
        first = month + 1


def period_under_way(kind: str, report_day: int, on: dt.date) -> Period | None:
    """The period that ends in the month of that day, if one does."""
    periods = periods_of_year(kind, on.year, report_day)
    return next((period for period in periods if period.end.month == on.month), None)


def periods_owed(kind: str, report_day: int, *, since: dt.date, on: dt.date) -> list[Period]:
    """The periods whose report is due by that day, of what has been under way ``since``."""
    return [
        period
        for year in range(since.year, on.year + 1)
        for period in periods_of_year(kind, year, report_day)
        if since <= period.due_on <= on
    ]
