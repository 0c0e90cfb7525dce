"""The checks that speak, each with what it must not speak of."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tasks.indicator_checks import Checked, Code, Finding, check, no_shortcomings

ACCEPTED = Checked(1, "受理", "1.化解矛盾", "count", "件", 0)
SOLVED = Checked(2, "办结", "1.化解矛盾", "count", "件", 0)
RATE = Checked(
    3, "办结率", "1.化解矛盾", "ratio", "%", 1, numerator=2, denominator=1
)  # fmt: skip


def codes(*rows: Checked) -> list[str]:
    return [finding.code for finding in check(rows)]


def one(*rows: Checked) -> Finding:
    [found] = check(rows)
    return found


def having(row: Checked, value: object, **more: Any) -> Checked:
    return replace(row, value=Decimal(str(value)), **more)


def test_sound_figures_are_not_spoken_of() -> None:
    assert check([having(ACCEPTED, 9), having(SOLVED, 8), having(RATE, "88.9")]) == []
    assert check([]) == []


def test_solved_more_than_accepted() -> None:
    found = one(having(ACCEPTED, 9), having(SOLVED, 10), RATE)
    assert (found.code, found.indicator, found.where) == (Code.MORE_THAN_WHOLE, 2, "1.化解矛盾")
    assert "10件" in found.text
    assert "9件" in found.text
    part = having(SOLVED, 10, part_of=1)
    assert codes(having(ACCEPTED, 9), part) == [Code.MORE_THAN_WHOLE]
    assert codes(having(ACCEPTED, 9), part, RATE) == [Code.MORE_THAN_WHOLE]


def test_the_unit_where_it_is_so_is_named() -> None:
    """Hidden in the total: of 甲镇 alone it shows."""
    accepted = having(ACCEPTED, 20, by_unit={"甲镇": Decimal(5), "乙乡": Decimal(15)})
    solved = having(SOLVED, 10, by_unit={"甲镇": Decimal(6), "乙乡": Decimal(4)})
    found = one(accepted, solved, RATE)
    assert found.code == Code.MORE_THAN_WHOLE
    assert found.where == "1.化解矛盾，甲镇"


def test_an_average_may_be_more_than_one() -> None:
    mean = replace(RATE, kind="average", measure="次")
    assert codes(having(ACCEPTED, 9), having(SOLVED, 10), mean) == []


def test_parts_that_do_not_come_to_the_whole() -> None:
    whole = having(ACCEPTED, 9, parts_make_it=True)
    parts = [having(replace(SOLVED, key=key, part_of=1), 4) for key in (2, 4)]
    found = one(whole, *parts)
    assert (found.code, found.indicator) == (Code.PARTS_DIFFER, 1)
    assert "8件" in found.text
    assert codes(having(whole, 8), *parts) == []
    assert codes(replace(whole, parts_make_it=False), *parts) == []


def test_no_unit_of_measure() -> None:
    assert codes(replace(ACCEPTED, measure="")) == [Code.NO_MEASURE]
    assert codes(replace(ACCEPTED, measure="", kind="milestone")) == []


def test_a_rate_without_denominator() -> None:
    bare = replace(RATE, numerator=None, denominator=None)
    assert codes(bare) == [Code.NO_DENOMINATOR]
    assert codes(replace(bare, kind="average")) == [Code.NO_DENOMINATOR]
    assert codes(replace(bare, kind="rate")) == [Code.NO_DENOMINATOR]


def test_percents_with_different_decimals() -> None:
    other = replace(RATE, key=4, decimals=2)
    found = one(RATE, other)
    assert (found.code, found.indicator) == (Code.MIXED_DECIMALS, None)
    assert "1、2" in found.text
    assert codes(RATE, replace(other, measure="次")) == []
    # A count of the same measure is not told beside a mean.
    mean = replace(RATE, kind="average", measure="件", decimals=2)
    assert codes(ACCEPTED, SOLVED, mean) == []


def test_reported_finer_than_the_indicator_is() -> None:
    values = (("甲镇", Decimal("1.5")), ("甲镇", Decimal("2.5")), ("乙乡", Decimal("2.0")))
    found = one(replace(ACCEPTED, values=values))
    assert (found.code, found.where) == (Code.MIXED_DECIMALS, "1.化解矛盾，甲镇")


def test_out_of_last_years_range() -> None:
    last = replace(ACCEPTED, last_year=Decimal(100))
    assert codes(having(last, 201)) == [Code.OUT_OF_RANGE]
    assert codes(having(last, 200)) == []
    assert codes(having(last, 49)) == []
    assert codes(having(last, 49, is_year_over=True)) == [Code.OUT_OF_RANGE]
    assert codes(having(last, 50, is_year_over=True)) == []


def test_a_report_without_shortcomings() -> None:
    assert no_shortcomings().code == Code.NO_SHORTCOMINGS
