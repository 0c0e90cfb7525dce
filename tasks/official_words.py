"""How an official document writes numbers, days and foreign text (GB/T 9704-2012). Pure."""

import datetime as dt
import re
import unicodedata

import cn2an
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Ways of bracketing the year that are typed; the standard knows the last one only (7.2.5).
_BRACKETS = str.maketrans(dict.fromkeys("[［(（【", "〔") | dict.fromkeys("]］)）】", "〕"))
_NUMBER = re.compile(r"(?P<code>\D+)〔(?P<year>\d{4})〕第?0*(?P<number>[1-9]\d*)号")
#: Classes of characters that turn the direction of writing.
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def document_number(text: str) -> str:
    """发文字号 as the standard has it: 办〔2026〕3号, without 第 and without leading zeros.

    Raises ``ValidationError`` where it is none.
    """
    found = _NUMBER.fullmatch("".join(text.split()).translate(_BRACKETS))
    if not found:
        raise ValidationError(
            _("A document number looks like 办〔2026〕3号."), code="document_number"
        )
    return f"{found['code']}〔{found['year']}〕{found['number']}号"


def day_in_words(day: dt.date) -> str:
    """2026年9月30日: Arabic figures, without leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def heading_number(level: int, number: int) -> str:
    """Of levels 1 to 4: 一、（一） 1. （1） (7.3.3)."""
    if level <= 2:
        numeral = cn2an.an2cn(number, "low")
        numeral = numeral.removeprefix("一") if 10 <= number < 20 else numeral
        return f"{numeral}、" if level == 1 else f"（{numeral}）"
    return f"{number}. " if level == 3 else f"（{number}）"


def quoted_title(title: str) -> str:
    """In book title marks; those within become single ones."""
    return f"《{title.translate(str.maketrans('《》', '〈〉'))}》"


def plain(text: str) -> str:
    """One line of it, without what XML cannot hold and what turns the direction of writing."""
    return " ".join("".join(map(_shown, text)).split())


def require_plain(text: str) -> None:
    """Raises ``ValidationError`` for text that would not be printed as it was given."""
    if any(_shown(character) != character for character in text):
        raise ValidationError(
            _("There are control characters in it; please type the text anew."), code="control"
        )


def _shown(character: str) -> str:
    """A space for a control character, nothing for what is no character at all."""
    if unicodedata.category(character) == "Cc":
        return " "
    if unicodedata.category(character) in ("Cs", "Cn"):
        return ""
    return "" if unicodedata.bidirectional(character) in _TURNS else character


def width_of(text: str) -> float:
    """In whole characters: what is not Chinese takes half of one."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)
