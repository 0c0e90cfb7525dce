"""The report sheet of a unit, filled in as far as we know, with three cells a row left open.

Text stays text whatever it begins with (CWE-1236). The sheet is protected against slips, not
against people: it has no password, and what comes back is checked like any other request.
"""

import datetime as dt
from io import BytesIO
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import Unit
from tasks.models import Task
from tasks.periods import periods_to_report
from tasks.querysets import TaskQuerySet
from tasks.schedule import Period
from tasks.sheets.layout import (
    DEADLINE,
    FIRST_ROW,
    HEADING_ROW,
    KEY,
    LARGEST_PERCENT,
    LONGEST_NARRATIVE,
    NARRATIVE,
    NO_CHANGE,
    NOTE_ROW,
    NUMBER,
    PERCENT,
    TITLE_ROW,
    Key,
    mark_of,
)

#: Heading and width, in characters, of each column behind the hidden one.
COLUMNS: tuple[tuple[str | Promise, int], ...] = (
    (gettext_lazy("Item number"), 8),
    (gettext_lazy("Task"), 44),
    (gettext_lazy("Plan"), 26),
    (gettext_lazy("Role"), 10),
    (gettext_lazy("Deadline"), 13),
    (gettext_lazy("Last approved, %"), 11),
    (gettext_lazy("Period until"), 13),
    (gettext_lazy("Percent, 0 to 99"), 12),
    (gettext_lazy("What was done"), 60),
    (gettext_lazy("No change"), 10),
)
OPEN = (PERCENT, NARRATIVE, NO_CHANGE)
DAY, FIGURE = "yyyy-mm-dd", "0.##"
GREY, YELLOW = (PatternFill("solid", fgColor=colour) for colour in ("EEF1F4", "FFFBE6"))
UNLOCKED = Protection(locked=False)
LINE = Border(*[Side(style="thin", color="C8CED6")] * 4)


def report_sheet(unit: Unit, shares: TaskQuerySet, on: dt.date) -> bytes:
    """XLSX of these shares of the unit, in the order of their deadlines. Two queries."""
    rows = list(shares.select_related("plan", "key_task").order_by("due_on", "id"))
    periods = periods_to_report(rows, on)
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = _("Report sheet")
    _write_head(sheet, unit, on)
    for number, task in enumerate(rows, FIRST_ROW):
        _write_share(sheet, number, task, periods[task.pk])
    _dress(sheet)
    _validate(sheet, max(sheet.max_row, FIRST_ROW))
    _protect(sheet)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write_head(sheet: Worksheet, unit: Unit, on: dt.date) -> None:
    _write(sheet, TITLE_ROW, KEY, mark_of(unit.pk))
    title = _("Report sheet: %(unit)s, %(day)s") % {"unit": unit.name, "day": on.isoformat()}
    _write(sheet, TITLE_ROW, NUMBER, title)
    note = _(
        "Fill in the yellow cells only; what you leave empty is passed over. Report a task as done "
        "on its page."
    )
    _write(sheet, NOTE_ROW, NUMBER, note)
    sheet.cell(TITLE_ROW, NUMBER).font = Font(bold=True, size=14)
    for column, (heading, _width) in enumerate(COLUMNS, NUMBER):
        _write(sheet, HEADING_ROW, column, str(heading))


def _write_share(sheet: Worksheet, row: int, task: Task, period: Period | None) -> None:
    end = period.end if period else None
    cells = (
        str(Key(task.pk, task.version, end)),
        task.key_task.number,
        task.title,
        task.plan.title,
        task.get_role_display(),
        task.due_on or task.get_deadline_kind_display(),
        task.reported_percent,
        end,
    )
    for column, value in enumerate(cells, KEY):
        _write(sheet, row, column, value)
    for column in OPEN:
        cell = sheet.cell(row, column)
        by_steps = column == PERCENT and task.steps_total
        cell.fill, cell.protection = (GREY, Protection()) if by_steps else (YELLOW, UNLOCKED)
    sheet.cell(row, PERCENT).number_format = FIGURE
    sheet.cell(row, NARRATIVE).number_format = "@"


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, dt.date):
        cell.number_format = DAY
    elif value is not None:
        cell.number_format = FIGURE


def _dress(sheet: Worksheet) -> None:
    """Headings stand while the rows move, on paper too; the key is out of sight."""
    sheet.freeze_panes = sheet.cell(FIRST_ROW, DEADLINE)
    sheet.column_dimensions[get_column_letter(KEY)].hidden = True
    for column, (_heading, width) in enumerate(COLUMNS, NUMBER):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row in sheet.iter_rows(min_row=HEADING_ROW, min_col=NUMBER, max_col=NO_CHANGE):
        for cell in row:
            cell.border = LINE
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[HEADING_ROW]:
        cell.font, cell.fill = Font(bold=True), GREY
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"


def _validate(sheet: Worksheet, last: int) -> None:
    yes, no = _("Yes"), _("No")
    words = f'"{yes},{no}"'
    _offer(sheet, NO_CHANGE, last, type="list", formula1=words, error=_("Choose from the list."))
    _offer(
        sheet,
        PERCENT,
        last,
        type="decimal",
        operator="between",
        formula1="0",
        formula2=str(LARGEST_PERCENT),
        error=_("A percent is 0 to 99; report the share as done for 100."),
    )
    _offer(
        sheet,
        NARRATIVE,
        last,
        type="textLength",
        operator="lessThanOrEqual",
        formula1=str(LONGEST_NARRATIVE),
        error=_("Too long: 10,000 characters at most."),
    )


def _offer(sheet: Worksheet, column: int, last: int, **rule: Any) -> None:
    found = DataValidation(allow_blank=True, showErrorMessage=True, **rule)
    letter = get_column_letter(column)
    found.add(f"{letter}{FIRST_ROW}:{letter}{last}")
    sheet.add_data_validation(found)


def _protect(sheet: Worksheet) -> None:
    """Widths and heights may still be changed: long narratives want room."""
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.protection.enable()
