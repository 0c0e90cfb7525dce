"""Printed text: one form of signs, brackets, sentences."""

import pytest

from plans.reading.text import (
    after,
    before,
    brackets_of,
    cleaned,
    first_sentence,
    folded,
    split_outside,
    squeezed,
    without,
)


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("甲\u200b乙", "甲乙"),
        ("\ufeff甲\0", "甲"),
        ("e\u0301", "é"),
        ("甲\u202e乙", "甲乙"),
        ("甲", "甲"),
    ],
)
def test_invisible_characters_are_left_out(printed: str, seen: str) -> None:
    assert cleaned(printed) == seen


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("（１．Ａ）", "(1.A)"),
        ("【甲】〔乙〕｛丙｝", "[甲][乙][丙]"),
        ("甲\u3000乙\t丙", "甲 乙 丙"),
        ("——～－", "--~-"),
        ("：；，。、", ":;,。、"),
        ("1﹒", "1."),
    ],
)
def test_signs_have_one_form(printed: str, plain: str) -> None:
    assert folded(printed) == plain
    assert len(folded(printed)) == len(printed)


def test_squeezing_takes_out_every_blank() -> None:
    assert squeezed(" 牵头\u3000单 位\n：") == "牵头单位:"


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("甲（乙）丙【丁】", ["乙", "丁"]),
        ("甲（乙（丙）丁）", ["乙（丙）丁"]),
        ("甲（乙】", ["乙"]),
        ("甲）乙", []),
        ("甲（乙", []),
        ("", []),
    ],
)
def test_the_outermost_brackets(text: str, inner: list[str]) -> None:
    assert [bracket.inner for bracket in brackets_of(text)] == inner


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("甲、乙，丙", [("甲", ""), ("乙", "、"), ("丙", "，")]),
        ("甲（乙、丙）、丁", [("甲（乙、丙）", ""), ("丁", "、")]),
        ("“甲、乙”、丙", [("“甲、乙”", ""), ("丙", "、")]),
        ("甲）、乙", [("甲）", ""), ("乙", "、")]),
    ],
)
def test_cutting_outside_brackets_and_quotes(text: str, pieces: list[tuple[str, str]]) -> None:
    assert list(split_outside(text, "、,")) == pieces


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("编制清单。按期公布。", "编制清单"),
        ("落实《“一网通办。”方案》。后", "落实《“一网通办。”方案》"),
        ("。编制清单；", "编制清单"),
        ("  ", ""),
        ("。。", ""),
    ],
)
def test_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_cutting_out_spans_that_overlap() -> None:
    assert without("零一二三四五", [(3, 5), (1, 4)]) == "零五"
    assert without("零", []) == "零"


@pytest.mark.parametrize(
    ("position", "left", "right"),
    [(0, "", "甲"), (1, "甲", "乙"), (3, "甲", "乙"), (4, "乙", ""), (6, "乙", "")],
)
def test_what_stands_beside_a_place(position: int, left: str, right: str) -> None:
    text = "甲  乙  "
    assert (before(text, position), after(text, position)) == (left, right)
