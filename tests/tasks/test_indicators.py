"""How figures add up over units and periods: the same totals in any order."""

import datetime as dt
import random
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.indicators import (
    Kind,
    Reported,
    as_text,
    decimals_of,
    elapsed,
    growth,
    in_force,
    pace_of,
    quotient,
    rounded,
    total,
    total_by_unit,
)
from tasks.models import Indicator

Q1, Q2, Q3 = dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30)
ORDERS = count()


def said(value: object, *, share: int = 1, end: dt.date | None = Q1, on: dt.date = Q1) -> Reported:
    return Reported(share, share * 10, end, on, next(ORDERS), Decimal(str(value)))


VALUES = st.integers(0, 10**8).map(lambda hundredths: Decimal(hundredths) / 100)
ENDS = st.sampled_from([None, Q1, Q2, Q3])
DAYS = st.sampled_from([Q1, Q2, Q3])


def in_order(found: list[tuple[int, dt.date | None, dt.date, Decimal]]) -> list[Reported]:
    return [
        Reported(share, share * 10, end, on, order, value)
        for order, (share, end, on, value) in enumerate(found)
    ]


ROWS = st.lists(st.tuples(st.integers(1, 4), ENDS, DAYS, VALUES), max_size=12).map(in_order)


@given(ROWS, st.sampled_from(list(Kind)), st.integers())
def test_any_order_gives_the_same_total(rows: list[Reported], kind: Kind, seed: int) -> None:
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, no secret
    assert total(kind, shuffled) == total(kind, rows)
    assert total_by_unit(kind, shuffled) == total_by_unit(kind, rows)


@given(ROWS, st.sampled_from([Kind.COUNT, Kind.STOCK]))
def test_units_first_or_periods_first_come_to_the_same(rows: list[Reported], kind: Kind) -> None:
    by_unit = total_by_unit(kind, rows)
    assert sum(by_unit.values(), Decimal(0)) == (total(kind, rows) or 0)
    if kind == Kind.COUNT:
        periods = {row.period_end for row in rows}
        valid = in_force(rows)
        by_period = [total(kind, [r for r in valid if r.period_end == end]) for end in periods]
        assert sum((value or Decimal(0) for value in by_period), Decimal(0)) == (
            total(kind, rows) or 0
        )


@given(ROWS, ROWS)
def test_a_ratio_is_one_of_sums_never_of_ratios(
    above: list[Reported], below: list[Reported]
) -> None:
    numerator, denominator = total(Kind.COUNT, above), total(Kind.COUNT, below)
    found = quotient(numerator, denominator, "%")
    if found is None:
        assert numerator is None or not denominator
    else:
        assert numerator is not None
        assert denominator
        assert abs(found * denominator - 100 * numerator) <= Decimal("1e-12") * max(
            numerator, Decimal(1)
        )


def test_a_count_is_summed_over_units_and_periods() -> None:
    rows = [said(3), said(4, end=Q2), said(5, share=2)]
    assert total("count", rows) == 12
    assert total_by_unit("count", rows) == {10: 7, 20: 5}


def test_a_stock_is_the_last_over_time_and_summed_over_units() -> None:
    rows = [said(9, end=Q2), said(3), said(5, share=2)]
    assert total("stock", rows) == 14


def test_a_milestone_is_the_last_word() -> None:
    assert total("milestone", [said(1, end=Q2), said(0)]) == 1


def test_of_bare_ratios_of_two_units_there_is_no_total() -> None:
    assert total("ratio", [said(50), said(60, end=Q2)]) == 60
    assert total("ratio", [said(50), said(60, share=2)]) is None
    assert total("count", []) is None


def test_a_correction_of_a_period_replaces_what_it_corrects() -> None:
    assert total("count", [said(3), said(30)]) == 30
    assert total("stock", [said(3), said(30)]) == 30


def test_a_figure_of_the_year_so_far_stands_for_the_periods_before_it() -> None:
    """A share whose plan asked for quarters before, or since."""
    so_far = said(10, end=None, on=dt.date(2026, 7, 5))
    assert total("count", [said(3), said(4, end=Q2), so_far]) == 10
    assert total("count", [so_far, said(5, end=Q3)]) == 15
    assert total("count", [so_far, said(12, end=None, on=Q3)]) == 12


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "text"),
    [
        (4034, 4048, 1, "99.7%"),
        (20, 39, 2, "51.28%"),
        (39, 60, 0, "65%"),
        (4, 4, 0, "100%"),
        (9999, 10000, 0, "99%"),
        (1, 3, 2, "33.33%"),
    ],
)
def test_percents_are_recomputed(
    numerator: int, denominator: int, decimals: int, text: str
) -> None:
    found = quotient(Decimal(numerator), Decimal(denominator), "%")
    assert as_text(found, decimals, "%") == text


def test_without_a_denominator_there_is_no_ratio() -> None:
    assert quotient(Decimal(3), Decimal(0), "%") is None
    assert quotient(Decimal(3), None, "%") is None
    assert quotient(None, Decimal(3), "%") is None
    assert quotient(Decimal(3), Decimal(4), "次") == Decimal("0.75")


def test_growth_is_against_last_year() -> None:
    assert growth(Decimal(120), Decimal(100), "%") == 20
    assert growth(Decimal(80), Decimal(100), "%") == -20
    assert growth(Decimal(80), Decimal(0), "%") is None
    assert growth(None, Decimal(100), "%") is None


def test_what_is_less_than_all_never_becomes_all() -> None:
    assert rounded(Decimal("99.96"), 1, "%") == Decimal("99.9")
    assert rounded(Decimal(100), 1, "%") == 100
    assert rounded(Decimal("99.96"), 1) == 100
    assert rounded(Decimal("0.5"), 0) == 1


def test_texts() -> None:
    assert as_text(Decimal(21000), 0, "人次", approximate=True) == "21000余人次"
    assert as_text(Decimal("13676.360000"), 2, "万元") == "13676.36万元"
    assert as_text(None, 0, "件") == "—"
    assert [decimals_of(Decimal(text)) for text in ("10", "2.50", "0.125")] == [0, 1, 3]


def test_pace_is_that_of_the_year() -> None:
    assert elapsed(dt.date(2026, 12, 31), 2026) == 1
    assert elapsed(dt.date(2025, 12, 31), 2026) == 0
    assert elapsed(dt.date(2027, 5, 1), 2026) == 1
    half = dt.date(2026, 7, 2)
    behind = pace_of(Decimal(40), Decimal(100), half, year=2026)
    assert behind
    assert behind.percent == 40
    assert not behind.is_kept
    ahead = pace_of(Decimal(60), Decimal(100), half, year=2026)
    assert ahead
    assert ahead.is_kept
    limit = pace_of(Decimal(60), Decimal(100), half, year=2026, is_limit=True)
    assert limit
    assert not limit.is_kept
    assert pace_of(Decimal(60), Decimal(0), half, year=2026) is None


def test_the_kinds_are_those_of_the_rows() -> None:
    assert [kind.value for kind in Kind] == Indicator.Kind.values
