"""A Word document (.docx) as blocks: paragraphs and tables in printed order. Pure.

Numbers that Word makes by itself are written out; merged cells are filled down and across;
headers, footers, text boxes and deleted text are no part of what is read.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import cn2an
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from plans.reading.blocks import Block, Line, Row, Table
from plans.reading.draft import ReadingRefused
from plans.reading.text import cleaned

#: Elements whose text is not printed in the body.
_NOT_PRINTED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    qn("w:instrText"),
    qn("w:footnoteReference"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
#: What python-docx and the walk stumble over in parts that are damaged or not there.
BROKEN = (
    AttributeError,
    KeyError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)
NUMBERING = RELATIONSHIP_TYPE.NUMBERING
_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital",
            "taiwaneseCounting", "taiwaneseCountingThousand", "chineseLegalSimplified")  # fmt: skip


def blocks_of_word(content: bytes) -> list[Block]:
    """Raises ``ReadingRefused`` for what only looks like a Word document."""
    try:
        return list(_Body(Document(io.BytesIO(content))).blocks())
    except BROKEN as error:
        raise ReadingRefused(
            "broken_word", _("This Word file is damaged. Please open it, save it anew as .docx.")
        ) from error


class _Body:
    """Walks the body once, counting lines and the lists that number themselves."""

    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        self._lists = _Lists(document)
        self._count = 0

    def blocks(self) -> Iterator[Block]:
        for element in _in_order(self._body):
            if element.tag == qn("w:tbl"):
                yield self._table(element)
            else:
                yield from self._lines(element)

    def _lines(self, paragraph: Any) -> Iterator[Line]:
        text = self._lists.number_of(paragraph) + text_of(paragraph)
        for line in text.split("\n"):
            self._count += 1
            yield Line(self._count, cleaned(line))

    def _table(self, table: Any) -> Table:
        rows: list[Row] = []
        above: dict[int, str] = {}
        for row in table.iterchildren(qn("w:tr")):
            self._count += 1
            cells = list(self._cells(row, above))
            above = dict(enumerate(cells))
            rows.append(Row(self._count, tuple(cells)))
        width = max((len(row.cells) for row in rows), default=0)
        return Table(tuple(Row(r.number, (*r.cells, *[""] * (width - len(r.cells)))) for r in rows))

    def _cells(self, row: Any, above: dict[int, str]) -> Iterator[str]:
        """The cells by grid column: spans repeated, vertical merges filled from above."""
        place = int(_value(row.find(qn("w:trPr")), "w:gridBefore") or 0)
        yield from [""] * place
        for cell in row.iterchildren(qn("w:tc")):
            properties = cell.find(qn("w:tcPr"))
            span = min(int(_value(properties, "w:gridSpan") or 1), 64)
            merged = properties.find(qn("w:vMerge")) if properties is not None else None
            goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
            text = above.get(place, "") if goes_on else self._text_of_cell(cell)
            yield from [text] * span
            place += span

    def _text_of_cell(self, cell: Any) -> str:
        paragraphs = [self._lists.number_of(p) + text_of(p) for p in cell.iter(qn("w:p"))]
        return cleaned("\n".join(text for text in paragraphs if text.strip()))


def _in_order(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, content controls opened."""
    for element in parent.iterchildren():
        if element.tag in (qn("w:p"), qn("w:tbl")):
            yield element
        elif element.tag == qn("w:sdt"):
            content = element.find(qn("w:sdtContent"))
            if content is not None:
                yield from _in_order(content)


def text_of(element: Any) -> str:
    """The printed text of a paragraph; a line break inside it is a line break."""
    return "".join(_printed(element))


def _printed(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        if child.tag in _NOT_PRINTED:
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t" if child.getparent().tag == qn("w:r") else ""
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n" if child.get(qn("w:type")) is None else ""
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        else:
            yield from _printed(child)


def _value(parent: Any, name: str) -> str | None:
    found = parent.find(qn(name)) if parent is not None else None
    value = found.get(qn("w:val")) if found is not None else None
    return value if value is None or value.lstrip("-").isdigit() else None


class _Lists:
    """The numbers that Word prints before paragraphs of numbered lists."""

    def __init__(self, document: Any) -> None:
        self._styles = document.styles.element
        self._levels: dict[tuple[str, int], Any] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = defaultdict(int)
        self._read(document)
        self._of_style = {
            style.get(qn("w:styleId")): style for style in self._styles.iterchildren(qn("w:style"))
        }

    def _read(self, document: Any) -> None:
        parts = [rel.target_part for rel in document.part.rels.values() if rel.reltype == NUMBERING]
        if not parts:
            return
        numbering = parts[0].element
        for number in numbering.iterchildren(qn("w:num")):
            self._abstract[number.get(qn("w:numId"))] = _value(number, "w:abstractNumId") or ""
        for abstract in numbering.iterchildren(qn("w:abstractNum")):
            name = abstract.get(qn("w:abstractNumId"))
            for level in abstract.iterchildren(qn("w:lvl")):
                self._levels[name, int(level.get(qn("w:ilvl")))] = level

    def number_of(self, paragraph: Any) -> str:
        """The number as printed, or nothing. Counts: to be called once for each paragraph."""
        properties = self._properties(paragraph)
        if properties is None:
            return ""
        abstract = self._abstract.get(_value(properties, "w:numId") or "", "")
        depth = int(_value(properties, "w:ilvl") or 0)
        level = self._levels.get((abstract, depth))
        if level is None:
            return ""
        self._step(abstract, depth, level)
        return self._printed(abstract, level)

    def _properties(self, paragraph: Any) -> Any:
        """The paragraph's own list, or that of its style and what that is based on."""
        own = paragraph.find(qn("w:pPr"))
        found = own.find(qn("w:numPr")) if own is not None else None
        style = own.find(qn("w:pStyle")) if own is not None else None
        name = style.get(qn("w:val")) if style is not None else None
        for _step in range(8):
            if found is not None or name is None or name not in self._of_style:
                return found
            found = self._of_style[name].find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            based = self._of_style[name].find(qn("w:basedOn"))
            name = based.get(qn("w:val")) if based is not None else None
        return found

    def _step(self, abstract: str, depth: int, level: Any) -> None:
        start = int(_value(level, "w:start") or 1)
        current = self._counts.get((abstract, depth))
        self._counts[abstract, depth] = start if current is None else current + 1
        for key in [key for key in self._counts if key[0] == abstract and key[1] > depth]:
            del self._counts[key]

    def _printed(self, abstract: str, level: Any) -> str:
        """The level's pattern (第%1章, %1.%2) with the numbers in their forms."""
        pattern = level.find(qn("w:lvlText"))
        text = pattern.get(qn("w:val")) if pattern is not None else ""
        for depth in range(9):
            if f"%{depth + 1}" in text:
                count = self._counts.get((abstract, depth), 1)
                text = text.replace(f"%{depth + 1}", _in_form(count, self._form(abstract, depth)))
        return "" if self._is_bullet(level) else text

    def _form(self, abstract: str, depth: int) -> str:
        level = self._levels.get((abstract, depth))
        form = level.find(qn("w:numFmt")) if level is not None else None
        return form.get(qn("w:val")) if form is not None else "decimal"

    def _is_bullet(self, level: Any) -> bool:
        form = level.find(qn("w:numFmt"))
        return form is not None and form.get(qn("w:val")) in ("bullet", "none")


def _in_form(count: int, form: str) -> str:
    if form in _CHINESE:
        chinese = str(cn2an.an2cn(count))
        return chinese.removeprefix("一") if 10 <= count < 20 else chinese
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and count <= 20:
        return chr(ord("①") + count - 1)
    if form in ("lowerLetter", "upperLetter") and count <= 26:
        return chr(ord("a" if form == "lowerLetter" else "A") + count - 1)
    return str(count)
