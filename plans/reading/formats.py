"""From a file to blocks: .docx, .xlsx, .txt, .csv and pasted text. Pure.

What we do not read is refused with one sentence that says what to do instead.
"""

import csv
import io
import itertools

from django.utils.translation import gettext as _

from plans.reading.archive import require_sound_archive, too_heavy
from plans.reading.blocks import Block, Line, Row, Table, lines_of
from plans.reading.draft import ReadingRefused
from plans.reading.kinds import ZIP, require_kind_that_is_read, suffix_of
from plans.reading.recovery import recovered
from plans.reading.tables import lines_and_table
from plans.reading.text import cleaned
from plans.reading.word import blocks_of_word
from plans.reading.workbook import blocks_of_workbook

#: Rows of tables and lines of text; a plan of a province has some hundred.
MOST_ROWS, MOST_LINES = 5_000, 20_000
ENCODINGS = ("utf-8-sig", "gb18030")


def blocks_of_file(content: bytes, filename: str) -> list[Block]:
    """The blocks of a file, by its content and then by its name. Raises ``ReadingRefused``."""
    require_kind_that_is_read(content, filename)
    suffix = suffix_of(filename)
    if content.startswith(ZIP):
        blocks = _blocks_of_archive(content, suffix)
    elif suffix in (".csv", ".tsv"):
        blocks = _blocks_of_csv(decoded(content), "\t" if suffix == ".tsv" else ",")
    else:
        blocks = blocks_of_text(decoded(content))
    return _within_limit(blocks, sheet=suffix in (".csv", ".tsv", ".xlsx"))


def blocks_of_text(text: str) -> list[Block]:
    """Pasted text, or that of a file. Remarks (#) at the top are not part of the document."""
    lines = _with_one_line_end(cleaned(text)).split("\n")
    remarks = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    numbered: list[Block] = [Line(n, line) for n, line in enumerate(lines[remarks:], 1)]
    return _within_limit(recovered(lines_of(_within_limit(numbered))))


def _with_one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes) -> str:
    """UTF-8, with or without its mark, else GB18030, the encoding that the country's law names."""
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReadingRefused(
        "unknown_encoding",
        _("The characters of this file cannot be read. Please save it as UTF-8 text or .docx."),
    )


def _blocks_of_archive(content: bytes, suffix: str) -> list[Block]:
    require_sound_archive(content)
    read = blocks_of_word if suffix == ".docx" else blocks_of_workbook
    return read(content)


def _blocks_of_csv(text: str, delimiter: str) -> list[Block]:
    rows = csv.reader(io.StringIO(_with_one_line_end(cleaned(text))), delimiter=delimiter)
    try:
        some = itertools.islice(rows, 2 * MOST_ROWS)
        filled = [Row(n, tuple(cell.strip() for cell in row)) for n, row in enumerate(some, 1)]
    except csv.Error as error:
        raise too_heavy() from error
    width = max((len(row.cells) for row in filled), default=0)
    padded = [Row(r.number, (*r.cells, *[""] * (width - len(r.cells)))) for r in filled]
    return lines_and_table([row for row in padded if any(row.cells)])


def _within_limit(blocks: list[Block], *, sheet: bool = False) -> list[Block]:
    """Each table has one row for its header beside those that count."""
    rows = sum(len(block.rows) - 1 for block in blocks if isinstance(block, Table))
    lines = sum(isinstance(block, Line) for block in blocks)
    if rows > MOST_ROWS or lines > (MOST_ROWS if sheet else MOST_LINES):
        raise ReadingRefused(
            "too_long",
            _("A document may have %(rows)s rows in tables and %(lines)s lines. Please split it.")
            % {"rows": MOST_ROWS, "lines": MOST_LINES},
        )
    return blocks
