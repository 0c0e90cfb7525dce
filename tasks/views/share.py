"""One share: its page, and every form that acts on it, its reports and its requests."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.pages import reader, status_of
from tasks.dossier import Decisions, Dossier, dossier_of
from tasks.forms import (
    EXTENSION_FORMS,
    NOTICE_FORMS,
    REPORT_FORMS,
    SHARE_FORMS,
    SHARE_FORMS_BY_ADDRESS,
    DecisionForm,
    NoChangeForm,
    ReportForm,
)
from tasks.models import ExtensionRequest, ProgressReport, SupervisionNotice, Task


@require_GET
def share(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    return share_page(request, share_in_sight(reader(request), pk, on), on)


@require_POST
def act_on_share(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    task = share_in_sight(reader(request), pk, on)
    form = _form(SHARE_FORMS_BY_ADDRESS, action)(request.POST, row=task, on=on)
    return _carry_out(request, form, task, at)


@require_POST
def decide_report(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    return _decide(request, ProgressReport, REPORT_FORMS, pk, action)


@require_POST
def decide_extension(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    return _decide(request, ExtensionRequest, EXTENSION_FORMS, pk, action)


@require_POST
def decide_notice(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    return _decide(request, SupervisionNotice, NOTICE_FORMS, pk, action)


def _decide(
    request: HttpRequest,
    model: Any,
    forms: dict[str, type[DecisionForm]],
    pk: int,
    action: str,
) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    row = get_object_or_404(model.objects.visible_to(reader(request), on), pk=pk)
    form = _form(forms, action)(request.POST, row=row, on=on)
    return _carry_out(request, form, share_in_sight(reader(request), row.task_id, on), at)


def _carry_out(
    request: HttpRequest, form: DecisionForm, task: Task, at: dt.datetime
) -> HttpResponse:
    """Done, the page that comes next; refused, the share's page with the form as it was sent."""
    on = timezone.localdate(at)
    if not form.is_valid():
        return share_page(request, task, on, tried=form, status=400)
    try:
        form.carry_out(actor=reader(request), at=at)
    except Refusal as refusal:
        task = share_in_sight(reader(request), task.pk, on)
        form.renew(refusal)
        status = status_of(refusal)
        return share_page(request, task, on, tried=form, refusal=refusal, status=status)
    if not request.accepts("text/html"):
        return HttpResponse(status=204)  # A script kept a draft; nobody reads a page.
    messages.success(request, str(form.done))
    if request.POST.get("back") == "my-work":
        return redirect("my-work")
    return redirect("share", pk=task.pk)


def share_page(
    request: HttpRequest,
    task: Task,
    on: dt.date,
    *,
    tried: DecisionForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    found = dossier_of(task, user=reader(request), on=on)
    context = {
        "place": "plans",
        "page_url": reverse("share", args=[task.pk]),
        "on": on,
        "share": found,
        "task": task,
        "actions": _action_forms(found, on, tried),
        "hindrances": [
            ([SHARE_FORMS[action].label for action in actions], reason)
            for actions, reason in found.hindrances
        ],
        "no_change": NoChangeForm(row=task, on=on) if "report" in found.actions else None,
        "reports": _with_forms(found.reports, found.decisions, REPORT_FORMS, on, tried),
        "extensions": _with_forms(
            found.extensions, found.extension_decisions, EXTENSION_FORMS, on, tried
        ),
        "notices": _with_forms(found.notices, found.notice_decisions, NOTICE_FORMS, on, tried),
        "tried": tried,
        "refusal": refusal,
    }
    return render(request, "tasks/share.html", context, status=status)


def _action_forms(found: Dossier, on: dt.date, tried: DecisionForm | None) -> list[DecisionForm]:
    """The forms of what is open to the reader; the one just sent instead of its empty twin."""
    forms: list[DecisionForm] = [
        tried if isinstance(tried, form) else form(row=found.task, on=on)
        for action, form in SHARE_FORMS.items()
        if action in found.actions
    ]
    if tried and isinstance(tried, tuple(SHARE_FORMS.values())) and tried not in forms:
        forms.insert(0, tried)
    for form in forms:
        if isinstance(form, ReportForm) and found.draft and form is not tried:
            form.resume(found.draft)
    return forms


def _with_forms(
    rows: Any,
    decisions: Decisions,
    forms: dict[str, type[DecisionForm]],
    on: dt.date,
    tried: DecisionForm | None,
) -> list[tuple[Any, list[DecisionForm]]]:
    """Each row with the forms by which the reader may decide about it; none where they may not,
    but for the one just sent, whose text is not to be lost.
    """

    def forms_for(row: Any) -> list[DecisionForm]:
        sent = tried if isinstance(tried, every) and tried.row.pk == row.pk else None
        open_now = decisions.get(row.pk, frozenset())
        if not open_now:
            return [sent] if sent else []
        return [
            sent if sent and isinstance(sent, form) else form(row=row, on=on)
            for name, form in forms.items()
            if name in open_now
        ]

    every = tuple(forms.values())
    return [(row, forms_for(row)) for row in rows]


def share_in_sight(user: User, pk: int, on: dt.date) -> Task:
    tasks = Task.objects.visible_to(user, on).select_related(
        "unit", "plan__issuing_unit", "key_task__section", "parent__unit"
    )
    found: Task = get_object_or_404(tasks, pk=pk)
    return found


def _form(forms: dict[str, Any], action: str) -> Any:
    if action not in forms:
        raise Http404
    return forms[action]
