"""Plans in sight; a document brought in; a plan that is not yet issued."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Role, units_acted_for
from accounts.errors import Refusal
from accounts.models import Unit, UnitGroup, User
from accounts.pages import reader, status_of, whole_number
from accounts.querysets import UnitQuerySet
from plans.access import may_coordinate
from plans.editing import make_plan, settle_key_task
from plans.forms import ConfirmForm, DocumentForm, answers_in, confirm_form
from plans.models import KeyTask, Plan
from plans.reading import PlanDraft, ReadingRefused, read_apart
from plans.reading.matching import Directory, match_owners
from plans.settle_form import SettleForm
from plans.settling import Questions, open_questions, questions_left, questions_of
from plans.sources import PASTED, keep_source, waiting_source


@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    user = reader(request)
    context = {
        "place": "plans",
        "plans": Plan.objects.visible_to(user, on).select_related("issuing_unit"),
        "may_add": _offices(user, on).exists(),
    }
    return render(request, "plans/plans.html", context)


@require_http_methods(["GET", "POST"])
def new_plan(request: HttpRequest) -> HttpResponse:
    """Reads a document and shows what was understood. Makes no plan yet."""
    at = timezone.now()
    on = timezone.localdate(at)
    user = reader(request)
    offices = _offices_or_refuse(user, on)
    if request.method == "GET":
        return _document_page(request, DocumentForm())
    kept = waiting_source(whole_number(request.POST.get("source")), user)
    if "back" in request.POST:
        return _document_page(request, DocumentForm.again(kept, request.POST.get("year", "")))
    form = DocumentForm(request.POST, request.FILES, kept=kept)
    if not form.is_valid():
        return _document_page(request, form, status=400)
    name, content = form.source()
    try:
        draft = read_apart(content, name, form.cleaned_data["year"]).draft
    except ReadingRefused as refusal:
        form.add_error(None, str(refusal.message))
        return _document_page(request, form, status=400)
    source = keep_source(name or PASTED, content, actor=user, at=at)
    answers = confirm_form(draft, offices, source, on, request.POST)
    return _confirm_page(request, draft, answers, on)


@require_POST
def confirm_plan(request: HttpRequest) -> HttpResponse:
    """Saves what was read as a plan that is not yet issued."""
    at = timezone.now()
    on = timezone.localdate(at)
    form = ConfirmForm(request.POST, offices=_offices_or_refuse(reader(request), on))
    if not form.is_valid():
        draft = form.cleaned_data.get("draft")
        if draft is None:
            messages.error(request, _("The draft cannot be read any more."))
            return _document_page(request, DocumentForm(), status=400)
        return _confirm_page(request, draft, form, on, status=400)
    found = form.cleaned_data
    try:
        plan = make_plan(
            form.answered(),
            issuing_unit=found["issuing_unit"],
            issued_on=found["issued_on"],
            actor=reader(request),
            at=at,
            recipients=form.recipients(),
            source=found["source"],
        )
    except Refusal as refusal:
        status = status_of(refusal)
        return _confirm_page(request, found["draft"], form, on, refusal=refusal, status=status)
    messages.success(request, _("The plan has been saved as a draft. Nobody else sees it yet."))
    return redirect("draft-plan", pk=plan.pk)


@require_GET
def draft_plan(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    user = reader(request)
    plan = plan_in_sight(user, pk, timezone.localdate(at))
    if plan.state != Plan.State.DRAFT:
        return redirect("plan", pk=pk)
    return draft_page(request, plan, at)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers what the print of one key task left open."""
    at = timezone.now()
    user = reader(request)
    key_task = _key_task_in_sight(user, pk, timezone.localdate(at))
    plan = key_task.plan
    form = SettleForm(
        request.POST, asked=questions_of(key_task), directory=Directory(plan.issued_on)
    )
    if not form.is_valid():
        return draft_page(request, plan, at, tried=form, status=400)
    try:
        version = form.cleaned_data["version"]
        settle_key_task(pk, form.changes(), actor=user, at=at, version=version)
    except Refusal as refusal:
        form.renew(questions_of(_key_task_in_sight(user, pk, timezone.localdate(at))))
        status = status_of(refusal)
        return draft_page(request, plan, at, tried=form, refusal=refusal, status=status)
    messages.success(request, _("Settled: %(key_task)s") % {"key_task": key_task})
    return redirect("draft-plan", pk=plan.pk)


def draft_page(
    request: HttpRequest,
    plan: Plan,
    at: dt.datetime,
    *,
    tried: SettleForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """A plan that is not yet issued, the open questions first."""
    key_tasks = list(
        plan.key_tasks.select_related("section").prefetch_related("owners__unit", "owners__group")
    )
    directory = Directory(plan.issued_on)
    forms = _settle_forms(open_questions(key_tasks), directory, tried)
    other_forms = _settle_forms(questions_left(key_tasks), directory, tried)
    context = {
        "place": "plans",
        "page_url": reverse("draft-plan", args=[plan.pk]),
        "plan": plan,
        "key_tasks": key_tasks,
        "forms": forms,
        "other_forms": other_forms,
        "may_coordinate": may_coordinate(reader(request), plan, timezone.localdate(at)),
        "names": _directory_names(plan.issued_on) if forms or other_forms else [],
        "refusal": refusal,
        "tried": tried,
    }
    return render(request, "plans/draft.html", context, status=status)


def _settle_forms(
    asked: list[Questions], directory: Directory, tried: SettleForm | None
) -> list[SettleForm]:
    """One for each key task; the one just sent instead of its empty twin."""
    return [
        tried
        if tried and tried.asked.key_task.pk == questions.key_task.pk
        else SettleForm(asked=questions, directory=directory)
        for questions in asked
    ]


def _document_page(request: HttpRequest, form: DocumentForm, status: int = 200) -> HttpResponse:
    context = {
        "place": "plans",
        "form": form,
        "page_url": reverse("new-plan"),
        "answers": answers_in(request.POST),
        "sha256": request.POST.get("sha256", ""),
    }
    return render(request, "plans/new.html", context, status=status)


def _confirm_page(
    request: HttpRequest,
    draft: PlanDraft,
    form: ConfirmForm,
    on: dt.date,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    matches = {
        (match.name, match.is_group): match for match in match_owners(draft, draft.issued_on or on)
    }
    items = [
        (item, [(owner, matches[owner.name, owner.group]) for owner in item.owners])
        for item in draft.items
    ]
    context = {
        "place": "plans",
        "page_url": reverse("new-plan"),
        "draft": draft,
        "items": items,
        "form": form,
        "open": sum(bool(item.questions) for item in draft.items),
        "source": waiting_source(whole_number(str(form["source"].value())), reader(request)),
        "refusal": refusal,
    }
    return render(request, "plans/confirm.html", context, status=status)


def _offices(user: User, on: dt.date) -> UnitQuerySet:
    """The units for which the person may issue plans."""
    return units_acted_for(user, [Role.COORDINATOR], on)


def _offices_or_refuse(user: User, on: dt.date) -> UnitQuerySet:
    offices = _offices(user, on)
    if not offices.exists():
        raise PermissionDenied(_("Only a coordinator of an issuing unit may bring in a plan."))
    return offices


def _directory_names(on: dt.date) -> list[str]:
    units = Unit.objects.valid_on(on).values_list("name", flat=True)
    groups = UnitGroup.objects.values_list("name", flat=True)
    return [*groups, *units]


def plan_in_sight(user: User, pk: int, on: dt.date) -> Plan:
    plans = Plan.objects.visible_to(user, on).select_related("issuing_unit")
    found: Plan = get_object_or_404(plans, pk=pk)
    return found


def _key_task_in_sight(user: User, pk: int, on: dt.date) -> KeyTask:
    key_tasks = KeyTask.objects.visible_to(user, on).select_related("plan__issuing_unit")
    found: KeyTask = get_object_or_404(key_tasks.prefetch_related("owners"), pk=pk)
    return found
