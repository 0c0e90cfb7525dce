"""Which nodes of the outline are tasks: decided by where the marks sit, not by their level. Pure.

Where nothing in the document bears a mark (a chapter of a report, a plan without owners), the
items are the first nodes under a chapter that say more than their title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from plans.reading.blocks import Line
from plans.reading.marks import Mark
from plans.reading.outline import Node, Segment
from plans.reading.text import first_sentence, folded

#: Chapters that ask for diligence, not for work.
_GENERAL = re.compile(
    r"总体(?:要求|思路|目标)|(?:工作|主要|行动|总)目标|指导思想|基本原则|工作(?:要求|原则|步骤|机制)|保障(?:措施|机制)|组织(?:保障|领导|实施)|有关要求"
    r"|几点要求|附则|总则|时间安排|方法步骤|回顾|总结|完成情况|(?:工作|主要)成效|存在的?(?:主要)?问题"
)
#: Chapters of a report that speak of what is to come, and of what was.
_AHEAD = re.compile(
    r"下一?(?:步|阶段|年)|明年|打算|工作(?:安排|计划|思路|重点)|重点(?:任务|工作)|主要任务"
)
_BEHIND = re.compile(r"情况|成效|成绩|回顾|完成|做法|问题|不足|总结|进展")
_YEAR = re.compile(r"20\d\d(?=年)")
#: What closes rules and measures, and asks nobody for anything.
_IN_FORCE = re.compile(
    r"自[^,;。]{0,16}起(?:施行|实施|执行|生效)|由[^,;。]{2,24}(?:负责)?解释|有效期(?:至|为|\d|[一二三五])"
)
_ITS_NAME = re.compile(r"^[【〖]([^】〗]+)[】〗]")


@dataclass
class Found:
    """A task before it is a draft: its number, chapter, words and mark."""

    number: str | None
    section: str | None
    line: int
    text: str
    mark: Mark
    #: The mark stands behind a later item of the same line.
    shared_after: str | None = None

    @property
    def title(self) -> str:
        """The name in 【】 before the text, else its first sentence."""
        if named := _ITS_NAME.match(self.text):
            return named[1]
        first_line = self.text.split("\n", 1)[0]
        return first_sentence(first_line) or first_line.strip()


@dataclass
class Harvest:
    """The tasks found, and what was passed over: headings with tasks below, whole chapters."""

    found: list[Found] = field(default_factory=list)
    passed_parents: list[Node] = field(default_factory=list)
    passed_chapters: list[Node] = field(default_factory=list)


def harvest(root: Node) -> Harvest:
    """The tasks of an outline."""
    result = Harvest()
    if _any_marked(root):
        _gather_marked(root, result)
        return result
    several = sum(node.is_chapter for node in root.children) > 1
    for node in root.children:
        if several and node.is_chapter and _GENERAL.search(folded(node.heading)):
            result.passed_chapters.append(node)
        else:
            result.found += _unmarked(node)
    return result


def harvest_of_report(root: Node, year: int | None) -> Harvest:
    """The tasks of a report on ``year``: only of its chapters on what is to come."""
    result = Harvest()
    for node in root.children:
        if not _is_ahead(node, year):
            result.passed_chapters.append(node)
        elif _any_marked(node):
            _gather_marked(node, result)
        else:
            result.found += _unmarked(node)
    return result


def _is_ahead(node: Node, year: int | None) -> bool:
    title = folded(node.heading)
    years = [int(found) for found in _YEAR.findall(title)]
    if years and year and max(years) > year:
        return True
    return bool(_AHEAD.search(title)) and not _BEHIND.search(title)


def _gather_marked(node: Node, result: Harvest) -> None:
    """Adds the tasks at and below a node of a document with marks."""
    below = [child for child in node.children if _any_marked(child)]
    if not below:
        result.found += _of_node(node, merged=True)
        return
    if _covers_all_its_children(node, below):
        result.found.append(_with_children(node, below[0]))
        return
    if node.marked:
        result.found += _of_node(node, merged=False)
    elif node.number and not node.is_chapter and not node.is_heading:
        result.passed_parents.append(node)
    marked = set(below)
    for child in node.children:
        if child in marked:
            _gather_marked(child, result)
        elif child.is_chapter or (child.children and node.number is None):
            result.passed_chapters.append(child)
        else:
            result.found += _of_node(child, merged=True)


def _any_marked(node: Node) -> bool:
    return node.marked or bool(node.shared) or any(n.marked or n.shared for n in node)


def _covers_all_its_children(node: Node, below: list[Node]) -> bool:
    """One mark behind the last of several children is the parent's."""
    if node.number is None or node.marked or len(node.children) < 2:
        return False
    beside = node.parent.children if node.parent else []
    if node.is_chapter and not any(other.marked for other in beside):
        return False
    last = node.children[-1]
    return below == [last] and last.marked and not last.children and last.shared is None


def _of_node(node: Node, *, merged: bool) -> Iterator[Found]:
    """One task for each marked run of paragraphs; the first bears the number."""
    segments = [segment for segment in node.segments if segment.mark or node.number]
    marked = [segment for segment in segments if segment.mark]
    if not segments or (not marked and _IN_FORCE.search(folded(segments[0].text))):
        return
    heading = node.is_heading and (len(marked) > 1 or _heads_a_paragraph(node, segments[0]))
    if heading:
        segments = _without_heading(node, segments)
    for position, segment in enumerate(segments):
        first = position == 0 and not heading
        text = _text_of([segment], node) if first and merged else segment.text
        if not text.strip():
            continue
        yield Found(
            number=node.printed if first else None,
            section=_section_of(node, itself=heading),
            line=segment.line,
            text=text.strip(),
            mark=segment.mark or node.shared or Mark(),
            shared_after=_last_of_row(node) if not segment.mark and node.shared else None,
        )


def _heads_a_paragraph(node: Node, segment: Segment) -> bool:
    """A chapter's title above one paragraph that bears its mark in a bracket."""
    in_bracket = bool(segment.mark) and not segment.mark_alone
    return node.is_chapter and in_bracket and len(segment.lines) > 1


def _without_heading(node: Node, segments: list[Segment]) -> list[Segment]:
    """The heading's own words taken out of the first run."""
    first = segments[0]
    rest = Segment(node.paragraphs[1].number, first.lines[1:], first.mark)
    return [rest, *segments[1:]]


def _with_children(node: Node, last: Node) -> Found:
    mark = last.segments[-1].mark
    return Found(
        number=node.printed,
        section=_section_of(node),
        line=node.line,
        text=_text_of(node.segments, node).strip(),
        mark=mark,
    )


def _text_of(segments: list[Segment], node: Node) -> str:
    """The node's own text and that of all below it, in printed order."""
    lines = [line for segment in segments for line in segment.lines] + [
        Line(line.number, f"{'' if position else child.printed or ''}{line.text}")
        for child in node
        for position, line in enumerate(line for s in child.segments for line in s.lines)
    ]
    ordered = sorted(lines, key=lambda line: line.number)
    return "\n".join(line.text for line in ordered if line.text.strip())


def _last_of_row(node: Node) -> str | None:
    """The number behind which the mark of the whole row was printed."""
    row = node.parent.children if node.parent else []
    after = [other for other in row if other.line == node.line and other.marked]
    return after[-1].printed if after else None


def _unmarked(node: Node) -> Iterator[Found]:
    """The first nodes at or below that say more than their title; a title alone at the leaf."""
    introduces = folded("".join(line.text for line in node.paragraphs)).rstrip().endswith(":")
    if node.children and (node.is_chapter or node.is_heading or introduces):
        for child in node.children:
            yield from _unmarked(child)
    else:
        yield from _of_node(node, merged=True)


def _section_of(node: Node, *, itself: bool = False) -> str | None:
    """The nearest chapter above, or the nearest heading where there is no chapter."""
    above = [node] if itself else []
    parent = node.parent
    while parent is not None and parent.number is not None:
        above.append(parent)
        parent = parent.parent
    chapters = [found for found in above if found.is_chapter]
    headings = [found for found in above if found.is_heading]
    nearest = next(iter(chapters or headings), None)
    return nearest.heading if nearest else None
