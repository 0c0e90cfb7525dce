"""The page on which the issuing office sets the rules of its plan."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.pages import reader, status_of
from plans.access import may_coordinate
from plans.editing import change_plan_settings
from plans.models import Plan
from plans.settings_form import PlanSettingsForm


@require_http_methods(["GET", "POST"])
def plan_settings(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    user = reader(request)
    plans = Plan.objects.visible_to(user, on).select_related("issuing_unit")
    plan: Plan = get_object_or_404(plans, pk=pk)
    if not may_coordinate(user, plan, on):
        raise PermissionDenied(_("Only a coordinator of the issuing unit may do this."))
    if request.method == "GET":
        return _page(request, plan, PlanSettingsForm.of(plan))
    form = PlanSettingsForm(request.POST, plan=plan)
    if not form.is_valid():
        return _page(request, plan, form, status=400)
    try:
        version = form.cleaned_data["version"]
        change_plan_settings(pk, form.changes(), actor=user, at=at, version=version)
    except Refusal as refusal:
        plan.refresh_from_db()
        form.now_sees(plan.version)
        return _page(request, plan, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The plan's rules are set."))
    return redirect("plan", pk=pk)


def _page(
    request: HttpRequest,
    plan: Plan,
    form: PlanSettingsForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"place": "plans", "plan": plan, "form": form, "refusal": refusal}
    context |= {"page_url": request.path, "tried": form if refusal else None}
    return render(request, "plans/settings.html", context, status=status)
