"""Completion by every word that one may ask for, and as a table to take along."""

import csv
import datetime as dt
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from accounts.models import Unit
from plans.models import Plan
from tasks.completion_sheet import as_csv, as_xlsx
from tasks.figures import Row, plan_completion
from tasks.groupings import GROUPINGS, By
from tasks.models import Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import County, at, due, issued_plan, item, owner, sign_for_all

ON = dt.date(2026, 7, 1)


@pytest.fixture
def plan(county: County) -> Plan:
    """(一) 司法局 leads two townships, due 30 June; (二) 财政局 alone, due in December."""
    townships = owner("各乡镇(街道)", "responsible", group=True)
    plan = issued_plan(
        county,
        item("(一)", "清理", [owner("司法局", "lead"), townships], due("2026-06-30"), "一、规范"),
        item("(二)", "预算", [owner("财政局", "lead")], due("2026-12-31"), "一、规范"),
        item("(三)", "学法", [owner("司法局", "lead")], due(None, "ongoing"), "二、普法"),
    )
    sign_for_all(county, plan)
    report(county, plan, "甲镇", at(6, 30, 17), approved=at(7, 1))
    report(county, plan, "乙乡", at(7, 1, 9), approved=at(7, 1))
    return plan


def report(
    county: County, plan: Plan, unit: str, submitted: dt.datetime, *, approved: dt.datetime
) -> None:
    task = Task.objects.get(plan=plan, unit__name=unit)
    made = submit_report(task.pk, Said(completes=True), actor=county.officer(unit), at=submitted)
    approve_report(made.pk, actor=county.coordinator, at=approved)


def rows(county: County, plan: Plan, by: By) -> list[Row]:
    return plan_completion(plan, user=county.coordinator, on=ON, by=by).rows


def named(found: list[Row]) -> list[tuple[object, str, int, int]]:
    return [(row.key, row.label, row.total, row.counted) for row in found]


def test_by_kind_of_unit(county: County, plan: Plan) -> None:
    kinds = Unit.Kind
    expected = [(kinds.TOWN, 1, 1), (kinds.TOWNSHIP, 1, 1), (kinds.DEPARTMENT, 3, 2)]
    expected.sort(key=lambda row: kinds.values.index(row[0]))
    assert named(rows(county, plan, "unit_kind")) == [
        (kind, str(kind.label), total, counted) for kind, total, counted in expected
    ]


def test_by_level_role_and_light(county: County, plan: Plan) -> None:
    with translation.override("en"):
        levels = named(rows(county, plan, "level"))
    assert levels == [(0, "topmost", 3, 2), (1, "1 level below", 2, 2)]
    assert [(row.key, row.total) for row in rows(county, plan, "role")] == [
        ("lead", 3),
        ("responsible", 2),
    ]
    assert [(row.key, row.total) for row in rows(county, plan, "light")] == [
        ("green", 1),
        ("red", 1),
        ("done", 2),
        ("none", 1),
    ]


def test_by_month_of_the_deadline(county: County, plan: Plan) -> None:
    found = [(row.key, row.total, row.counted) for row in rows(county, plan, "month")]
    assert found == [("2026-06", 3, 3), ("2026-12", 1, 1), (None, 1, 0)]


def test_what_was_done_in_time(county: County, plan: Plan) -> None:
    """甲镇 said so on the last day, 乙乡 a day late, 司法局 not yet; 财政局 has time."""
    june, december, _dateless = rows(county, plan, "month")
    assert (june.due_by_now, june.on_time, june.on_time_rate) == (3, 1, Decimal("33.33"))
    assert (december.due_by_now, december.on_time_rate) == (0, None)


def test_a_part_of_the_shares(county: County, plan: Plan) -> None:
    figures = plan_completion(
        plan,
        user=county.coordinator,
        on=ON,
        by="unit",
        narrow=lambda shares: shares.filter(unit__name="甲镇"),
    )
    assert (figures.plan.total, figures.plan.completion) == (1, Decimal("100.00"))
    assert [row.label for row in figures.rows] == ["甲镇"]


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_row_adds_up(county: County, plan: Plan, by: By) -> None:
    for row in rows(county, plan, by):
        assert row.total == row.counted + sum(row.left_out.values())
        assert row.on_time <= row.due_by_now <= row.counted


@pytest.mark.django_db
def test_a_table_to_take_along(county: County, plan: Plan) -> None:
    Unit.objects.filter(name="甲镇").update(name='=HYPERLINK("x")')
    figures = plan_completion(plan, user=county.coordinator, on=ON, by="unit")
    translation.activate("en")
    lines = list(csv.reader(StringIO(as_csv(figures).decode("utf-8-sig"))))
    assert lines[0][:3] == ["Unit", "Completion, %", "Shares in all"]
    assert '\'=HYPERLINK("x")' in [line[0] for line in lines]
    assert lines[-1][:2] == ["The plan", str(figures.plan.completion)]
    sheet = load_workbook(BytesIO(as_xlsx(figures))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert '=HYPERLINK("x")' in [cell.value for cell in cells]
    assert sheet.cell(sheet.max_row, 2).value == float(figures.plan.completion or 0)
