"""Public holidays and make-up workdays as the State Council has announced them.

Only years that are announced; a year that is missing here stays uncovered, and the calendar
shows that instead of guessing. The next one is announced in November.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Holiday:
    name: str
    first: dt.date
    last: dt.date
    make_up: tuple[dt.date, ...] = ()


HOLIDAYS = (
    Holiday("元旦", dt.date(2025, 1, 1), dt.date(2025, 1, 1)),
    Holiday(
        "春节",
        dt.date(2025, 1, 28),
        dt.date(2025, 2, 4),
        (dt.date(2025, 1, 26), dt.date(2025, 2, 8)),
    ),
    Holiday("清明节", dt.date(2025, 4, 4), dt.date(2025, 4, 6)),
    Holiday("劳动节", dt.date(2025, 5, 1), dt.date(2025, 5, 5), (dt.date(2025, 4, 27),)),
    Holiday("端午节", dt.date(2025, 5, 31), dt.date(2025, 6, 2)),
    Holiday(
        "国庆节、中秋节",
        dt.date(2025, 10, 1),
        dt.date(2025, 10, 8),
        (dt.date(2025, 9, 28), dt.date(2025, 10, 11)),
    ),
    Holiday("元旦", dt.date(2026, 1, 1), dt.date(2026, 1, 3), (dt.date(2026, 1, 4),)),
    Holiday(
        "春节",
        dt.date(2026, 2, 15),
        dt.date(2026, 2, 23),
        (dt.date(2026, 2, 14), dt.date(2026, 2, 28)),
    ),
    Holiday("清明节", dt.date(2026, 4, 4), dt.date(2026, 4, 6)),
    Holiday("劳动节", dt.date(2026, 5, 1), dt.date(2026, 5, 5), (dt.date(2026, 5, 9),)),
    Holiday("端午节", dt.date(2026, 6, 19), dt.date(2026, 6, 21)),
    Holiday("中秋节", dt.date(2026, 9, 25), dt.date(2026, 9, 27)),
    Holiday(
        "国庆节",
        dt.date(2026, 10, 1),
        dt.date(2026, 10, 7),
        (dt.date(2026, 9, 20), dt.date(2026, 10, 10)),
    ),
)


def special_days() -> dict[dt.date, tuple[bool, str]]:
    """For each special day, whether people work on it, and the holiday's name."""
    found: dict[dt.date, tuple[bool, str]] = {}
    for holiday in HOLIDAYS:
        length = (holiday.last - holiday.first).days + 1
        for n in range(length):
            found[holiday.first + dt.timedelta(days=n)] = (False, holiday.name)
        for day in holiday.make_up:
            found[day] = (True, holiday.name)
    return found
