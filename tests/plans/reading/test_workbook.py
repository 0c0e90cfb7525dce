"""Workbooks: sheets as tables, merged cells, cells as people see them."""

import datetime as dt
from typing import Any

import pytest
from openpyxl import Workbook

from plans.reading.blocks import Line, Table
from plans.reading.draft import ReadingRefused
from plans.reading.workbook import blocks_of_workbook
from tests.plans.reading.files import bytes_of, with_entry, workbook

HEADER = ("序号", "工作任务", "责任单位", "完成时限")


def first_cell(value: Any) -> str:
    (line,) = blocks_of_workbook(workbook([[value]]))
    assert isinstance(line, Line)
    return line.text


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (3.0, "3"),
        (3.5, "3.5"),
        (dt.datetime(2026, 6, 30, 8, 0), "2026年6月30日"),  # noqa: DTZ001 - as Excel keeps it
        (dt.date(2026, 6, 30), "2026年6月30日"),
        ("  甲\u200b乙 ", "甲乙"),
        (True, "True"),
    ],
)
def test_a_cell_is_read_as_people_see_it(value: object, seen: str) -> None:
    assert first_cell(value) == seen


def test_a_whole_number_kept_with_a_fraction_has_none() -> None:
    content = with_entry(
        workbook([["甲"]]),
        "xl/worksheets/sheet1.xml",
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>3.0</v></c></row></sheetData></worksheet>',
    )
    assert blocks_of_workbook(content) == [Line(1, "3")]


def test_rows_before_the_header_are_lines_and_those_after_it_a_table() -> None:
    rows = [("2026年任务清单",), (None,), HEADER, (1, "甲事", "县司法局", "6月底前")]
    title, table = blocks_of_workbook(workbook(rows))
    assert title == Line(1, "2026年任务清单")
    assert isinstance(table, Table)
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, HEADER),
        (4, ("1", "甲事", "县司法局", "6月底前")),
    ]


def test_merged_cells_are_filled_and_hidden_sheets_left_out() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, (1, "甲事", "县司法局", "全年"), (2, "乙事", None, "全年")):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    book.create_sheet().append(["第二张"])
    hidden = book.create_sheet()
    hidden.append(["藏"])
    hidden.sheet_state = "hidden"
    book.create_sheet()
    table, line = blocks_of_workbook(bytes_of(book))
    assert isinstance(table, Table)
    assert [row.cells[2] for row in table.rows] == ["责任单位", "县司法局", "县司法局"]
    assert line == Line(4, "第二张")


def test_one_cell_far_down_is_not_a_million_rows() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.cell(1_048_576, 1, "远")
    with pytest.raises(ReadingRefused) as refusal:
        blocks_of_workbook(bytes_of(book))
    assert refusal.value.code == "too_heavy"


@pytest.mark.parametrize("entry", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_what_only_looks_like_a_workbook_is_refused(entry: str) -> None:
    with pytest.raises(ReadingRefused) as refusal:
        blocks_of_workbook(with_entry(workbook([["甲"]]), entry, b"<broken"))
    assert refusal.value.code == "broken_workbook"
