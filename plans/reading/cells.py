"""A workbook's first sheet as plain cells: for our own sheets that people filled in. Pure."""

import datetime as dt
import io
import zipfile
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from plans.reading.archive import MOST_SHEET_ROWS, require_sound_archive, too_heavy
from plans.reading.blocks import Cell
from plans.reading.draft import ReadingRefused
from plans.reading.kinds import require_kind_that_is_read, suffix_of
from plans.reading.text import cleaned
from plans.reading.workbook import MOST_COLUMNS


def cells_of_workbook(content: bytes, filename: str) -> list[list[Cell]]:
    """Row by row, as JSON holds them: a day in ISO, ``60 %`` as 60. Raises ``ReadingRefused``."""
    require_kind_that_is_read(content, filename)
    if suffix_of(filename) != ".xlsx":
        raise ReadingRefused("unknown_format", _("Please upload the sheet as .xlsx."))
    require_sound_archive(content)
    try:
        sheet: Any = load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    except (
        *(KeyError, ValueError, TypeError, IndexError),
        *(zipfile.BadZipFile, SyntaxError, OSError),
    ) as error:
        raise ReadingRefused(
            "broken_workbook",
            _("This Excel file is damaged. Please open it, save it anew as .xlsx."),
        ) from error
    if sheet.max_row > MOST_SHEET_ROWS:
        raise too_heavy()
    rows = sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS))
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value * 100 if "%" in str(cell.number_format) else value
    if isinstance(value, dt.datetime):
        value = value.date()
    return cleaned(str(value)).strip()
