"""Where things stand in a report sheet: what writes it and what reads it agree here. Pure."""

import datetime as dt
import re
from dataclasses import dataclass

#: Columns, counted from 1. The first is hidden and says which share a row is about.
KEY, NUMBER, TASK, PLAN, ROLE, DEADLINE, LAST, PERIOD, PERCENT, NARRATIVE, NO_CHANGE = range(1, 12)
#: Title, instructions, headings; then the shares.
TITLE_ROW, NOTE_ROW, HEADING_ROW, FIRST_ROW = 1, 2, 3, 4
LARGEST_PERCENT = 99
#: Characters of a narrative, as everywhere else.
LONGEST_NARRATIVE = 10_000

_MARK = re.compile(r"luoshi report sheet 1 unit ([0-9]{1,18})")
_KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,9})-(\d{4}-\d\d-\d\d)?", re.ASCII)


@dataclass(frozen=True)
class Key:
    """The share of a row, its version when the sheet was made, and the period it asks about."""

    task_id: int
    version: int
    period_end: dt.date | None

    def __str__(self) -> str:
        return f"{self.task_id}-{self.version}-{self.period_end or ''}"


def key_from(text: str) -> Key | None:
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    try:
        end = dt.date.fromisoformat(found[3]) if found[3] else None
    except ValueError:
        return None
    return Key(int(found[1]), int(found[2]), end)


def mark_of(unit_id: int) -> str:
    """Stands hidden in the first cell, so that no other workbook is taken for a sheet of ours."""
    return f"luoshi report sheet 1 unit {unit_id}"


def unit_marked(text: str) -> int | None:
    found = _MARK.fullmatch(text)
    return int(found[1]) if found else None


def cell_name(column: int, row: int) -> str:
    """As a spreadsheet program names it; we have fewer columns than letters."""
    return f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column - 1]}{row}"
