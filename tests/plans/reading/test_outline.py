"""Lines as a tree of headings and items, and lines that the print broke."""

import pytest

from plans.reading.blocks import Line
from plans.reading.outline import Node, outline
from plans.reading.wrapping import unwrapped


def lines_of(text: str) -> list[Line]:
    return [Line(n, line) for n, line in enumerate(text.split("\n"), 1)]


def shape(node: Node) -> list[object]:
    """The printed numbers, each with what is below it."""
    return [
        [child.printed or "-", *shape(child)] if child.children else child.printed or "-"
        for child in node.children
    ]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (
            "一、甲\n（一）乙\n1.丙\n2.丁\n（二）戊\n二、己",
            [["一、", ["（一）", "1.", "2."], "（二）"], "二、"],
        ),
        ("一、甲\n1.乙\n（1）丙\n二、丁\n1.戊", [["一、", ["1.", "（1）"]], ["二、", "1."]]),
        ("1.甲\n一、乙\n2.丙", [["1.", "一、"], "2."]),
        ("（一）甲\n——乙\n——丙\n（二）丁", [["（一）", "-", "-"], "（二）"]),
        ("第一章 甲\n第一条 乙\n第二章 丙", [["第一章", "第一条"], "第二章"]),
        ("⑴甲。⑵乙。\n1.丙", ["⑴", ["⑵", "1."]]),
        ("【甲事】乙\n【丙事】丁", ["-", "-"]),
        ("统筹推进\n1.甲\n平台建设\n2.乙", [["-", "1."], ["-", "2."]]),
        ("统筹推进\n1.甲\n二是：\n2.乙", [["-", "1.", "2."]]),
        ("甲。\n乙。", []),
    ],
)
def test_numbers_make_a_tree(text: str, tree: list[object]) -> None:
    assert shape(outline(lines_of(text))) == tree


def test_paragraphs_belong_to_the_number_before_them() -> None:
    root = outline(lines_of("前言。\n一、甲\n乙。\n（一）丙\n丁。"))
    assert [line.text for line in root.paragraphs] == ["前言。"]
    (chapter,) = root.children
    assert [line.text for line in chapter.paragraphs] == ["甲", "乙。"]
    assert [line.text for line in chapter.children[0].paragraphs] == ["丙", "丁。"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.甲：（1）乙（县司法局）。（2）丙（县财政局）。", [["1.", "（1）", "（2）"]]),
        ("1.甲：（1）乙。（2）丙（县财政局）。", ["1."]),
        ("（一）甲。1.乙。（县司法局）2.丙。（县教委）", [["（一）", "1.", "2."]]),
        ("1.甲。（县司法局）2.乙。（县教委）", ["1.", "2."]),
        ("1.甲。2.乙。", ["1."]),
    ],
)
def test_numbers_inside_a_line(text: str, numbers: list[object]) -> None:
    assert shape(outline(lines_of(text))) == numbers


def test_one_mark_behind_a_row_is_shared_by_the_row() -> None:
    first, last = outline(lines_of("⑴甲。⑵乙。（县司法局）")).children
    assert first.shared is last.segments[-1].mark
    assert (last.shared, last.marked, first.marked) == (None, True, False)


def test_a_name_in_brackets_that_is_a_mark_is_no_heading() -> None:
    assert shape(outline(lines_of("1.甲\n【责任单位：县司法局】\n【县教委牵头】"))) == ["1."]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1.甲\n县司法局\n2026年3月2日", ["甲"]),
        ("1.甲\n乙。\n2026年3月2日", ["甲", "乙。"]),
        ("1.甲\n县司法局\n乙", ["甲", "县司法局", "乙"]),
    ],
)
def test_a_signature_belongs_to_nothing(text: str, left: list[str]) -> None:
    assert [line.text for line in outline(lines_of(text)).children[0].paragraphs] == left


def test_numbered_parts_of_one_item_are_its_marks() -> None:
    root = outline(
        lines_of("（一）甲\n1.整改措施：乙。\n2.整改时限：6月底前\n3.责任单位：县司法局\n（二）丙")
    )
    first, second = root.children
    assert [owner.name for owner in first.segments[-1].mark.owners] == ["县司法局"]
    assert second.printed == "（二）"
    assert [child.printed for child in first.children] == ["1."]
    persons = outline(lines_of("（一）甲\n1.责任领导：某某"))
    assert shape(persons) == [["（一）", "1."]]
    alone = outline(lines_of("1.责任单位：县司法局\n2.甲"))
    assert shape(alone) == ["2."]


def test_paragraphs_are_cut_after_each_mark() -> None:
    (node,) = outline(
        lines_of("（一）甲。\n乙。（县司法局）\n丙。\n责任单位：县教委\n完成时限：全年\n丁。")
    ).children
    assert [(segment.line, segment.text) for segment in node.segments] == [
        (1, "甲。\n乙。"),
        (3, "丙。\n丁。"),
    ]
    assert node.segments[1].mark.deadline == "全年"
    assert [segment.mark_alone for segment in node.segments] == [False, True]


@pytest.mark.parametrize(
    ("text", "remaining"),
    [
        ("1.甲；（县司法局）", "甲"),
        ("1.甲（乙）；（县司法局）", "甲（乙）"),
        ("1.（县司法局）", ""),
    ],
)
def test_what_remains_beside_a_mark(text: str, remaining: str) -> None:
    assert outline(lines_of(text)).children[0].segments[0].text == remaining


@pytest.mark.parametrize(
    ("text", "heading", "is_heading"),
    [
        ("一、重点任务", "一、重点任务", True),
        ("第一章 总则", "第一章 总则", True),
        ("一、甲。乙。", "一、甲", False),
        ("一、甲（县司法局）", "一、甲（县司法局）", False),
        ("一、", "一、", False),
    ],
)
def test_a_heading_is_a_title_alone(text: str, heading: str, is_heading: bool) -> None:
    node = outline(lines_of(text)).children[0]
    assert (node.heading, node.is_heading) == (heading, is_heading)


def test_a_node_without_paragraphs() -> None:
    node = Node(None, 1)
    assert (node.heading, node.is_heading, node.marked, node.kind) == ("", False, False, None)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("责任单位：县司法局、\n县教委", ["责任单位：县司法局、县教委"]),
        ("甲。（责任单位：县司法局，\n县教委）\n乙", ["甲。（责任单位：县司法局，县教委）", "乙"]),
        ("甲，\n责任单位：县司法局", ["甲，", "责任单位：县司法局"]),
        ("甲、\n1.乙", ["甲、", "1.乙"]),
        ("甲（乙\n丙\n丁", ["甲（乙", "丙", "丁"]),
        ("甲\n乙", ["甲", "乙"]),
        ("", [""]),
    ],
)
def test_lines_that_the_print_broke(text: str, joined: list[str]) -> None:
    assert [line.text for line in unwrapped(lines_of(text))] == joined
