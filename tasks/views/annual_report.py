"""年度报告: the report of a plan, chapter by chapter, with what the reader may do about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import Unit
from accounts.pages import reader, status_of
from plans.models import Plan
from plans.views import plan_in_sight
from tasks.annual_report import Chapter, ReportToRead, report_to_read
from tasks.forms.annual_report import (
    FORMS,
    AnnualForm,
    AssignForm,
    ChapterForm,
    CommentForm,
    ReleaseForm,
    WriteForm,
)


@require_GET
def annual_report(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_in_sight(reader(request), pk, timezone.localdate())
    return _page(request, plan)


@require_POST
def act_on_annual_report(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    at = timezone.now()
    plan = plan_in_sight(reader(request), pk, timezone.localdate(at))
    if action not in FORMS:
        raise Http404
    form = FORMS[action](request.POST)
    if not form.is_valid():
        return _page(request, plan, tried=form, status=400)
    try:
        form.carry_out(plan, actor=reader(request), at=at)
    except Refusal as refusal:
        return _page(request, plan, tried=form, refusal=refusal, status=status_of(refusal))
    messages.success(request, str(form.done))
    return redirect("annual-report", pk=pk)


def _page(
    request: HttpRequest,
    plan: Plan,
    *,
    tried: AnnualForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate()
    found = report_to_read(plan, user=reader(request), on=on)
    release = tried if isinstance(tried, ReleaseForm) else ReleaseForm()
    units = list(Unit.objects.visible_to(reader(request), on)) if found.coordinates else []
    context = {
        "place": "plans",
        "plan": plan,
        "on": on,
        "found": found,
        "chapters": [(chapter, _forms(chapter, found, units, tried)) for chapter in found.chapters],
        "release": release if found.coordinates and not found.is_released else None,
        "tried": tried,
        "refusal": refusal,
    }
    return render(request, "tasks/annual_report.html", context, status=status)


def _forms(
    chapter: Chapter, found: ReportToRead, units: list[Unit], tried: AnnualForm | None
) -> list[AnnualForm]:
    """What the reader may do about the chapter; the one just sent instead of its empty twin."""
    if not chapter.may_write:
        return []
    kinds: list[type[ChapterForm]] = [WriteForm, CommentForm]
    kinds += [AssignForm] if found.coordinates else []
    forms: list[AnnualForm] = []
    for kind in kinds:
        sent = isinstance(tried, kind) and tried.data.get("chapter") == chapter.key
        form: Any = tried if sent else kind(about=chapter)
        if kind is AssignForm:
            form.fields["unit"].choices = [("", "—"), *((unit.pk, str(unit)) for unit in units)]
        forms.append(form)
    return forms
