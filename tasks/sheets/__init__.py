"""填报表: a unit's open shares as a workbook to fill in, and what comes back in it."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import WORKING_ROLES, may_act_for
from accounts.errors import Conflict, Invalid, NotAllowed, Refusal
from accounts.models import Unit, User
from plans.reading import read_cells_apart
from tasks.bulk import MOST_ROWS, submit_reports
from tasks.models import ProgressReport, Task
from tasks.sheets.reading import filled_sheet, refusal_by_cell
from tasks.sheets.writing import report_sheet

#: Bytes; a sheet of 2,000 shares has some 200 KB.
LARGEST_SHEET = 4 * 1024 * 1024


def sheet_to_fill(unit: Unit, *, plan_id: int | None = None, user: User, on: dt.date) -> bytes:
    """XLSX of the unit's shares on which a report can be made, of one plan or of all.

    Raises ``NotAllowed`` for people who do not work for the unit.
    """
    require_reporter(user, unit, on)
    shares = Task.objects.filter(unit=unit).ready_to_report()
    return report_sheet(unit, shares if plan_id is None else shares.filter(plan=plan_id), on)


def sheet_name(unit: Unit, on: dt.date) -> str:
    """The name under which the sheet is saved."""
    return f"{_('Report sheet')} {unit.name} {on.isoformat()}.xlsx"


def submit_sheet(
    content: bytes, filename: str, *, unit: Unit, actor: User, at: dt.datetime
) -> list[ProgressReport]:
    """Everything that is filled in as reports, or nothing and ``details["cells"]``.

    Rows left empty are passed over. Raises ``ReadingRefused`` for a file that cannot be read.
    """
    require_reporter(actor, unit, timezone.localdate(at))
    sheet = filled_sheet(read_cells_apart(content, filename))
    if sheet.unit_id != unit.pk:
        raise Conflict("sheet_of_another_unit", _("This is the report sheet of another unit."))
    if not sheet.rows:
        raise Invalid("nothing_filled_in", _("Nothing is filled in in this sheet."))
    if len(sheet.rows) > MOST_ROWS:
        message = _("Fill in at most %(count)d rows of one sheet, please.") % {"count": MOST_ROWS}
        raise Invalid("too_many_rows", message)
    try:
        return submit_reports(sheet.rows, actor=actor, at=at)
    except Refusal as refusal:
        raise refusal_by_cell(refusal) from refusal


def require_reporter(user: User, unit: Unit, on: dt.date) -> None:
    if not may_act_for(user, unit, WORKING_ROLES, on):
        raise NotAllowed(
            "not_your_unit", _("Only officers and heads of the unit fill in its report sheet.")
        )
