"""Points in time named in a text."""

import datetime as dt

import pytest

from plans.reading.moments import moments_in, year_alone

D = dt.date


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("6月底前", [D(2026, 6, 30)]),
        ("2月底", [D(2026, 2, 28)]),
        ("2024年2月", [D(2024, 2, 29)]),
        ("6月15日前", [D(2026, 6, 15)]),
        ("十二月三十一日", [D(2026, 12, 31)]),
        ("二〇二五年六月", [D(2025, 6, 30)]),
        ("二○二五年底", [D(2025, 12, 31)]),
        ("5月上旬", [D(2026, 5, 10)]),
        ("5月初", [D(2026, 5, 10)]),
        ("5月中旬", [D(2026, 5, 20)]),
        ("5月下旬", [D(2026, 5, 31)]),
        ("2026.6", [D(2026, 6, 30)]),
        ("2026/6/15", [D(2026, 6, 15)]),
        ("2026-06-15前", [D(2026, 6, 15)]),
        ("第三季度", [D(2026, 9, 30)]),
        ("2季度末", [D(2026, 6, 30)]),
        ("上半年", [D(2026, 6, 30)]),
        ("明年下半年", [D(2027, 12, 31)]),
        ("今年年底", [D(2026, 12, 31)]),
        ("年内", [D(2026, 12, 31)]),
        ("次年1月15日", [D(2027, 1, 15)]),
        ("2025年3月启动，9月完成", [D(2025, 3, 31), D(2025, 9, 30)]),
        ("每年12月", []),
        ("每个月底", []),
        ("甲乙丙", []),
        ("2月30日", [None]),
    ],
)
def test_the_last_day_of_each(text: str, last: list[dt.date | None]) -> None:
    assert [moment.last for moment in moments_in(text, 2026)] == last


def test_without_a_year_there_is_no_last_day_but_a_month() -> None:
    (moment,) = moments_in("6月底前", None)
    assert (moment.last, moment.month, moment.year, moment.impossible) == (None, 6, None, False)
    (relative,) = moments_in("明年6月", None)
    assert relative.year is None


@pytest.mark.parametrize(
    ("text", "year", "impossible"),
    [
        ("2月29日", 2026, True),
        ("2月29日", 2024, False),
        ("2月29日", None, False),
        ("6月31日", None, True),
    ],
)
def test_days_that_do_not_exist(text: str, year: int | None, impossible: bool) -> None:
    assert [moment.impossible for moment in moments_in(text, year)] == [impossible]


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("3月至6月", [True, False], [False, True]),
        ("4-6月", [True, False], [False, True]),
        ("即日起至12月", [False], [True]),
        ("3月起", [True], [False]),
        ("3月、6月", [False, False], [False, False]),
    ],
)
def test_ranges(text: str, opens: list[bool], closes: list[bool]) -> None:
    moments = moments_in(text, 2026)
    assert [moment.opens_range for moment in moments] == opens
    assert [moment.closes_range for moment in moments] == closes


@pytest.mark.parametrize(
    ("text", "loose", "before", "named_end"),
    [
        ("11月前", True, True, False),
        ("11月底前", False, True, True),
        ("11月5日前", False, True, False),
        ("11月前后", False, False, False),
        ("年底", False, False, True),
    ],
)
def test_how_sure_an_end_is(text: str, loose: bool, before: bool, named_end: bool) -> None:
    (moment,) = moments_in(text, 2026)
    assert (moment.loose, moment.before, moment.named_end) == (loose, before, named_end)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2025年", 2025),
        ("2023-2025年", 2025),
        ("“十四五”期间", 2025),
        ("十五五期间", 2030),
        ("今年", 2026),
        ("明年", 2027),
        ("甲", None),
    ],
)
def test_a_year_that_stands_alone(text: str, year: int | None) -> None:
    assert year_alone(text, 2026) == year
