"""填报表 over the API: fetched pre-filled, handed in whole or not at all, errors by cell."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Unit
from plans.models import Plan
from tasks.bulk import MOST_ROWS
from tasks.models import ProgressReport, Task
from tasks.sheets import LARGEST_SHEET
from tasks.sheets.layout import (
    DEADLINE,
    FIRST_ROW,
    HEADING_ROW,
    KEY,
    LAST,
    NARRATIVE,
    NO_CHANGE,
    NUMBER,
    PERCENT,
    TASK,
)
from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld
from tests.filled_sheets import FilledSheet
from tests.life_measures import another_plan
from tests.permissions import fingerprint

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def town(world: ApiWorld) -> Unit:
    return world.county.unit("甲镇")


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


@pytest.fixture
def tasks(world: ApiWorld) -> list[Task]:
    """甲镇's of a plan of its own, signed for."""
    return list(Task.objects.filter(plan=another_plan(world)).order_by("pk"))


def fetch(api: Api, unit: Unit, query: str = "") -> FilledSheet:
    answer = api.read_bytes(f"/reports/sheet/?unit={unit.pk}{query}")
    assert (answer.status_code, answer["Content-Type"]) == (200, XLSX)
    return FilledSheet(answer.content_read)


def hand_in(api: Api, unit: Unit, sheet: FilledSheet) -> Any:
    return api.upload("/reports/sheet/", unit=unit.pk, file=sheet.file)


def cells_of(answer: Any) -> list[tuple[str, str]]:
    assert answer.json()["code"] == "sheet_refused", answer.content.decode()
    return [(fault["cell"], fault["code"]) for fault in answer.json()["details"]["cells"]]


def test_the_sheet_holds_what_the_unit_can_report_on(
    world: ApiWorld, officer: Api, town: Unit, tasks: list[Task]
) -> None:
    """Not what is unsigned, objected to, or waiting for a decision; one plan or all."""
    ready = {world.share("1.").pk, world.share("5.").pk, *(task.pk for task in tasks)}
    for query, expected in (("", ready), (f"&plan={world.plan.pk}", ready - {t.pk for t in tasks})):
        sheet = fetch(officer, town, query).sheet
        keys = [sheet.cell(row, KEY).value for row in range(FIRST_ROW, sheet.max_row + 1)]
        assert {int(key.split("-")[0]) for key in keys} == expected


def test_headings_and_context_are_locked_and_the_rest_is_open(
    world: ApiWorld, officer: Api, town: Unit
) -> None:
    filled = fetch(officer, town)
    sheet, row = filled.sheet, filled.row_of(world.share("5."))
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    locked = {column: sheet.cell(row, column).protection.locked for column in range(1, 12)}
    assert [column for column, shut in locked.items() if not shut] == [
        PERCENT,
        NARRATIVE,
        NO_CHANGE,
    ]
    assert all(sheet.cell(HEADING_ROW, column).protection.locked for column in range(1, 12))
    assert sheet.column_dimensions["A"].hidden
    assert sheet.freeze_panes == f"F{FIRST_ROW}"
    day = sheet.cell(row, DEADLINE)
    assert (day.value.date(), day.is_date) == (world.share("5.").due_on, True)
    assert sheet.cell(row, LAST).value == 0
    kinds = {str(rule.sqref)[0]: rule for rule in sheet.data_validations.dataValidation}
    assert {letter: rule.type for letter, rule in kinds.items()} == {
        "I": "decimal",
        "J": "textLength",
        "K": "list",
    }
    assert kinds["K"].formula1 == '"Yes,No"'


def test_words_are_in_the_readers_language(world: ApiWorld, town: Unit) -> None:
    api = Api(world.county.officer("甲镇"), **{"accept-language": "zh-hans"})
    sheet = fetch(api, town).sheet
    headings = [cell.value for cell in sheet[HEADING_ROW]][1:]
    assert headings[:3] == ["序号", "任务", "计划"]
    assert sheet.cell(1, NUMBER).value.startswith("甲镇填报表")
    assert '"是,否"' in [rule.formula1 for rule in sheet.data_validations.dataValidation]


def test_text_is_never_a_formula(world: ApiWorld, officer: Api, town: Unit) -> None:
    share = world.share("5.")
    Task.objects.filter(pk=share.pk).update(title='=HYPERLINK("x")')
    filled = fetch(officer, town)
    cell = filled.sheet.cell(filled.row_of(share), TASK)
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")', "s")


def test_a_share_with_steps_takes_its_percent_from_them(
    world: ApiWorld, officer: Api, town: Unit
) -> None:
    share = world.share("5.")
    Task.objects.filter(pk=share.pk).update(steps_total=4)
    filled = fetch(officer, town)
    assert filled.sheet.cell(filled.row_of(share), PERCENT).protection.locked


def test_what_is_filled_in_is_reported_at_once(
    world: ApiWorld, officer: Api, town: Unit, tasks: list[Task]
) -> None:
    """As people type: a number, with a per cent sign, in full width; a row left empty stays."""
    sheet = fetch(officer, town)
    sheet.fill(sheet.row_of(tasks[0]), "６０％", "办结 9 件。\n另 3 件在办。")
    sheet.fill(sheet.row_of(tasks[1]), no_change="是")
    row = sheet.row_of(world.share("5."))
    sheet.fill(row, 0.455, no_change="No")
    sheet.sheet.cell(row, PERCENT).number_format = "0.0%"
    answer = hand_in(officer, town, sheet)
    assert answer.status_code == 201, answer.content.decode()
    told = {row["task"]["id"]: row for row in answer.json()["reports"]}
    assert told[tasks[0].pk]["percent"] == "60.00"
    assert told[tasks[0].pk]["narrative"] == "办结 9 件。\n另 3 件在办。"
    assert (told[tasks[1].pk]["percent"], told[tasks[1].pk]["no_change"]) == ("0.00", True)
    assert told[world.share("5.").pk]["percent"] == "45.50"
    assert not world.share("1.").reports.exists()


def test_every_wrong_cell_is_named_and_nothing_saved(
    world: ApiWorld, officer: Api, town: Unit, tasks: list[Task]
) -> None:
    sheet = fetch(officer, town)
    rows = [sheet.row_of(task) for task in (world.share("1."), world.share("5."), *tasks)]
    first, second, third, fourth = rows
    sheet.fill(first, 30)
    sheet.fill(second, "六成")
    sheet.fill(third, 100)
    sheet.fill(fourth, narrative="只有文字。")
    before = fingerprint()
    answer = hand_in(officer, town, sheet)
    assert sorted(cells_of(answer)) == sorted(
        [
            (f"I{second}", "percent_not_a_number"),
            (f"I{third}", "percent_out_of_range"),
            (f"I{fourth}", "percent_missing"),
        ]
    )
    assert answer.status_code == 400
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("fields", "column", "code"),
    [
        ({"percent": 5, "no_change": "是"}, "K", "percent_and_no_change"),
        ({"no_change": "也许"}, "K", "not_yes_or_no"),
        ({"percent": 5, "narrative": "长" * 10_001}, "J", "too_long"),
        ({"percent": -1}, "I", "percent_out_of_range"),
        ({"percent": "1e999"}, "I", "percent_out_of_range"),
        ({"percent": "NaN"}, "I", "percent_not_a_number"),
    ],
)
def test_a_wrong_cell(
    world: ApiWorld, officer: Api, town: Unit, fields: dict[str, Any], column: str, code: str
) -> None:
    sheet = fetch(officer, town)
    row = sheet.row_of(world.share("5."))
    sheet.fill(row, **fields)
    assert cells_of(hand_in(officer, town, sheet)) == [(f"{column}{row}", code)]


def test_a_share_that_changed_meanwhile_is_stale(world: ApiWorld, officer: Api, town: Unit) -> None:
    """And with it a sheet that is handed in twice."""
    sheet = fetch(officer, town)
    row = sheet.row_of(world.share("5."))
    sheet.fill(row, 30)
    assert hand_in(officer, town, sheet).status_code == 201
    again = hand_in(officer, town, sheet)
    assert (again.status_code, cells_of(again)) == (412, [(f"C{row}", "stale")])
    assert ProgressReport.objects.filter(task=world.share("5.")).count() == 1


@pytest.mark.parametrize("key", ["", "7", "0-0-2026-02-31", "999999999-1-", "=1+1"])
def test_a_row_whose_key_was_meddled_with(
    world: ApiWorld, officer: Api, town: Unit, key: str
) -> None:
    sheet = fetch(officer, town)
    row = sheet.row_of(world.share("5."))
    sheet.fill(row, 30)
    sheet.sheet.cell(row, KEY).value = key
    (fault,) = cells_of(hand_in(officer, town, sheet))
    assert fault in ((f"C{row}", "no_task"), (f"C{row}", "does_not_exist"))


def test_the_period_is_the_one_that_the_sheet_asked_about(
    world: ApiWorld, officer: Api, town: Unit, tasks: list[Task]
) -> None:
    Plan.objects.filter(pk=tasks[0].plan_id).update(reporting_period="yearly")
    year_end = dt.date(timezone.localdate().year, 12, 31)
    sheet = fetch(officer, town)
    row = sheet.row_of(tasks[0])
    sheet.sheet.cell(row, KEY).value = f"{tasks[0].pk}-{tasks[0].version}-{year_end}"
    sheet.fill(row, 30)
    assert hand_in(officer, town, sheet).status_code == 201
    assert tasks[0].reports.get().period_end == year_end
    assert tasks[0].reports.get().percent == Decimal(30)


def test_a_sheet_of_another_unit_is_refused(world: ApiWorld, officer: Api, town: Unit) -> None:
    village = world.county.unit("甲一村")
    sheet = fetch(Api(world.county.officer("甲一村")), village)
    answer = hand_in(officer, town, sheet)
    assert (answer.status_code, answer.json()["code"]) == (409, "sheet_of_another_unit")


def test_a_sheet_without_a_word_and_one_that_is_not_ours(
    world: ApiWorld, officer: Api, town: Unit
) -> None:
    sheet = fetch(officer, town)
    empty = hand_in(officer, town, sheet)
    assert (empty.status_code, empty.json()["code"]) == (400, "nothing_filled_in")
    sheet.sheet["A1"] = "another workbook"
    other = hand_in(officer, town, sheet)
    assert (other.status_code, other.json()["code"]) == (400, "not_a_report_sheet")


@pytest.mark.parametrize(("rows", "code"), [(0, "sheet_refused"), (1, "too_many_rows")])
def test_no_more_rows_than_a_request_takes(officer: Api, town: Unit, rows: int, code: str) -> None:
    """Rows without a task are refused one by one, as long as they are not too many."""
    sheet = fetch(officer, town)
    for row in range(FIRST_ROW, FIRST_ROW + MOST_ROWS + rows):
        sheet.fill(row, 1)
    answer = hand_in(officer, town, sheet)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 no archive", 422, "broken_file"),
        ("a.pdf", b"%PDF-1.7", 415, "pdf"),
        ("a.txt", "甲镇".encode(), 415, "unknown_format"),
        ("a.xlsx", b"PK" + bytes(LARGEST_SHEET), 413, "too_large"),
    ],
)
def test_a_file_that_is_no_workbook(
    officer: Api, town: Unit, name: str, content: bytes, status: int, code: str
) -> None:
    file = SimpleUploadedFile(name, content)
    answer = officer.upload("/reports/sheet/", unit=town.pk, file=file)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"unit": ["required"]}),
        ("?unit=x", {"unit": ["invalid"]}),
        ("?unit=1&plan=0", {"plan": ["min_value"]}),
        ("?unit=1&units=2", {"units": ["unknown"]}),
    ],
)
def test_the_address_names_the_unit(
    officer: Api, town: Unit, query: str, fields: dict[str, Any]
) -> None:
    query = query.replace("unit=1", f"unit={town.pk}")
    assert fields_of(officer.get(f"/reports/sheet/{query}")) == fields
