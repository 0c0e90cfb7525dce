"""Percents that make 100.0 together, by the largest remainder."""

import random
from decimal import Decimal

import pytest

from tasks.apportionment import percents_of

TENTH = Decimal("0.1")


def percents(**parts: int) -> dict[str, str]:
    return {name: str(percent) for name, percent in percents_of(parts).items()}


def test_ten_thousand_tables_make_100_each() -> None:
    chance = random.Random(8)  # noqa: S311 - tables, not secrets
    for _turn in range(10_000):
        most = chance.choice((1, 9, 4048, 10**9))
        parts = {f"p{n}": chance.randint(0, most) for n in range(chance.randint(1, 12))}
        whole = sum(parts.values())
        found = percents_of(parts)
        assert list(found) == list(parts)
        assert sum(found.values()) == (Decimal("100.0") if whole else 0)
        for name, part in parts.items():
            assert found[name].as_tuple().exponent == -1
            exact = Decimal(100 * part) / whole if whole else Decimal(0)
            assert abs(found[name] - exact) < TENTH
        names = list(parts)
        chance.shuffle(names)
        assert percents_of({name: parts[name] for name in names}) == found


def test_what_was_cut_most_gets_the_tenth() -> None:
    # 28.57…, 28.57…, 42.85…: two tenths are left over, and the third part was cut least.
    assert percents(a=2, b=2, c=3) == {"a": "28.6", "b": "28.6", "c": "42.8"}


def test_ties_go_to_the_larger_part_and_then_by_name() -> None:
    assert percents(b=1, c=1, a=1) == {"b": "33.3", "c": "33.3", "a": "33.4"}
    # 0.05 and 99.95: the same remainder.
    assert percents(a=1, b=1999) == {"a": "0.0", "b": "100.0"}


def test_zeros() -> None:
    assert percents(a=0, b=7) == {"a": "0.0", "b": "100.0"}
    assert percents(a=0, b=0) == {"a": "0.0", "b": "0.0"}
    assert percents() == {}


def test_nothing_is_below_zero() -> None:
    with pytest.raises(ValueError, match="below zero"):
        percents_of({"a": -1, "b": 2})
