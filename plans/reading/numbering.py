"""The numbers that official documents print before headings and items. Pure.

The standard order is 一、 → (一) → 1. → (1) (GB/T 9704-2012, 7.3.3); real documents skip levels
and mix them, so a number's kind says only which other numbers it stands in a row with.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import cn2an

from plans.reading.text import before, folded

#: A date right after a number: in 9.11月前 the number is 9.
_DATE = r"(?:20\d\d年|(?:1[0-2]|[1-9])月)"
HAN = "〇零一二三四五六七八九十百"


class Kind(StrEnum):
    PART = "part"  # 第一章, 第一部分
    CHAPTER = "chapter"  # 一、
    ARTICLE = "article"  # 第七条
    HAN_IN_BRACKETS = "han_in_brackets"  # (一)
    ARABIC = "arabic"  # 1.
    ARABIC_IN_BRACKETS = "arabic_in_brackets"  # (1)
    CIRCLED = "circled"  # ①
    NAMED = "named"  # 【…】 at the head of a paragraph
    DASH = "dash"  # ——


#: Kinds that head a chapter and are rarely a task themselves.
CHAPTER_KINDS = (Kind.PART, Kind.CHAPTER)
#: Kinds that are no other sign in a sentence: a row of them in one line is a row of items.
SIGNS = (Kind.ARABIC_IN_BRACKETS, Kind.CIRCLED)

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.PART, rf"第[{HAN}\d]+(?:编|章|节|部分)(?=[\s:、]|\S)"),
        (Kind.ARTICLE, rf"第[{HAN}\d]+条(?!例|款)"),
        (Kind.CHAPTER, rf"[{HAN}]{{1,3}}\s?(?:、|\.(?!\d)|,)"),
        (Kind.HAN_IN_BRACKETS, rf"(?:\([{HAN}]{{1,3}}\)|[㈠-㈩])[、.]?"),
        (Kind.ARABIC_IN_BRACKETS, r"(?:\(\d{1,3}\)|(?<![\d(])\d{1,3}\)|[⑴-⒇])[、.]?"),
        (Kind.ARABIC, rf"(?:\d{{1,3}}\s?(?:、|\.(?!\d)|\.(?={_DATE}))|[⒈-⒛])"),
        (Kind.CIRCLED, r"[①-⑳❶-❿]"),
        (Kind.DASH, r"--+|[●■◆▲★]"),
    )
)

#: Numbers that may stand inside a paragraph: each on the list begins again from its first sign.
_INLINE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.HAN_IN_BRACKETS, re.compile(r"\(([一二三四五六七八九]|十[一二三四五六七八九]?)\)")),
    (Kind.ARABIC, re.compile(r"(?<![\d.])(\d{1,2})[.、](?![\d.])")),
    (Kind.ARABIC_IN_BRACKETS, re.compile(r"\((\d{1,2})\)|([⑴-⒇])")),
    (Kind.CIRCLED, re.compile(r"([①-⑳])")),
)
#: What a number inside a paragraph stands after: the end of a sentence, clause or mark.
_AFTER = "。;:)]】,、!?"


@dataclass(frozen=True)
class Number:
    """A number at the head of a line: its kind, as printed, and where the words begin."""

    kind: Kind
    printed: str
    end: int


def number_of(line: str) -> Number | None:
    """The number that the line begins with; a year, an amount or a date is none."""
    plain = folded(line)
    start = len(plain) - len(plain.lstrip())
    for kind, pattern in _PATTERNS:
        if found := pattern.match(plain, start):
            printed = line[start : found.end()].strip()
            return Number(kind, printed.rstrip("、") if _bracketed(kind) else printed, found.end())
    return None


def _bracketed(kind: Kind) -> bool:
    return kind in (Kind.HAN_IN_BRACKETS, Kind.ARABIC_IN_BRACKETS)


def inline_numbers(text: str) -> Iterator[list[Number]]:
    """The rows of numbers inside a paragraph, from their first sign on, kind by kind.

    ``end`` is where the words after the number begin, and ``printed`` stands right before it.
    """
    for kind, pattern in _INLINE:
        row = list(_row(kind, pattern, text))
        if len(row) > 1:
            yield row


def _row(kind: Kind, pattern: re.Pattern[str], text: str) -> Iterator[Number]:
    plain, expected = folded(text), 1
    for found in pattern.finditer(plain):
        placed = before(plain, found.start()) in _AFTER or kind == Kind.CIRCLED
        if placed and _value(found) == expected:
            yield Number(kind, text[found.start() : found.end()], found.end())
            expected += 1


def _value(found: re.Match[str]) -> int:
    digits = next(group for group in found.groups() if group)
    if digits.isascii():
        return int(digits)
    if digits[0] in HAN:
        return int(cn2an.cn2an(digits, "smart"))
    return ord(digits) - ord("⑴" if digits >= "⑴" else "①") + 1
