"""年度报告 as one person may read it: each chapter's draft, texts and comments, and the checks."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.access import ALL_ROLES, WORKING_ROLES, units_acted_for
from accounts.models import Unit, User
from plans.access import may_coordinate
from plans.models import Plan
from tasks.annual_draft import Draft, Place, draft_of, filled, unknown_marks
from tasks.indicator_checks import Code, Finding, no_shortcomings
from tasks.models import AnnualReport, ChapterComment, ChapterText, ReportChapter

Kind = ReportChapter.Kind
#: The contents in the order of the report.
KINDS = (Kind.MEASURES, Kind.SHORTCOMINGS, Kind.DUTY, Kind.NEXT_YEAR, Kind.OTHER)


@dataclass(frozen=True)
class Chapter:
    """``text`` is what holds, with its marks: the last that somebody wrote, or the draft.
    ``shown`` has the figures in their place. ``seen`` names the version for the next writer.
    ``texts`` and ``comments`` are there for those who take part in the writing only: what the
    secrecy review has taken out stands in them."""

    place: Place
    title: str
    draft: str
    text: str
    shown: str
    is_written: bool
    unit: Unit | None
    texts: list[ChapterText]
    comments: list[ChapterComment]
    may_write: bool

    @property
    def key(self) -> str:
        return key_of(self.place)

    @property
    def seen(self) -> int:
        return self.texts[-1].pk if self.texts else 0


@dataclass(frozen=True)
class ReportToRead:
    """``report`` is ``None`` while nobody has touched it. ``chapters`` are those in sight."""

    plan: Plan
    on: dt.date
    report: AnnualReport | None
    chapters: list[Chapter]
    findings: list[Finding]
    draft: Draft
    coordinates: bool

    @property
    def is_released(self) -> bool:
        return self.report is not None and self.report.released_at is not None

    def chapter(self, key: str) -> Chapter | None:
        return next((chapter for chapter in self.chapters if chapter.key == key), None)

    def of_kind(self, kind: str) -> list[Chapter]:
        return [chapter for chapter in self.chapters if chapter.place.kind == kind]


def key_of(place: Place) -> str:
    """As an address names it: measures-12, duty."""
    if place.kind == Kind.MEASURES:
        return f"{place.kind}-{place.section or 0}"
    return place.kind


def place_of(key: str) -> Place:
    """The chapter that such a key names; of a section that no plan has where it names none."""
    kind, _dash, section = key.partition("-")
    if kind != Kind.MEASURES:
        return Place(key)
    number = int(section) if section.isdecimal() and len(section) < 19 else -1
    return Place(kind, number or None)


def report_to_read(
    plan: Plan, *, user: User, on: dt.date, then: dt.date | None = None
) -> ReportToRead:
    """As of the end of ``then``. The office sees it whole; a unit what is assigned to it; once it
    is released everybody who may read the plan reads it, without what was said on the way."""
    report = AnnualReport.objects.filter(plan=plan).first()
    draft = draft_of(plan, user=user, on=on, then=then or on)
    coordinates = may_coordinate(user, plan, on)
    released = report is not None and report.released_at is not None
    acting = _units(user, on, ALL_ROLES)
    working = _units(user, on, WORKING_ROLES)
    rows = _rows(report)
    chapters = []
    for place in _places(draft):
        row = rows.get(place)
        unit_id = row.unit_id if row else None
        takes_part = coordinates or unit_id in acting
        if not (takes_part or released):
            continue
        may_write = not released and (coordinates or unit_id in working)
        chapters.append(_chapter(place, row, draft, takes_part=takes_part, may_write=may_write))
    findings = _findings(chapters, draft) if coordinates else []
    return ReportToRead(plan, then or on, report, chapters, findings, draft, coordinates)


def _units(user: User, on: dt.date, roles: Collection[str]) -> set[int | None]:
    return set(units_acted_for(user, roles, on).values_list("pk", flat=True))


def _rows(report: AnnualReport | None) -> dict[Place, ReportChapter]:
    rows = ReportChapter.objects.filter(report=report).select_related("unit")
    related = rows.prefetch_related("texts__author", "comments__author")
    return {Place(row.kind, row.section_id): row for row in related}


def _places(draft: Draft) -> list[Place]:
    """Every chapter there is: the sections in printed order, then the other contents."""
    return sorted(draft.titles, key=lambda place: KINDS.index(Kind(place.kind)))


def _chapter(
    place: Place, row: ReportChapter | None, draft: Draft, *, takes_part: bool, may_write: bool
) -> Chapter:
    texts = list(row.texts.all()) if row else []
    written = texts[-1].text if texts else ""
    text = written or draft.text(place)
    return Chapter(
        place=place,
        title=draft.titles[place],
        draft=draft.text(place),
        text=text,
        shown=filled(text, draft.figures),
        is_written=bool(written),
        unit=row.unit if row else None,
        texts=texts if takes_part else [],
        comments=list(row.comments.all()) if row and takes_part else [],
        may_write=may_write,
    )


def _findings(chapters: list[Chapter], draft: Draft) -> list[Finding]:
    """Of the figures, and of the report itself."""
    found = list(draft.found.findings)
    for chapter in chapters:
        for mark in unknown_marks(chapter.text, draft.figures):
            text = _("There is no figure “%(mark)s”.") % {"mark": mark}
            found.append(Finding(Code.NO_SUCH_FIGURE, text, chapter.title))
        if chapter.place.kind == Kind.SHORTCOMINGS and not chapter.text.strip():
            found.append(no_shortcomings())
    return found
