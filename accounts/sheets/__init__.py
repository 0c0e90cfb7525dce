"""组织机构导入: units, or people, come from a workbook, and are looked at before they are saved.

A rehearsal does everything and takes it back: what it shows is what would be saved. Who may is
``User.keeps_directory``, and nobody else. What a sheet leaves out stays as it is.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, NotAllowed, Refusal
from accounts.models import User
from accounts.sheets.layout import (
    EMAIL,
    FIRST_ROW,
    KEY,
    MOST_ROWS,
    NAME,
    PEOPLE,
    UNITS,
    UNTIL,
    USERNAME,
    CellFault,
    SheetRow,
    cell_name,
    kind_marked,
)
from accounts.sheets.people import PeopleRows
from accounts.sheets.units import UnitRows

#: Where a fault stands that the model finds, by the name of its field.
COLUMN_OF_FIELD = {"email": EMAIL, "username": USERNAME}


@dataclass(frozen=True)
class DirectorySheet:
    """What was uploaded, as plain text; ``kind`` is ``units`` or ``people``."""

    kind: str
    rows: Sequence[SheetRow]


@dataclass(frozen=True)
class Change:
    """``what`` is ``new``, ``changed`` or ``ended``; ``details`` say in words what of it."""

    row: int
    what: str
    name: str
    details: Sequence[str]


@dataclass
class Outcome:
    """Of a rehearsal. ``faults`` name the cell; with one of them nothing can be saved."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[dict[str, str]] = field(default_factory=list)

    def of_kind(self, what: str) -> list[Change]:
        return [change for change in self.changes if change.what == what]

    def digest(self) -> str:
        """Says whether the directory would change as it was shown."""
        told = [[change.row, change.what, list(change.details)] for change in self.changes]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def sheet_from_cells(cells: Sequence[Sequence[Any]]) -> DirectorySheet:
    """Raises ``Invalid`` for a workbook that is none of ours, and for one without a row."""
    first = _texts(cells[0]) if cells else []
    kind = kind_marked(first[0]) if first else None
    if kind is None:
        raise Invalid("not_a_directory_sheet", _("This is not a sheet that was fetched here."))
    rows = [SheetRow(number, _texts(row)) for number, row in enumerate(cells, 1)]
    return checked_sheet(kind, [row for row in rows[FIRST_ROW - 1 :] if any(row.cells[1:])])


def checked_sheet(kind: str, rows: Sequence[SheetRow]) -> DirectorySheet:
    if not rows:
        raise Invalid("nothing_filled_in", _("Nothing is filled in in this sheet."))
    if len(rows) > MOST_ROWS:
        message = _("Fill in at most %(count)d rows of one sheet, please.") % {"count": MOST_ROWS}
        raise Invalid("too_many_rows", message)
    return DirectorySheet(kind, rows)


def _texts(row: Sequence[Any]) -> list[str]:
    return ["" if value is None else str(value).strip() for value in row[:UNTIL]]


def rehearse_import(
    sheet: DirectorySheet, *, busy: Collection[int], actor: User, on: dt.date
) -> Outcome:
    """What ``import_sheet`` would do that day. Leaves everything as it is."""
    with transaction.atomic():
        outcome = _take(sheet, busy, actor, on)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def import_sheet(
    sheet: DirectorySheet, *, shown: str, busy: Collection[int], actor: User, on: dt.date
) -> Outcome:
    """Saves all of it, as ``rehearse_import`` showed it (``shown`` is its digest), or nothing."""
    outcome = _take(sheet, busy, actor, on)
    if outcome.faults:
        raise Invalid("sheet_refused", _("Nothing was saved: some cells must be corrected."))
    if outcome.digest() != shown:
        raise Conflict(
            "directory_changed", _("The directory has changed meanwhile: please look once more.")
        )
    return outcome


def _take(sheet: DirectorySheet, busy: Collection[int], actor: User, on: dt.date) -> Outcome:
    if not actor.keeps_directory:
        raise NotAllowed("not_keeper", _("Only who keeps the directory may import into it."))
    rows: Any = UnitRows(on, busy) if sheet.kind == UNITS else PeopleRows(on, actor)
    outcome = Outcome()
    for row in sheet.rows:
        try:
            _take_row(rows, row, outcome)
        except (CellFault, Refusal, ValidationError) as fault:
            column, message = _told(fault, rows.column_of)
            outcome.faults.append({"cell": cell_name(column, row.number), "message": message})
    return outcome


def _take_row(rows: Any, row: SheetRow, outcome: Outcome) -> None:
    found, wanted = rows.read(row)
    details = rows.differences(found, wanted)
    if not details:
        outcome.unchanged += 1
        return
    with transaction.atomic():
        what = rows.save(found, wanted)
    outcome.changes.append(Change(row.number, what, row.text(NAME), details))


def _told(fault: Any, column_of: dict[str, int]) -> tuple[int, str]:
    """The column to look at, and what is said there."""
    if isinstance(fault, CellFault):
        return fault.column, fault.message
    if isinstance(fault, Refusal):
        return column_of.get(fault.code, NAME), str(fault.message)
    fields = getattr(fault, "error_dict", {})
    return next((COLUMN_OF_FIELD.get(name, NAME) for name in fields), NAME), fault.messages[0]


__all__ = ["KEY", "PEOPLE", "UNITS", "Outcome", "import_sheet", "rehearse_import"]
