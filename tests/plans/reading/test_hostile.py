"""Files that are made to harm: each is refused in time, within memory, and with a code.

The files are built here, in memory; none is kept.
"""

import resource
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest

from plans.reading import ReadingRefused, read_document
from plans.reading.sandbox import LARGEST, MEMORY
from tests.plans.reading.files import with_entry, word, workbook, zipped

SHEET, BODY = "xl/worksheets/sheet1.xml", "word/document.xml"
MEGABYTE = 1024 * 1024
SECONDS = 20
OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE = b"</sheetData></worksheet>"
BOMB = b"<!DOCTYPE a [" + b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">'


def sheet_of(rows: bytes) -> bytes:
    return with_entry(workbook([["甲"]]), SHEET, OPEN + rows + CLOSE)


def forged() -> bytes:
    """Thirty million bytes, declared as a thousand."""
    size = 30 * 1000 * 1000
    content = with_entry(word("甲"), BODY, bytes(size))
    return content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def nested() -> bytes:
    """An archive of archives of archives, the innermost ten megabytes of nothing."""
    inner = zipped({"a": bytes(10 * MEGABYTE)})
    for depth in range(3):
        inner = zipped({f"{depth}{n}.zip": inner for n in range(10)})
    return inner


def with_entity(document: bytes, entry: str, declared: bytes) -> bytes:
    return with_entry(document, entry, declared + b"]><a>&e9;&e;</a>")


def deep() -> bytes:
    inside = b"<w:sdt><w:sdtContent>" * 60_000
    namespace = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return with_entry(word("甲"), BODY, b"<w:document %s><w:body>%s" % (namespace, inside))


def many_cells() -> bytes:
    """Word tables whose every cell says that it spans a thousand columns."""
    cell = b'<w:tc><w:tcPr><w:gridSpan w:val="1000"/></w:tcPr><w:p/></w:tc>'
    row = b"<w:tr>" + cell * 400 + b"</w:tr>"
    namespace = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    table = b"<w:tbl>" + row * 900 + b"</w:tbl>"
    body = b"<w:document %s><w:body>%s</w:body></w:document>" % (namespace, table)
    return with_entry(word("甲"), BODY, body)


def rows(count: int) -> Iterator[list[object]]:
    yield ["序号", "工作任务", "责任单位"]
    for n in range(1, count + 1):
        yield [n, "编制清单", "县司法局"]


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


CORPUS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a bomb in a Word file": (
        "a.docx",
        lambda: with_entry(word(), BODY, bytes(30 * MEGABYTE)),
        "too_heavy",
    ),
    "a bomb in a workbook": (
        "a.xlsx",
        lambda: with_entry(workbook([]), SHEET, b" " * (30 * MEGABYTE)),
        "too_heavy",
    ),
    "a cell of twenty megabytes": (
        "a.xlsx",
        lambda: sheet_of(b"<row><c><v>%s</v></c></row>" % (b"9" * 20 * MEGABYTE)),
        "too_heavy",
    ),
    "forged sizes": ("a.docx", forged, "broken_file"),
    "a million empty rows": ("a.xlsx", lambda: sheet_of(b"<row/>" * 1_000_000), "too_heavy"),
    "one row far down": (
        "a.xlsx",
        lambda: sheet_of(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "too_heavy",
    ),
    "400,000 rows": (
        "a.xlsx",
        lambda: sheet_of(b"<row><c><v>1</v></c></row>" * 400_000),
        "too_heavy",
    ),
    "400,000 separated rows": ("a.csv", lambda: b"a,b\n" * 400_000, "too_long"),
    "5,001 rows": ("a.xlsx", lambda: workbook(rows(5_001)), "too_long"),
    "5,001 separated rows": ("a.csv", lambda: b"a,b\n" * 5_001, "too_long"),
    "a million lines": ("a.txt", lambda: "甲\n".encode() * 1_000_000, "too_long"),
    "an entity bomb in a Word file": (
        "a.docx",
        lambda: with_entity(word(), BODY, BOMB),
        "entities",
    ),
    "an entity bomb in a workbook": (
        "a.xlsx",
        lambda: with_entity(workbook([]), "xl/sharedStrings.xml", BOMB),
        "entities",
    ),
    "an external entity": (
        "a.docx",
        lambda: with_entity(word(), "word/styles.xml", OUTSIDE),
        "entities",
    ),
    "a nested archive": ("a.docx", nested, "broken_word"),
    "a macro file": (
        "a.docx",
        lambda: with_entry(word("甲"), "word/vbaProject.bin", b"x"),
        "macros",
    ),
    "a macro file by its name": ("a.xlsm", lambda: workbook([["甲"]]), "unknown_format"),
    "ten thousand entries": (
        "a.docx",
        lambda: zipped({str(n): b"" for n in range(10_000)}),
        "too_heavy",
    ),
    "a rare packing": (
        "a.docx",
        lambda: zipped({BODY: bytes(20 * MEGABYTE)}, zipfile.ZIP_BZIP2),
        "broken_file",
    ),
    "an endless nesting": ("a.docx", deep, "broken_word"),
    "cells without number": ("a.docx", many_cells, "too_heavy"),
    "half a Word file": ("a.docx", lambda: half(word("甲")), "broken_file"),
    "half a workbook": ("a.xlsx", lambda: half(workbook([["甲"]])), "broken_file"),
    "a workbook called Word": ("a.docx", lambda: workbook([["甲"]]), "broken_word"),
    "a Word file called workbook": ("a.xlsx", lambda: word("甲"), "broken_workbook"),
    "an old Word file": ("a.doc", lambda: b"\xd0\xcf\x11\xe0" + bytes(4096), "old_word"),
    "a WPS file": ("a.wps", lambda: b"\xd0\xcf\x11\xe0" + bytes(4096), "old_word"),
    "a PDF": ("a.pdf", lambda: b"%PDF-1.7", "pdf"),
    "a picture": ("a.png", lambda: b"\x89PNG\r\n\x1a\n", "image"),
    "a picture called Word": ("a.docx", lambda: b"\x89PNG\r\n\x1a\n", "image"),
    "half a character": ("a.txt", lambda: "甲".encode() + b"\xff", "unknown_encoding"),
    "an empty file": ("a.docx", lambda: b"", "empty"),
    "over 20 MB": ("a.txt", lambda: b"x" * (LARGEST + 1), "too_large"),
}


@pytest.mark.parametrize("case", CORPUS)
def test_each_is_refused_in_time_and_within_memory(case: str) -> None:
    name, build, code = CORPUS[case]
    content = build()
    started = time.monotonic()
    with pytest.raises(ReadingRefused) as refusal:
        read_document(content, name)
    assert refusal.value.code == code
    assert str(refusal.value)
    assert time.monotonic() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= MEMORY
