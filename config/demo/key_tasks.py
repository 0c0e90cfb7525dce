"""A key task of the demo's plan as its author has it in mind, and how it is printed. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from config.demo.dates import DemoDates, month_end
from plans.reading.draft import DeadlineDraft, OwnerDraft

DIGITS = "零一二三四五六七八九十"


def chinese_number(n: int) -> str:
    """1 to 99 as headings count.

    >>> [chinese_number(n) for n in (9, 10, 11, 20, 24)]
    ['九', '十', '十一', '二十', '二十四']
    """
    tens, ones = divmod(n, 10)
    if not tens:
        return DIGITS[n]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"


class Role(StrEnum):
    LEAD = "lead"
    RESPONSIBLE = "responsible"
    SUPPORTING = "supporting"


@dataclass(frozen=True)
class Owners:
    """The owners in one mark. ``labelled``: as 牵头单位：…；责任单位：…, else as a sentence."""

    lead: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    labelled: bool = True

    def drafts(self) -> list[OwnerDraft]:
        return [
            OwnerDraft(
                name=name, role=role, group=name in GROUP_WORDS, open_ended=name in OPEN_WORDS
            )
            for role, names in self._by_role()
            for name in names
        ]

    def printed(self) -> str:
        if self.labelled:
            labels = {Role.LEAD: "牵头", Role.RESPONSIBLE: "责任", Role.SUPPORTING: "配合"}
            return "；".join(f"{labels[r]}单位：{'、'.join(names)}" for r, names in self._by_role())
        if not self.supporting:
            return f"{'、'.join(self.lead)}牵头负责"
        return f"{'、'.join(self.lead)}牵头，{'、'.join(self.supporting)}配合"

    def _by_role(self) -> list[tuple[Role, tuple[str, ...]]]:
        named = (
            (Role.LEAD, self.lead),
            (Role.RESPONSIBLE, self.responsible),
            (Role.SUPPORTING, self.supporting),
        )
        return [(role, names) for role, names in named if names]


OPEN_WORDS = {"县级有关部门"}
GROUP_WORDS = OPEN_WORDS | {
    "各乡镇（街道）",
    "各乡镇人民政府、街道办事处",
    "各镇街",
    "县府各部门",
    "各行政执法单位",
    "36个进驻部门",
    "各成员单位",
}


@dataclass(frozen=True)
class Item:
    """A key task. ``due`` names a date of ``DemoDates``, or one of the three special kinds."""

    title: str
    body: str
    owners: Owners
    due: str

    def deadline(self, dates: DemoDates) -> DeadlineDraft:
        if self.due == "ongoing":
            return DeadlineDraft(text="长期坚持", kind="ongoing", due_on=None)
        if self.due == "quarterly":
            return DeadlineDraft(text="每季度1次", kind="recurring", due_on=None)
        if self.due == "ambiguous":
            last = dates.deadlines["last"]
            text = f"{last.year}年{last.month}月前"
            return DeadlineDraft(text=text, kind="ambiguous", due_on=None)
        day = dates.deadlines[self.due]
        text = printed_deadline(day) + ("" if self.owners.labelled else "完成")
        return DeadlineDraft(text=text, kind="date", due_on=day)

    def mark(self, dates: DemoDates) -> str:
        """The closing bracket with owners and deadline."""
        deadline = self.deadline(dates).text
        if self.owners.labelled:
            return f"（{self.owners.printed()}；完成时限：{deadline}）"
        return f"（{self.owners.printed()}，{deadline}）"


@dataclass(frozen=True)
class Chapter:
    title: str
    items: tuple[Item, ...]


def printed_deadline(day: dt.date) -> str:
    if day == month_end(day):
        return f"{day.year}年{day.month}月底前"
    return f"{day.year}年{day.month}月{day.day}日前"
