"""Official documents, measured as they are read back: the page, the type, and where what stands."""

import datetime as dt
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from tasks.official_document import OfficialDocument
from tasks.official_layout import STANDARD, Layout
from tasks.official_words import (
    day_in_words,
    document_number,
    heading_number,
    plain,
    require_plain,
)

HOSTILE = "=1+1 <w:b/>&amp;\x00\x0b\x1b\ud800\ufffe\u202e尾"
DAY = dt.date(2026, 9, 30)


def read(written: OfficialDocument) -> Any:
    return Document(BytesIO(written.save().read()))


@pytest.fixture
def document() -> Any:
    """One of every class of paragraph."""
    return read(whole(STANDARD))


def whole(layout: Layout) -> OfficialDocument:
    written = OfficialDocument("通报", layout)
    written.write_red_head("某县工作通报")
    written.write_centred("第3期", above_red_line=True)
    written.write_title("关于工作的通报")
    for level in (1, 2, 3, 4, 4, 3, 2, 3, 1, 2):
        written.write_heading("标题", level)
    written.write("正文。")
    written.write_attachments_note(["甲表", "乙表"])
    written.sign("依法治县办公室", DAY)
    written.begin_attachment("甲表", 1)
    written.write_table(["单位", "项数"], [["甲镇", "2"], ["乙乡", "10"]], [3, 1])
    return written


def of_style(document: Any, name: str) -> list[Any]:
    return [paragraph for paragraph in document.paragraphs if paragraph.style.name == name]


def value(element: Any, path: str, name: str = "val") -> str | None:
    """An attribute of the one element there."""
    (found,) = element.xpath(path)
    got: str | None = found.get(qn(f"w:{name}"))
    return got


class TestPage:
    def test_is_a4_with_the_type_area_of_the_standard(self, document: Any) -> None:
        (section,) = document.sections
        sizes = [round(size.mm) for size in (section.page_width, section.page_height)]
        edges = (section.top_margin, section.right_margin, section.bottom_margin)
        margins = [round(edge.mm) for edge in (*edges, section.left_margin)]
        assert (sizes, margins, section.gutter) == ([210, 297], [37, 26, 35, 28], 0)
        assert (STANDARD.type_width, 297 - 37 - 35) == (156, 225)

    def test_holds_22_lines_of_28_characters(self, document: Any) -> None:
        (grid,) = document.element.body.sectPr.findall(qn("w:docGrid"))
        assert grid.get(qn("w:type")) == "lines"
        line = int(grid.get(qn("w:linePitch"))) / 20
        body = document.styles["Normal"].element
        character = 16 + int(value(body, "./w:rPr/w:spacing") or 0) / 20
        assert line == pytest.approx(28.95)
        assert int(Mm(225).pt / line) == 22
        assert 28 * character <= Mm(156).pt < 28 * (character + 1 / 20)

    def test_numbers_stand_outside_on_odd_and_even_pages(self, document: Any) -> None:
        assert document.settings.odd_and_even_pages_header_footer
        (section,) = document.sections
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            (paragraph,) = footer.paragraphs
            element = paragraph._p
            assert paragraph.text == "— 1 —"
            assert [found.text for found in element.xpath(".//w:instrText")] == ["PAGE"]
            kinds = element.xpath(".//w:fldChar/@w:fldCharType")
            assert kinds == ["begin", "separate", "end"]
            assert value(element, "./w:pPr/w:jc") == side
            # One character of 14 points.
            assert value(element, "./w:pPr/w:ind", f"{side}Chars") == "100"
            assert value(element, "./w:pPr/w:ind", side) == "280"
            assert look_of(document, "Footer")[:2] == ("宋体", 14)

    def test_the_dashes_are_7_mm_under_the_type_area(self, document: Any) -> None:
        (section,) = document.sections
        middle = section.footer_distance.mm + Mm(0).mm + 14 / 72 * 25.4 / 2
        assert 35 - middle == pytest.approx(7, abs=0.02)


def look_of(document: Any, name: str) -> tuple[str, float, str, str, str]:
    """Font and points, lines, alignment and first indent that a style says itself."""
    style = document.styles[name].element
    fonts = {value(style, "./w:rPr/w:rFonts", of) for of in ("ascii", "hAnsi", "eastAsia", "cs")}
    (font,) = fonts
    spacing = "./w:pPr/w:spacing"
    assert (value(style, spacing, "after"), value(style, "./w:rPr/w:b")) == ("0", "0")
    line = f"{value(style, spacing, 'line')} {value(style, spacing, 'lineRule')}"
    points = int(value(style, "./w:rPr/w:sz") or 0) / 2
    indent = value(style, "./w:pPr/w:ind", "firstLineChars") or ""
    return (font or "", points, line, value(style, "./w:pPr/w:jc") or "", indent)


EXACT = "579 exact"  # 28.95 points in twentieths


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("Normal", ("仿宋", 16, EXACT, "both", "200")),
        ("Title", ("方正小标宋简体", 22, EXACT, "center", "0")),
        ("Heading 1", ("黑体", 16, EXACT, "both", "200")),
        ("Heading 2", ("楷体", 16, EXACT, "both", "200")),
        ("Heading 3", ("仿宋", 16, EXACT, "both", "200")),
        ("Heading 4", ("仿宋", 16, EXACT, "both", "200")),
        ("Centred", ("仿宋", 16, EXACT, "center", "0")),
        ("Attachment Mark", ("黑体", 16, EXACT, "left", "0")),
        ("Table Heading", ("黑体", 12, "240 auto", "center", "0")),
        ("Table Cell", ("仿宋", 12, "240 auto", "center", "0")),
    ],
)
def test_type_of_each_class(document: Any, name: str, look: tuple[Any, ...]) -> None:
    assert look_of(document, name) == look
    assert value(document.styles[name].element, "./w:rPr/w:color") == "000000"


def test_no_font_of_a_theme_stands_before_those_that_are_named(document: Any) -> None:
    used = {p.style.element for p in document.paragraphs}
    defaults = document.styles.element.xpath("./w:docDefaults")
    for element in (*used, *defaults):
        named = [name for fonts in element.iter(qn("w:rFonts")) for name in fonts.attrib]
        assert [name for name in named if "Theme" in name] == []
        assert qn("w:eastAsia") in named or element.tag == qn("w:style")


def test_an_office_may_have_its_own_measures() -> None:
    own = replace(STANDARD, body_font="仿宋_GB2312", line_pitch=28, left=27, right=27)
    document = read(whole(own))
    assert look_of(document, "Normal") == ("仿宋_GB2312", 16, "560 exact", "both", "200")
    assert round(document.sections[0].left_margin.mm) == 27


class TestParts:
    def test_headings_number_themselves(self, document: Any) -> None:
        texts = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
        numbers = (
            "一、",
            "（一）",
            "1. ",
            "（1）",
            "（2）",
            "2. ",
            "（二）",
            "1. ",
            "二、",
            "（一）",
        )
        assert texts == [f"{number}标题" for number in numbers]
        levels = [
            value(document.styles[f"Heading {level}"].element, "./w:pPr/w:outlineLvl")
            for level in (1, 2, 3, 4)
        ]
        assert levels == ["0", "1", "2", "3"]

    def test_the_red_head_fits_on_a_line_and_has_its_line(self, document: Any) -> None:
        (head,) = of_style(document, "Red Head")
        assert look_of(document, "Red Head")[0] == "方正小标宋简体"
        assert value(document.styles["Red Head"].element, "./w:rPr/w:color") == "FF0000"
        before = int(value(document.styles["Red Head"].element, "./w:pPr/w:spacing", "before") or 0)
        assert before / 20 / 72 * 25.4 == pytest.approx(35, abs=0.02)
        assert head.runs[0].font.size.pt == 48
        (number,) = of_style(document, "Centred")
        assert value(number._p, "./w:pPr/w:pBdr/w:bottom", "color") == "FF0000"
        written = OfficialDocument("x")
        written.write_red_head("某" * 20)
        assert read(written).paragraphs[0].runs[0].font.size.pt * 20 <= Mm(156).pt

    def test_attachments_are_noted_and_begin_a_page(self, document: Any) -> None:
        texts = [p.text for p in document.paragraphs]
        at = texts.index("附件：1. 甲表")
        assert (texts[at - 1], texts[at + 1]) == ("", "2. 乙表")
        assert value(document.paragraphs[at + 1]._p, "./w:pPr/w:ind", "leftChars") == "500"
        (mark,) = of_style(document, "Attachment Mark")
        assert (mark.text, mark.paragraph_format.page_break_before) == ("附件1", True)
        assert [p.text for p in of_style(document, "Title")] == ["关于工作的通报", "甲表"]

    @pytest.mark.parametrize(
        ("unit", "after_unit", "after_day"),
        [
            # The day is six and a half characters wide, and begins two after the unit.
            ("依法治县办公室", 350, 200),
            ("某某县全面依法治县委员会办公室", 200, 850),
        ],
    )
    def test_the_day_begins_two_characters_after_the_unit(
        self, unit: str, after_unit: int, after_day: int
    ) -> None:
        written = OfficialDocument("x")
        written.sign(unit, DAY)
        blank, signed, day = read(written).paragraphs
        assert (blank.text, signed.text, day.text) == ("", unit, "2026年9月30日")
        spaces = [int(value(p._p, "./w:pPr/w:ind", "rightChars") or 0) for p in (signed, day)]
        assert spaces == [after_unit, after_day]
        assert len(unit) * 100 + after_unit == 650 + after_day + 200

    def test_tables_repeat_their_heading(self, document: Any) -> None:
        (table,) = document.tables
        texts = [[cell.text for cell in row.cells] for row in table.rows]
        assert texts == [["单位", "项数"], ["甲镇", "2"], ["乙乡", "10"]]
        marks = [[mark.tag for mark in row._tr.trPr] for row in table.rows]
        both, one = [qn("w:cantSplit"), qn("w:tblHeader")], [qn("w:cantSplit")]
        assert marks == [both, one, one]
        widths = [[round(cell.width.mm) for cell in row.cells] for row in table.rows]
        assert widths == [[117, 39]] * 3


def test_hostile_text_stays_text() -> None:
    written = OfficialDocument(HOSTILE)
    written.write_red_head(HOSTILE)
    written.write_centred(HOSTILE)
    written.write_title(HOSTILE)
    written.write_heading(HOSTILE, 1)
    written.write(HOSTILE)
    written.write_attachments_note([HOSTILE])
    written.sign(HOSTILE, DAY)
    written.begin_attachment(HOSTILE)
    written.write_table([HOSTILE], [[HOSTILE]], [1])
    document = read(written)
    shown = "=1+1 <w:b/>&amp; 尾"
    told = [p.text for p in document.paragraphs if p.text not in ("", "附件", "2026年9月30日")]
    told += [cell.text for row in document.tables[0].rows for cell in row.cells]
    marks = ("一、", "附件：")
    assert {text.removeprefix(marks[0]).removeprefix(marks[1]) for text in told} == {shown}
    assert len(told) == 10
    assert document.core_properties.title == shown
    assert document.element.xpath("//w:instrText | //w:hyperlink | //w:br") == []


class TestWords:
    def test_a_day_has_no_leading_zeros(self) -> None:
        assert day_in_words(dt.date(2026, 1, 5)) == "2026年1月5日"

    @pytest.mark.parametrize(
        "typed",
        ["办〔2026〕3号", "办[2026]第03号", "办(2026)3号", "办（2026） 3 号", "办【2026】3号"],
    )
    def test_a_document_number_as_the_standard_has_it(self, typed: str) -> None:
        assert document_number(typed) == "办〔2026〕3号"

    @pytest.mark.parametrize(
        "typed", ["", "办2026-3", "〔2026〕3号", "办〔26〕3号", "办〔2026〕0号"]
    )
    def test_what_is_no_document_number(self, typed: str) -> None:
        with pytest.raises(ValidationError, match="办〔2026〕3"):
            document_number(typed)

    def test_numerals_of_headings(self) -> None:
        wanted = {1: "一、", 9: "九、", 10: "十、", 11: "十一、", 20: "二十、", 21: "二十一、"}
        wanted |= {101: "一百零一、", 110: "一百一十、"}
        assert {number: heading_number(1, number) for number in wanted} == wanted
        assert [heading_number(level, 12) for level in (2, 3, 4)] == ["（十二）", "12. ", "（12）"]

    def test_what_would_not_be_printed_as_given_is_refused(self) -> None:
        require_plain("依法治县办（一） =<&>𠮷")
        for bad in "\x00\x1b\ud800\ufffe\u202e\n":
            with pytest.raises(ValidationError) as refused:
                require_plain(f"甲{bad}乙")
            assert refused.value.code == "control"

    def test_plain_text_is_one_line(self) -> None:
        assert plain(" 甲\r\n\t乙\u2028 丙\x85") == "甲 乙 丙"
