"""指标: what is counted in a plan and what it comes to; for the office, with what it may define."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.pages import reader, status_of, whole_number
from plans.access import may_coordinate
from plans.models import Plan
from plans.views import plan_in_sight
from tasks.defining import define_indicator, redefine_indicator, remove_indicator
from tasks.forms.indicators import IndicatorForm
from tasks.indicator_figures import indicators_of
from tasks.models import Indicator


@require_http_methods(["GET", "POST"])
def indicators(request: HttpRequest, pk: int) -> HttpResponse:
    """All of a plan; sent by its office, one more."""
    at = timezone.now()
    plan = plan_in_sight(reader(request), pk, timezone.localdate(at))
    if request.method == "GET":
        return _page(request, plan)
    _require_office(request, plan)
    form = IndicatorForm(request.POST, plan=plan)
    if not form.is_valid():
        return _page(request, plan, form=form, status=400)
    key_task = form.cleaned_data["key_task"]
    try:
        define_indicator(key_task.pk, form.definition(), actor=reader(request), at=at)
    except Refusal as refusal:
        return _page(request, plan, form=form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The indicator is defined; units report it with their progress."))
    return redirect("indicators", pk=pk)


@require_http_methods(["GET", "POST"])
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """One definition to be changed, by the office."""
    at = timezone.now()
    row = _in_sight(request, pk)
    _require_office(request, row.plan)
    if request.method == "GET":
        return _form_page(request, row, IndicatorForm(plan=row.plan, row=row))
    form = IndicatorForm(request.POST, plan=row.plan, row=row)
    if not form.is_valid():
        return _form_page(request, row, form, status=400)
    version = form.cleaned_data["version"] or 0
    try:
        redefine_indicator(pk, form.definition(), actor=reader(request), at=at, version=version)
    except Refusal as refusal:
        row.refresh_from_db()
        form = form.now_sees(row.version)
        return _form_page(request, row, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The indicator has been changed."))
    return redirect("indicators", pk=row.plan_id)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _in_sight(request, pk)
    _require_office(request, row.plan)
    version = whole_number(request.POST.get("version")) or 0
    try:
        remove_indicator(pk, actor=reader(request), at=at, version=version)
    except Refusal as refusal:
        row.refresh_from_db()
        form = IndicatorForm(plan=row.plan, row=row)
        return _form_page(request, row, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The indicator has been taken away."))
    return redirect("indicators", pk=row.plan_id)


def _page(
    request: HttpRequest,
    plan: Plan,
    *,
    form: IndicatorForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate()
    user = reader(request)
    may_define = may_coordinate(user, plan, on) and plan.state != Plan.State.CLOSED
    context = {
        "place": "plans",
        "plan": plan,
        "found": indicators_of(plan, user=user, on=on),
        "may_define": may_define,
        "form": form or (IndicatorForm(plan=plan) if may_define else None),
        "tried": form,
        "refusal": refusal,
    }
    return render(request, "tasks/indicators.html", context, status=status)


def _form_page(
    request: HttpRequest,
    row: Indicator,
    form: IndicatorForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"place": "plans", "row": row, "form": form, "refusal": refusal}
    return render(request, "tasks/indicator.html", context, status=status)


def _in_sight(request: HttpRequest, pk: int) -> Indicator:
    rows = Indicator.objects.visible_to(reader(request), timezone.localdate())
    found: Indicator = get_object_or_404(
        rows.select_related("plan__issuing_unit", "key_task"), pk=pk
    )
    return found


def _require_office(request: HttpRequest, plan: Plan) -> None:
    if not may_coordinate(reader(request), plan, timezone.localdate()):
        raise PermissionDenied(_("Only a coordinator of the issuing unit may do this."))
