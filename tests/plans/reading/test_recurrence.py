"""The steps that a printed deadline means."""

import datetime as dt

import pytest

from plans.reading.deadlines import read_deadline
from plans.reading.draft import DeadlineDraft
from plans.reading.recurrence import steps_of

QUARTERS = ["第一季度", "第二季度", "第三季度", "第四季度"]


def steps(text: str, issued_on: dt.date | None = None, year: int | None = 2026) -> list[str]:
    """As ``label mm-dd``, of the words as the reader understands them."""
    found = steps_of(read_deadline(text, year), year, issued_on)
    return [f"{step.label} {step.due_on:%m-%d}" for step in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每季度", ["03-31", "06-30", "09-30", "12-31"]),
        ("每季度末月25日前", ["03-25", "06-25", "09-25", "12-25"]),
        ("每个季度至少1次", ["03-31", "06-30", "09-30", "12-31"]),
        ("按季度通报", ["03-31", "06-30", "09-30", "12-31"]),
        ("每年开展四次", ["03-31", "06-30", "09-30", "12-31"]),
    ],
)
def test_quarters_have_the_names_of_an_office(text: str, expected: list[str]) -> None:
    assert steps(text) == [f"{name} {day}" for name, day in zip(QUARTERS, expected, strict=True)]


@pytest.mark.parametrize(
    "text", ["每半年", "半年一次", "上半年、下半年各1次", "一年两次", "每年不少于2次"]
)
def test_half_years(text: str) -> None:
    assert steps(text) == ["上半年 06-30", "下半年 12-31"]


def test_months_end_where_they_end() -> None:
    found = steps("每月30日前")
    assert len(found) == 12
    assert found[:4] == ["1月 01-30", "2月 02-28", "3月 03-30", "4月 04-30"]
    assert steps("每月30日前", year=2028)[1] == "2月 02-29"
    assert steps("每月28号前")[0] == "1月 01-28"
    assert steps("1月至12月每月") == steps("每月")


def test_every_two_months() -> None:
    for text in ("每两个月一次", "每2个月", "每隔二个月"):
        assert [s.split()[0] for s in steps(text)] == ["2月", "4月", "6月", "8月", "10月", "12月"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每年", ["12月 12-31"]),
        ("每年至少开展1次", ["12月 12-31"]),
        ("每年12月10日前", ["12月 12-10"]),
        ("每年3月、9月", ["3月 03-31", "9月 09-30"]),
        ("每年3月至6月", ["6月 06-30"]),
    ],
)
def test_of_a_year_in_the_months_that_are_named(text: str, expected: list[str]) -> None:
    assert steps(text) == expected


@pytest.mark.parametrize("text", ["每周一次", "每日", "每旬", "按周调度", "各2次", "每周、每月"])
def test_what_comes_too_often_or_says_no_rhythm_is_for_a_person(text: str) -> None:
    assert steps(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "6月底前完成征求意见，9月底前提请审议",
            ["完成征求意见 06-30", "提请审议 09-30"],
        ),
        ("3月启动、6月底前完成、11月20日前验收", ["完成 06-30", "验收 11-20"]),
        ("3月、6月底前", ["3月 03-31", "6月底前 06-30"]),
        ("９月底前验收；６月底前完成", ["完成 06-30", "验收 09-30"]),
    ],
)
def test_milestones_are_called_as_they_are_printed(text: str, expected: list[str]) -> None:
    assert steps(text) == expected


def test_what_was_before_the_issue_is_left_out() -> None:
    assert steps("每季度末月25日前", dt.date(2026, 6, 25))[0] == "第二季度 06-25"
    assert steps("每季度末月25日前", dt.date(2026, 6, 26))[0] == "第三季度 09-25"
    assert steps("6月底前完成，9月底前验收", dt.date(2026, 7, 1)) == ["验收 09-30"]


@pytest.mark.parametrize("text", ["9月底前", "全年", "长期坚持", "11月前", ""])
def test_other_deadlines_have_no_steps(text: str) -> None:
    assert steps(text) == []


def test_nor_has_one_without_a_year_or_without_words() -> None:
    assert steps("每季度", year=None) == []
    assert steps_of(DeadlineDraft(None, "recurring", None), 2026, None) == []


def test_a_milestone_of_an_unknown_day_is_none() -> None:
    draft = DeadlineDraft("2月30日前完成，6月底前验收", "milestones", None)
    found = steps_of(draft, 2026, None)
    assert [(step.label, step.due_on) for step in found] == [("验收", dt.date(2026, 6, 30))]
