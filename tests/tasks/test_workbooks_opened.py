"""Every workbook as LibreOffice opens it: texts are texts, numbers numbers, and dates dates."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse

from accounts.models import Unit
from accounts.sheets.layout import PEOPLE, UNITS
from accounts.sheets.writing import directory_sheet
from plans.models import KeyTask, Plan
from tasks.completion_sheet import as_xlsx
from tasks.figures import plan_completion
from tasks.ledger import ledger_of
from tasks.ledger_sheet import ledger_sheet
from tasks.models import Task
from tasks.sheets.writing import report_sheet
from tests.county import County, due, issued_plan, item, owner, sign_for_all
from tests.libreoffice import converter

pytestmark = pytest.mark.django_db

#: What a careless writer makes a formula of.
HOSTILE = '=HYPERLINK("http://a.example","点我")'
TODAY = dt.date(2026, 10, 20)
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture
def plan(county: County) -> Plan:
    """Whatever somebody can write is hostile."""
    both = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    plan = issued_plan(
        county,
        item("", HOSTILE, both, due("2026-09-30"), HOSTILE),
        item("2.", "公开", both, due("2026-12-31"), HOSTILE),
    )
    sign_for_all(county, plan)
    Plan.objects.filter(pk=plan.pk).update(title=HOSTILE)
    KeyTask.objects.filter(plan=plan).update(text=HOSTILE)
    Task.objects.filter(plan=plan).update(title=HOSTILE, deadline_text=HOSTILE)
    Unit.objects.filter(pk=county.unit("甲镇").pk).update(name=HOSTILE)
    plan.refresh_from_db()
    return plan


def completion(county: County, plan: Plan) -> bytes:
    return as_xlsx(plan_completion(plan, by="unit", user=county.coordinator, on=TODAY))


def ledger(county: County, plan: Plan) -> bytes:
    rows = ledger_of(plan, user=county.coordinator, on=TODAY, then=TODAY)
    return ledger_sheet(rows, size="A3", tell=lambda _done, _total: None).read()


def reports(county: County, plan: Plan) -> bytes:
    unit = county.unit("甲镇")
    return report_sheet(unit, Task.objects.filter(unit=unit), TODAY)


def units(county: County, plan: Plan) -> bytes:
    return directory_sheet(UNITS, on=TODAY, filled=True)


def people(county: County, plan: Plan) -> bytes:
    return directory_sheet(PEOPLE, on=TODAY, filled=True)


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (completion, {"float"}),
        (ledger, {"float", "date"}),
        (reports, {"date"}),
        (units, {"date"}),
        (people, {"date"}),
    ],
    ids=["completion", "ledger", "reports", "units", "people"],
)
def test_no_text_is_a_formula(
    county: County,
    plan: Plan,
    tmp_path: Path,
    make: Callable[[County, Plan], bytes],
    kinds: set[str],
) -> None:
    """``kinds`` are those that must be found besides texts."""
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(make(county, plan))
    opened = parse(converter(tmp_path / "profile")(file, "fods"))
    cells = list(opened.iter(f"{TABLE}table-cell"))
    assert [cell.get(f"{TABLE}formula") for cell in cells if cell.get(f"{TABLE}formula")] == []
    assert list(opened.iter(f"{TEXT}a")) == []
    found = Counter(cell.get(f"{OFFICE}value-type") for cell in cells)
    assert found["string"] > 0
    assert kinds <= found.keys()
    texts = {"".join(cell.itertext()).strip() for cell in cells}
    assert HOSTILE in texts
