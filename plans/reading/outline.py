"""The lines of a plan as a tree of headings and items, by their printed numbers. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from plans.reading.blocks import Line
from plans.reading.furniture import day_alone
from plans.reading.labels import begins_with_label
from plans.reading.marks import Mark, is_mark_alone, marks_in, read_mark
from plans.reading.numbering import CHAPTER_KINDS, SIGNS, Kind, Number, inline_numbers, number_of
from plans.reading.owners import looks_like_unit
from plans.reading.text import brackets_of, first_sentence, folded, without
from plans.reading.wrapping import unwrapped

_NAMED = re.compile(r"^\s*[【〖]([^】〗:：]{2,40})[】〗]")
_NO_PUNCTUATION = re.compile(r"^[^。,;:!?、()\[\]]{2,20}$")
_FIRST_OF_A_ROW = re.compile(r"^(?:一、|\(一\)|1[.、]|\(1\)|第一[章条]|①|⑴)")


@dataclass
class Segment:
    """A run of paragraphs under one mark: what one item is made of."""

    line: int
    lines: list[Line] = field(default_factory=list)
    mark: Mark = field(default_factory=Mark)
    #: The mark stands on a line of its own after the text.
    mark_alone: bool = False

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines if line.text.strip())


@dataclass(eq=False)
class Node:
    """A numbered heading or item with the paragraphs under it; the root has no number."""

    number: Number | None
    line: int
    paragraphs: list[Line] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    #: The mark was printed once, behind the last of a row in one line, for all of the row.
    shared: Mark | None = None
    _segments: list[Segment] | None = None

    @property
    def kind(self) -> Kind | None:
        return self.number.kind if self.number else None

    @property
    def printed(self) -> str | None:
        plain = self.number and self.number.kind not in (Kind.DASH, Kind.NAMED)
        return self.number.printed if self.number and plain else None

    @property
    def is_chapter(self) -> bool:
        return self.kind in CHAPTER_KINDS

    @property
    def is_heading(self) -> bool:
        """Only a title: no sentence and no mark beside the number."""
        first = self.paragraphs[0].text if self.paragraphs else ""
        plain = folded(first).strip().rstrip("。:")
        return bool(plain) and not re.search(r"[。;]", plain) and not self._marks_first()

    def _marks_first(self) -> bool:
        return bool(marks_in(self.paragraphs[0].text, numbered=True))

    @property
    def heading(self) -> str:
        """The number and title as printed."""
        title = first_sentence(self.paragraphs[0].text) if self.paragraphs else ""
        blank = " " if self.kind in (Kind.PART, Kind.ARTICLE) else ""
        return f"{self.printed or ''}{blank}{title}".strip()

    @property
    def segments(self) -> list[Segment]:
        """The node's own paragraphs, cut after each mark."""
        if self._segments is None:
            self._segments = _segments_of(self)
        return self._segments

    @property
    def marked(self) -> bool:
        return any(segment.mark for segment in self.segments)

    def __iter__(self) -> Iterator[Node]:
        """All nodes below, in printed order."""
        for child in self.children:
            yield child
            yield from child


def outline(lines: list[Line]) -> Node:
    """The tree of the lines. A number of a kind that is open goes beside it; a new kind below.

    So the order of levels is the document's own, whatever it skips or mixes.
    """
    root = Node(None, 0)
    open_nodes = [root]
    lines = list(unwrapped(lines))
    kinds = _kinds_under_bare_headings(lines)
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else None
        numbered = _numbered_parts(line)
        if numbered and _is_numbered_mark(numbered):
            _close_row(open_nodes, numbered[0])
        elif numbered:
            _place(open_nodes, numbered)
        elif _is_bare_heading(line, following, kinds):
            _close_all(open_nodes, Node(Number(Kind.NAMED, "", 0), line.number, [line]))
        elif not _is_signature(line, following):
            open_nodes[-1].paragraphs.append(line)
    return root


def _numbered_parts(line: Line) -> list[Node]:
    """The nodes that a line opens: one, or a row of them where numbers stand inside it."""
    number = _number_of(line.text)
    if number is None:
        return []
    head = Node(number, line.number, [Line(line.number, line.text[number.end :].strip())])
    for row in inline_numbers(line.text):
        parts = _split_at(line, row)
        several = sum(part.marked for part in parts) > 1
        if row[0].end == number.end and (several or row[0].kind in SIGNS):
            return parts
        if row[0].end > number.end and several:
            _take_in(head, line, number, row, parts)
            break
    return [head]


def _take_in(head: Node, line: Line, number: Number, row: list[Number], parts: list[Node]) -> None:
    """Numbers inside the paragraph are items of their own where at least two bear a mark."""
    start = row[0].end - len(row[0].printed)
    head.paragraphs = [Line(line.number, line.text[number.end : start].strip())]
    head.children = parts
    for part in parts:
        part.parent = head
        part.shared = None


def _split_at(line: Line, row: list[Number]) -> list[Node]:
    ends = [number.end - len(number.printed) for number in row[1:]] + [len(line.text)]
    parts = [
        Node(number, line.number, [Line(line.number, line.text[number.end : end].strip())])
        for number, end in zip(row, ends, strict=True)
    ]
    if parts[-1].marked and not any(part.marked for part in parts[:-1]):
        for part in parts[:-1]:
            part.shared = parts[-1].segments[-1].mark
    return parts


def _number_of(text: str) -> Number | None:
    if named := _NAMED.match(text):
        if not read_mark(named[1], labelled_only=True):
            return Number(Kind.NAMED, named[0].strip(), named.start(1) - 1)
        return None
    return number_of(text)


def _place(open_nodes: list[Node], nodes: list[Node]) -> None:
    """Puts the nodes beside the open one of their kind, or below the last one."""
    kind = nodes[0].kind
    depth = next((n for n, node in enumerate(open_nodes) if node.kind == kind), None)
    if depth is not None:
        del open_nodes[depth:]
    parent = open_nodes[-1]
    for node in nodes:
        node.parent = parent
        parent.children.append(node)
    last = nodes[-1]
    open_nodes.append(last)
    if last.children:
        open_nodes.append(last.children[-1])


def _is_numbered_mark(nodes: list[Node]) -> bool:
    """2.责任单位:甲 after 1.整改措施: the number counts the parts of one item."""
    text = nodes[0].paragraphs[0].text
    if len(nodes) > 1 or not begins_with_label(text) or not is_mark_alone(text):
        return False
    mark = marks_in(text)
    return bool(mark) and not mark.persons


def _close_row(open_nodes: list[Node], node: Node) -> None:
    """Gives the paragraph of the node to the one above its row."""
    depth = next((n for n, found in enumerate(open_nodes) if found.kind == node.kind), None)
    if depth is not None:
        del open_nodes[depth:]
    open_nodes[-1].paragraphs += node.paragraphs


def _close_all(open_nodes: list[Node], node: Node) -> None:
    """A heading without a number ends everything that is open."""
    root = open_nodes[0]
    node.parent = root
    root.children.append(node)
    open_nodes[:] = [root, node]


def _kinds_under_bare_headings(lines: list[Line]) -> set[Kind]:
    """The kinds of the rows that begin under a heading without a number.

    Where the row runs on through the document, the next such heading stands before no first.
    """
    return {
        number.kind
        for line, following in itertools.pairwise(lines)
        if _FIRST_OF_A_ROW.match(folded(following.text).strip())
        and _could_be_heading(line)
        and (number := _number_of(following.text))
    }


def _is_bare_heading(line: Line, following: Line | None, kinds: set[Kind]) -> bool:
    """A short line without punctuation, right before an item of a row."""
    number = following and _number_of(following.text)
    return bool(number and number.kind in kinds and _could_be_heading(line))


def _could_be_heading(line: Line) -> bool:
    return (
        bool(_NO_PUNCTUATION.match(folded(line.text).strip()))
        and number_of(line.text) is None
        and not looks_like_unit(line.text)
        and day_alone(line.text) is None
    )


def _is_signature(line: Line, following: Line | None) -> bool:
    """A date alone, or the unit's name before it."""
    if day_alone(line.text):
        return True
    return (
        following is not None
        and day_alone(following.text) is not None
        and looks_like_unit(line.text)
    )


def _segments_of(node: Node) -> list[Segment]:
    segments: list[Segment] = []
    waiting: list[Line] = []
    for position, line in enumerate(node.paragraphs):
        numbered = position == 0 and node.number is not None
        alone = not numbered and is_mark_alone(line.text)
        mark = marks_in(line.text, numbered=numbered)
        if not mark and not alone:
            waiting.append(Line(line.number, without(line.text, mark.spans)))
        elif alone and segments and not waiting:
            segments[-1].mark.add(mark)
        else:
            segment = _segment(waiting, line, mark, alone=alone)
            waiting = []
            segments.append(segment)
    return _with_rest(segments, waiting)


def _segment(waiting: list[Line], line: Line, mark: Mark, *, alone: bool) -> Segment:
    lines = list(waiting)
    if not alone:
        lines.append(Line(line.number, _remaining(line.text, mark)))
    start = waiting[0].number if waiting else line.number
    return Segment(start, lines, mark, mark_alone=alone)


def _with_rest(segments: list[Segment], waiting: list[Line]) -> list[Segment]:
    """Paragraphs after the last mark go on with the item that bears it."""
    if segments:
        segments[-1].lines += waiting
    elif waiting:
        segments.append(Segment(waiting[0].number, waiting))
    return segments


def _remaining(text: str, mark: Mark) -> str:
    left = without(text, mark.spans).strip()
    return left.rstrip(" ;；,，") if not list(brackets_of(left[-1:])) else left
