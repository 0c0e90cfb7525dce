"""Working days, from the table that the office edits and the week where the table is silent."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from accounts.models import CalendarDay, PreliminaryYear

ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


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
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is first.

        From today to a deadline it is the days left, from a deadline to today the days late.
        """
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
        return sum(map(self.is_working_day, days))

    @cached_property
    def _years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.special_days)


def load_calendar() -> WorkCalendar:
    """The calendar as the office has it now. Two queries; some thirty rows a year."""
    return WorkCalendar(
        dict(CalendarDay.objects.values_list("day", "is_working")),
        frozenset(PreliminaryYear.objects.values_list("year", flat=True)),
    )
