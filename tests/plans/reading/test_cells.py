"""A workbook of ours that people filled in: its first sheet as plain cells, or a refusal."""

import datetime as dt
import io
import subprocess
from typing import Any

import pytest
from openpyxl import Workbook

from plans.reading import ReadingRefused, read_cells_apart, sandbox
from plans.reading.cells import cells_of_workbook


def workbook(*cells: tuple[str, Any], formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for name, value in cells:
        sheet[name] = value
    for name, number_format in (formats or {}).items():
        sheet[name].number_format = number_format
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


FILLED = workbook(
    ("A1", " 甲镇\u200b "),
    ("B1", 60),
    ("C1", 0.25),
    ("D1", True),
    ("A2", dt.date(2026, 9, 30)),
    ("B2", dt.time(9, 30)),
    ("C2", "=1+1"),
    formats={"C1": "0%"},
)
PLAIN = [["甲镇", 60, 25.0, True], ["2026-09-30", "09:30:00", None, None]]


def test_cells_are_what_a_person_sees() -> None:
    """A share of one hundred that is shown as per cent is a percent; a formula never run is
    empty."""
    assert cells_of_workbook(FILLED, "a.xlsx") == PLAIN


def test_a_process_apart_answers_the_same() -> None:
    assert read_cells_apart(FILLED, "a.xlsx") == PLAIN


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"PK\x03\x04 but no archive", "a.xlsx", "broken_file"),
        (FILLED, "a.docx", "unknown_format"),
        (FILLED, "a.txt", "unknown_format"),
        (workbook(("A1048576", 1)), "a.xlsx", "too_heavy"),
    ],
)
def test_what_is_no_sheet_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(ReadingRefused) as refusal:
        cells_of_workbook(content, name)
    assert refusal.value.code == code


def test_an_archive_that_is_no_workbook_is_damaged() -> None:
    word = io.BytesIO()
    book = Workbook()
    book.save(word)
    content = word.getvalue().replace(b"xl/workbook.xml", b"xl/wurkbook.xml")
    with pytest.raises(ReadingRefused) as refusal:
        cells_of_workbook(content, "a.xlsx")
    assert refusal.value.code == "broken_workbook"


def test_what_is_too_large_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(ReadingRefused) as refusal:
        read_cells_apart(bytes(sandbox.LARGEST + 1), "a.xlsx")
    assert refusal.value.code == "too_large"
    with pytest.raises(ReadingRefused) as refusal:
        read_cells_apart(b"%PDF", "a.xlsx")
    assert refusal.value.code == "pdf"
