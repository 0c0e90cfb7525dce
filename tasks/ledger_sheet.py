"""The ledger as XLSX: laid out as offices print it, on A3 or A4 across.

Text stays text whatever it begins with (CWE-1236); dates are dates and numbers numbers. What is
said once of a key task stands in one cell beside all its shares.
"""

import datetime as dt
from io import BytesIO
from typing import Any, Literal

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tasks.ledger import Chapter, Item, Ledger, Line
from tasks.papers import Tell

Size = Literal["A3", "A4"]
#: Excel's numbers of the sizes of paper; the first where nobody asks.
SIZES: dict[Size, int] = {"A3": 8, "A4": 9}

#: Heading and width, in characters, of each column.
COLUMNS: tuple[tuple[str | Promise, int], ...] = (
    (gettext_lazy("No."), 6),
    (gettext_lazy("Key task"), 22),
    (gettext_lazy("Measures"), 34),
    (gettext_lazy("Leading unit"), 14),
    (gettext_lazy("Responsible unit"), 14),
    (pgettext_lazy("ledger", "Deadline"), 14),
    (gettext_lazy("First quarter"), 24),
    (gettext_lazy("Second quarter"), 24),
    (gettext_lazy("Third quarter"), 24),
    (gettext_lazy("Fourth quarter"), 24),
    (gettext_lazy("Problems"), 22),
    (gettext_lazy("Next step"), 20),
    (gettext_lazy("Closed?"), 8),
    (gettext_lazy("Remarks"), 16),
)
LAST = len(COLUMNS) - 1
#: Columns that are of the key task; the others are of its shares.
OF_KEY_TASK = 4
TITLE_ROW, NOTE_ROW, HEADING_ROW, FIRST_ROW = range(4)
#: Characters that a cell takes, and what stands at the end of a longer text.
MOST_CHARACTERS, CUT = 32_767, "…"

#: What looks like one is none: it is what somebody has written.
NOTHING_BUT_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def ledger_sheet(ledger: Ledger, *, size: Size, tell: Tell) -> BytesIO:
    """The workbook, after its rows were told of one by one."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, NOTHING_BUT_TEXT) as book:
        sheet = _Sheet(book, size)
        sheet.write_head(ledger)
        for chapter in ledger.chapters:
            sheet.write_chapter(chapter, tell=tell, total=ledger.lines_total)
    content.seek(0)
    return content


class _Sheet:
    """One worksheet, filled from its first row to its last."""

    def __init__(self, book: Any, size: Size) -> None:
        self._sheet = book.add_worksheet(_("Ledger"))
        framed = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self._title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
        self._note = book.add_format({"align": "right"})
        self._heading = book.add_format(
            framed | {"bold": True, "align": "center", "bg_color": "#EEF1F4"}
        )
        self._chapter = book.add_format(framed | {"bold": True, "bg_color": "#F7F9FA"})
        self._text = book.add_format(framed)
        self._middle = book.add_format(framed | {"align": "center"})
        self._date = book.add_format(framed | {"align": "center", "num_format": _("yyyy-mm-dd")})
        self._row, self._told = FIRST_ROW, 0
        self._set_up(size)

    def _set_up(self, size: Size) -> None:
        """The heading stands while the rows move, and on every sheet of paper."""
        sheet = self._sheet
        for column, (_name, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(FIRST_ROW, 2)
        sheet.set_landscape()
        sheet.set_paper(SIZES[size])
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(HEADING_ROW)
        sheet.set_footer("&C" + _("Page &P of &N"))

    def write_head(self, ledger: Ledger) -> None:
        note = _("As of %(day)s") % {"day": ledger.on.isoformat()}
        if not ledger.whole:
            note += "; " + _("only the shares of one's own part of the unit tree")
        title = _("%(plan)s: ledger") % {"plan": ledger.title}
        self._merge(TITLE_ROW, TITLE_ROW, 0, LAST, title, self._title)
        self._merge(NOTE_ROW, NOTE_ROW, 0, LAST, note, self._note)
        for column, (name, _width) in enumerate(COLUMNS):
            self._write(HEADING_ROW, column, str(name), self._heading)

    def write_chapter(self, chapter: Chapter, *, tell: Tell, total: int) -> None:
        if chapter.title:
            self._merge(self._row, self._row, 0, LAST, chapter.title, self._chapter)
            self._row += 1
        for item in chapter.items:
            self._write_item(item)
            self._told += len(item.lines)
            tell(self._told, total)

    def _write_item(self, item: Item) -> None:
        first, last = self._row, self._row + len(item.lines) - 1
        values: tuple[str | int, ...] = (item.number, item.title, item.measures, item.leads)
        for column, value in enumerate(values):
            look = self._text if isinstance(value, str) else self._middle
            self._merge(first, last, column, column, value, look)
        for row, line in enumerate(item.lines, first):
            self._write_line(row, line)
        self._row = last + 1

    def _write_line(self, row: int, line: Line) -> None:
        values = (
            line.unit,
            line.deadline,
            *line.quarters,
            line.problems,
            line.next_step,
            _("Yes") if line.is_closed else _("No"),
            line.remarks,
        )
        for column, value in enumerate(values, OF_KEY_TASK):
            self._write(row, column, value, self._text)

    def _merge(
        self, top: int, bottom: int, left: int, right: int, value: str | int, look: Any
    ) -> None:
        """One cell is no range; of a range the first cell holds the value."""
        if (top, left) != (bottom, right):
            self._sheet.merge_range(top, left, bottom, right, "", look)
        self._write(top, left, value, look)

    def _write(self, row: int, column: int, value: str | int | dt.date, look: Any) -> None:
        if isinstance(value, dt.date):
            self._sheet.write_datetime(row, column, value, self._date)
        elif isinstance(value, str):
            self._sheet.write_string(row, column, _fitting(value), look)
        else:
            self._sheet.write_number(row, column, value, look)


def _fitting(text: str) -> str:
    """Longer texts than a cell takes are cut where it can be seen."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + CUT
