"""A report sheet that comes back: what its open cells say, and what stands against a cell."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from accounts.errors import Invalid, Refusal
from plans.reading.blocks import Cell
from tasks.bulk import NewReport
from tasks.progress import Said
from tasks.sheets.layout import (
    FIRST_ROW,
    KEY,
    LARGEST_PERCENT,
    LONGEST_NARRATIVE,
    NARRATIVE,
    NO_CHANGE,
    PERCENT,
    TASK,
    cell_name,
    key_from,
    unit_marked,
)

YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓"})
NO = frozenset({"否", "no", "n", "false", "0", ""})
#: Finer figures than this are rounded: a formula's thirds have no end.
HUNDREDTH = Decimal("0.01")
#: The cell to look at for a refusal of the service; any other is about the task.
COLUMN_OF = {"percent_missing": PERCENT, "percent_out_of_range": PERCENT}


@dataclass(frozen=True)
class FilledSheet:
    """``rows`` are those in which something is filled in, by their number in the sheet."""

    unit_id: int
    rows: dict[int, NewReport | Refusal]


class CellFault(Exception):
    def __init__(self, column: int, code: str, message: str) -> None:
        super().__init__(code)
        self.column, self.code, self.message = column, code, message


def filled_sheet(cells: Sequence[Sequence[Cell]]) -> FilledSheet:
    """Raises ``Invalid`` for a workbook that is no report sheet of ours."""
    unit_id = unit_marked(_text(cells[0], KEY)) if cells else None
    if unit_id is None:
        raise Invalid("not_a_report_sheet", _("This is not a report sheet that was fetched here."))
    filled = {
        number: _read(row, number)
        for number, row in enumerate(cells[FIRST_ROW - 1 :], FIRST_ROW)
        if _is_filled(row)
    }
    return FilledSheet(unit_id, filled)


def refusal_by_cell(refusal: Refusal) -> Refusal:
    """What ``tasks.bulk`` says of rows, said of the cells to look at."""
    cells = [
        {
            "cell": row["details"].get("cell")
            or cell_name(COLUMN_OF.get(row["code"], TASK), row["row"]),
            "code": row["code"],
            "message": row["message"],
        }
        for row in refusal.details["rows"]
    ]
    message = _("Nothing was saved: please correct the cells named, and upload the sheet again.")
    return type(refusal)("sheet_refused", message, {"cells": cells})


def _is_filled(row: Sequence[Cell]) -> bool:
    said = _text(row, PERCENT) or _text(row, NARRATIVE)
    return bool(said) or _text(row, NO_CHANGE).lower() not in NO


def _read(row: Sequence[Cell], number: int) -> NewReport | Refusal:
    try:
        return _report_in(row)
    except CellFault as fault:
        return Invalid(fault.code, fault.message, {"cell": cell_name(fault.column, number)})


def _report_in(row: Sequence[Cell]) -> NewReport:
    key = key_from(_text(row, KEY))
    if key is None:
        raise CellFault(TASK, "no_task", _("This row does not say which task it is about."))
    percent, no_change = _percent_in(row), _no_change_in(row)
    if no_change and percent is not None:
        raise CellFault(
            NO_CHANGE, "percent_and_no_change", _("Give a percent, or choose no change.")
        )
    said = Said(
        percent=percent,
        narrative=_narrative_in(row),
        no_change=no_change,
        period_end=key.period_end,
    )
    return NewReport(key.task_id, key.version, said)


def _percent_in(row: Sequence[Cell]) -> Decimal | None:
    text = unicodedata.normalize("NFKC", _text(row, PERCENT)).removesuffix("%").strip()
    if not text:
        return None
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite():
        raise CellFault(PERCENT, "percent_not_a_number", _("A percent is a number from 0 to 99."))
    if not 0 <= percent <= LARGEST_PERCENT:
        raise CellFault(
            PERCENT,
            "percent_out_of_range",
            _("A percent is 0 to 99; report the share as done for 100."),
        )
    return percent.quantize(HUNDREDTH)


def _no_change_in(row: Sequence[Cell]) -> bool:
    text = _text(row, NO_CHANGE).lower()
    if text not in YES | NO:
        raise CellFault(NO_CHANGE, "not_yes_or_no", _("Choose yes or no."))
    return text in YES


def _narrative_in(row: Sequence[Cell]) -> str:
    text = _text(row, NARRATIVE)
    if len(text) > LONGEST_NARRATIVE:
        raise CellFault(NARRATIVE, "too_long", _("Too long: 10,000 characters at most."))
    return text


def _text(row: Sequence[Cell], column: int) -> str:
    """The cell as text; of a row that ends before it, nothing."""
    value = row[column - 1] if len(row) >= column else None
    return "" if value is None else str(value)
