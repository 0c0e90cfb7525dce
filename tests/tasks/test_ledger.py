"""The ledger: what stands in it is what the year's work has written down, laid out for printing."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import User
from plans.models import KeyTask, Plan
from tasks.acknowledging import object_to
from tasks.extensions import ask_extension
from tasks.ledger import Line, ledger_of
from tasks.ledger_sheet import COLUMNS, FIRST_ROW, LAST, MOST_CHARACTERS, ledger_sheet
from tasks.models import Task
from tasks.progress import Said, return_report
from tasks.querysets import TaskQuerySet
from tasks.urging import issue_notice
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.tasks.life_case import approved, closed, say, stepped_plan, townships_plan, villages

TODAY = dt.date(2026, 10, 20)
HOSTILE = "=cmd|'/C calc'!A0"


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


def lines(plan: Plan, user: User, then: dt.date = TODAY, **narrowing: Any) -> dict[str, Line]:
    """Every line of the ledger by its unit, in order."""
    with translation.override("en"):
        ledger = ledger_of(plan, user=user, on=TODAY, then=then, **narrowing)
    every = [line for chapter in ledger.chapters for item in chapter.items for line in item.lines]
    assert len(every) == ledger.lines_total
    return {line.unit: line for line in every}


def told_so(text: str, percent: int = 10) -> Said:
    return Said(percent=Decimal(percent), narrative=text)


class TestLines:
    def test_the_topmost_in_sight_and_what_is_directly_below(
        self, county: County, plan: Plan
    ) -> None:
        villages(county, plan)
        office = ["司法局 (lead)", "司法局 (own part)", "甲镇", "乙乡"]
        assert list(lines(plan, county.coordinator)) == office
        town = ["甲镇", "甲一村", "甲二村"]
        assert list(lines(plan, county.officer("甲镇"))) == town
        assert list(lines(plan, county.officer("甲一村"))) == ["甲一村"]

    def test_of_those_that_are_asked_for(self, county: County, plan: Plan) -> None:
        def narrow(shares: TaskQuerySet) -> Any:
            return shares.filter(role="responsible")

        assert list(lines(plan, county.coordinator, narrow=narrow)) == ["甲镇", "乙乡"]

    def test_approved_progress_stands_in_its_quarter(self, county: County, plan: Plan) -> None:
        town = share(plan, "甲镇")
        approved(county, town, told_so("排查 12 件。"), month=5)
        approved(county, town, told_so("化解 9 件。", 20), month=8)
        approved(county, town, Said(no_change=True), month=9)
        approved(county, share(plan, "乙乡"), Said(percent=Decimal(30)), month=2)
        say(county, town, told_so("尚未批准。", 30), month=10)
        assert lines(plan, county.coordinator)["乙乡"].quarters == ("30%", "", "", "")
        line = lines(plan, county.coordinator)["甲镇"]
        assert line.quarters == (
            "",
            "排查 12 件。",
            "6 Aug 2026: 化解 9 件。\n6 Sep 2026: No change.",
            "",
        )

    def test_what_is_told_after_the_year_is_of_its_last_quarter(
        self, county: County, plan: Plan
    ) -> None:
        report = approved(county, share(plan, "甲镇"), told_so("年底完成。"), month=5)
        # As if handed in later; an approved report itself never changes.
        Plan.objects.filter(pk=plan.pk).update(year=2025)
        plan.refresh_from_db()
        assert report.submitted_at.year == 2026
        assert lines(plan, county.coordinator)["甲镇"].quarters[3] == "年底完成。"

    def test_problems_and_next_steps_are_what_was_written_down(self, county: County) -> None:
        alone = [owner("甲镇", "responsible")]
        plan = issued_plan(county, item("1.", "普法", alone, due("2026-09-30")))
        sign_for_all(county, plan)
        town = share(plan, "甲镇")
        issue_notice(
            town.pk,
            text="请按期完成。",
            answer_by=dt.date(2026, 10, 30),
            actor=county.coordinator,
            at=at(10, 2),
        )
        ask_extension(
            town.pk,
            new_due_on=dt.date(2026, 11, 30),
            reason="汛期。",
            actor=county.officer("甲镇"),
            at=at(9, 2),
        )
        line = lines(plan, county.coordinator)["甲镇"]
        assert line.problems.splitlines() == [
            "Overdue by 20 days.",
            "Supervision notice no. 1 (blue): 请按期完成。",
            "Extension asked for: 汛期。",
        ]
        assert line.next_step == "Asks to be done by 30 Nov 2026"
        assert (line.is_closed, line.remarks, line.deadline) == (False, "", dt.date(2026, 9, 30))

    def test_an_objection_is_a_problem(self, county: County) -> None:
        plan = issued_plan(county, item("1.", "普法", [owner("甲镇", "lead")], due("2026-12-31")))
        officer = county.officer("甲镇")
        object_to(share(plan, "甲镇").pk, reason="不属本镇职责。", actor=officer, at=at(3, 3))
        line = lines(plan, county.coordinator)["甲镇 (lead)"]
        assert line.problems == "Objection: 不属本镇职责。"

    def test_the_first_open_step_is_the_next(self, county: County) -> None:
        plan = stepped_plan(county)
        task = share(plan, "甲镇")
        first, second = list(task.steps.all())[:2]
        approved(county, task, Said(steps=[first.pk], percent=Decimal(0)), month=4)
        line = lines(plan, county.coordinator, dt.date(2026, 5, 1))["甲镇"]
        assert line.next_step == f"{second.label}, by 25 Jun 2026"

    def test_what_is_closed_says_when(self, county: County, plan: Plan) -> None:
        closed(county, share(plan, "甲镇"), month=8)
        line = lines(plan, county.coordinator)["甲镇"]
        assert (line.is_closed, line.problems, line.next_step) == (True, "", "")
        assert line.remarks == "Closed on 7 Aug 2026"

    def test_of_a_day_gone_by(self, county: County, plan: Plan) -> None:
        town = share(plan, "甲镇")
        approved(county, town, told_so("排查 12 件。"), month=5)
        closed(county, town, month=8)
        line = lines(plan, county.coordinator, dt.date(2026, 5, 6))["甲镇"]
        assert (line.quarters[1], line.is_closed) == ("", False)
        line = lines(plan, county.coordinator, dt.date(2026, 5, 7))["甲镇"]
        assert (line.quarters[1], line.is_closed, line.remarks) == ("排查 12 件。", False, "")

    def test_a_returned_report_is_no_progress(self, county: County, plan: Plan) -> None:
        report = say(county, share(plan, "甲镇"), told_so("尚未批准。"))
        return_report(report.pk, reason="请写明。", actor=county.coordinator, at=at(5, 8))
        assert lines(plan, county.coordinator)["甲镇"].quarters == ("",) * 4


@pytest.mark.parametrize("then", [TODAY, TODAY - dt.timedelta(days=1)])
def test_as_many_queries_however_many_rows(county: County, then: dt.date) -> None:
    counts = []
    for more in (1, 9):
        names = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
        items = [item(f"{n}.", f"事项{n}", names, due("2026-12-31"), f"{n}、") for n in range(more)]
        plan = issued_plan(county, *items)
        sign_for_all(county, plan)
        for town in Task.objects.filter(plan=plan, unit__name="甲镇").select_related("unit"):
            approved(county, town, told_so("化解 9 件。"))
        with CaptureQueriesContext(connection) as queries:
            assert len(lines(plan, county.coordinator, then)) == 4
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def sheet(county: County) -> Worksheet:
    """Two sections, four key tasks; every text that somebody can write is hostile."""
    group = owner("各乡镇(街道)", "responsible", group=True)
    both = [owner("司法局", "lead"), group]
    alone = [owner("财政局", "responsible")]
    plan = issued_plan(
        county,
        item("", HOSTILE, both, due("2026-09-30"), HOSTILE),
        item("2.", "公开", alone, due("2026-12-31"), HOSTILE),
        item("3.", "接访", alone, due(None, "ongoing"), "二、"),
        item("4.", "培训", both, due("2026-11-30"), "二、"),
    )
    Plan.objects.filter(pk=plan.pk).update(title=HOSTILE)
    KeyTask.objects.filter(plan=plan).update(text="@SUM(1+1)")
    plan.refresh_from_db()
    sign_for_all(county, plan)
    first = Task.objects.get(plan=plan, unit__name="甲镇", key_task__position=1)
    approved(county, first, told_so("+1+1"))
    approved(county, first, told_so("x" * 9_000), month=8)
    for month, letter in ((7, "y"), (8, "z"), (9, "-")):
        approved(county, first, told_so(letter * 9_999), month=month)
    ask_extension(
        Task.objects.get(plan=plan, key_task__position=2).pk,
        new_due_on=dt.date(2027, 1, 31),
        reason='=HYPERLINK("http://a.example","x")',
        actor=county.officer("财政局"),
        at=at(9, 12),
    )
    return opened(plan, county.coordinator)[0].active


def opened(plan: Plan, user: User) -> tuple[Workbook, list[tuple[int, int]]]:
    """The workbook as it would be read, and the progress that was told."""
    told: list[tuple[int, int]] = []
    with translation.override("en"):
        ledger = ledger_of(plan, user=user, on=TODAY, then=TODAY)
        content: BytesIO = ledger_sheet(
            ledger, size="A3", tell=lambda done, total: told.append((done, total))
        )
    return load_workbook(content), told


class TestSheet:
    def test_no_text_is_a_formula_or_a_link(self, sheet: Worksheet) -> None:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        kinds = {cell.data_type for cell in cells if cell.value is not None}
        assert kinds == {"s", "n", "d"}
        assert [cell.coordinate for cell in cells if cell.hyperlink] == []
        texts = [cell.value for cell in cells]
        assert HOSTILE in texts
        assert "+1+1" in texts
        assert "@SUM(1+1)" in texts

    def test_what_is_of_the_key_task_is_merged_beside_its_shares(self, sheet: Worksheet) -> None:
        merged = {str(found) for found in sheet.merged_cells.ranges}
        whole_rows = {f"A{row}:N{row}" for row in (1, 2, 4, 10)}
        rows = ((5, 8), (12, 15))
        beside = {f"{column}{a}:{column}{b}" for column in "ABCD" for a, b in rows}
        assert merged == whole_rows | beside
        assert [sheet.cell(row, 1).value for row in (5, 9, 11, 12)] == [1, 2, 3, 4]
        assert sheet["D5"].value == "司法局"
        assert [sheet.cell(row, 5).value for row in range(12, 16)] == [
            "司法局 (lead)",
            "司法局 (own part)",
            "甲镇",
            "乙乡",
        ]

    def test_dates_are_dates_and_words_are_words(self, sheet: Worksheet) -> None:
        assert sheet["F9"].value == dt.datetime(2026, 12, 31)  # noqa: DTZ001 - as openpyxl reads
        assert sheet["F9"].is_date
        assert sheet["F11"].value == "ongoing"
        assert sheet["M9"].value == "No"

    def test_a_text_longer_than_a_cell_is_cut_where_it_can_be_seen(self, sheet: Worksheet) -> None:
        text = str(sheet["I7"].value)
        assert (len(text), text[-1]) == (MOST_CHARACTERS, "…")

    def test_is_laid_out_for_printing(self, sheet: Worksheet) -> None:
        assert sheet.max_column == len(COLUMNS) == LAST + 1
        assert sheet.freeze_panes == f"C{FIRST_ROW + 1}"
        assert sheet.print_title_rows == "$3:$3"
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize)) == ("landscape", 8)
        # One sheet of paper across (what stands for 1 is nothing), and as many as it takes down.
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "Page &P of &N"

    def test_progress_is_told_to_the_last_row(self, county: County, plan: Plan) -> None:
        _book, told = opened(plan, county.coordinator)
        assert told[-1] == (4, 4)

    def test_who_sees_a_part_is_told_so(self, county: County, plan: Plan) -> None:
        notes = [
            opened(plan, user)[0].active["A2"].value
            for user in (county.coordinator, county.officer("甲镇"))
        ]
        part = "; only the shares of one's own part of the unit tree"
        assert notes == ["As of 2026-10-20", "As of 2026-10-20" + part]
