"""The layout of an official document by GB/T 9704-2012, as a .docx says it. Pure.

Every measure stands in ``Layout``, so that an office may have its own. Fonts are named; the
machine that prints has them, and they are never shipped.
"""

import math
from dataclasses import dataclass

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

#: The styles that a document is written in; those of headings by their level.
BODY, TITLE, CENTRED, HEAD = "Normal", "Title", "Centred", "Red Head"
ATTACHMENT, CELL, HEADING_CELL = "Attachment Mark", "Table Cell", "Table Heading"
HEADINGS = {1: "Heading 1", 2: "Heading 2", 3: "Heading 3", 4: "Heading 4"}
FOOTER = "Footer"

TWIPS = 20  # of a point


@dataclass(frozen=True)
class Layout:
    """Millimetres, points, and names of fonts; the standard's own where nothing else is said.

    The type area is what the margins leave: 156 × 225 mm (5.2.1). Sizes of type are the
    standard's 二号 22, 三号 16 and 四号 14 points.
    """

    page_width: float = 210
    page_height: float = 297
    top: float = 37
    bottom: float = 35
    left: float = 28
    right: float = 26
    #: 22 lines of 28 characters fill the type area (5.2.3).
    line_pitch: float = 28.95
    characters: int = 28
    body_size: float = 16
    title_size: float = 22
    head_size: float = 48
    #: Of the upper edge of the red head under that of the type area (7.2.4).
    head_below: float = 35
    table_size: float = 12
    page_number_size: float = 14
    #: Of the dashes beside the page number under the type area (7.5).
    page_number_below: float = 7
    body_font: str = "仿宋"
    title_font: str = "方正小标宋简体"
    heading_font: str = "黑体"
    subheading_font: str = "楷体"
    page_number_font: str = "宋体"
    red: str = "FF0000"

    @property
    def type_width(self) -> float:
        return self.page_width - self.left - self.right

    @property
    def character_space(self) -> int:
        """Twips between characters of the body, so that so many stand in a line, and no more.

        Downwards: half a twip too many in each would push the last one into the next line.
        """
        pitch: float = Mm(self.type_width).pt / self.characters
        return math.floor((pitch - self.body_size) * TWIPS)

    @property
    def footer_distance(self) -> Length:
        """From the lower edge of the page to that of the footer's one line."""
        line = Pt(self.page_number_size)
        return Length(Mm(self.bottom - self.page_number_below) - line // 2)


STANDARD = Layout()


@dataclass(frozen=True)
class _Look:
    """A paragraph's: ``indent`` in characters before its first line; ``pitch`` in points, of
    lines that are exactly so high, or no higher than they must be where it is 0; ``space`` in
    twips between characters."""

    font: str
    size: float
    pitch: float
    align: str = "both"
    indent: int = 0
    before: float = 0
    space: int = 0
    level: int | None = None
    colour: str = "000000"


def blank_document(layout: Layout) -> WordDocument:
    """Without a paragraph: its page, its styles and its page numbers are set up."""
    document = Document()
    document.settings.odd_and_even_pages_header_footer = True
    _set_defaults(document, layout)
    for name, look in _looks(layout).items():
        _dress(_style(document, name), look)
    section = document.sections[0]
    _set_page(section, layout)
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT, layout)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT, layout)
    return document


def _looks(layout: Layout) -> dict[str, _Look]:
    """Levels of headings: 一、黑体 (一)楷体 1.仿宋 (1)仿宋, all as large as the body (7.3.3)."""
    pitch, size, space = layout.line_pitch, layout.body_size, layout.character_space
    fonts = (layout.heading_font, layout.subheading_font, layout.body_font, layout.body_font)
    headings = {
        HEADINGS[level]: _Look(font, size, pitch, indent=2, space=space, level=level - 1)
        for level, font in enumerate(fonts, 1)
    }
    head = _Look(
        layout.title_font,
        layout.head_size,
        pitch=0,
        align="center",
        before=Mm(layout.head_below).pt,
        colour=layout.red,
    )
    return headings | {
        BODY: _Look(layout.body_font, size, pitch, indent=2, space=space),
        TITLE: _Look(layout.title_font, layout.title_size, pitch, "center"),
        CENTRED: _Look(layout.body_font, size, pitch, "center", space=space),
        HEAD: head,
        ATTACHMENT: _Look(layout.heading_font, size, pitch, "left", space=space),
        CELL: _Look(layout.body_font, layout.table_size, 0, "center"),
        HEADING_CELL: _Look(layout.heading_font, layout.table_size, 0, "center"),
        FOOTER: _Look(layout.page_number_font, layout.page_number_size, layout.page_number_size),
    }


def _style(document: WordDocument, name: str) -> ParagraphStyle:
    if name in document.styles:
        found: ParagraphStyle = document.styles[name]
        return found
    made: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles[BODY]
    return made


def _dress(style: ParagraphStyle, look: _Look) -> None:
    """The look and nothing besides: what the style had of its own goes."""
    for name in ("w:pPr", "w:rPr"):
        for old in style.element.findall(qn(name)):
            style.element.remove(old)
    style.element.append(parse_xml(_paragraph_properties(look)))
    style.element.append(parse_xml(f"<w:rPr {nsdecls('w')}>{_run_properties(look)}</w:rPr>"))


def _paragraph_properties(look: _Look) -> str:
    """Children in the order that the schema wants. No space is put between Chinese and figures,
    and no line is held back from the end of a page: both would break the grid."""
    line = round(look.pitch * TWIPS)
    lines = f'w:line="{line}" w:lineRule="exact"' if line else 'w:line="240" w:lineRule="auto"'
    indent = round(look.indent * look.size * TWIPS)
    level = "" if look.level is None else f'<w:outlineLvl w:val="{look.level}"/>'
    return f"""
        <w:pPr {nsdecls("w")}>
          {"" if look.level is None else "<w:keepNext/>"}
          <w:widowControl w:val="0"/>
          <w:autoSpaceDE w:val="0"/>
          <w:autoSpaceDN w:val="0"/>
          <w:spacing w:before="{round(look.before * TWIPS)}" w:after="0" {lines}/>
          <w:ind w:firstLineChars="{look.indent * 100}" w:firstLine="{indent}"/>
          <w:jc w:val="{look.align}"/>
          {level}
        </w:pPr>"""


def _run_properties(look: _Look) -> str:
    fonts = " ".join(f'w:{of}="{look.font}"' for of in ("ascii", "hAnsi", "eastAsia", "cs"))
    size = round(look.size * 2)
    return f"""
          <w:rFonts {fonts}/>
          <w:b w:val="0"/>
          <w:i w:val="0"/>
          <w:color w:val="{look.colour}"/>
          <w:spacing w:val="{look.space}"/>
          <w:sz w:val="{size}"/>
          <w:szCs w:val="{size}"/>
          <w:lang w:val="en-US" w:eastAsia="zh-CN"/>"""


def _set_defaults(document: WordDocument, layout: Layout) -> None:
    """Without the theme's fonts, which would stand before those that are named."""
    look = _Look(layout.body_font, layout.body_size, layout.line_pitch)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    defaults.clear()
    defaults.append(parse_xml(f"<w:rPr {nsdecls('w')}>{_run_properties(look)}</w:rPr>"))


def _set_page(section: Section, layout: Layout) -> None:
    section.page_width, section.page_height = Mm(layout.page_width), Mm(layout.page_height)
    section.top_margin, section.bottom_margin = Mm(layout.top), Mm(layout.bottom)
    section.left_margin, section.right_margin = Mm(layout.left), Mm(layout.right)
    section.gutter = Mm(0)
    section.footer_distance = layout.footer_distance
    properties = section._sectPr  # noqa: SLF001 - python-docx knows no grid
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    # Of lines only. In a grid of characters that are narrower than their type, as 28 of 16 points
    # in 156 mm are, LibreOffice gives each of them two places: 14 stand in a line.
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(layout.line_pitch * TWIPS)))
    properties.append(grid)


def _number(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH, layout: Layout) -> None:
    """— 1 —, one character away from its side of the page."""
    paragraph.style, paragraph.alignment = FOOTER, side
    indent(paragraph, side, 1, layout.page_number_size)
    paragraph.add_run("— ")
    for kind in ("begin", None, "separate", "text", "end"):
        run = paragraph.add_run("1" if kind == "text" else "")
        if kind is None:
            run.font.element.append(parse_xml(f"<w:instrText {nsdecls('w')}>PAGE</w:instrText>"))
        elif kind != "text":
            mark = f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
            run.font.element.append(parse_xml(mark))
    paragraph.add_run(" —")


def indent(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH, characters: float, size: float) -> None:
    """The whole paragraph, by so many characters of that size, and its first line no more."""
    name = "right" if side == WD_ALIGN_PARAGRAPH.RIGHT else "left"
    found = paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_ind()
    for what, number in ((name, characters), ("firstLine", 0)):
        found.set(qn(f"w:{what}Chars"), str(round(number * 100)))
        found.set(qn(f"w:{what}"), str(round(number * size * TWIPS)))
