"""Reminder days around National Day 2026."""

import datetime as dt

import pytest

from accounts.calendar import WorkCalendar
from tasks.schedule import (
    day_before_deadline,
    day_to_acknowledge,
    days_late,
    first_day_late,
    latest_occasion,
    period_under_way,
    periods_of_year,
    periods_owed,
)
from tests.reminder_rows import DUE, HOLIDAYS, MAKE_UP_DAYS

CALENDAR = WorkCalendar(dict.fromkeys(HOLIDAYS, False) | dict.fromkeys(MAKE_UP_DAYS, True))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # 20 working days before Wednesday 30 September, Sunday the 20th being worked
        ("09-02", None),
        ("09-03", "09-03"),
        ("09-22", "09-03"),
        ("09-23", "09-23"),
        ("09-28", "09-23"),
        ("09-29", "09-29"),
    ],
)
def test_the_latest_day_before_the_deadline(on: str, expected: str | None) -> None:
    found = day_before_deadline(DUE, day(on), CALENDAR, (20, 5, 1))
    assert found == (expected and day(expected))


def test_late_from_the_first_working_day_after_the_deadline() -> None:
    assert first_day_late(DUE, CALENDAR) == day("10-08")
    assert days_late(day("10-08"), day("10-08"), CALENDAR) == 0
    assert days_late(day("10-08"), day("10-12"), CALENDAR) == 3


def test_a_share_is_to_be_signed_for_within_working_days() -> None:
    assert day_to_acknowledge(day("09-30"), 1, CALENDAR) == day("10-08")


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0, 0), (1, 1), (2, 1), (4, 1), (5, 5), (9, 5), (10, 10), (14, 10), (15, 15), (103, 100)],
)
def test_the_latest_occasion(late: int, expected: int) -> None:
    assert latest_occasion(late, (0, 1, 5, 10), 5) == expected


class TestPeriods:
    @pytest.mark.parametrize(
        ("kind", "day_of_month", "expected"),
        [
            ("none", 25, []),
            ("yearly", 25, ["01-01 12-31 12-25"]),
            ("half_yearly", 0, ["01-01 06-30 06-30", "07-01 12-31 12-31"]),
            (
                "quarterly",
                31,
                [
                    "01-01 03-31 03-31",
                    "04-01 06-30 06-30",
                    "07-01 09-30 09-30",
                    "10-01 12-31 12-31",
                ],
            ),
        ],
    )
    def test_of_a_year(self, kind: str, day_of_month: int, expected: list[str]) -> None:
        periods = periods_of_year(kind, 2026, day_of_month)
        assert [f"{p.start:%m-%d} {p.end:%m-%d} {p.due_on:%m-%d}" for p in periods] == expected

    def test_a_day_that_a_month_does_not_have_is_its_last(self) -> None:
        monthly = list(periods_of_year("monthly", 2026, 30))
        assert (len(monthly), monthly[1].due_on) == (12, day("02-28"))
        assert next(iter(periods_of_year("bimonthly", 2028, 30))).due_on == dt.date(2028, 2, 29)

    def test_owed_are_those_due_since_and_until_both_days_included(self) -> None:
        owed = periods_owed("quarterly", 25, since=day("03-25"), on=day("06-25"))
        assert [period.due_on for period in owed] == [day("03-25"), day("06-25")]
        assert not periods_owed("quarterly", 25, since=day("03-26"), on=day("06-24"))

    def test_over_the_turn_of_the_year(self) -> None:
        owed = periods_owed("half_yearly", 25, since=day("12-01"), on=dt.date(2027, 6, 25))
        assert [period.due_on for period in owed] == [day("12-25"), dt.date(2027, 6, 25)]

    def test_under_way_is_the_one_that_ends_in_that_month(self) -> None:
        found = period_under_way("quarterly", 25, day("06-01"))
        assert found
        assert (found.start, found.end) == (day("04-01"), day("06-30"))
        assert period_under_way("quarterly", 25, day("05-31")) is None
        assert period_under_way("none", 25, day("06-01")) is None
