"""From the words of a deadline to its kind and the last day allowed. Pure.

``due_on`` is inclusive: office use takes 6月30日前 as "by the end of that day". What a person has
to decide (is 11月前 the end of October or of November?) is left to a person.
"""

import datetime as dt
import re

from plans.reading.draft import NO_DEADLINE, DeadlineDraft
from plans.reading.moments import Moment, moments_in, year_alone
from plans.reading.text import QUOTES, folded

Answer = tuple[str, dt.date | None]

_RECURRING = re.compile(
    r"每(?:个|隔)?\s?(?:[一二两三四半\d]{1,2}个?)?(?:季度?|月|年度?|周|星期|日|天|旬|学期)"
    r"|(?:逐|按)(?:季度?|月|年度?|周|半年|旬)|(?:各|分别)\s?[一二两\d]+\s?(?:次|期|轮)"
    r"|半年[一1]次|[一1]年[一二两\d]+次|[一1]季度?[一1]次|[一1]月[一1]次"
)
#: 按季度通报 beside 全年 or 持续推进 says how the work is watched, not how often it is done.
_WATCHED = re.compile(r"通报|报送|上报|调度|汇报|督查|督导|反馈|考核|报告")
_ONGOING = re.compile(r"长期|常态|常年|持续|长效|常抓|始终|经常|日常|不间断|坚持|滚动")
_WHOLE_YEAR = re.compile(r"全年|整年|年度内|贯穿.{0,4}年")
_RELATIVE = re.compile(
    r"(?:\d+|[一二两三四五六七八九十]+)\s?个?\s?(?:工作日|自然日|日|天|周|星期|月)\s?(?:之|以)?内"
    r"|(?:之日起|印发后|通过后|批准后|验收后)[^,;。]{0,6}?\d+\s?个?(?:工作日|日|天|月)"
)
#: What names no day that a machine could know.
_UNNAMED = re.compile(
    r"(?:春节|元旦|清明节?|五一|劳动节|端午节?|中秋节?|国庆节?|“?两节”?|“?两会”?)(?:之?前|以前|期间)"
    r"|按(?:照)?[^,;。]{0,12}(?:时限|时间)(?:要求|节点|规定)?"
)
_EMPTY = {"", "/", "-", "--", "---", "无", "\\", "暂无"}

#: In running text only what is said to be an end counts as one.
_COMPLETES = re.compile(
    r"[^,;。:]{0,16}?(?:完成|实现|达到|达|建成|印发|办结|到位|结束|出台|建立|形成|报|投入|全覆盖)"
)
_STATES_THE_PAST = re.compile(r"(?:截至|截止|截止到|根据|依据|按照|自|从|于)\s?$")
_COUNTED_FROM = re.compile(
    r"(?:自|从)[^,;。]{1,18}?之日起\s?\d+\s?个?(?:工作日|日|天|月)(?:之|以)?内"
)
_SHARED_OUT = re.compile(r"(?:各|分别)(?:开展|组织)?\s?[一二两\d]+\s?(?:次|期|轮)")
#: Often enough to be work of its own, not a figure of speech.
_OFTEN = re.compile(
    r"每(?:个|隔)?\s?(?:[一二两三四半\d]{1,2}个?)?(?:季度?|月|年度?|周|旬|学期)"
    r"(?=[^,;。]{0,14}?(?:次|期|报|开展|组织|召开|更新|调度|评查|检查|分析|研究|前后|日|末月|底))"
    r"|(?:逐|按)(?:季度?|月|周|日|半年)|半年[一1]次|[一1]季度?[一1]次"
)
_OTHER_KINDS = (
    ("relative", _COUNTED_FROM),
    ("recurring", _SHARED_OUT),
    ("recurring", _OFTEN),
    ("ambiguous", _UNNAMED),
)


def read_deadline(text: str | None, plan_year: int | None) -> DeadlineDraft:
    """What the words printed as a deadline mean. Total: every text has a kind.

    ``plan_year`` is the year of dates printed without one; without it they have no ``due_on``.

    >>> read_deadline("9月底前", 2026).due_on
    datetime.date(2026, 9, 30)
    """
    printed = (text or "").strip()
    plain = folded(printed).strip().strip("。;,")
    if plain in _EMPTY:
        return NO_DEADLINE
    kind, due_on = _kind_and_day(plain, plan_year)
    return DeadlineDraft(text=printed, kind=kind, due_on=due_on)


def _kind_and_day(plain: str, plan_year: int | None) -> Answer:
    moments = moments_in(plain, plan_year)
    ends = [moment for moment in moments if not moment.opens_range]
    if any(moment.impossible for moment in moments):
        return "invalid", None
    if _ONGOING.search(plain) and not ends:
        return "ongoing", None
    whole_year = bool(_WHOLE_YEAR.search(plain)) or _is_january_to_december(moments)
    if _RECURRING.search(plain) and not (whole_year and _WATCHED.search(plain)):
        return "recurring", None
    if whole_year and len(ends) <= len(moments) - len(ends):
        return "whole_year", dt.date(plan_year, 12, 31) if plan_year else None
    if ends:
        return _kind_of(ends)
    return _without_moments(plain, plan_year)


def _is_january_to_december(moments: list[Moment]) -> bool:
    months = [moment.month for moment in moments]
    return months == [1, 12] and moments[0].opens_range


def _without_moments(plain: str, plan_year: int | None) -> Answer:
    if _RELATIVE.search(plain):
        return "relative", None
    year = year_alone(plain, plan_year)
    return ("date", dt.date(year, 12, 31)) if year else ("ambiguous", None)


def _kind_of(ends: list[Moment]) -> Answer:
    """Of one or more moments that end something."""
    if len({(moment.year, moment.month, moment.day) for moment in ends}) > 1:
        known = [moment.last for moment in ends if moment.last]
        return "milestones", max(known) if len(known) == len(ends) else None
    if ends[0].loose:
        return "ambiguous", None
    return "date", ends[0].last


def deadline_in_sentence(text: str, plan_year: int | None) -> DeadlineDraft:
    """The deadline that running text suggests, for a person to confirm; kind ``none`` if none.

    Dates of laws, periods of plans and what stands in quotes are none.
    """
    plain = _without_names(folded(text))
    ends = [moment for moment in moments_in(plain, plan_year) if _ends_something(plain, moment)]
    if ends and not _SHARED_OUT.search(plain, ends[-1].end):
        kind, due_on = "invalid", None
        if not any(moment.impossible for moment in ends):
            kind, due_on = _kind_of(ends)
        words = text[ends[0].start : ends[-1].end].strip()
        return DeadlineDraft(text=words, kind=kind, due_on=due_on)
    for kind, pattern in _OTHER_KINDS:
        if found := pattern.search(plain):
            return DeadlineDraft(text=_clause_around(text, found), kind=kind, due_on=None)
    return NO_DEADLINE


def _clause_around(text: str, found: re.Match[str]) -> str:
    """The clause in which the words stand, as the question will quote it."""
    plain = folded(text)
    start = max(plain.rfind(stop, 0, found.start()) for stop in ",;。:\n") + 1
    ends = [plain.find(stop, found.end()) for stop in ",;。\n"]
    return text[start : min([end for end in ends if end >= 0], default=len(text))].strip()


def _ends_something(plain: str, moment: Moment) -> bool:
    if moment.opens_range or _STATES_THE_PAST.search(plain, max(0, moment.start - 8), moment.start):
        return False
    if moment.before or moment.named_end:
        return True
    return bool(_COMPLETES.match(plain, moment.end)) or moment.closes_range


def _without_names(plain: str) -> str:
    """Quoted names and bracketed years blanked out, at equal length."""
    for opening, closing in QUOTES.items():
        plain = re.sub(
            f"{opening}[^{closing}]*{closing}", lambda found: " " * len(found.group()), plain
        )
    return re.sub(r"[(\[]20\d\d\s?[-~至]\s?20\d\d年?[)\]]", lambda f: " " * len(f.group()), plain)
