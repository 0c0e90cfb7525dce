"""Marks: who and by when, in brackets, on a line of their own, behind a label."""

import pytest

from plans.reading.labels import begins_with_label
from plans.reading.marks import (
    MOST_OF_A_MARK,
    Mark,
    is_mark_alone,
    marks_in,
    read_clauses,
    read_mark,
)
from plans.reading.text import without


def said(mark: Mark | None) -> str | None:
    """The owners by role and the deadline behind a bar; ``None`` where there is no mark."""
    if mark is None:
        return None
    owners = " ".join(f"{owner.role[0].upper()}:{owner.name}" for owner in mark.owners)
    return f"{owners}|{mark.deadline}" if mark.deadline else owners


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        ("牵头单位：县司法局；责任单位：县财政局、县教委", "L:县司法局 R:县财政局 R:县教委"),
        ("牵头单位:县司法局,配合单位:县财政局", "L:县司法局 S:县财政局"),
        ("责任单位：县司法局；完成时限：6月底前", "R:县司法局|6月底前"),
        ("责任单位：县司法局，6月底前", "R:县司法局|6月底前"),
        ("责任单位：县司法局，6月底前，12月完成", "R:县司法局|6月底前,12月完成"),
        ("完成时限：6月底前；牵头单位：县司法局", "L:县司法局|6月底前"),
        ("县司法局牵头，县财政局、县教委配合", "L:县司法局 S:县财政局 S:县教委"),
        ("县司法局牵头负责", "L:县司法局"),
        ("县司法局、县委编办共同牵头，县财政局按职责分工负责", "L:县司法局 L:县委编办 R:县财政局"),
        ("县司法局、县财政局按职责分工负责", "R:县司法局 R:县财政局"),
        ("县司法局，县财政局等按照各自职责分别负责", "R:县司法局 R:县财政局"),
        ("县司法局负责，县人大指导", "R:县司法局 S:县人大"),
        ("由县司法局牵头", "L:县司法局"),
        ("县司法局会同县财政局负责", "L:县司法局 S:县财政局"),
        ("县司法局牵头，会同县财政局", "L:县司法局 S:县财政局"),
        ("县司法局牵头 县财政局 县教委配合", "L:县司法局 S:县财政局 S:县教委"),
        ("县司法局牵头县财政局配合", "L:县司法局 S:县财政局"),
        ("县司法局牵头2026年6月底前完成", "L:县司法局|2026年6月底前完成"),
        ("县司法局6月底前完成", "R:县司法局|6月底前完成"),
        ("县司法局、县财政局", "R:县司法局 R:县财政局"),
        ("县司法局；持续实施", "R:县司法局|持续实施"),
        ("县司法局，全年组织", "R:县司法局|全年组织"),
        ("县司法局，适时", "R:县司法局|适时"),
        ("县司法局，按规定时限", "R:县司法局|按规定时限"),
        (
            "县司法局（牵头）、县财政局（配合）、县教委（责任单位）",
            "L:县司法局 S:县财政局 R:县教委",
        ),
        ("牵头单位：县司法局 责任单位：县财政局", "L:县司法局 R:县财政局"),
        ("牵头：县司法局", "L:县司法局"),
        ("主办单位：县司法局；协办单位：县财政局", "L:县司法局 S:县财政局"),
        ("牵头单位和责任单位：县司法局", "L:县司法局"),
        ("责任单位及责任人：县司法局", "R:县司法局"),
        ("部门分工：县司法局牵头，各部门配合", "L:县司法局 S:各部门"),
        ("责任单位：县司法局；督办单位：县委督查室", "R:县司法局"),
        ("责任单位：县司法局、县司法局", "R:县司法局"),
        ("牵头单位：县司法局；责任单位：县司法局、县财政局", "L:县司法局 R:县财政局"),
        ("县每日新报社，县教委", "R:县每日新报社 R:县教委"),
        ("6月底前", "|6月底前"),
        ("时限：", None),
        ("各乡镇", "R:各乡镇"),
        ("2020年11月5日常务会议通过", None),
        ("不少于2次", None),
        ("街道", None),
        ("法治办", None),
        ("办、会", None),
        ("含线上", None),
        ("2021—2025年", None),
        ("2021年版", None),
        ("由乡镇牵头的机制", None),
        ("", None),
        ("县司法局、" * MOST_OF_A_MARK, None),
    ],
)
def test_what_a_bracket_says(inner: str, found: str | None) -> None:
    assert said(read_mark(inner)) == found


def test_persons_are_kept_apart_and_labels_as_printed() -> None:
    mark = read_mark("责任领导：某某；牵头责任单位：县司法局；联系电话：0000")
    assert mark is not None
    assert mark.persons == ["某某", "0000"]
    assert mark.labels == ["责任领导", "牵头责任单位", "联系电话"]
    assert [owner.name for owner in mark.owners] == ["县司法局"]


def test_the_span_of_persons_stays_in_the_text() -> None:
    text = "责任领导：某某；责任科室：法治科"
    mark = marks_in(text)
    assert without(text, mark.spans) == "责任领导：某某；"


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("编制清单。（责任单位：县司法局）", "R:县司法局", "编制清单。"),
        ("编制清单（责任单位：县司法局）。", "R:县司法局", "编制清单。"),
        ("编制清单【牵头：县司法局】【时限：7月】", "L:县司法局|7月", "编制清单"),
        ("甲。（县司法局）乙。（县财政局）", "R:县司法局 R:县财政局", "甲。乙。"),
        ("甲。责任单位：县司法局。完成时限：5月底前。", "R:县司法局|5月底前", "甲。"),
        ("甲。（法治办）", "R:法治办", "甲。"),
        ("甲（法治办）", "", "甲（法治办）"),
        ("甲（县司法局）①乙", "R:县司法局", "甲①乙"),
        ("各镇（街道），开发区：", "", "各镇（街道），开发区："),
        ("培训（含线上）县司法局。", "", "培训（含线上）县司法局。"),
        ("健全由乡镇牵头的机制。", "", "健全由乡镇牵头的机制。"),
        ("督促责任单位：县司法局", "", "督促责任单位：县司法局"),
        ("（责任单位：县司法局）责任单位：县教委", "R:县司法局 R:县教委", ""),
        ("县司法局牵头，县财政局配合", "L:县司法局 S:县财政局", ""),
        ("县司法局负责", "", "县司法局负责"),
        ("甲。责任单位：", "", "甲。责任单位："),
        (
            "甲。责任单位：县司法局、各镇（乡、街道）；时限：5月",
            "R:县司法局 R:各镇（乡、街道）|5月",
            "甲。",
        ),
        ("甲。责任单位：县司法局。（完成时限：6月）", "R:县司法局|6月", "甲。"),
        ("甲（乡、街道）", "", "甲（乡、街道）"),
    ],
)
def test_the_marks_of_a_paragraph(text: str, found: str, left: str) -> None:
    mark = marks_in(text)
    assert said(mark) == found
    assert without(text, mark.spans) == left


def test_a_numbered_paragraph_is_no_mark_as_a_whole() -> None:
    assert said(marks_in("县司法局牵头", numbered=True)) == ""


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("责任单位：县司法局", True),
        ("（责任单位：县司法局）", True),
        ("（县司法局、县财政局）。", True),
        ("责任领导：某某", True),
        ("完成时限：", False),
        ("县司法局 县财政局", False),
        ("编制清单（责任单位：县司法局）", False),
        ("责任单位　县司法局", True),
    ],
)
def test_a_line_that_is_nothing_but_a_mark(text: str, alone: bool) -> None:
    assert is_mark_alone(text) == alone


@pytest.mark.parametrize(
    ("cell", "role", "found"),
    [
        ("县司法局\n县财政局", "lead", "L:县司法局 L:县财政局"),
        ("牵头：县司法局\n配合：县财政局", "responsible", "L:县司法局 S:县财政局"),
        ("县司法局牵头，各部门配合", "responsible", "L:县司法局 S:各部门"),
        ("文件起草部门", "responsible", "R:文件起草部门"),
        ("某某", "responsible", "R:某某"),
    ],
)
def test_a_cell_under_a_role(cell: str, role: str, found: str) -> None:
    assert said(read_clauses(cell, role)) == found


@pytest.mark.parametrize(
    ("text", "label"),
    [(" 责任单位：县司法局", True), ("牵头单位 县司法局", True), ("编制责任单位清单", False)],
)
def test_a_line_that_begins_with_a_label(text: str, label: bool) -> None:
    assert begins_with_label(text) == label


def test_an_empty_mark_is_none() -> None:
    assert not Mark()
    assert Mark(deadline="全年")
