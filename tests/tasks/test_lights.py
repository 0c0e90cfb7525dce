"""The light of a share on every side of its deadline."""

import datetime as dt

import pytest

from tasks.lights import Light, light_of

DUE = dt.date(2026, 9, 30)


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
    assert light_of(state, due_on, on, yellow_days=20) is expected


def test_a_word_stands_beside_each_colour() -> None:
    assert {light: str(light.label) for light in Light}.keys() == set(Light)
    assert str(Light.GREEN) == "green"
