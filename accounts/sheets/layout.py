"""Where things stand in a sheet of the directory: what writes it and what reads it agree here."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

UNITS, PEOPLE = "units", "people"
KINDS = (UNITS, PEOPLE)

#: Columns, counted from 1. The first is hidden and says which row of the directory it is about.
KEY, NAME, KIND, PARENT, ALIASES, HOST, FROM, UNTIL = range(1, 9)
#: Of the sheet of people; the last two are those of units.
USERNAME, PERSON, EMAIL, UNIT, ROLE = range(2, 7)
#: Heading and width, in characters, of each column behind the hidden one.
COLUMNS: dict[str, tuple[tuple[Any, int], ...]] = {
    UNITS: (
        (gettext_lazy("Name"), 30),
        (gettext_lazy("Kind"), 18),
        (gettext_lazy("Unit above"), 28),
        (gettext_lazy("Other names, with semicolons between"), 36),
        (gettext_lazy("Hosted by"), 28),
        (gettext_lazy("First day"), 13),
        (gettext_lazy("Last day"), 13),
    ),
    PEOPLE: (
        (gettext_lazy("User name"), 26),
        (gettext_lazy("Person or post"), 26),
        (gettext_lazy("Address"), 30),
        (gettext_lazy("Unit"), 28),
        (gettext_lazy("Role"), 14),
        (gettext_lazy("First day"), 13),
        (gettext_lazy("Last day"), 13),
    ),
}
#: Title, instructions, headings; then the rows.
TITLE_ROW, NOTE_ROW, HEADING_ROW, FIRST_ROW = 1, 2, 3, 4
MOST_ROWS = 2000
#: Between other names. No comma, of either kind: 县委、县政府 is one name.
BETWEEN = re.compile("[;；\n]+")
DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})日?", re.ASCII)

_MARK = re.compile(r"luoshi directory sheet 1 (units|people)")


class CellFault(Exception):
    """What is wrong stands in one cell."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


@dataclass(frozen=True)
class SheetRow:
    """One row as text; ``number`` is what a spreadsheet program shows beside it."""

    number: int
    cells: Sequence[str]

    def text(self, column: int) -> str:
        return self.cells[column - 1] if len(self.cells) >= column else ""

    def needed(self, column: int) -> str:
        """Raises ``CellFault`` where the cell is empty."""
        if not self.text(column):
            raise CellFault(column, _("This cell must be filled in."))
        return self.text(column)

    def key(self) -> int | None:
        """The id of the row of the directory; ``None`` for a new one."""
        text = self.text(KEY)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def day(self, column: int) -> dt.date | None:
        """A day as the program or a person writes it. Raises ``CellFault`` for anything else."""
        text = unicodedata.normalize("NFKC", self.text(column))
        if not text:
            return None
        try:
            return dt.date(*map(int, DAY.fullmatch(text).groups()))  # type: ignore[union-attr]
        except (AttributeError, ValueError):
            raise CellFault(column, _("This is no day: write it as 2026-09-30.")) from None

    def choice(self, column: int, choices: type[TextChoices]) -> str:
        """One of the words that the house has for it, in either language, or its code."""
        text = self.needed(column)
        for value in choices.values:
            if text in words_for(choices, value):
                return str(value)
        words = _(", ").join(str(label) for label in choices.labels)
        raise CellFault(column, _("Write one of these: %(words)s.") % {"words": words})


def difference(word: str, old: str, new: str) -> str:
    """How one changed value is told."""
    return _("%(what)s: %(old)s → %(new)s") % {"what": word, "old": old or "—", "new": new or "—"}


def words_for(choices: type[TextChoices], value: str) -> set[str]:
    found = {value}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(str(choices(value).label))
    return found


def mark_of(kind: str) -> str:
    """Stands hidden in the first cell, so that no other workbook is taken for a sheet of ours."""
    return f"luoshi directory sheet 1 {kind}"


def kind_marked(text: str) -> str | None:
    found = _MARK.fullmatch(text)
    return found[1] if found else None


def cell_name(column: int, row: int) -> str:
    """As a spreadsheet program names it; we have fewer columns than letters."""
    return f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column - 1]}{row}"
