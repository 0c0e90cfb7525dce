"""Every date of the demo, derived from today, so that it never ages. Pure.

The plan was issued on the first weekday from 2 March on: of this year when that is at least ten
weeks ago, else of last year. What lies between that day and today is the story; what the plan
still promises lies at fixed distances ahead.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
ISSUE_MONTH, ISSUE_DAY = 3, 2
SHORTEST_STORY = dt.timedelta(days=70)


def next_weekday(day: dt.date) -> dt.date:
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def weekdays_after(day: dt.date, count: int) -> dt.date:
    """The ``count``-th weekday after the day; public holidays are not looked at."""
    for _ in range(count):
        day = next_weekday(day + dt.timedelta(days=1))
    return day


def weekdays_before(day: dt.date, count: int) -> dt.date:
    for _ in range(count):
        day -= dt.timedelta(days=1)
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
    return day


def month_end(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def month_end_before(day: dt.date) -> dt.date:
    return day.replace(day=1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class DemoDates:
    """The deadlines of the plan by name, and instants of the story between issue and today."""

    today: dt.date

    @cached_property
    def issued_on(self) -> dt.date:
        day = next_weekday(dt.date(self.today.year, ISSUE_MONTH, ISSUE_DAY))
        if self.today - day < SHORTEST_STORY:
            return next_weekday(dt.date(self.today.year - 1, ISSUE_MONTH, ISSUE_DAY))
        return day

    @property
    def year(self) -> int:
        return self.issued_on.year

    @cached_property
    def deadlines(self) -> dict[str, dt.date]:
        """``first`` to ``fourth`` and the two ``overdue`` are past, the rest ahead, in order."""
        today, days = self.today, dt.timedelta
        return {
            "first": self._past(0.25),
            "second": self._past(0.35),
            "third": self._past(0.45),
            "fourth": self._past(0.70),
            "long_overdue": today - days(35),
            "just_overdue": today - days(6),
            "within_5": weekdays_after(today, 4),
            "within_20": weekdays_after(today, 14),
            "later": month_end(today + days(35)),
            "much_later": month_end(today + days(65)),
            "last": month_end(today + days(100)),
        }

    def _past(self, part: float) -> dt.date:
        """A day so far along the story; the end of the month before it, when that fits."""
        day = self.issued_on + dt.timedelta(days=round((self.today - self.issued_on).days * part))
        end = month_end_before(day)
        return end if (end - self.issued_on).days >= 17 and (day - end).days < 20 else day

    @cached_property
    def last_story_day(self) -> dt.date:
        """The last weekday before today."""
        return self.before_today(1)

    def day(self, part: float) -> dt.date:
        """The weekday so far along the story: 0 is the day of issue, 1 is today."""
        length = (self.today - self.issued_on).days
        return next_weekday(self.issued_on + dt.timedelta(days=round(part * length)))

    def signing_day(self, count: int) -> dt.date:
        """The ``count``-th weekday after the issue."""
        return weekdays_after(self.issued_on, count)

    def before_today(self, count: int) -> dt.date:
        return weekdays_before(self.today, count)

    def before(self, deadline: str, count: int) -> dt.date:
        return weekdays_before(self.deadlines[deadline], count)

    def after(self, deadline: str, count: int) -> dt.date:
        return weekdays_after(self.deadlines[deadline], count)


def instant(day: dt.date, hour: int) -> dt.datetime:
    """That hour of the day by the county's clocks."""
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
