"""Printed numbers: their kinds, and rows of them inside a line."""

import pytest

from plans.reading.numbering import Kind, inline_numbers, number_of


@pytest.mark.parametrize(
    ("line", "kind", "printed", "rest"),
    [
        ("一、甲", Kind.CHAPTER, "一、", "甲"),
        ("十二、甲", Kind.CHAPTER, "十二、", "甲"),
        ("一.甲", Kind.CHAPTER, "一.", "甲"),
        ("第一章 总则", Kind.PART, "第一章", " 总则"),
        ("第2部分、甲", Kind.PART, "第2部分", "、甲"),
        ("第七条【甲】乙", Kind.ARTICLE, "第七条", "【甲】乙"),
        ("（一）甲", Kind.HAN_IN_BRACKETS, "（一）", "甲"),
        ("(十一)、甲", Kind.HAN_IN_BRACKETS, "(十一)", "甲"),
        ("㈠甲", Kind.HAN_IN_BRACKETS, "㈠", "甲"),
        ("1.甲", Kind.ARABIC, "1.", "甲"),
        ("１．甲", Kind.ARABIC, "１．", "甲"),
        ("  12、甲", Kind.ARABIC, "12、", "甲"),
        ("9.11月前", Kind.ARABIC, "9.", "11月前"),
        ("3.2026年完成", Kind.ARABIC, "3.", "2026年完成"),
        ("⒈甲", Kind.ARABIC, "⒈", "甲"),
        ("(1)甲", Kind.ARABIC_IN_BRACKETS, "(1)", "甲"),
        ("1）甲", Kind.ARABIC_IN_BRACKETS, "1）", "甲"),
        ("⑴、甲", Kind.ARABIC_IN_BRACKETS, "⑴", "甲"),
        ("①甲", Kind.CIRCLED, "①", "甲"),
        ("——甲", Kind.DASH, "——", "甲"),
        ("●甲", Kind.DASH, "●", "甲"),
    ],
)
def test_a_number_at_the_head_of_a_line(line: str, kind: Kind, printed: str, rest: str) -> None:
    number = number_of(line)
    assert number is not None
    assert (number.kind, number.printed, line[number.end :]) == (kind, printed, rest)


@pytest.mark.parametrize(
    "line",
    [
        "2026年工作要点",
        "3.5亿元",
        "20个项目",
        "一是甲",
        "第一条例",
        "第一",
        "-甲",
        "1234.甲",
        "甲1.",
        "",
    ],
)
def test_what_is_no_number(line: str) -> None:
    assert number_of(line) is None


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("⑴甲。⑵乙。⑶丙", [["⑴", "⑵", "⑶"]]),
        ("总述：（1）甲；（2）乙", [["（1）", "（2）"]]),
        ("①甲②乙", [["①", "②"]]),
        ("甲：1.乙。2.丙。", [["1.", "2."]]),
        ("（一）甲。（二）乙。（十）丙", [["（一）", "（二）"]]),
        ("（一）甲。（1）乙。（2）丙。（二）丁", [["（一）", "（二）"], ["（1）", "（2）"]]),
        ("(1)甲", []),
        ("见(1)和(2)", []),
        ("增长1.2%，2.3%", []),
        ("(2)甲。(3)乙", []),
    ],
)
def test_rows_of_numbers_inside_a_line(text: str, printed: list[list[str]]) -> None:
    rows = list(inline_numbers(text))
    assert [[number.printed for number in row] for row in rows] == printed
    for number in [number for row in rows for number in row]:
        assert text[: number.end].endswith(number.printed)
