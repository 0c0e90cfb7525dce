"""Tables that were flattened into text: rebuilt where their header still tells the columns. Pure.

Three forms are seen: rows with a sign between the cells, cells one under the other with the sign
behind each, and cells one under the other with nothing at all.
"""

import re
from collections.abc import Sequence

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.marks import read_mark
from plans.reading.numbering import number_of
from plans.reading.tables import OWNERS, Column, column_of, layout_of
from plans.reading.text import squeezed

_RULE = re.compile(r"^[\s|:+\-=]+$")
#: Columns of a table whose cells stand one under the other.
MOST_COLUMNS = 16
_COUNT = re.compile(r"^\d{1,4}$")


def recovered(lines: list[Line]) -> list[Block]:
    """The lines with the tables found among them; where none is found, just the lines."""
    for rebuild in (_with_separated_rows, _with_separated_cells, _with_bare_cells):
        if (blocks := rebuild(lines)) is not None:
            return blocks
    return list(lines)


def _with_separated_rows(lines: list[Line]) -> list[Block] | None:
    """``a | b | c`` on each line, or tabs; the header must be one that speaks of tasks."""
    for sign in ("|", "\t"):
        rows = [n for n, line in enumerate(lines) if _is_row(line, sign)]
        first = next((n for n in rows if _heads(lines[n], sign)), None)
        if first is None or not any(sign in line.text for line in lines[first + 1 :]):
            continue
        before: list[Block] = [Line(n.number, n.text.strip(f"{sign} ")) for n in lines[:first]]
        return [*before, *_rows_and_lines(lines[first:], sign)]
    return None


def _is_row(line: Line, sign: str) -> bool:
    return line.text.strip(" \u3000").strip("|").count(sign) >= 2


def _heads(line: Line, sign: str) -> bool:
    layout = layout_of(Row(line.number, _cells(line.text, sign)))
    return layout is not None and layout.of_tasks


def _cells(text: str, sign: str) -> tuple[str, ...]:
    bare = text.strip(" \u3000\r\n")
    if sign == "|":
        bare = bare.removeprefix("|").removesuffix("|")
    return tuple(cell.strip() for cell in bare.split(sign))


def _rows_and_lines(lines: list[Line], sign: str) -> list[Block]:
    """Rows of as many cells as the header; a line without the sign between them is a section."""
    width = len(_cells(lines[0].text, sign))
    last = max(n for n, line in enumerate(lines) if sign in line.text)
    rows: list[Row] = []
    for line in lines[: last + 1]:
        cells = _cells(line.text, sign)
        if not squeezed(line.text) or _RULE.match(line.text):
            continue
        if rows and sign == "\t" and _goes_on(rows[-1], cells, width):
            rows[-1] = _with_more(rows[-1], cells)
        else:
            rows.append(Row(line.number, cells))
    padded = [Row(row.number, _of_width(row.cells, width)) for row in rows]
    return [Table(_filled_down(_moved_back(padded))), *lines[last + 1 :]]


def _moved_back(rows: list[Row]) -> list[Row]:
    """Rows that lost the cells merged with those above and so stand too far left."""
    columns = [column_of(cell) for cell in rows[0].cells]
    moved: list[Row] = rows[:1]
    for row in rows[1:]:
        first = int(columns[0] == Column.NUMBER and bool(_COUNT.match(row.cells[0])))
        lost = _cells_lost(row.cells, columns, first)
        above, kept = moved[-1].cells[first : first + lost], row.cells[first:]
        cells = (*row.cells[:first], *above, *kept[: len(kept) - lost])
        moved.append(Row(row.number, cells))
    return moved


def _cells_lost(cells: tuple[str, ...], columns: list[Column], first: int) -> int:
    """How many cells from ``first`` on are missing: the owners then stand where they should."""
    owners = [n for n, column in enumerate(columns) if column in OWNERS]
    tasks = [n for n, column in enumerate(columns) if column in (Column.TASK, Column.MEASURE)]
    empty = len(cells) - len("".join("x" if cell else " " for cell in cells).rstrip())
    in_place = any(cells[n] for n in owners) and not any(_is_owner(cells[n]) for n in tasks)
    if sum(map(bool, cells)) < 2 or in_place:
        return 0
    lost = range(1, min(empty, 2) + 1)
    return next((n for n in lost if _owners_fit(cells, owners, first, n)), 0)


def _owners_fit(cells: tuple[str, ...], owners: list[int], first: int, lost: int) -> bool:
    return all(n - lost >= first and _is_owner(cells[n - lost]) for n in owners[:1])


def _is_owner(cell: str) -> bool:
    return read_mark(cell, after_stop=True) is not None


def _goes_on(row: Row, cells: tuple[str, ...], width: int) -> bool:
    """Whether a line break inside a cell cut the row off, and this is the rest of it."""
    together = len(row.cells) + len(cells) - 1
    return 1 < len(row.cells) < width and together <= width and number_of(cells[0]) is None


def _with_more(row: Row, cells: tuple[str, ...]) -> Row:
    joined = f"{row.cells[-1]}\n{cells[0]}".strip().strip('"')
    return Row(row.number, (*row.cells[:-1], joined, *cells[1:]))


def _of_width(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells, *[""] * (width - len(cells)))[:width]


def _filled_down(rows: list[Row]) -> tuple[Row, ...]:
    """Cells of a section column that merging left empty get what stands above."""
    columns = [column_of(cell) for cell in rows[0].cells]
    filled, above = rows[:1], [""] * len(columns)
    for row in rows[1:]:
        cells = list(row.cells)
        for n, column in enumerate(columns):
            if column == Column.SECTION and not cells[n] and sum(map(bool, cells)) > 1:
                cells[n] = above[n]
        above = cells if sum(map(bool, cells)) > 1 else above
        filled.append(Row(row.number, tuple(cells)))
    return tuple(filled)


def _with_separated_cells(lines: list[Line]) -> list[Block] | None:
    """One cell on each line, ``|`` behind it."""
    marked = [line for line in lines if line.text.rstrip().endswith("|")]
    if len(marked) < 4:
        return None
    first = lines.index(marked[0])
    if not marked[0].text.strip("| "):
        first = max([n for n in range(first) if squeezed(lines[n].text)], default=first)
    cells = [
        Line(line.number, line.text.strip().strip("|").strip()) for line in _joined(lines[first:])
    ]
    return _in_rows(lines[:first], cells)


def _joined(lines: list[Line]) -> list[Line]:
    """Lines until the sign make one cell."""
    cells: list[Line] = []
    waiting: list[Line] = []
    for line in lines:
        waiting.append(line)
        if line.text.rstrip().endswith("|"):
            text = "".join(part.text.strip() for part in waiting)
            cells.append(Line(waiting[0].number, text))
            waiting = []
    return cells


def _with_bare_cells(lines: list[Line]) -> list[Block] | None:
    """One cell on each line: a run of header words, then rows of as many cells."""
    filled = [line for line in lines if squeezed(line.text)]
    for first in range(len(filled)):
        if _width_of_header(filled[first : first + MOST_COLUMNS]):
            return _in_rows(filled[:first], filled[first:])
    return None


def _width_of_header(cells: Sequence[Line]) -> int:
    """How many lines from here on are header cells of a table of tasks; 0 where they are none."""
    width = 0
    for cell in cells[:MOST_COLUMNS]:
        plain = squeezed(cell.text)
        if _COUNT.match(plain) or len(plain) > 12 or column_of(plain) == Column.OTHER:
            break
        width += 1
    if width < 3:
        return 0
    columns = {column_of(cell.text) for cell in cells[:width]}
    says_what = columns & {Column.TASK, Column.MEASURE}
    return width if says_what and columns & set(OWNERS) else 0


def _in_rows(before: Sequence[Line], cells: list[Line]) -> list[Block] | None:
    """Cells dealt out in rows: by the running number where there is one, else by the width."""
    width = _width_of_header(cells)
    if not width:
        return None
    body = cells[width:]
    header = Row(cells[0].number, tuple(cell.text for cell in cells[:width]))
    header = _with_number_column(header, body)
    columns = [column_of(text) for text in header.cells]
    if Column.NUMBER in columns[1:]:
        rows = _rows_around_number(body, columns)
    elif columns[0] == Column.NUMBER:
        rows = _rows_by_number(body, columns)
    else:
        rows = [body[n : n + width] for n in range(0, len(body), width)]
        if len(body) % width:
            return None
    if rows is None:
        return None
    made = [Row(row[0].number, tuple(cell.text for cell in row)) for row in rows]
    return [*before, Table(_filled_down([header, *made]))]


def _with_number_column(header: Row, body: list[Line]) -> Row:
    """The header with the column that it does not name: 1, 2 … behind a task merged downwards."""
    width = len(header.cells)
    places = [n for n in range(1, width) if [c.text for c in body[n : n + 1]] == ["1"]]
    if not places or Column.NUMBER in map(column_of, header.cells):
        return header
    place = places[0]
    return Row(header.number, (*header.cells[:place], "序号", *header.cells[place:]))


def _rows_around_number(body: list[Line], columns: list[Column]) -> list[list[Line]] | None:
    """Rows in which the number is not first: the cells before it may be merged with those above."""
    place = columns.index(Column.NUMBER)
    behind = len(columns) - place
    rows: list[list[Line]] = []
    before: list[Line] = []
    position = 0
    while position < len(body):
        if _COUNT.match(squeezed(body[position].text)):
            above = rows[-1][:place] if rows else []
            rows.append([*(before or above), *body[position : position + behind]])
            before, position = [], position + behind
        else:
            before.append(body[position])
            position += 1
    return rows if all(len(row) == len(columns) for row in rows) else None


def _rows_by_number(body: list[Line], columns: list[Column]) -> list[list[Line]] | None:
    """A row begins with its number. Where merging left section cells out, the row is shorter."""
    rows: list[list[Line]] = []
    last = 0
    for cell in body:
        plain = squeezed(cell.text)
        full = not rows or len(rows[-1]) >= len(columns) - columns.count(Column.SECTION)
        if _COUNT.match(plain) and int(plain) > last and full:
            rows.append([])
            last = int(plain)
        if not rows:
            return None
        rows[-1].append(cell)
    padded = [_padded(row, columns) for row in rows]
    if any(row is None for row in padded):
        return None
    return [row for row in padded if row is not None]


def _padded(row: list[Line], columns: list[Column]) -> list[Line] | None:
    """The row with empty cells for the sections that merging left out, from the left."""
    missing = len(columns) - len(row)
    if missing == 0:
        return row
    sections = [n for n, column in enumerate(columns) if column == Column.SECTION]
    if missing < 0 or missing > len(sections):
        return None
    padded = list(row)
    for n in sections[:missing]:
        padded.insert(n, Line(row[0].number, ""))
    return padded
