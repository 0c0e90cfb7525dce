"""The annual report as an official document (GB/T 9704-2012). In Chinese, as its plan is."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Self

from tasks.annual_report import KINDS, Chapter, Kind, ReportToRead
from tasks.indicator_figures import Figure
from tasks.official_document import OfficialDocument
from tasks.official_layout import STANDARD, Layout
from tasks.official_words import day_in_words

#: The characters of the signing unit.
LONGEST = 60

HEADINGS = {
    Kind.MEASURES: "主要举措和成效",
    Kind.SHORTCOMINGS: "存在的不足和原因",
    Kind.DUTY: "党政主要负责人履行推进法治建设第一责任人职责情况",
    Kind.NEXT_YEAR: "下一年度工作安排",
    Kind.OTHER: "其他需要报告的情况",
}
#: The number that a section was printed with; the report numbers anew.
PRINTED = re.compile(r"^(?:[一二三四五六七八九十百]+、|[（(][一二三四五六七八九十百]+[）)])\s*")
SOURCES = "数据来源表"
COLUMNS = ("指标", "数据", "分子/分母", "报告单位", "核对")
WIDTHS = (44, 26, 28, 40, 44)


@dataclass(frozen=True)
class Signature:
    """Who signs the report, and the day under it."""

    unit: str
    dated: dt.date

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """As ``kept`` wrote it."""
        return cls(kept["unit"], dt.date.fromisoformat(kept["dated"]))

    def kept(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "dated": self.dated.isoformat()}


def annual_document(
    found: ReportToRead, signature: Signature, layout: Layout = STANDARD
) -> BytesIO:
    """The contents that somebody or the year has filled; and where every figure comes from."""
    title = f"关于{found.plan.year}年法治政府建设情况的报告"
    document = OfficialDocument(title, layout)
    document.write_title(f"{signature.unit}{title}")
    if not found.is_released:
        document.write_centred("（送审稿，未经保密审查）")
    document.leave_lines()
    for kind in KINDS:
        _write_kind(document, kind, found.of_kind(kind))
    figures = [row for row in found.draft.found.figures if row.value is not None]
    figures = figures if found.coordinates else []  # of others' eyes they are a part only
    if figures:
        document.write_attachments_note([SOURCES])
    document.sign(signature.unit, signature.dated)
    if figures:
        _write_sources(document, figures, found)
    return document.save()


def _write_kind(document: OfficialDocument, kind: Kind, chapters: Iterable[Chapter]) -> None:
    """What nothing is said of has no heading either."""
    filled = [chapter for chapter in chapters if chapter.shown.strip()]
    if not filled:
        return
    document.write_heading(HEADINGS[kind], 1)
    for chapter in filled:
        if chapter.place.section is not None:
            document.write_heading(PRINTED.sub("", chapter.title), 2)
        for line in chapter.shown.splitlines():
            if line.strip():
                document.write(line)


def _write_sources(
    document: OfficialDocument, figures: Iterable[Figure], found: ReportToRead
) -> None:
    document.begin_attachment(SOURCES)
    document.write_table(COLUMNS, [_row(figure) for figure in figures], WIDTHS)
    document.write(f"注：只计已审核的报告，数据截至{day_in_words(found.on)}。")
    general = [one.text for one in found.findings if one.indicator is None]
    if general:
        document.write(f"核对提示：{''.join(general)}")


def _row(figure: Figure) -> tuple[str, ...]:
    units = "、".join(dict.fromkeys(row.unit for row in figure.units)) or "—"
    definition = figure.indicator.definition
    checked = "".join(one.text for one in figure.findings)
    return (
        f"{figure.indicator.name}（{definition}）" if definition else figure.indicator.name,
        figure.text,
        figure.parts or "—",
        units,
        checked or "无异常",
    )
