"""Word files, workbooks and archives for tests, made on the spot."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl import Workbook


def bytes_of(savable: Any) -> bytes:
    """What saving a document or workbook writes."""
    stream = io.BytesIO()
    savable.save(stream)
    return stream.getvalue()


def word(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return bytes_of(document)


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    return bytes_of(book)


def numbered_list(document: Any, *levels: tuple[str, str], start: int | None = 1) -> str:
    """Adds a list that numbers itself, a ``(format, pattern)`` for each level; gives its id."""
    numbering = document.part.numbering_part.element
    name = str(900 + len(numbering.findall(qn("w:abstractNum"))))
    abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{name}">'
    for depth, (form, pattern) in enumerate(levels):
        first = f'<w:start w:val="{start}"/>' if start is not None else ""
        abstract += (
            f'<w:lvl w:ilvl="{depth}">{first}<w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        )
    numbering.insert(0, parse_xml(abstract + "</w:abstractNum>"))
    number = f'<w:num {nsdecls("w")} w:numId="{name}"><w:abstractNumId w:val="{name}"/></w:num>'
    numbering.append(parse_xml(number))
    return name


def in_list(paragraph: Any, name: str, depth: int = 0) -> None:
    """Puts the paragraph into the list at the level."""
    properties = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", str(depth)), ("w:numId", name)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        properties.append(element)
    paragraph._p.get_or_add_pPr().append(properties)


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_entry(content: bytes, name: str, replaced: bytes) -> bytes:
    """The archive with one entry replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped(entries | {name: replaced})
