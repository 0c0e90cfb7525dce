"""What every format becomes before it is understood: lines and tables in printed order. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line or paragraph; ``number`` counts them (and the rows of tables) from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Row:
    """A row of a table, merged cells filled down and across."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """The cells of each row; a table without rows has none."""
        return len(self.rows[0].cells) if self.rows else 0


Block = Line | Table

#: A cell of a workbook as JSON holds it; a day is text.
Cell = str | int | float | bool | None


def lines_of(blocks: list[Block]) -> list[Line]:
    return [block for block in blocks if isinstance(block, Line)]


def tables_of(blocks: list[Block]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]
