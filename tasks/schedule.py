"""On which days something must be said about a share. Pure: dates in, dates out.

A reminder is not due at a moment but from its day on: whoever looks on any later day finds the
same latest day reached, so that a day on which nobody looked is caught up.
"""

import datetime as dt
from typing import Protocol

#: Working days before the deadline on which a unit is reminded, the farthest first.
DAYS_BEFORE = (20, 5, 1)
#: What stays late is said again after so many working days.
REPEAT_EVERY = 5


class Calendar(Protocol):
    """What is asked of ``accounts.calendar.WorkCalendar``."""

    def add_working_days(self, day: dt.date, count: int) -> dt.date: ...

    def working_days_between(self, start: dt.date, end: dt.date) -> int: ...


def day_before_deadline(due_on: dt.date, on: dt.date, calendar: Calendar) -> dt.date | None:
    """The latest reminder day before the deadline that is reached on ``on``, if any."""
    days = [calendar.add_working_days(due_on, -count) for count in DAYS_BEFORE]
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


def latest_occasion(late: int, graces: tuple[int, ...]) -> int:
    """How many days late something was at the latest occasion to speak that is reached.

    Occasions are every ``REPEAT_EVERY`` days from the first on, and the days on which another
    step of the ladder is reached (``graces``).
    """
    repeated = late - late % REPEAT_EVERY
    return max(repeated, *(grace for grace in graces if grace <= late))
