"""Tasks in tables: the header found by its words, columns in any order, sections in rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.items import Found
from plans.reading.marks import Mark, marks_in, read_clauses
from plans.reading.numbering import Kind, Number, number_of
from plans.reading.text import squeezed, without


class Column(StrEnum):
    NUMBER = "number"
    SECTION = "section"
    TASK = "task"
    MEASURE = "measure"
    LEAD = "lead"
    RESPONSIBLE = "responsible"
    SUPPORTING = "supporting"
    DEADLINE = "deadline"
    PERSON = "person"
    SCORE = "score"
    PROGRESS = "progress"
    OTHER = "other"


OWNERS = (Column.LEAD, Column.RESPONSIBLE, Column.SUPPORTING)
_ITEMS = (Kind.ARABIC, Kind.ARABIC_IN_BRACKETS, Kind.HAN_IN_BRACKETS, Kind.CIRCLED)
#: What stands in the second row of a header.
_BELOW = (*OWNERS, Column.DEADLINE, Column.PERSON, Column.PROGRESS, Column.SECTION)

#: What the words in a header cell say; the first that fits wins.
_WORDS: tuple[tuple[Column, re.Pattern[str]], ...] = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (Column.NUMBER, r"^(?:序号|编号|项次|序|项目编号|任务编号|no\.?|№)$"),
        (Column.SCORE, r"^(?:分值|得分|评分|扣分|自评|权重|标准分|考核分)"),
        (
            Column.PERSON,
            r"领导|责任人|负责人|联系人|联络员|联系电话|联系方式|电话|手机|姓名|职务|包抓|包保|挂钩",
        ),
        (
            Column.PROGRESS,
            r"完成情况|进展|形象进度|存在问题|问题|下一步|督查|督办|销号|是否|备注|说明|成效|季度|自查|完成率|投资|资金|依据",
        ),
        (
            Column.DEADLINE,
            r"时限|期限|时间|节点|完成日期|截止|进度安排|进度要求|办结日期|起止",
        ),
        (Column.SUPPORTING, r"(?:配合|协办|协同|协助|协作|参与|参加|支持)"),
        (Column.LEAD, r"牵头|主办|主责"),
        (
            Column.RESPONSIBLE,
            r"(?:责任|承办|落实|实施|完成|负责|执行|办理|主管)(?:单位|部门|科室|股室|处室|主体|机构)|^单位$|^部门$|责任分工|任务分工",
        ),
        (
            Column.MEASURE,
            r"措施|举措|工作要求|工作内容|任务内容|主要内容|具体内容|具体任务|工作标准|目标要求|具体要求|内容及要求|建设内容|内容",
        ),
        (Column.SECTION, r"一级|二级|三级|类别|类型|分类|领域|板块|章节|方面|大项|任务类|工作类"),
        (Column.TASK, r"任务|事项|重点工作|项目|目标|指标|工作"),
    )
)
_CHAPTER_ROW = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|第.{1,3}[章部])"
)
_COUNT = re.compile(r"^(?:\d{1,4}|[一二三四五六七八九十]{1,3}|\(?\d{1,3}\)?)[.、]?$")


@dataclass(frozen=True)
class Layout:
    """What each column holds."""

    columns: tuple[Column, ...]
    header: tuple[str, ...]

    def __contains__(self, column: Column) -> bool:
        return column in self.columns

    def cells(self, row: Row, column: Column) -> list[str]:
        """The row's cells of that kind, without repeats that merging made."""
        pairs = zip(self.columns, row.cells, strict=False)
        return list(
            dict.fromkeys(cell.strip() for kind, cell in pairs if kind == column and cell.strip())
        )

    @property
    def of_tasks(self) -> bool:
        """Whether rows under this header can be tasks of units."""
        said = Column.TASK in self or Column.MEASURE in self
        return said and any(column in self for column in (*OWNERS, Column.DEADLINE))

    def with_second_row(self, following: Sequence[Row]) -> Layout | None:
        """The layout of a header over two rows: 责任分工 above 牵头单位 and 配合单位."""
        pairs = [pair for row in following for pair in zip(self.header, row.cells, strict=False)]
        new = [below for above, below in pairs if below and squeezed(below) != squeezed(above)]
        if not new or any(column_of(cell) not in _BELOW or len(cell) > 8 for cell in new):
            return None
        header = tuple(below or above for above, below in pairs)
        return Layout(tuple(column_of(cell) for cell in header), header)

    def repeats(self, row: Row) -> bool:
        """Whether the row is the header, or one row of it, printed again on the next page."""
        return all(
            squeezed(cell) == squeezed(header) or (column_of(cell) == column and len(cell) <= 8)
            for column, header, cell in zip(self.columns, self.header, row.cells, strict=False)
            if cell
        )


def column_of(words: str) -> Column:
    plain = squeezed(words).lower()
    return next((column for column, pattern in _WORDS if pattern.search(plain)), Column.OTHER)


def layout_of(row: Row) -> Layout | None:
    """The layout when the row is a header: at least two columns known, one of them of tasks."""
    if any(len(squeezed(cell)) > 24 for cell in row.cells):
        return None
    columns = tuple(column_of(cell) for cell in row.cells)
    known = {column for column in columns if column != Column.OTHER}
    says_what = known & {Column.TASK, Column.MEASURE, Column.SECTION}
    if len(known) < 2 or not says_what:
        return None
    return Layout(columns, row.cells)


def lines_and_table(rows: list[Row]) -> list[Block]:
    """A sheet: rows before the header are lines; without a header all of them are."""
    header = next((n for n, row in enumerate(rows[:20]) if layout_of(row) is not None), len(rows))
    lines: list[Block] = [
        Line(row.number, " ".join(dict.fromkeys(cell for cell in row.cells if cell)))
        for row in rows[:header]
    ]
    return [*lines, Table(tuple(rows[header:]))] if rows[header:] else lines


def tasks_in(table: Table, layout: Layout, first: int) -> Iterator[Found]:
    """One task for each row below the header that says what is to be done."""
    section: str | None = None
    rows = [row for row in table.rows[first:] if any(cell.strip() for cell in row.cells)]
    measured = _by_measure(rows, layout)
    for row in rows:
        if (chapter := _chapter_of(row)) is not None:
            section = chapter
        elif not layout.repeats(row):
            found = _task_of(row, layout, section, by_measure=measured)
            if found is not None:
                yield found


def _by_measure(rows: list[Row], layout: Layout) -> bool:
    """Whether each row is a measure of its own, under a task merged over several rows."""
    if Column.MEASURE not in layout or Column.TASK not in layout:
        return Column.MEASURE in layout
    tasks = [squeezed("".join(layout.cells(row, Column.TASK))) for row in rows]
    named = [task for row, task in zip(rows, tasks, strict=True) if task and not _chapter_of(row)]
    return len(set(named)) < len(named)


def _chapter_of(row: Row) -> str | None:
    """The text of a row that is merged across, or filled in one cell only."""
    filled = list(dict.fromkeys(cell.strip() for cell in row.cells if cell.strip()))
    if len(filled) == 1 and len(row.cells) > 1 and not _COUNT.match(squeezed(filled[0])):
        return filled[0]
    if len(filled) == 2 and _COUNT.match(squeezed(filled[0])) and len(row.cells) > 3:
        return "、".join(filled) if not filled[0].endswith("、") else "".join(filled)
    return None


def _task_of(row: Row, layout: Layout, section: str | None, *, by_measure: bool) -> Found | None:
    tasks, measures = layout.cells(row, Column.TASK), layout.cells(row, Column.MEASURE)
    words = (measures or tasks) if by_measure else (tasks or measures)
    if not words:
        return None
    text = "\n".join(words if by_measure else [*tasks, *measures])
    mark = _mark_of(row, layout)
    inside = marks_in(words[-1], numbered=True)
    if inside and not mark.owners:
        mark.add(inside)
        text = without(
            text,
            [
                (a + len(text) - len(words[-1]), b + len(text) - len(words[-1]))
                for a, b in inside.spans
            ],
        )
    sections = layout.cells(row, Column.SECTION)
    above = tasks if by_measure and measures else []
    number = next(iter(layout.cells(row, Column.NUMBER)), None)
    if Column.NUMBER not in layout and (printed := _number_in_cell(text)):
        number, text = printed.printed, text[printed.end :].strip()
    return Found(
        number=number,
        section=section or next(iter([*sections, *above]), None),
        line=row.number,
        text=text,
        mark=mark,
    )


def _number_in_cell(text: str) -> Number | None:
    """The number before the words of a cell that holds a single item."""
    number = number_of(text)
    others = [number_of(line) for line in text.split("\n")[1:]]
    alone = number and number.kind in _ITEMS and not any(others)
    return number if alone else None


def _mark_of(row: Row, layout: Layout) -> Mark:
    mark = Mark()
    for column in OWNERS:
        for cell in layout.cells(row, column):
            if squeezed(cell) not in ("-", "--", "/", "无"):
                mark.add(read_clauses(cell, column.value))
    deadlines = layout.cells(row, Column.DEADLINE)
    mark.deadline = " ".join(" ".join(cell.split()) for cell in deadlines) or mark.deadline
    mark.persons += layout.cells(row, Column.PERSON)
    return mark
