"""The light of a share on every side of its deadline."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from tasks.lights import Light, Standing, Thresholds, light_of, points_behind

DUE = dt.date(2026, 9, 30)
YEAR_END = dt.date(2026, 12, 31)
THRESHOLDS = Thresholds(yellow_days=20, yellow_points=20)


@pytest.mark.parametrize(
    ("state", "due_on", "on", "expected"),
    [
        ("acknowledged", DUE, dt.date(2026, 9, 9), Light.GREEN),
        ("acknowledged", DUE, dt.date(2026, 9, 10), Light.YELLOW),
        ("acknowledged", DUE, dt.date(2026, 9, 30), Light.YELLOW),
        ("submitted", DUE, dt.date(2026, 10, 1), Light.RED),
        ("closed", DUE, dt.date(2026, 10, 1), Light.DONE),
        ("acknowledged", None, dt.date(2026, 10, 1), Light.NONE),
        ("cancelled", DUE, dt.date(2026, 10, 1), Light.NONE),
        ("suspended", DUE, dt.date(2026, 10, 1), Light.NONE),
    ],
)
def test_light(state: str, due_on: dt.date | None, on: dt.date, expected: Light) -> None:
    assert light_of(Standing(state, due_on, Decimal(0)), on, THRESHOLDS) is expected


@pytest.mark.parametrize(
    ("completion", "on", "expected"),
    [
        # Eight months have wholly passed on 30 September: the pace is 66.67.
        ("46.666666", dt.date(2026, 9, 30), Light.YELLOW),
        ("46.666668", dt.date(2026, 9, 30), Light.GREEN),
        ("0", dt.date(2026, 1, 31), Light.GREEN),
        ("0", dt.date(2026, 4, 1), Light.YELLOW),
        ("79.999999", dt.date(2027, 2, 1), Light.RED),
    ],
)
def test_a_share_of_the_whole_year_is_lit_by_its_pace(
    completion: str, on: dt.date, expected: Light
) -> None:
    share = Standing("acknowledged", YEAR_END, Decimal(completion), pace_year=2026)
    assert light_of(share, on, THRESHOLDS) is expected


def test_what_is_no_matter_of_pace_is_never_behind() -> None:
    share = Standing("acknowledged", YEAR_END, Decimal(0))
    assert points_behind(share, dt.date(2026, 11, 1)) == 0
    early = Standing("acknowledged", YEAR_END, Decimal(0), pace_year=2027)
    assert points_behind(early, dt.date(2026, 11, 1)) == 0


@pytest.mark.parametrize("light", ["green", "yellow", "red"])
def test_a_light_that_was_set_stands_until_the_share_ends(light: str) -> None:
    share = Standing("acknowledged", DUE, Decimal(0), light_set=light)
    assert light_of(share, dt.date(2026, 10, 1), THRESHOLDS) == light
    for state, expected in (("closed", Light.DONE), ("carried_over", Light.NONE)):
        assert light_of(replace(share, state=state), DUE, THRESHOLDS) is expected


def test_a_word_stands_beside_each_colour() -> None:
    assert {light: str(light.label) for light in Light}.keys() == set(Light)
    assert str(Light.GREEN) == "green"
