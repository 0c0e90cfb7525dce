"""Filling the calendar: a year's special days from a library that knows them, or from a table.

China's holidays are statutory, but which weekends are worked instead is announced each November
for one year (国务院办公厅关于部分节假日安排的通知). What is not announced is not guessed.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import CalendarDay, PreliminaryYear

YES, NO = {"1", "是", "班", "上班", "yes", "true"}, {"0", "否", "休", "放假", "no", "false"}
COLUMNS = 3


@dataclass(frozen=True)
class FilledYear:
    """How many days were added, and whether the make-up workdays are among them."""

    year: int
    added: int
    complete: bool


@transaction.atomic
def fill_year(year: int) -> FilledYear:
    """Adds the year's special days; what the office has entered itself stays as it is."""
    known = holidays.country_holidays("CN", years=year, language="zh_CN")
    make_up = {day for day in known.weekend_workdays if day.year == year}
    days = [CalendarDay(day=day, is_working=False, name=name) for day, name in known.items()]
    days += [CalendarDay(day=day, is_working=True, name="调休上班") for day in make_up]
    before = CalendarDay.objects.filter(day__year=year).count()
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    added = CalendarDay.objects.filter(day__year=year).count() - before
    _mark_complete(year, complete=bool(make_up))
    return FilledYear(year, added, complete=bool(make_up))


@transaction.atomic
def import_days(text: str) -> int:
    """Takes over a CSV table of day, worked or not, name; all rows or none. Returns how many.

    A year in which at least one weekend is worked counts as completely known from then on.
    Raises ``Invalid`` naming the rows that cannot be read.
    """
    days, wrong = [], []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        if not any(cell.strip() for cell in row):
            continue
        day = _day_of(row)
        if day is None:
            wrong.append(number)
        else:
            days.append(day)
    if wrong:
        raise Invalid(
            "wrong_rows",
            _("Each row is a day (2026-02-14), 班 or 休, and a name."),
            {"rows": wrong},
        )
    CalendarDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_working", "name"],
    )
    for year in _years_with_make_up(days):
        _mark_complete(year, complete=True)
    return len(days)


def _day_of(row: list[str]) -> CalendarDay | None:
    cells = [cell.strip() for cell in row[:COLUMNS]] + [""] * (COLUMNS - len(row))
    worked = cells[1].lower()
    try:
        day = dt.date.fromisoformat(cells[0])
    except ValueError:
        return None
    if worked not in YES | NO:
        return None
    return CalendarDay(day=day, is_working=worked in YES, name=cells[2][:100])


def _years_with_make_up(days: Iterable[CalendarDay]) -> set[int]:
    return {row.day.year for row in days if row.is_working}


def _mark_complete(year: int, *, complete: bool) -> None:
    if complete:
        PreliminaryYear.objects.filter(year=year).delete()
    else:
        PreliminaryYear.objects.get_or_create(year=year)
