"""Working days around the holidays of 2026 and their make-up days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.calendar import WorkCalendar, load_calendar
from accounts.models import CalendarDay


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


#: National Day 2026: seven days off, worked for on Sunday 20 September and Saturday 10 October.
NATIONAL_DAY = WorkCalendar(
    {day(f"10-0{n}"): False for n in range(1, 8)} | {day("09-20"): True, day("10-10"): True}
)


@pytest.mark.parametrize(
    ("when", "worked"),
    [("09-20", True), ("09-26", False), ("09-30", True), ("10-01", False), ("10-10", True)],
)
def test_the_table_wins_over_the_week(when: str, worked: bool) -> None:
    assert NATIONAL_DAY.is_working_day(day(when)) is worked


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("09-30", 1, "10-08"),
        ("09-30", 3, "10-10"),  # Thursday 8, Friday 9, and the make-up Saturday
        ("09-30", 4, "10-12"),
        ("10-08", -1, "09-30"),
        ("10-12", -1, "10-10"),
        ("09-21", -1, "09-20"),
        ("10-03", 0, "10-03"),
        ("10-03", 1, "10-08"),
        ("10-03", -1, "09-30"),
    ],
)
def test_adding_working_days(start: str, count: int, expected: str) -> None:
    assert NATIONAL_DAY.add_working_days(day(start), count) == day(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("09-30", "09-30", 0),
        ("09-30", "10-07", 0),
        ("09-30", "10-10", 3),
        ("10-10", "09-30", -3),
        ("09-18", "09-21", 2),  # the make-up Sunday and the Monday
    ],
)
def test_working_days_between(start: str, end: str, expected: int) -> None:
    assert NATIONAL_DAY.working_days_between(day(start), day(end)) == expected


@given(
    special=st.dictionaries(
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), st.booleans(), max_size=40
    ),
    start=st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
    count=st.integers(-60, 60).filter(bool),
)
def test_counting_back_gives_what_was_added(
    special: dict[dt.date, bool], start: dt.date, count: int
) -> None:
    calendar = WorkCalendar(special)
    reached = calendar.add_working_days(start, count)
    assert calendar.is_working_day(reached)
    # Backwards the start itself is among the days counted, and the day reached is not.
    correction = calendar.is_working_day(start) - 1 if count < 0 else 0
    assert calendar.working_days_between(start, reached) == count - correction


@given(
    special=st.dictionaries(
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), st.booleans(), max_size=40
    ),
    start=st.dates(dt.date(2025, 12, 1), dt.date(2026, 4, 30)),
    length=st.integers(0, 90),
)
def test_days_between_are_those_of_a_walk_from_day_to_day(
    special: dict[dt.date, bool], start: dt.date, length: int
) -> None:
    calendar = WorkCalendar(special)
    walked = [start + dt.timedelta(days=n + 1) for n in range(length)]
    end = start + dt.timedelta(days=length)
    assert calendar.working_days_between(start, end) == sum(map(calendar.is_working_day, walked))
    assert calendar.working_days_between(end, start) == -sum(map(calendar.is_working_day, walked))


def test_a_year_without_entries_is_known() -> None:
    assert NATIONAL_DAY.covers(2026)
    assert not NATIONAL_DAY.covers(2027)
    assert WorkCalendar().is_working_day(dt.date(2027, 10, 1))


@pytest.mark.django_db
def test_loaded_from_the_tables_with_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    CalendarDay.objects.create(day=day("10-01"), is_working=False, name="国庆节")
    CalendarDay.objects.create(day=day("10-10"), is_working=True, name="国庆节")
    with django_assert_num_queries(2):
        calendar = load_calendar()
    assert calendar == WorkCalendar({day("10-01"): False, day("10-10"): True})
