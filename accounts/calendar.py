"""Working days, from the table that the office edits and the week where the table is silent."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import CalendarDay, PreliminaryYear

SATURDAY = 5
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. Pure: the special days are given, the rest is Monday to Friday.

    ``special_days`` says for a holiday ``False`` and for a make-up workday ``True``.
    """

    special_days: Mapping[dt.date, bool] = field(default_factory=dict)
    preliminary_years: frozenset[int] = frozenset()

    def covers(self, year: int) -> bool:
        """Whether the year's special days are all known; if not, that must be said."""
        return year in self._years and year not in self.preliminary_years

    def is_working_day(self, day: dt.date) -> bool:
        return self.special_days.get(day, day.weekday() < SATURDAY)

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after the day, or before it when negative.

        The day itself is never counted, and is the answer for 0, worked or not.
        """
        if not count:
            return day
        start = day.toordinal()
        before = self._worked_until(start if count > 0 else start - 1)
        # Five days of a week are worked, and at worst none of those that the table speaks of.
        farthest = 2 * (abs(count) + len(self.special_days)) + 7
        span = range(start, start + farthest) if count > 0 else range(start - farthest, start)
        wanted = before + count if count > 0 else before + count + 1
        return dt.date.fromordinal(span[bisect_left(span, wanted, key=self._worked_until)])

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is first.

        From today to a deadline it is the days left, from a deadline to today the days late.
        """
        return self._worked_until(end.toordinal()) - self._worked_until(start.toordinal())

    def _worked_until(self, ordinal: int) -> int:
        """Working days from the first Monday there ever was: found by arithmetic, at any distance.

        A share is asked about at every look, and some are late by a year.
        """
        weeks, days = divmod(ordinal, DAYS_OF_WEEK)
        made_up, taken_off = self._against_the_week
        return (
            weeks * SATURDAY
            + min(days, SATURDAY)
            + bisect_right(made_up, ordinal)
            - bisect_right(taken_off, ordinal)
        )

    @cached_property
    def _against_the_week(self) -> tuple[list[int], list[int]]:
        """The worked days of weekends and the holidays of weeks, as ordinals in order."""
        made_up: list[int] = []
        taken_off: list[int] = []
        for day, is_worked in sorted(self.special_days.items()):
            if is_worked != (day.weekday() < SATURDAY):
                (made_up if is_worked else taken_off).append(day.toordinal())
        return made_up, taken_off

    @cached_property
    def _years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.special_days)


def load_calendar() -> WorkCalendar:
    """The calendar as the office has it now. Two queries; some thirty rows a year."""
    return WorkCalendar(
        dict(CalendarDay.objects.values_list("day", "is_working")),
        frozenset(PreliminaryYear.objects.values_list("year", flat=True)),
    )
