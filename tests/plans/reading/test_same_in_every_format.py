"""One plan as a Word file, workbook, text, separated values and pasted gives one draft."""

from dataclasses import replace

import pytest
from docx import Document
from openpyxl import Workbook

from plans.reading.blocks import Block
from plans.reading.draft import ItemDraft
from plans.reading.formats import blocks_of_file, blocks_of_text
from plans.reading.grammar import read_blocks
from tests.plans.reading.files import bytes_of, in_list, numbered_list

TITLE = "岭下县2026年法治建设工作要点"
NUMBER = "岭法办〔2026〕3号"
CHAPTERS = {
    "统筹推进": [
        "编制规划。形成初稿并征求意见。（责任单位：县司法局、县财政局；完成时限：2026年6月底前）",
        "学习宣传。举办专题讲座。（县委宣传部牵头，各乡镇（街道）配合，全年）",
    ],
    "规范执法": [
        "评查案卷。（责任单位：各行政执法单位；完成时限：每季度）",
    ],
}
PASTED = "\n".join(
    [
        TITLE,
        NUMBER,
        "2026年3月2日",
        "一、统筹推进",
        *(f"（{n}）{text}" for n, text in zip("一二", CHAPTERS["统筹推进"], strict=True)),
        "二、规范执法",
        f"（三）{CHAPTERS['规范执法'][0]}",
    ]
)

HEADER = ("序号", "类别", "工作任务", "牵头单位", "配合单位", "完成时限")
TABLE = [
    ("1", "统筹推进", "编制规划", "县司法局", "县财政局、县委编办", "2026年6月底前"),
    ("2", "统筹推进", "学习宣传，举办讲座", "县委宣传部", "各乡镇（街道）", "全年"),
    ("3", "规范执法", "评查案卷", "县司法局", "各行政执法单位", "每季度"),
]
#: The table as it comes out of a web page: one cell under the other.
CELLS = "\n".join([TITLE, *HEADER, *(cell for row in TABLE for cell in row)])


def items_of(blocks: list[Block]) -> list[ItemDraft]:
    """The tasks without their lines: rows of a workbook are counted otherwise than paragraphs."""
    return [replace(item, line=1) for item in read_blocks(blocks).items]


def word_of_text() -> bytes:
    """With the numbers that Word makes: 一、 for chapters, （一） that runs through."""
    document = Document()
    for text in (TITLE, NUMBER, "2026年3月2日"):
        document.add_paragraph(text)
    chapters = numbered_list(document, ("chineseCounting", "%1、"))
    tasks = numbered_list(document, ("chineseCounting", "（%1）"))
    for chapter, texts in CHAPTERS.items():
        in_list(document.add_paragraph(chapter), chapters)
        for text in texts:
            in_list(document.add_paragraph(text), tasks)
    return bytes_of(document)


def word_of_table() -> bytes:
    """With the cells of a category merged, as offices do."""
    document = Document()
    document.add_paragraph(TITLE)
    table = document.add_table(1 + len(TABLE), len(HEADER))
    for n, row in enumerate([HEADER, *TABLE]):
        for place, text in enumerate(row):
            table.cell(n, place).text = "" if (n, place) == (2, 1) else text
    table.cell(1, 1).merge(table.cell(2, 1))
    return bytes_of(document)


def workbook_of_table() -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.append([TITLE])
    book.active.append(HEADER)
    for number, *row in TABLE:
        book.active.append([int(number), *row])
    book.active.merge_cells("A1:F1")
    book.active.merge_cells("B3:B4")
    return bytes_of(book)


def lines_of_table(sign: str) -> str:
    return "\n".join([TITLE, *(sign.join(row) for row in [HEADER, *TABLE])])


def separated() -> bytes:
    rows = [(TITLE, *[""] * 5), HEADER, *TABLE]
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode("utf-8-sig")


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(lambda: blocks_of_file(word_of_text(), "a.docx"), id="word"),
        pytest.param(lambda: blocks_of_file(PASTED.encode(), "a.txt"), id="utf-8"),
        pytest.param(lambda: blocks_of_file(PASTED.encode("utf-8-sig"), "a.txt"), id="mark"),
        pytest.param(lambda: blocks_of_file(PASTED.encode("gb18030"), "a.txt"), id="gb18030"),
        pytest.param(lambda: blocks_of_text(PASTED.replace("\n", "\r\n\r\n")), id="blank lines"),
    ],
)
def test_a_text(blocks: object) -> None:
    pasted = read_blocks(blocks_of_text(PASTED))
    draft = read_blocks(blocks())  # type: ignore[operator]
    assert [replace(item, line=1) for item in draft.items] == items_of(blocks_of_text(PASTED))
    assert replace(draft, items=[]) == replace(pasted, items=[])
    assert [(i.number, i.section, i.deadline.kind) for i in draft.items] == [
        ("（一）", "一、统筹推进", "date"),
        ("（二）", "一、统筹推进", "whole_year"),
        ("（三）", "二、规范执法", "recurring"),
    ]


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(lambda: blocks_of_file(word_of_table(), "a.docx"), id="word"),
        pytest.param(lambda: blocks_of_file(workbook_of_table(), "a.xlsx"), id="workbook"),
        pytest.param(lambda: blocks_of_file(separated(), "a.csv"), id="csv"),
        pytest.param(lambda: blocks_of_text(lines_of_table("\t")), id="pasted"),
        pytest.param(lambda: blocks_of_text(lines_of_table(" | ")), id="pipes"),
        pytest.param(lambda: blocks_of_text(CELLS), id="cells"),
    ],
)  # fmt: skip
def test_a_table(blocks: object) -> None:
    draft = read_blocks(blocks())  # type: ignore[operator]
    assert (draft.title, draft.year) == (TITLE, 2026)
    items = [replace(item, line=1) for item in draft.items]
    assert items == items_of(blocks_of_text(lines_of_table("\t")))
    assert [(i.number, i.section, i.title, len(i.owners), i.deadline.kind) for i in items] == [
        ("1", "统筹推进", "编制规划", 3, "date"),
        ("2", "统筹推进", "学习宣传，举办讲座", 2, "whole_year"),
        ("3", "规范执法", "评查案卷", 2, "recurring"),
    ]
