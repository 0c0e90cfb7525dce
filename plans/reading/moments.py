"""Points in time named in a text: days, months, quarters, halves and ends of years. Pure."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cn2an

_HAN = "〇零○一二三四五六七八九十"
_YEAR = (
    r"(?:(?P<year>20\d\d|二[〇零○一二三四五六七八九]{3})\s?年度?"
    r"|(?P<relative>今|本|当|明|次|翌|来)年度?)"
)
_BEFORE = r"(?P<before>\s?(?:之前|以前|前(?!后|期|景|列|提|置|往|来|述|三|两|一|十)))"

_DAY_OR_MONTH = re.compile(
    rf"{_YEAR}?\s?(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?(?:月份?|(?=-\s?(?:1[0-2]|[1-9])月))"
    rf"\s?(?:(?P<day>\d{{1,2}}|[{_HAN}]{{1,3}})\s?[日号]|(?P<part>底|末|上旬|中旬|下旬|初))?{_BEFORE}?"
)
_DOTTED = re.compile(
    rf"(?P<year>20\d\d)\s?[./-]\s?(?P<month>1[0-2]|0?[1-9])(?!\d)"
    rf"(?:\s?[./-]\s?(?P<day>\d{{1,2}})(?![\d%]))?{_BEFORE}?"
)
_QUARTER = re.compile(
    rf"{_YEAR}?\s?(?:第\s?)?(?P<quarter>[一二三四1-4])\s?季度\s?(?P<end>末|底)?{_BEFORE}?"
)
_HALF = re.compile(rf"{_YEAR}?\s?(?P<half>[上下])半年\s?(?P<end>末|底)?{_BEFORE}?")
_YEAR_END = re.compile(rf"(?:{_YEAR}\s?年?|年)\s?(?P<end>底|末|终|内)(?!瓦){_BEFORE}?")
_FORMS = (_DAY_OR_MONTH, _DOTTED, _QUARTER, _HALF, _YEAR_END)

_YEAR_ALONE = re.compile(rf"(?:20\d\d\s?年?\s?[-~至]\s?)?{_YEAR}")
#: Five-year plans: 十四五 is 2021 to 2025.
_FIVE_YEARS = re.compile(r"十([二三四五六七])五”?\s?(?:期间|时期|末|规划期)")

_BETWEEN = re.compile(r"\s?(?:-+|~|至|到)\s?")
_STARTS = re.compile(r"\s?(?:起|开始|以来|启动)")
_EVERY = re.compile(r"每(?:年|个)?\s?$")


@dataclass(frozen=True)
class Moment:
    """A point in time and where it stands in the text.

    ``last`` is its last day, ``None`` where the year is unknown or there is no such day
    (``impossible``). ``named_end``: it is the end of something by its own words (底, 上半年).
    ``loose``: a month named with 前 alone, which is read in two ways.
    """

    start: int
    end: int
    year: int | None
    month: int
    day: int | None
    last: dt.date | None
    before: bool
    named_end: bool
    loose: bool
    impossible: bool = False
    opens_range: bool = False
    closes_range: bool = False


def moments_in(plain: str, plan_year: int | None) -> list[Moment]:
    """The moments of a folded text in printed order; a year once named holds for those after it.

    Of a range (3月至6月, 即日起至12月) only the second ends something: the first ``opens_range``.
    What comes back every month or year (每年12月) is no moment.
    """
    moments: list[Moment] = []
    for found in _finds(plain):
        if not _EVERY.search(plain, max(0, found.start() - 8), found.start()):
            before = moments[-1].year if moments else plan_year
            moments.append(_moment(found, _year_of(found, before, plan_year)))
    return _with_ranges(plain, moments)


def year_alone(plain: str, plan_year: int | None) -> int | None:
    """The year where a deadline names only that, or the last year of a five-year plan."""
    if found := _FIVE_YEARS.search(plain):
        return 2015 + 5 * (int(cn2an.cn2an(found[1], "smart")) - 2)
    if found := _YEAR_ALONE.match(plain):
        return _year_of(found, None, plan_year)
    return None


def _finds(plain: str) -> Iterator[re.Match[str]]:
    """Finds of all forms without overlap, the longest at each place."""
    ahead = {form: form.search(plain) for form in _FORMS}
    position = 0
    while True:
        for form, found in ahead.items():
            if found and found.start() < position:
                ahead[form] = form.search(plain, position)
        left = [found for found in ahead.values() if found]
        if not left:
            return
        best = min(left, key=lambda found: (found.start(), -found.end()))
        yield best
        position = best.end()


def _group(found: re.Match[str], name: str) -> str:
    return found.groupdict().get(name) or ""


def _year_of(found: re.Match[str], before: int | None, plan_year: int | None) -> int | None:
    if printed := _group(found, "year"):
        return _number(printed)
    if word := _group(found, "relative"):
        return plan_year and plan_year + (word in "明次翌来")
    return before or plan_year


def _moment(found: re.Match[str], year: int | None) -> Moment:
    month, day = _month_and_day(found)
    impossible = day is not None and not _exists(year, month, day)
    last = None
    if year and not impossible:
        last = dt.date(year, month, day or calendar.monthrange(year, month)[1])
    before = bool(_group(found, "before"))
    exact = bool(day) or bool(_group(found, "part")) or not _group(found, "month")
    return Moment(
        start=found.start(),
        end=found.end(),
        year=year,
        month=month,
        day=day,
        last=last,
        before=before,
        named_end=not _group(found, "month") or bool(_group(found, "part")),
        loose=before and not exact,
        impossible=impossible,
    )


def _month_and_day(found: re.Match[str]) -> tuple[int, int | None]:
    """The month in which the moment ends, and the day where one is named."""
    if month := _group(found, "month"):
        return _number(month), _day(_group(found, "day"), _group(found, "part"))
    if quarter := _group(found, "quarter"):
        return 3 * _number(quarter), None
    return (6 if _group(found, "half") == "上" else 12), None


def _day(printed: str, part: str) -> int | None:
    if printed:
        return _number(printed)
    return {"上旬": 10, "初": 10, "中旬": 20}.get(part)


def _exists(year: int | None, month: int, day: int) -> bool:
    """In a year that is not known 29 February may exist."""
    return 1 <= day <= calendar.monthrange(year or 2000, month)[1]


def _number(printed: str) -> int:
    """Arabic or Chinese, as a number (十二) or digit by digit (二〇二六)."""
    if printed.isdecimal():
        return int(printed)
    return int(cn2an.cn2an(printed.replace("○", "零").replace("〇", "零"), "smart"))


def _with_ranges(plain: str, moments: list[Moment]) -> list[Moment]:
    marked = []
    for position, moment in enumerate(moments):
        following = moments[position + 1] if position + 1 < len(moments) else None
        opens = bool(following and _BETWEEN.fullmatch(plain[moment.end : following.start]))
        closes = bool(_BETWEEN.search(plain[max(0, moment.start - 3) : moment.start]))
        starts = bool(_STARTS.match(plain, moment.end))
        marked.append(replace(moment, opens_range=opens or starts, closes_range=closes))
    return marked
