"""Archives: what may be unpacked, counted as it streams."""

import io
import zipfile

import pytest

from plans.reading.archive import (
    FREE_BYTES,
    MOST_ENTRIES,
    MOST_SHEET_ROWS,
    PIECE,
    require_sound_archive,
)
from plans.reading.draft import ReadingRefused
from tests.plans.reading.files import word, workbook, zipped


def refused(content: bytes) -> str:
    with pytest.raises(ReadingRefused) as refusal:
        require_sound_archive(content)
    return refusal.value.code


def forged(size: int) -> bytes:
    """An archive whose directory declares a thousand bytes for its entry."""
    content = zipped({"word/document.xml": bytes(size)})
    declared = size.to_bytes(4, "little")
    assert content.count(declared) >= 2
    return content.replace(declared, (1_000).to_bytes(4, "little"))


def locked() -> bytes:
    """An archive whose entry says that it needs a password."""
    content = bytearray(zipped({"a.xml": b"x" * 50}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def spoiled() -> bytes:
    """An archive whose packed bytes were changed."""
    content = bytearray(zipped({"a.xml": b"abcdefgh" * 500}))
    content[40:44] = b"\xff\xff\xff\xff"
    return bytes(content)


def test_word_files_and_workbooks_are_sound() -> None:
    require_sound_archive(word("甲" * 1000))
    require_sound_archive(workbook([["甲", 1]] * 1000))
    require_sound_archive(zipped({"word/media/image1.svg": b"<!DOCTYPE svg>"}))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({f"{n}.xml": b"" for n in range(MOST_ENTRIES + 1)}), "too_heavy"),
        (zipped({"word/document.xml": bytes(FREE_BYTES + 1)}), "too_heavy"),
        (zipped({"a.xml": bytes(FREE_BYTES), "b.xml": b"x"}), "too_heavy"),
        (zipped({"xl/worksheets/sheet1.xml": b"<row/>" * (MOST_SHEET_ROWS + 1)}), "too_heavy"),
        (zipped({"s.xml": b"<x:row r='1'>" * (MOST_SHEET_ROWS + 1)}), "too_heavy"),
        (zipped({"word/vbaProject.bin": b""}), "macros"),
        (zipped({"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>'}), "entities"),
        (zipped({"_rels/.rels": b"<!ENTITY"}), "entities"),
        (zipped({"a.xml": b"x"}, zipfile.ZIP_BZIP2), "broken_file"),
        (zipped({"a.xml": b"x"}, zipfile.ZIP_LZMA), "broken_file"),
        (word("甲")[:-200], "broken_file"),
        (b"PK\x03\x04", "broken_file"),
        (forged(3 * FREE_BYTES), "broken_file"),
        (locked(), "broken_file"),
        (spoiled(), "broken_file"),
    ],
    ids=range(15),
)
def test_what_is_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_word_cut_in_two_by_the_pieces_is_seen() -> None:
    text = b" " * (PIECE - 3) + b"<!DOCTYPE"
    assert refused(zipped({"a.xml": text})) == "entities"


def test_a_row_at_the_edge_of_a_piece_counts_once() -> None:
    text = b" " * (PIECE - 3) + b"<row/>" * MOST_SHEET_ROWS
    require_sound_archive(zipped({"a.xml": text}))


def test_rows_that_do_not_compress_are_allowed_up_to_the_ratio() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.bin", bytes(FREE_BYTES * 2))
    require_sound_archive(stream.getvalue())
