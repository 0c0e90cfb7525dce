"""Kinds of files: told by content and name, read or refused with a code."""

import pytest

from plans.reading import WRONG_TYPE
from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.draft import ReadingRefused
from plans.reading.formats import MOST_LINES, MOST_ROWS, blocks_of_file, blocks_of_text
from tests.plans.reading.files import word, workbook

TEXT = "一、甲\n（一）乙"
LINES: list[Block] = [Line(1, "一、甲"), Line(2, "（一）乙")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_in_every_encoding_and_with_every_line_end(encoding: str, end: str) -> None:
    assert blocks_of_file(TEXT.replace("\n", end).encode(encoding), "计划.TXT") == LINES


def test_remarks_at_the_top_are_left_out_and_not_counted() -> None:
    assert blocks_of_text(f"# 来源\n# 改写\n{TEXT}") == LINES
    assert blocks_of_text("# 只有来源") == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('任务,责任单位\n甲,"县司法局\n县财政局"\n乙'.encode(), "表.csv"),
        ('\ufeff任务\t责任单位\n甲\t"县司法局\n县财政局"\n乙'.encode(), "表.tsv"),
    ],
)
def test_separated_values_are_a_table(content: bytes, name: str) -> None:
    (table,) = blocks_of_file(content, name)
    assert table == Table(
        (
            Row(1, ("任务", "责任单位")),
            Row(2, ("甲", "县司法局\n县财政局")),
            Row(3, ("乙", "")),
        )
    )


def test_office_files() -> None:
    assert blocks_of_file(word("甲"), "a.docx") == [Line(1, "甲")]
    assert blocks_of_file(workbook([["甲"]]), "a.xlsx") == [Line(1, "甲")]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\t ", "a.docx", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "old_word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx", "old_word"),
        (b"anything", "a.wps", "old_word"),
        (b"anything", "a.XLS", "old_word"),
        (b"%PDF-1.7", "a.txt", "pdf"),
        (b"anything", "a.pdf", "pdf"),
        (b"\x89PNG\r\n", "a.txt", "image"),
        (b"anything", "a.jpg", "image"),
        (b"anything", "a.rtf", "unknown_format"),
        (b"anything", "a", "unknown_format"),
        (b"anything", "a.docx", "unknown_format"),
        (b"PK\x03\x04", "a.txt", "unknown_format"),
        (b"PK\x03\x04", "a.docm", "unknown_format"),
        (b"\xff\xfe\x00", "a.txt", "unknown_encoding"),
        (b"PK\x03\x04", "a.docx", "broken_file"),
        (b'"' + b"x" * 140_000 + b'"', "a.csv", "too_heavy"),
    ],
)
def test_what_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(ReadingRefused) as refusal:
        blocks_of_file(content, name)
    assert refusal.value.code == code
    assert str(refusal.value).endswith("。")


def test_what_is_of_a_wrong_type_is_among_the_codes() -> None:
    assert {"unknown_format", "old_word", "pdf", "image"} == WRONG_TYPE


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n" + b"1,2\n" * (MOST_ROWS + 1),
        b"\n" * MOST_LINES,
    ],
)
def test_more_than_may_be_read_is_refused(content: bytes) -> None:
    name = "a.csv" if b"," in content else "a.txt"
    with pytest.raises(ReadingRefused) as refusal:
        blocks_of_file(content + "尾".encode(), name)
    assert refusal.value.code == "too_long"


def test_as_much_as_may_be_read() -> None:
    content = "任务,单位\n".encode() + b"1,2\n" * MOST_ROWS
    (table,) = blocks_of_file(content, "a.csv")
    assert isinstance(table, Table)
    assert len(table.rows) == MOST_ROWS + 1
