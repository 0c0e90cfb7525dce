"""Word files: numbers that Word makes, merged cells, and what is not printed."""

from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from plans.reading.blocks import Block, Line, Table
from plans.reading.draft import ReadingRefused
from plans.reading.word import blocks_of_word
from tests.plans.reading.files import bytes_of, in_list, numbered_list, with_entry, word


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Line)]


def read(document: Any) -> list[str]:
    return texts(blocks_of_word(bytes_of(document)))


def cells(document: Any) -> list[tuple[str, ...]]:
    (table,) = [b for b in blocks_of_word(bytes_of(document)) if isinstance(b, Table)]
    return [row.cells for row in table.rows]


def test_paragraphs_and_tables_come_in_printed_order_and_are_counted_together() -> None:
    document = Document()
    document.add_paragraph("前")
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "甲"
    document.add_paragraph("后一\n后二")
    blocks = blocks_of_word(bytes_of(document))
    assert [type(block) for block in blocks] == [Line, Table, Line, Line]
    assert isinstance(blocks[1], Table)
    assert [row.number for row in blocks[1].rows] == [2, 3]
    assert blocks[2:] == [Line(4, "后一"), Line(5, "后二")]


@pytest.mark.parametrize(
    ("form", "pattern", "printed"),
    [
        ("chineseCounting", "%1、", ["一、甲", "二、乙", "三、丙"]),
        ("decimal", "%1.", ["1.甲", "2.乙", "3.丙"]),
        ("decimalEnclosedCircleChinese", "%1", ["①甲", "②乙", "③丙"]),
        ("lowerLetter", "%1)", ["a)甲", "b)乙", "c)丙"]),
        ("upperLetter", "%1.", ["A.甲", "B.乙", "C.丙"]),
        ("ideographDigital", "（%1）", ["（一）甲", "（二）乙", "（三）丙"]),
        ("bullet", "•", ["甲", "乙", "丙"]),
        ("none", "%1", ["甲", "乙", "丙"]),
    ],
)
def test_lists_that_number_themselves(form: str, pattern: str, printed: list[str]) -> None:
    document = Document()
    name = numbered_list(document, (form, pattern))
    for text in "甲乙丙":
        in_list(document.add_paragraph(text), name)
    assert read(document) == printed


def test_a_level_begins_again_below_the_next_of_the_level_above() -> None:
    document = Document()
    name = numbered_list(
        document, ("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%1.%3")
    )
    for depth in (0, 1, 1, 2, 0, 1, 2):
        in_list(document.add_paragraph("文"), name, depth)
    assert read(document) == [
        "一、文", "（一）文", "（二）文", "一.1文", "二、文", "（一）文", "二.1文"
    ]  # fmt: skip


def test_chinese_numbers_past_ten_and_signs_past_their_end() -> None:
    document = Document()
    chinese = numbered_list(document, ("chineseCounting", "%1、"), start=10)
    circled = numbered_list(document, ("decimalEnclosedCircle", "%1"), start=21)
    letters = numbered_list(document, ("lowerLetter", "%1."), start=27)
    for name in (chinese, chinese, circled, letters):
        in_list(document.add_paragraph("文"), name)
    for _more in range(9):
        in_list(document.add_paragraph("文"), chinese)
    printed = read(document)
    assert printed[:4] == ["十、文", "十一、文", "21文", "27.文"]
    assert printed[-1] == "二十、文"


def test_a_list_without_a_start_counts_from_one() -> None:
    document = Document()
    name = numbered_list(document, ("decimal", "%1."), start=None)
    in_list(document.add_paragraph("文"), name)
    assert read(document) == ["1.文"]


def test_a_style_numbers_its_paragraphs_and_those_of_styles_based_on_it() -> None:
    document = Document()
    name = numbered_list(document, ("decimal", "%1."))
    properties = f'<w:pPr {nsdecls("w")}><w:numPr><w:numId w:val="{name}"/></w:numPr></w:pPr>'
    document.styles["Heading 1"].element.append(parse_xml(properties))
    document.styles["Heading 2"].base_style = document.styles["Heading 1"]
    document.add_paragraph("甲", style="Heading 1")
    document.add_paragraph("乙", style="Heading 2")
    document.add_paragraph("丙", style="Normal")
    assert read(document) == ["1.甲", "2.乙", "丙"]


def test_styles_based_on_each_other_come_to_an_end() -> None:
    document = Document()
    document.styles["Heading 1"].base_style = document.styles["Heading 2"]
    document.styles["Heading 2"].base_style = document.styles["Heading 1"]
    document.add_paragraph("甲", style="Heading 1")
    assert read(document) == ["甲"]


def test_a_list_that_is_not_defined_has_no_numbers() -> None:
    document = Document()
    name = numbered_list(document, ("decimal", "%1."))
    in_list(document.add_paragraph("甲"), "77")
    in_list(document.add_paragraph("乙"), name, depth=4)
    number = document.add_paragraph("丙")
    in_list(number, "x")
    assert read(document) == ["甲", "乙", "丙"]


def test_a_level_without_pattern_or_form() -> None:
    document = Document()
    name = numbered_list(document, ("decimal", "%1."))
    level = document.part.numbering_part.element.find(
        f"{qn('w:abstractNum')}[@{qn('w:abstractNumId')}='{name}']/{qn('w:lvl')}"
    )
    for tag in ("w:numFmt", "w:lvlText"):
        level.remove(level.find(qn(tag)))
    in_list(document.add_paragraph("甲"), name)
    assert read(document) == ["甲"]


def test_a_document_without_a_list_anywhere() -> None:
    document = Document()
    document.add_paragraph("甲")
    rels = document.part.rels
    (key,) = [key for key, rel in rels.items() if rel.reltype.endswith("/numbering")]
    del rels[key]
    assert read(document) == ["甲"]


def test_merged_cells_are_filled_down_and_across() -> None:
    document = Document()
    table = document.add_table(3, 3)
    for row, text in enumerate(["类别", "甲"]):
        table.cell(row, 0).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 1).text = "乙"
    table.cell(1, 1).merge(table.cell(1, 2))
    table.cell(2, 1).text = "丙"
    assert cells(document) == [("类别", "", ""), ("甲", "乙", "乙"), ("甲", "丙", "")]


def test_rows_that_begin_later_or_end_sooner_keep_their_columns() -> None:
    document = Document()
    table = document.add_table(2, 3)
    first, second = (row._tr for row in table.rows)
    first.remove(first.tc_lst[0])
    first.get_or_add_trPr().append(parse_xml(f'<w:gridBefore {nsdecls("w")} w:val="1"/>'))
    second.remove(second.tc_lst[2])
    for cell in first.tc_lst:
        cell.remove(cell.get_or_add_tcPr())
    second.tc_lst[0].p_lst[0].add_r().text = "甲"
    assert cells(document) == [("", "", ""), ("甲", "", "")]


def test_a_table_without_rows() -> None:
    document = Document()
    table = document.add_table(1, 1)
    table._tbl.remove(table.rows[0]._tr)
    assert cells(document) == []


def test_paragraphs_of_a_cell_are_lines_and_number_themselves() -> None:
    document = Document()
    name = numbered_list(document, ("decimal", "%1."))
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "甲"
    in_list(cell.paragraphs[0], name)
    in_list(cell.add_paragraph("乙"), name)
    cell.add_paragraph("")
    assert cells(document) == [("1.甲\n2.乙",)]


W = nsdecls("w")
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
TAB_STOP = "<w:pPr><w:tabs><w:tab w:val='left' w:pos='1'/></w:tabs></w:pPr>"
BOXED = "<w:p><w:r><w:t>框</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("xml", "printed"),
    [
        ("<w:r><w:t>甲</w:t></w:r><w:del><w:r><w:t>删</w:t></w:r></w:del>", "甲"),
        ("<w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:t>甲</w:t></w:r>", "甲"),
        ("<w:ins><w:r><w:t>增</w:t></w:r></w:ins>", "增"),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>", "甲\t乙"),
        (TAB_STOP + "<w:r><w:t>甲</w:t></w:r>", "甲"),
        ("<w:r><w:t>甲</w:t><w:br w:type='page'/><w:t>乙</w:t></w:r>", "甲乙"),
        ("<w:r><w:t>甲</w:t><w:noBreakHyphen/><w:t>乙</w:t></w:r>", "甲-乙"),
        ("<w:r><w:t/></w:r>", ""),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>", ""),
        (f"<w:r><mc:Choices {MC}><mc:Fallback><w:t>框</w:t></mc:Fallback></mc:Choices></w:r>", ""),
        (f"<w:r><w:pict><w:txbxContent>{BOXED}</w:txbxContent></w:pict></w:r>", ""),
    ],
)
def test_what_is_printed_of_a_paragraph(xml: str, printed: str) -> None:
    document = Document()
    document.element.body.insert(0, parse_xml(f"<w:p {W}>{xml}</w:p>"))
    assert read(document)[0] == printed


def test_a_line_break_divides_lines_and_headers_are_left_out() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    document.add_paragraph("甲").add_run().add_break()
    document.paragraphs[0].add_run("乙")
    assert read(document) == ["甲", "乙"]


def test_content_controls_are_opened() -> None:
    document = Document()
    inside = "<w:sdtContent><w:p><w:r><w:t>控件</w:t></w:r></w:p></w:sdtContent>"
    for content in (inside, ""):
        document.element.body.insert(0, parse_xml(f"<w:sdt {W}>{content}</w:sdt>"))
    assert read(document) == ["控件"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 nothing",
        with_entry(word("甲"), "word/document.xml", b"<w:document"),
        with_entry(word("甲"), "[Content_Types].xml", b"<Types/>"),
        with_entry(
            word("甲"),
            "word/numbering.xml",
            f'<w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="x"/>'
            "</w:abstractNum></w:numbering>".encode(),
        ),
    ],
)
def test_what_only_looks_like_word_is_refused(content: bytes) -> None:
    with pytest.raises(ReadingRefused) as refusal:
        blocks_of_word(content)
    assert refusal.value.code == "broken_word"
