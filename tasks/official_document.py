"""An official document, written from its head to its last attachment (GB/T 9704-2012). Pure.

Whatever text comes in stays text: it is made one line of characters that can be printed, and
nothing in it is read as markup or as a field.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from tasks.official_layout import (
    ATTACHMENT,
    BODY,
    CELL,
    CENTRED,
    HEAD,
    HEADING_CELL,
    HEADINGS,
    STANDARD,
    TITLE,
    Layout,
    blank_document,
    indent,
)
from tasks.official_words import day_in_words, heading_number, plain, width_of

RIGHT, LEFT = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT


class OfficialDocument:
    """Filled from above to below."""

    def __init__(self, title: str, layout: Layout = STANDARD) -> None:
        self._layout = layout
        self._document = blank_document(layout)
        self._headings = [0, 0, 0, 0]
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = plain(title), "", ""

    def write_red_head(self, text: str) -> None:
        """发文机关标志, on one line. Offices whose paper has one printed on it leave it out."""
        paragraph = self._write(text, HEAD)
        widest = int(Mm(self._layout.type_width).pt / max(width_of(plain(text)), 1))
        paragraph.runs[0].font.size = Pt(min(self._layout.head_size, widest))

    def write_centred(self, text: str, *, above_red_line: bool = False) -> None:
        """发文字号 or 期号; in a document with a red head its line is under this (7.2.7)."""
        paragraph = self._write(text, CENTRED)
        if above_red_line:
            line = f'w:val="single" w:sz="12" w:space="11" w:color="{self._layout.red}"'
            border = f"<w:pBdr {nsdecls('w')}><w:bottom {line}/></w:pBdr>"
            paragraph.paragraph_format.element.get_or_add_pPr().append(parse_xml(border))

    def write_title(self, text: str) -> None:
        self._write(text, TITLE)

    def write_heading(self, text: str, level: int) -> None:
        """Of level 1 to 4, with the number that comes next under the heading above it."""
        self._headings = [*self._headings[: level - 1], self._headings[level - 1] + 1, 0, 0, 0][:4]
        self._write(heading_number(level, self._headings[level - 1]) + text, HEADINGS[level])

    def write(self, text: str) -> None:
        """One paragraph of the body."""
        self._write(text, BODY)

    def write_addressee(self, unit: str) -> None:
        """主送机关, at the edge of the type area and with a colon (7.3.2)."""
        indent(self._write(f"{unit}：", BODY), LEFT, 0, self._layout.body_size)

    def leave_lines(self, count: int = 1) -> None:
        for _turn in range(count):
            self._write("", BODY)

    def write_attachments_note(self, names: Sequence[str]) -> None:
        """附件说明, a line under the body (7.3.4): numbered where there are several."""
        self.leave_lines()
        for number, name in enumerate(names, 1):
            mark = f"{number}. " if len(names) > 1 else ""
            paragraph = self._write(f"{'附件：' if number == 1 else ''}{mark}{name}", BODY)
            if number > 1:
                indent(paragraph, LEFT, 5, self._layout.body_size)

    def sign(self, unit: str, day: dt.date) -> None:
        """署名 and 成文日期 without a seal, a line further down (7.3.5.2).

        The day begins two characters further to the right than the unit, and neither ends nearer
        to the edge than two.
        """
        written = day_in_words(day)
        after_day = max(2.0, width_of(plain(unit)) - width_of(written))
        after_unit = max(2.0, after_day + width_of(written) + 2 - width_of(plain(unit)))
        self.leave_lines()
        for text, space in ((unit, after_unit), (written, after_day)):
            paragraph = self._write(text, BODY)
            paragraph.alignment = RIGHT
            paragraph.paragraph_format.keep_with_next = text == unit
            indent(paragraph, RIGHT, space, self._layout.body_size)

    def begin_attachment(self, title: str, number: int | None = None) -> None:
        """On a page of its own; its title stands in the third line (7.3.7)."""
        paragraph = self._write(f"附件{'' if number is None else number}", ATTACHMENT)
        paragraph.paragraph_format.page_break_before = True
        self.leave_lines()
        self.write_title(title)
        self.leave_lines()

    def write_table(
        self, heading: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]
    ) -> None:
        """``widths`` are parts of the type area. The heading is repeated on every page; no row
        is broken over two; the first column stands to the left, the others in the middle."""
        table = self._document.add_table(rows=0, cols=len(heading), style="Table Grid")
        table.autofit = False
        for column, part in zip(table.columns, widths, strict=True):
            column.width = Mm(self._layout.type_width * part / sum(widths))
        self._add_row(table, heading, HEADING_CELL, "w:cantSplit", "w:tblHeader")
        for row in rows:
            self._add_row(table, row, CELL, "w:cantSplit")

    def save(self) -> BytesIO:
        content = BytesIO()
        self._document.save(content)
        content.seek(0)
        return content

    def _write(self, text: str, style: str) -> Paragraph:
        return self._document.add_paragraph(plain(text), style)

    def _add_row(self, table: Table, texts: Sequence[str], style: str, *marks: str) -> None:
        row = table.add_row()  # type: ignore[no-untyped-call]
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx knows no such marks
        properties.extend(OxmlElement(mark) for mark in marks)
        for position, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            paragraph.add_run(plain(text))
            if position == 0 and style == CELL:
                paragraph.alignment = LEFT
