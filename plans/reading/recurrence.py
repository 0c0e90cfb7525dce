"""The steps of a deadline: the dates of a recurring duty in a year, or its milestones. Pure."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from plans.reading.draft import DeadlineDraft
from plans.reading.moments import moments_in
from plans.reading.text import folded

_MONTHS = tuple(range(1, 13))
#: From words to the months in which an occurrence ends; the first that fits wins.
_OCCURRENCES: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(words), months)
    for words, months in (
        (r"每(?:个)?(?:周|星期|日|天|旬)|(?:逐|按)(?:周|旬)", ()),
        (r"(?:每|[一1])年[^,;。每]{0,6}(?:两|二|2)次", (6, 12)),
        (r"(?:每|[一1])年[^,;。每]{0,6}(?:四|4)次", (3, 6, 9, 12)),
        (r"每(?:隔)?\s?(?:两|二|2)个?月", (2, 4, 6, 8, 10, 12)),
        (r"每(?:个)?季度?|(?:逐|按)季度?|[一1]季度?[一1]次", (3, 6, 9, 12)),
        (r"每(?:个)?半年|按半年|半年[一1]次|上半年.{0,3}下半年|两个半年", (6, 12)),
        (r"每(?:个)?月|(?:逐|按)月|[一1]月[一1]次", _MONTHS),
        (r"每年|按年|年度", (12,)),
    )
)
_DAY = re.compile(r"(?:月|末月)\s?(?P<day>\d{1,2})\s?[日号]")
_BEFORE_NEXT = re.compile(r"^(?:之前|以前|前)?[\s,;、。]*(?P<words>[^,;、。]{1,60})")


@dataclass(frozen=True)
class StepDraft:
    """One date of a deadline with several, and what is due then."""

    label: str
    due_on: dt.date


def steps_of(
    deadline: DeadlineDraft, plan_year: int | None, issued_on: dt.date | None
) -> list[StepDraft]:
    """The dates of a recurring deadline or of one with milestones, those before issue left out.

    Empty for every other kind, where the year is unknown, and for what recurs too often to be a
    step (every week): there a person says what is due.
    """
    if deadline.text is None or plan_year is None:
        return []
    found: list[StepDraft] = []
    if deadline.kind == "milestones":
        found = _milestones(deadline.text, plan_year)
    elif deadline.kind == "recurring":
        found = _occurrences(folded(deadline.text), plan_year)
    return [step for step in found if issued_on is None or step.due_on >= issued_on]


def _milestones(text: str, plan_year: int) -> list[StepDraft]:
    plain = folded(text)
    moments = [moment for moment in moments_in(plain, plan_year) if not moment.opens_range]
    steps = []
    for position, moment in enumerate(moments):
        end = moments[position + 1].start if position + 1 < len(moments) else len(plain)
        words = _BEFORE_NEXT.match(plain[moment.end : end])
        label = text[moment.start : moment.end]
        if words:
            start, stop = words.span("words")
            label = text[moment.end + start : moment.end + stop].strip()
        if moment.last is not None:
            steps.append(StepDraft(label, moment.last))
    return sorted(steps, key=lambda step: step.due_on)


def _occurrences(plain: str, year: int) -> list[StepDraft]:
    months = next((months for words, months in _OCCURRENCES if words.search(plain)), ())
    moments = moments_in(plain.replace("每年", ""), year)
    named = sorted({moment.month for moment in moments if not moment.opens_range})
    if months == (12,) and named:
        months = tuple(named)
    day = _DAY.search(plain)
    return [
        StepDraft(_label(month, months), _last_day(year, month, int(day["day"]) if day else 31))
        for month in months
    ]


def _label(month: int, months: tuple[int, ...]) -> str:
    """As an office calls the occurrence: 第一季度, 上半年, 3月."""
    if months == (3, 6, 9, 12):
        return f"第{'一二三四'[month // 3 - 1]}季度"
    if months == (6, 12):
        return "上半年" if month == 6 else "下半年"
    return f"{month}月"


def _last_day(year: int, month: int, day: int) -> dt.date:
    """The day, or the month's last where it has fewer."""
    return dt.date(year, month, min(max(day, 1), calendar.monthrange(year, month)[1]))
