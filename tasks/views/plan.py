"""A plan as issued: its completion, its tree of shares, and the button that issues it."""

import datetime as dt
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.pages import reader, status_of, whole_number
from plans.access import may_coordinate
from plans.models import KeyTask, Plan, SourceDocument
from plans.views import draft_page, plan_in_sight
from tasks.completion_sheet import as_xlsx
from tasks.figures import PlanFigures, plan_completion
from tasks.groupings import GROUPINGS, NAMES, By
from tasks.issuing import issue_plan
from tasks.ledger_sheet import SIZES
from tasks.lights import Light
from tasks.progression import Progression, progression_of
from tasks.timeline import timeline_of
from tasks.tree import NO_MONTH, plan_tree, shares_of
from tasks.views.filtering import DEPTHS, DRILLS, filter_fields, filter_of


@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    user = reader(request)
    found = plan_in_sight(user, pk, on)
    if found.state == Plan.State.DRAFT:
        return redirect("draft-plan", pk=pk)
    by_section = plan_completion(found, user=user, on=on, by="section")
    wanted = filter_of(request.GET)
    context = {
        "place": "plans",
        "plan": found,
        "on": on,
        "figures": by_section,
        "chart": _chart(by_section),
        "sections": plan_tree(found, user=user, on=on, wanted=wanted),
        "recipients": found.recipients.count(),
        "document": SourceDocument.objects.filter(plan=found).defer("content").first(),
        "depths": DEPTHS,
        **filter_fields(found, user, on, wanted),
        "may_coordinate": may_coordinate(user, found, on),
    }
    return render(request, "tasks/plan.html", context)


@require_GET
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    user = reader(request)
    found = plan_in_sight(user, pk, on)
    wanted = filter_of(request.GET)
    context = {
        "place": "plans",
        "plan": found,
        "on": on,
        "drawn": timeline_of(found, user=user, on=on, wanted=wanted),
        **filter_fields(found, user, on, wanted),
    }
    return render(request, "tasks/timeline.html", context)


@require_GET
def branch(request: HttpRequest, pk: int) -> HttpResponse:
    """The shares of one key task: a page of its own, whose table the plan's page takes over."""
    on = timezone.localdate()
    user = reader(request)
    found = get_object_or_404(
        KeyTask.objects.visible_to(user, on).select_related("plan", "section"), pk=pk
    )
    branches = shares_of(found, user=user, on=on)
    context = {"place": "plans", "key_task": found, "plan": found.plan, "branches": branches}
    return render(request, "tasks/branch.html", context)


@require_GET
def completion(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    user = reader(request)
    found = plan_in_sight(user, pk, on)
    figures = plan_completion(found, user=user, on=on, by=_grouping(request))
    progression = progression_of(found, user=user, on=on, by=_grouping(request))
    context = {
        "place": "plans",
        "plan": found,
        "on": on,
        "figures": figures,
        "first": NAMES[figures.by],
        "drill": DRILLS.get(figures.by),
        "no_month": NO_MONTH,
        "lights": list(Light),
        "progression": progression,
        "charts": _charts(progression),
        "groupings": [(by, NAMES[by]) for by in GROUPINGS],
        "all_sections": found.sections.all(),
        "sizes": list(SIZES),
    }
    return render(request, "tasks/completion.html", context)


@require_GET
def completion_sheet(request: HttpRequest, pk: int) -> FileResponse:
    """The same table as XLSX."""
    on = timezone.localdate()
    user = reader(request)
    found = plan_in_sight(user, pk, on)
    figures = plan_completion(found, user=user, on=on, by=_grouping(request))
    name = f"{found.title} {_('Completion')} {on.isoformat()}.xlsx"
    return FileResponse(BytesIO(as_xlsx(figures)), as_attachment=True, filename=name)


def _grouping(request: HttpRequest) -> By:
    """What the address asks for; by section where it asks for nothing that there is."""
    asked: Any = request.GET.get("by")
    found: By = asked if asked in GROUPINGS else "section"
    return found


@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    user = reader(request)
    found = plan_in_sight(user, pk, timezone.localdate(at))
    try:
        issue_plan(
            found.pk, actor=user, at=at, version=whole_number(request.POST.get("version")) or 0
        )
    except Refusal as refusal:
        return draft_page(request, found, at, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The plan has been issued; every unit has its share."))
    return redirect("plan", pk=pk)


def _chart(figures: PlanFigures) -> dict[str, Any]:
    """What the chart draws; the table beside it says the same with its denominators."""
    return {
        "name": _("Completion"),
        "rows": [
            {"label": row.label, "completion": float(row.completion)}
            for row in figures.rows
            if row.completion is not None
        ],
    }


def _charts(found: Progression) -> dict[str, Any]:
    """What the charts draw; the lights' chart reads the table beside it, which may be long."""
    return {
        "trend": {
            "names": [_("Due by then"), _("Closed by then")],
            "months": [date_format(month.first, "YEAR_MONTH_FORMAT") for month in found.months],
            "due": [month.due for month in found.months],
            "closed": [month.closed for month in found.months],
        },
        "days": {
            "name": _("Due"),
            "months": [date_format(dt.date(2026, month, 1), "M") for month in range(1, 13)],
            "days": [[row.day.isoformat(), row.shares] for row in found.due_days],
        },
    }
