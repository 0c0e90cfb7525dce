"""Writing the annual report: who writes a chapter, what they wrote, and the release."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import ALL_ROLES, WORKING_ROLES, may_act_for
from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from accounts.models import Unit, User
from plans.access import may_coordinate, require_coordinator
from plans.locking import lock_plan
from plans.models import Plan
from tasks.annual_draft import Place
from tasks.annual_report import key_of, report_to_read
from tasks.models import AnnualReport, ChapterComment, ChapterText, ReportChapter

Kind = ReportChapter.Kind
LONGEST = 100_000


@transaction.atomic
def write_chapter(
    plan_id: int, place: Place, text: str, *, seen: int, actor: User, at: dt.datetime
) -> ChapterText:
    """A version of the chapter's text; an empty one lets the draft speak again.

    ``seen`` is the id of the version that the writer began with, 0 where there was none:
    ``Stale`` where another has come since.
    """
    plan = lock_plan(plan_id)
    chapter = _chapter(plan, place)
    _require_may(actor, plan, chapter, at, WORKING_ROLES)
    last = chapter.texts.order_by("-id").first()
    if (last.pk if last else 0) != seen:
        raise Stale(
            "stale",
            _("Somebody changed this in the meantime. Look at it as it is now, then decide."),
            {"current_version": last.pk if last else 0},
        )
    if len(text) > LONGEST:
        raise Invalid("too_long", _("This text is too long for a chapter."))
    return ChapterText.objects.create(chapter=chapter, text=text.strip(), author=actor, at=at)


@transaction.atomic
def assign_chapter(
    plan_id: int, place: Place, unit: Unit | None, *, actor: User, at: dt.datetime
) -> ReportChapter:
    """The unit writes it from now on; nobody but the office where it is ``None``."""
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    chapter = _chapter(plan, place)
    chapter.unit = unit
    chapter.save(update_fields=["unit"])
    return chapter


@transaction.atomic
def comment_on_chapter(
    plan_id: int, place: Place, text: str, *, actor: User, at: dt.datetime
) -> ChapterComment:
    """From the office, or from the unit that writes it."""
    plan = lock_plan(plan_id)
    chapter = _chapter(plan, place)
    _require_may(actor, plan, chapter, at, ALL_ROLES)
    if not text.strip():
        raise Invalid("text_missing", _("Please write something."))
    return ChapterComment.objects.create(chapter=chapter, text=text.strip(), author=actor, at=at)


@transaction.atomic
def release_report(
    plan_id: int, *, reviewed_as: str, reviewed_on: dt.date, actor: User, at: dt.datetime
) -> AnnualReport:
    """The office records the secrecy review: the role that has confirmed it, and the day.

    Every chapter is kept as it reads now, figures and all; nothing of it changes any more. Asked
    again, it answers the report as it is.
    """
    plan = lock_plan(plan_id)
    on = timezone.localdate(at)
    require_coordinator(actor, plan.issuing_unit, on)
    report = _report(plan)
    if report.released_at is not None:
        return report
    if not reviewed_as.strip() or reviewed_on > on:
        raise Invalid("review_incomplete", _("Name the role, and a day that has come."))
    _keep(plan, actor=actor, at=at)
    report.reviewed_by, report.reviewed_as = actor, reviewed_as.strip()
    report.reviewed_on, report.released_at = reviewed_on, at
    report.save()
    return report


def _keep(plan: Plan, *, actor: User, at: dt.datetime) -> None:
    """The coordinator sees the plan whole."""
    found = report_to_read(plan, user=actor, on=timezone.localdate(at))
    for chapter in found.chapters:
        ChapterText.objects.create(
            chapter=_chapter(plan, chapter.place), text=chapter.shown, author=actor, at=at
        )


def _report(plan: Plan) -> AnnualReport:
    return AnnualReport.objects.get_or_create(plan=plan)[0]


def _chapter(plan: Plan, place: Place) -> ReportChapter:
    """Its row; raises ``Invalid`` for a section of another plan, ``Conflict`` once released."""
    if place.kind not in Kind.values or not _is_of_plan(plan, place):
        raise Invalid("no_such_chapter", _("There is no such chapter."), {"chapter": key_of(place)})
    report = _report(plan)
    if report.released_at is not None:
        raise Conflict("report_released", _("The report is released; it changes no more."))
    named: dict[str, Any] = {"kind": place.kind, "section_id": place.section}
    return ReportChapter.objects.get_or_create(report=report, **named)[0]


def _is_of_plan(plan: Plan, place: Place) -> bool:
    if place.section is None:
        return True
    return place.kind == Kind.MEASURES and plan.sections.filter(pk=place.section).exists()


def _require_may(
    user: User, plan: Plan, chapter: ReportChapter, at: dt.datetime, roles: Collection[str]
) -> None:
    on = timezone.localdate(at)
    assigned = chapter.unit is not None and may_act_for(user, chapter.unit, roles, on)
    if not assigned and not may_coordinate(user, plan, on):
        raise NotAllowed(
            "not_your_chapter", _("The office and the unit that writes the chapter may do this.")
        )
