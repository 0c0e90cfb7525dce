"""The directory's import as the office meets it: units that have work neither end nor move by it.

It stands here since the directory knows neither shares nor the process that reads workbooks.
"""

import datetime as dt

from accounts.errors import Invalid
from accounts.models import User
from accounts.sheets import (
    DirectorySheet,
    Outcome,
    import_sheet,
    rehearse_import,
    sheet_from_cells,
)
from plans.models import Plan
from plans.reading import ReadingRefused, read_cells_apart
from tasks.models import UNENDED_STATES, Task

#: Bytes; a sheet of 2,000 units has some 150 KB.
LARGEST_SHEET = 4 * 1024 * 1024


def read_directory_sheet(content: bytes, filename: str) -> DirectorySheet:
    """Raises ``Invalid`` for a file that cannot be read and for one that is no such sheet."""
    try:
        cells = read_cells_apart(content, filename)
    except ReadingRefused as refusal:
        raise Invalid(refusal.code, refusal.message) from refusal
    return sheet_from_cells(cells)


def rehearse(sheet: DirectorySheet, *, actor: User, on: dt.date) -> Outcome:
    return rehearse_import(sheet, busy=units_with_work(), actor=actor, on=on)


def save(sheet: DirectorySheet, *, shown: str, actor: User, on: dt.date) -> Outcome:
    return import_sheet(sheet, shown=shown, busy=units_with_work(), actor=actor, on=on)


def units_with_work() -> set[int]:
    """Units with shares that have not ended, and the offices of plans that are not closed."""
    shares = Task.objects.filter(state__in=UNENDED_STATES).values_list("unit_id", flat=True)
    offices = Plan.objects.exclude(state=Plan.State.CLOSED).values_list(
        "issuing_unit_id", flat=True
    )
    return {*shares.order_by().distinct(), *offices.order_by().distinct()}
