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
