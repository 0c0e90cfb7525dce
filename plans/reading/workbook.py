"""A workbook (.xlsx) as blocks: each sheet a table, its title rows as lines. Pure."""

import datetime as dt
import io
import zipfile
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from plans.reading.archive import MOST_SHEET_ROWS, too_heavy
from plans.reading.blocks import Block, Row
from plans.reading.draft import ReadingRefused
from plans.reading.tables import lines_and_table
from plans.reading.text import cleaned

#: Columns beyond are never of a plan; a sheet may claim sixteen thousand.
MOST_COLUMNS = 60


def blocks_of_workbook(content: bytes) -> list[Block]:
    """Raises ``ReadingRefused`` for what only looks like a workbook. Hidden sheets are left out."""
    try:
        workbook = load_workbook(io.BytesIO(content), data_only=True)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, SyntaxError, OSError) as error:
        raise ReadingRefused(
            "broken_workbook",
            _("This Excel file is damaged. Please open it, save it anew as .xlsx."),
        ) from error
    blocks: list[Block] = []
    offset = 0
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            rows = _rows_of(sheet, offset)
            blocks += lines_and_table(rows)
            offset = rows[-1].number if rows else offset
    return blocks


def _rows_of(sheet: Any, offset: int) -> list[Row]:
    """The filled rows, merged cells filled down and across."""
    merged = _merged(sheet)
    rows = []
    if sheet.max_row > MOST_SHEET_ROWS:
        raise too_heavy()
    width = min(sheet.max_column, MOST_COLUMNS)
    for number, cells in enumerate(sheet.iter_rows(max_col=width, values_only=True), 1):
        texts = tuple(
            merged.get((number, column)) or _text(value) for column, value in enumerate(cells, 1)
        )
        if any(texts):
            rows.append(Row(offset + number, texts))
    return rows


def _merged(sheet: Any) -> dict[tuple[int, int], str]:
    found = {}
    for area in sheet.merged_cells.ranges:
        text = _text(sheet.cell(area.min_row, area.min_col).value)
        for row in range(area.min_row, min(area.max_row, sheet.max_row) + 1):
            for column in range(area.min_col, min(area.max_col, MOST_COLUMNS) + 1):
                found[row, column] = text
    return found


def _text(value: object) -> str:
    """The cell as a person sees it: a day as a day, a whole number without a fraction."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return cleaned(str(value)).strip()
