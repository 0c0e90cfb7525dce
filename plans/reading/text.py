"""Printed text on its way through the reader. Pure.

Official documents mix full and half width at will. Every rule looks at a folded copy of the same
length, so that what it finds can be cut out of the original, which is kept as printed.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

OPENING = "([{〔【〖［｛（"
CLOSING = ")]}〕】〗］｝）"
PAIR = dict(zip(OPENING, CLOSING, strict=True))
#: Quotation marks and book title marks: what stands in them is a name, not a sentence.
QUOTES = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "「": "」", "『": "』"}

#: Invisible characters that documents carry along from the web and from Word.
INVISIBLE = dict.fromkeys(
    [
        *range(0x200B, 0x2010),  # zero-width characters and direction marks
        *range(0x2028, 0x202F),  # separators and direction overrides
        *range(0x2060, 0x206A),
        0xFEFF,
        0x00AD,
        0x0000,
    ]
)

_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD = str.maketrans(
    {
        **_WIDE,
        "\u3000": " ",
        "\u00a0": " ",
        "\t": " ",
        "。": "。",
        "､": "、",
        "｡": "。",
        "﹒": ".",
        "‧": "·",
        "—": "-",
        "–": "-",
        "―": "-",
        "－": "-",
        "～": "~",
        "﹙": "(",
        "﹚": ")",
        "﹔": ";",
        "﹕": ":",
        "﹐": ",",
        "〔": "[",
        "〕": "]",
        "﹝": "[",
        "﹞": "]",
        "【": "[",
        "】": "]",
        "〖": "[",
        "〗": "]",
        "{": "[",
        "}": "]",
        "｛": "[",
        "｝": "]",
    }
)


def cleaned(text: str) -> str:
    """The text as people see it: composed (NFC), without invisible characters."""
    return unicodedata.normalize("NFC", text.translate(INVISIBLE))


def folded(text: str) -> str:
    """The same text in half width with one form of each bracket and dash; equal length."""
    return text.translate(_FOLD)


def squeezed(text: str) -> str:
    """Folded and without any blank: for comparing names and headings."""
    return "".join(folded(text).split())


@dataclass(frozen=True)
class Bracket:
    """A pair of brackets in a text and what stands between: ``text[start:end]`` is all of it."""

    start: int
    end: int
    inner: str


def brackets_of(text: str) -> Iterator[Bracket]:
    """The outermost brackets in printed order. One left open or closed too often is text."""
    opened: list[int] = []
    plain = folded(text)
    for position, character in enumerate(plain):
        if character in "([":
            opened.append(position)
        elif character in ")]" and opened:
            start = opened.pop()
            if not opened:
                yield Bracket(start, position + 1, text[start + 1 : position])


def before(plain: str, position: int) -> str:
    """The last character before the position that is no blank; nothing at the start."""
    while position and plain[position - 1].isspace():
        position -= 1
    return plain[position - 1 : position] if position else ""


def after(plain: str, position: int) -> str:
    """The first character from the position on that is no blank; nothing at the end."""
    while position < len(plain) and plain[position].isspace():
        position += 1
    return plain[position : position + 1]


def split_outside(text: str, separators: str) -> Iterator[tuple[str, str]]:
    """Pieces and the separator before each, cut outside brackets and quotes only."""
    depth, start, before = 0, 0, ""
    plain = folded(text)
    for position, character in enumerate(plain):
        if character in "([" or text[position] in QUOTES:
            depth += 1
        elif character in ")]" or text[position] in QUOTES.values():
            depth = max(0, depth - 1)
        elif not depth and character in separators:
            yield text[start:position], before
            start, before = position + 1, text[position]
    yield text[start:], before


def first_sentence(text: str) -> str:
    """Up to the first full stop outside quotes and brackets, which is left out."""
    for piece, _before in split_outside(text.strip(), "。!?"):
        if piece.strip():
            return piece.strip().rstrip(";；:：,，、")
    return ""


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with the spans cut out."""
    kept, position = [], 0
    for start, end in sorted(spans):
        kept.append(text[position:start])
        position = max(position, end)
    kept.append(text[position:])
    return "".join(kept)
