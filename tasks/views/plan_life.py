"""调整和年终: what the office does to an issued plan, each step a form with a clear confirm."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.pages import reader, status_of
from plans.access import may_coordinate
from plans.copying import copy_plan
from plans.models import DeadlineKind, KeyTask, Plan
from plans.views import plan_in_sight
from tasks.forms.base import DecisionForm
from tasks.forms.plan_life import KEY_TASK_FORMS, ClosePlanForm, CopyPlanForm
from tasks.models import UNENDED_STATES, Task
from tasks.year_end import close_plan


@require_GET
def key_task(request: HttpRequest, pk: int) -> HttpResponse:
    """As printed and as amended since; for the office, with what it may change."""
    on = timezone.localdate()
    return _key_task_page(request, _key_task_in_sight(request, pk, on), on)


@require_POST
def amend_key_task(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    row = _key_task_in_sight(request, pk, on)
    if action not in KEY_TASK_FORMS:
        raise Http404
    _require_office(request, row.plan, on)
    form = KEY_TASK_FORMS[action](request.POST, row=row, on=on)
    if not form.is_valid():
        return _key_task_page(request, row, on, tried=form, status=400)
    try:
        form.carry_out(actor=reader(request), at=at)
    except Refusal as refusal:
        form.renew(refusal)
        status = status_of(refusal)
        return _key_task_page(request, row, on, tried=form, refusal=refusal, status=status)
    messages.success(request, str(form.done))
    return redirect("key-task", pk=pk)


@require_GET
def year_end(request: HttpRequest, pk: int) -> HttpResponse:
    """What still keeps the plan from being closed, and the copy for another year."""
    on = timezone.localdate()
    plan = plan_in_sight(reader(request), pk, on)
    _require_office(request, plan, on)
    return _year_end_page(request, plan, on)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    def carry_out(form: DecisionForm, **call: Any) -> HttpResponse:
        close_plan(pk, **form.cleaned_data, **call)
        return redirect("plan", pk=pk)

    return _at_year_end(request, pk, ClosePlanForm, carry_out)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    def carry_out(form: DecisionForm, **call: Any) -> HttpResponse:
        made = copy_plan(pk, **form.cleaned_data, **call)
        return redirect("draft-plan", pk=made.pk)

    return _at_year_end(request, pk, CopyPlanForm, carry_out)


def _at_year_end(
    request: HttpRequest,
    pk: int,
    form_class: type[DecisionForm],
    carry_out: Callable[..., HttpResponse],
) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    plan = plan_in_sight(reader(request), pk, on)
    _require_office(request, plan, on)
    form = form_class(request.POST, row=plan, on=on)
    if not form.is_valid():
        return _year_end_page(request, plan, on, tried=form, status=400)
    try:
        answer = carry_out(form, actor=reader(request), at=at)
    except Refusal as refusal:
        form.renew(refusal)
        status = status_of(refusal)
        return _year_end_page(request, plan, on, tried=form, refusal=refusal, status=status)
    messages.success(request, str(form.done))
    return answer


def _require_office(request: HttpRequest, plan: Plan, on: dt.date) -> None:
    if not may_coordinate(reader(request), plan, on):
        raise PermissionDenied(_("Only a coordinator of the issuing unit may do this."))


def _key_task_in_sight(request: HttpRequest, pk: int, on: dt.date) -> KeyTask:
    rows = KeyTask.objects.visible_to(reader(request), on)
    rows = rows.select_related("plan__issuing_unit", "section").prefetch_related("owners")
    found: KeyTask = get_object_or_404(rows, pk=pk)
    return found


def _key_task_page(
    request: HttpRequest,
    row: KeyTask,
    on: dt.date,
    *,
    tried: DecisionForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    user = reader(request)
    may = may_coordinate(user, row.plan, on) and row.plan.state == Plan.State.ISSUED
    shares = Task.objects.filter(key_task=row)
    states = set(shares.values_list("state", flat=True).distinct().order_by())
    context = {
        "place": "plans",
        "page_url": reverse("key-task", args=[row.pk]),
        "key_task": row,
        "root": shares.visible_to(user, on).filter(parent__isnull=True).first(),
        "amendments": row.amendments.select_related("decided_by").order_by("-decided_at", "-pk"),
        "forms": _forms(row, states, on, tried) if may else [],
        "tried": tried,
        "refusal": refusal,
    }
    return render(request, "tasks/key_task.html", context, status=status)


def _forms(
    row: KeyTask, states: set[str], on: dt.date, tried: DecisionForm | None
) -> list[DecisionForm]:
    """What makes sense with the states its shares are in; the one just sent in any case."""
    unended = bool(states & set(UNENDED_STATES))
    open_now = {"amend", "suspend", "carry-over", "cancel"} if unended else set()
    if Task.State.SUSPENDED in states:
        open_now = open_now - {"suspend"} | {"resume"}
    return [
        tried if tried and isinstance(tried, form) else form(row=row, on=on)
        for name, form in KEY_TASK_FORMS.items()
        if name in open_now or (tried and tried.name == name)
    ]


def _year_end_page(
    request: HttpRequest,
    plan: Plan,
    on: dt.date,
    *,
    tried: DecisionForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    unended = Count("tasks", filter=Q(tasks__state__in=UNENDED_STATES))
    open_rows = plan.key_tasks.annotate(unended=unended).filter(unended__gt=0)
    context: dict[str, Any] = {
        "place": "plans",
        "plan": plan,
        "open_rows": open_rows.order_by("position"),
        "ongoing": DeadlineKind.ONGOING,
        "close_form": tried if isinstance(tried, ClosePlanForm) else ClosePlanForm(row=plan, on=on),
        "copy_form": tried if isinstance(tried, CopyPlanForm) else CopyPlanForm(row=plan, on=on),
        "tried": tried,
        "refusal": refusal,
    }
    return render(request, "tasks/year_end.html", context, status=status)
