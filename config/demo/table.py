"""Tables for a terminal in which a Chinese character takes two columns. Pure."""

import unicodedata
from collections.abc import Sequence


def width_of(text: str) -> int:
    """The columns that the text takes: two for each wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the first column to the left and the others, which are numbers, to the right."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(width_of(cell) for cell in column) for column in columns]
    return [_line(cells, widths) for cells in (header, ["-" * w for w in widths], *rows)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padding = [" " * (w - width_of(cell)) for cell, w in zip(cells, widths, strict=True)]
    first, *others = zip(cells, padding, strict=True)
    return "  ".join([first[0] + first[1], *(pad + cell for cell, pad in others)])
