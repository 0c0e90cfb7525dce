"""The bulletin as an official document: sentences around figures, and a table of the units.

It is written in Chinese whatever language the person reads: it goes to the units of the plan,
whose text is Chinese as well.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from typing import Any, Self

from tasks.apportionment import percents_of
from tasks.bulletin import Bulletin, Duty
from tasks.figures import Row
from tasks.lights import Light
from tasks.official_document import OfficialDocument
from tasks.official_layout import STANDARD, Layout
from tasks.official_words import day_in_words, quoted_title

#: What an imprint takes: its number, and the characters of each of its texts.
HIGHEST_NUMBER, LONGEST = 9_999, 60

ATTACHED = "各单位任务完成情况表"
COLUMNS = ("单位", "任务总数", "计入统计", "办结", "超期", "即将到期", "完成度（%）")
#: Parts of the page's width.
WIDTHS = (36, 20, 20, 18, 18, 20, 24)
COLOURS = {Light.GREEN: "绿灯", Light.YELLOW: "黄灯", Light.RED: "红灯"}
LEFT_OUT = {
    "supporting": "配合任务",
    "ongoing": "长期坚持任务",
    "suspended": "暂缓任务",
    "cancelled": "撤销任务",
}


@dataclass(frozen=True)
class Imprint:
    """What only the office knows of its bulletin. ``period`` are its words for what is told of
    (前三季度); what is empty is left out."""

    number: int
    unit: str
    dated: dt.date
    period: str = ""
    red_head: str = ""
    document_number: str = ""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """As ``kept`` wrote it."""
        return cls(**{**kept, "dated": dt.date.fromisoformat(kept["dated"])})

    def kept(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "dated": self.dated.isoformat()}


def bulletin_document(bulletin: Bulletin, imprint: Imprint, layout: Layout = STANDARD) -> BytesIO:
    named = quoted_title(bulletin.plan.title)
    title = f"关于{imprint.period}{named}落实情况的通报"
    document = OfficialDocument(title, layout)
    _write_head(document, imprint)
    document.write_title(title)
    document.leave_lines()
    number = bulletin.plan.document_number
    source = f"{named}（{number}）" if number else named
    document.write(f"现将{imprint.period}{source}落实情况通报如下。")
    for heading, paragraphs in (
        ("总体情况", _overall(bulletin)),
        ("各章节情况", map(_of_section, bulletin.by_section.rows)),
    ):
        document.write_heading(heading, 1)
        for paragraph in paragraphs:
            document.write(paragraph)
    _write_overdue(document, bulletin)
    _write_coming(document, bulletin)
    document.write_attachments_note([ATTACHED])
    document.sign(imprint.unit, imprint.dated)
    _write_table(document, bulletin)
    return document.save()


def _write_head(document: OfficialDocument, imprint: Imprint) -> None:
    if imprint.red_head:
        document.write_red_head(imprint.red_head)
        document.leave_lines()
    if imprint.document_number:
        document.write_centred(imprint.document_number)
    document.write_centred(f"第{imprint.number}期", above_red_line=bool(imprint.red_head))
    document.leave_lines(2 if imprint.red_head else 1)


def _overall(bulletin: Bulletin) -> Iterator[str]:
    """The plan's completion with its denominator, what that leaves out, and the lights."""
    figures = bulletin.by_section
    whose = "计划重点任务" if figures.whole else "本单位及下级单位承担的任务"
    yield f"截至{day_in_words(bulletin.then)}，{whose}{_counted(figures.plan)}"
    if figures.plan.counted:
        yield (
            f"完成度以计入统计的{figures.plan.counted}项为分母，按任务权重加权平均；"
            "办结的按100%计，未办结的按已审核的进展计，未经审核的进展不计。"
        )
    if not figures.whole:
        yield "本通报只统计本单位及下级单位承担的任务，不反映计划全貌。"
    if figures.past and figures.past.known_in_part:
        yield (
            f"其中{figures.past.known_in_part}项任务当日只留存状态记录，其他数据按现有记录统计。"
        )
    yield from _lights(bulletin)


def _counted(row: Row) -> str:
    """From 共…项 to the full stop: what counts, how it stands, and why the rest is left out."""
    left_out = "、".join(
        f"{LEFT_OUT[why]}{count}项" for why, count in row.left_out.items() if count
    )
    rest = f"未计入统计{row.total - row.counted}项（{left_out}）" if left_out else ""
    if not row.counted:
        return f"共{row.total}项，{rest}，不计算完成度。" if rest else "共0项，不计算完成度。"
    rest = f"；{rest}" if rest else ""
    return (
        f"共{row.total}项，计入统计{row.counted}项，其中办结{row.closed}项、超期{row.overdue}项、"
        f"即将到期{row.due_soon}项，完成度为{_percent(row.completion)}{rest}。"
    )


def _lights(bulletin: Bulletin) -> Iterator[str]:
    """Of what counts, unit by unit; the percents are rounded so that they make 100.0."""
    counted = {row.key: row.counted for row in bulletin.by_light.rows if row.counted}
    if not counted:
        return
    percents = percents_of({str(key): count for key, count in counted.items()})
    told = "；".join(
        f"{_light(Light(str(key)))}{count}项，占{percents[str(key)]}%"
        for key, count in counted.items()
    )
    yield (
        f"按承担单位统计（同一重点任务由几个单位承担的，每个单位计1项），计入统计的"
        f"{sum(counted.values())}项任务中，{told}。"
    )


def _light(light: Light) -> str:
    return f"{COLOURS[light]}（{light.label}）" if light in COLOURS else str(light.label)


def _of_section(row: Row) -> str:
    return f"“{row.label}”{_counted(row)}"


def _write_overdue(document: OfficialDocument, bulletin: Bulletin) -> None:
    document.write_heading("超期任务", 1)
    day, duties = day_in_words(bulletin.then), bulletin.overdue
    if not duties:
        document.write(f"截至{day}，没有超期任务。")
        return
    by_unit = [list(of_unit) for _unit, of_unit in groupby(duties, lambda duty: duty.unit_id)]
    document.write(
        f"截至{day}，超期任务{len(duties)}项，涉及{len(by_unit)}个单位，"
        "按单位目录顺序列出，不作排名。"
    )
    for of_unit in by_unit:
        document.write_heading(f"{of_unit[0].unit}（{len(of_unit)}项）", 2)
        for number, duty in enumerate(of_unit, 1):
            late = (bulletin.then - duty.due_on).days
            due = day_in_words(duty.due_on)
            document.write(f"{number}. {duty.key_task}：时限{due}，已超期{late}天。")


def _write_coming(document: OfficialDocument, bulletin: Bulletin) -> None:
    """Day by day, each key task with the units that have it still open."""
    document.write_heading("近期时限", 1)
    document.write(_about_coming(bulletin))
    groups = groupby(bulletin.coming, lambda duty: (duty.due_on, duty.key_task))
    for number, ((day, key_task), duties) in enumerate(groups, 1):
        document.write(f"{number}. {day_in_words(day)}：{key_task}（{_units(duties)}）。")


def _about_coming(bulletin: Bulletin) -> str:
    days, coming = bulletin.plan.yellow_days, bulletin.coming
    if not coming:
        return "没有尚待到期的任务。"
    if coming[0].due_on > bulletin.soon_until:
        day = day_in_words(coming[0].due_on)
        return f"{days}天内没有到期的任务，最近的时限为{day}，涉及任务{len(coming)}项。"
    until = day_in_words(bulletin.soon_until)
    return f"{days}天内（至{until}）到期的任务{len(coming)}项。"


def _units(duties: Iterable[Duty]) -> str:
    return "、".join(duty.unit for duty in duties)


def _write_table(document: OfficialDocument, bulletin: Bulletin) -> None:
    document.begin_attachment(ATTACHED)
    rows = bulletin.by_unit.rows
    lines = [(row.label, *map(str, _counts(row)), _two_decimals(row.completion)) for row in rows]
    sums = [str(sum(counts)) for counts in zip(*map(_counts, rows), strict=True)]
    if sums:
        lines.append(("合计", *sums, "—"))
    document.write_table(COLUMNS, lines, WIDTHS)
    document.write(
        f"注：数据截至{day_in_words(bulletin.then)}。同一重点任务由几个单位承担的，每个单位计1项，"
        "合计项数因此可能多于重点任务项数；计划的完成度见正文。"
    )


def _counts(row: Row) -> tuple[int, ...]:
    return (row.total, row.counted, row.closed, row.overdue, row.due_soon)


def _two_decimals(completion: Decimal | None) -> str:
    return "—" if completion is None else f"{completion:.2f}"


def _percent(completion: Decimal | None) -> str:
    """Without the zeros at its end."""
    return "—" if completion is None else f"{completion.normalize():f}%"
