"""The directory as a workbook to change, and an empty one to fill in.

Text stays text whatever it begins with (CWE-1236).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import Membership, Unit, UnitAlias, UnitHosting
from accounts.sheets.layout import (
    COLUMNS,
    FIRST_ROW,
    FROM,
    HEADING_ROW,
    KEY,
    KIND,
    MOST_ROWS,
    NAME,
    NOTE_ROW,
    ROLE,
    TITLE_ROW,
    UNITS,
    UNTIL,
    mark_of,
)
from accounts.sheets.names import UnitNames

GREY = PatternFill("solid", fgColor="EEF1F4")
LINE = Border(*[Side(style="thin", color="C8CED6")] * 4)


def directory_sheet(kind: str, *, on: dt.date, filled: bool) -> bytes:
    """XLSX of all units, or of all roles, that have not ended that day; or without any row."""
    book = Workbook()
    sheet: Worksheet = book.active
    rows = (_units(on) if kind == UNITS else _roles(on)) if filled else []
    _write_head(sheet, kind, on)
    for number, cells in enumerate(rows, FIRST_ROW):
        for column, value in enumerate(cells, KEY):
            _write(sheet, number, column, value)
    _dress(sheet, kind)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _units(on: dt.date) -> Iterable[Sequence[Any]]:
    names = UnitNames(on)
    lasting = Unit.objects.not_ended(on)
    open_aliases = UnitAlias.objects.filter(valid_to__isnull=True).order_by("pk")
    open_hosts = UnitHosting.objects.filter(valid_to__isnull=True).order_by("pk")
    rows = lasting.prefetch_related(
        Prefetch("aliases", open_aliases), Prefetch("hostings", open_hosts)
    ).order_by("depth", "parent__position", "parent_id", "position", "id")
    for unit in rows:
        aliases = "；".join(alias.name for alias in unit.aliases.all())
        hosts = [names.written(hosting.host_id) for hosting in unit.hostings.all()]
        above = names.written(unit.parent_id)
        yield (
            *(str(unit.pk), unit.name, unit.get_kind_display(), above, aliases),
            *(hosts[0] if hosts else "", unit.valid_from, unit.valid_to),
        )


def _roles(on: dt.date) -> Iterable[Sequence[Any]]:
    names = UnitNames(on)
    rows = Membership.objects.not_ended(on).select_related("user", "unit")
    for row in rows.order_by("unit__depth", "unit__position", "unit_id", "role", "pk"):
        yield (
            *(str(row.pk), row.user.username, row.user.name, row.user.email),
            *(names.written(row.unit_id), row.get_role_display(), row.valid_from, row.valid_to),
        )


def _write_head(sheet: Worksheet, kind: str, on: dt.date) -> None:
    sheet.title = _("Units") if kind == UNITS else _("People")
    _write(sheet, TITLE_ROW, KEY, mark_of(kind))
    _write(sheet, TITLE_ROW, NAME, f"{sheet.title} {on.isoformat()}")
    note = _(
        "Change what is to change and add rows below; a last day ends a row. What is left out of "
        "the sheet stays as it is."
    )
    _write(sheet, NOTE_ROW, NAME, note)
    sheet.cell(TITLE_ROW, NAME).font = Font(bold=True, size=14)
    for column, (heading, _width) in enumerate(COLUMNS[kind], NAME):
        _write(sheet, HEADING_ROW, column, str(heading))


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"


def _dress(sheet: Worksheet, kind: str) -> None:
    sheet.freeze_panes = sheet.cell(FIRST_ROW, KIND)
    sheet.column_dimensions[get_column_letter(KEY)].hidden = True
    for column, (_heading, width) in enumerate(COLUMNS[kind], NAME):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row in sheet.iter_rows(min_row=HEADING_ROW, min_col=NAME, max_col=UNTIL):
        for cell in row:
            cell.border, cell.alignment = LINE, Alignment(wrap_text=True, vertical="top")
    for cell in sheet[HEADING_ROW]:
        cell.font, cell.fill = Font(bold=True), GREY
    column, choices = (KIND, Unit.Kind) if kind == UNITS else (ROLE, Membership.Role)
    words = ",".join(str(label) for label in choices.labels)
    offer = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    letter = get_column_letter(column)
    offer.add(f"{letter}{FIRST_ROW}:{letter}{MOST_ROWS + FIRST_ROW - 1}")
    sheet.add_data_validation(offer)
    for number in range(FIRST_ROW, max(sheet.max_row, FIRST_ROW + 200)):
        for day in (FROM, UNTIL):
            sheet.cell(number, day).number_format = "yyyy-mm-dd"
