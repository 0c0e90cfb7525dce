"""This year's plan of the county as a Word document, in the layout of an official document."""

import datetime as dt
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from config.demo.dates import DemoDates
from config.demo.key_tasks import Item
from config.demo.plan_text import (
    ADDRESSEES,
    ISSUER,
    covering_notice,
    document_number,
    numbered_chapters,
    title,
)

SONG, FANG_SONG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
BODY_SIZE, TITLE_SIZE = Pt(16), Pt(22)
RED = RGBColor(0xC0, 0x00, 0x00)
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def file_name(dates: DemoDates) -> str:
    return f"{title(dates)}.docx"


def write_document(folder: Path, dates: DemoDates) -> Path:
    """Writes the document of the plan into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(dates)
    path.write_bytes(document_bytes(dates))
    return path


def document_bytes(dates: DemoDates) -> bytes:
    document = Document()
    _set_up_page(document)
    _write_notice(document, dates)
    _write_plan(document, dates)
    noon = dt.datetime.combine(dates.issued_on, dt.time(12), tzinfo=dt.UTC)
    properties = document.core_properties
    properties.title, properties.author = title(dates), "县委依法治县办"
    properties.created = properties.modified = noon
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up_page(document: WordDocument) -> None:
    """A4 with the margins of GB/T 9704."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)


def _write_notice(document: WordDocument, dates: DemoDates) -> None:
    _centred(document, f"{ISSUER}文件", SONG, TITLE_SIZE, colour=RED)
    _centred(document, document_number(dates), FANG_SONG, BODY_SIZE)
    _centred(document, ISSUER, SONG, TITLE_SIZE)
    _centred(document, f"关于印发《{title(dates)}》的通知", SONG, TITLE_SIZE)
    _add_run(_line(document), ADDRESSEES, FANG_SONG)
    for text in covering_notice(dates):
        _add_run(_body(document), text, FANG_SONG)
    for text in (ISSUER, _printed_day(dates.issued_on)):
        signature = _line(document)
        signature.alignment = RIGHT
        _add_run(signature, text, FANG_SONG)
    _add_run(_body(document), "（此件公开发布）", FANG_SONG)


def _write_plan(document: WordDocument, dates: DemoDates) -> None:
    heading = _centred(document, title(dates), SONG, TITLE_SIZE)
    heading.paragraph_format.page_break_before = True
    for chapter, items in numbered_chapters():
        _add_run(_body(document), chapter, HEI)
        for number, item in items:
            _write_item(document, number, item, dates)


def _write_item(document: WordDocument, number: str, item: Item, dates: DemoDates) -> None:
    paragraph = _body(document)
    _add_run(paragraph, f"{number}{item.title}。", KAI)
    _add_run(paragraph, item.body, FANG_SONG)
    _add_run(paragraph, item.mark(dates), FANG_SONG)


def _printed_day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _line(document: WordDocument) -> Paragraph:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _body(document: WordDocument) -> Paragraph:
    """A paragraph whose first line is indented by two characters."""
    paragraph = _line(document)
    paragraph.paragraph_format.first_line_indent = Pt(BODY_SIZE.pt * 2)
    return paragraph


def _centred(
    document: WordDocument, text: str, font: str, size: Pt, *, colour: RGBColor | None = None
) -> Paragraph:
    paragraph = _line(document)
    paragraph.alignment = CENTRE
    paragraph.paragraph_format.line_spacing = 1.5
    _add_run(paragraph, text, font, size, colour)
    return paragraph


def _add_run(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: Pt = BODY_SIZE,
    colour: RGBColor | None = None,
) -> None:
    """Text in a Chinese font; Word takes it from its own attribute for East Asian text."""
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
