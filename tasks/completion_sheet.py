"""A completion report as a table to take along: CSV and XLSX, every percent with its parts.

Text stays text whatever it begins with: a unit named ``=1+1`` is a name, not a formula
(CWE-1236).
"""

import csv
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tasks.figures import Figures, Row
from tasks.groupings import NAMES

Cell = str | int | Decimal | None
Column = tuple[str | Promise, Callable[[Row], Cell]]

#: Office programs take a cell that begins with one of these for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
TWO_DECIMALS = "0.00"

COLUMNS: tuple[Column, ...] = (
    (gettext_lazy("Completion, %"), lambda row: row.completion),
    (gettext_lazy("Shares in all"), lambda row: row.total),
    (gettext_lazy("Counted"), lambda row: row.counted),
    (gettext_lazy("Signed for"), lambda row: row.acknowledged),
    (gettext_lazy("Reported"), lambda row: row.reported),
    (gettext_lazy("Closed"), lambda row: row.closed),
    (gettext_lazy("Overdue"), lambda row: row.overdue),
    (gettext_lazy("Due soon"), lambda row: row.due_soon),
    (gettext_lazy("To be done by now"), lambda row: row.due_by_now),
    (gettext_lazy("Done in time"), lambda row: row.on_time),
    (gettext_lazy("Done in time, %"), lambda row: row.on_time_rate),
    (gettext_lazy("Left out: supporting"), lambda row: row.left_out["supporting"]),
    (gettext_lazy("Left out: ongoing"), lambda row: row.left_out["ongoing"]),
    (gettext_lazy("Left out: suspended"), lambda row: row.left_out["suspended"]),
    (gettext_lazy("Left out: cancelled"), lambda row: row.left_out["cancelled"]),
)


def as_csv(figures: Figures) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""
    written = StringIO()
    lines = csv.writer(written)
    for line in _lines(figures):
        lines.writerow([_harmless(cell) for cell in line])
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(figures: Figures) -> bytes:
    """One sheet: title and day, the heading, the rows, and the plan's own row last."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = _("Completion")
    note = _("As of %(day)s") % {"day": figures.on.isoformat()}
    if not figures.whole:
        note += "; " + _("only the shares of one's own part of the unit tree")
    if figures.past and figures.past.known_in_part:
        note += "; " + _("shares of which history tells the state only: %(count)d") % {
            "count": figures.past.known_in_part
        }
    for position, text in enumerate((figures.total.label, note), 1):
        _write(sheet, position, 1, text)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for position, line in enumerate(_lines(figures), 4):
        for column, cell in enumerate(line, 1):
            _write(sheet, position, column, cell)
    _dress(sheet, first=4)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _lines(figures: Figures) -> list[list[Cell]]:
    heading: list[Cell] = [str(NAMES[figures.by]), *(str(name) for name, _read in COLUMNS)]
    rows = [[row.label, *(read(row) for _name, read in COLUMNS)] for row in figures.rows]
    name = _("The plan") if figures.total.key else figures.total.label
    whole = [name, *(read(figures.total) for _name, read in COLUMNS)]
    return [heading, *rows, whole]


def _harmless(cell: Cell) -> Cell:
    text = isinstance(cell, str) and cell.startswith(FORMULA_SIGNS)
    return f"'{cell}" if text else cell


def _write(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, Decimal):
        cell.number_format = TWO_DECIMALS


def _dress(sheet: Worksheet, *, first: int) -> None:
    """The heading stands while the rows move; names are wide and figures narrow."""
    sheet.freeze_panes = sheet.cell(first + 1, 2)
    for column in range(1, sheet.max_column + 1):
        heading = sheet.cell(first, column)
        heading.font = Font(bold=True)
        heading.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = 40 if column == 1 else 11
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
