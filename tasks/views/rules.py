"""The page on which the issuing office sets when its plan reminds."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.pages import reader, status_of
from plans.access import may_coordinate
from plans.models import Plan
from tasks.rules_form import ReminderRulesForm
from tasks.setting_rules import rules_of, set_reminder_rules
from tasks.views.plan import plan_in_sight


@require_http_methods(["GET", "POST"])
def reminder_rules(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    user = reader(request)
    plan = plan_in_sight(user, pk, on)
    if not may_coordinate(user, plan, on):
        raise PermissionDenied(_("Only a coordinator of the issuing unit may do this."))
    if request.method == "GET":
        return _page(request, plan, ReminderRulesForm.of(rules_of(plan), version=plan.version))
    form = ReminderRulesForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, form, status=400)
    try:
        set_reminder_rules(
            pk, form.rules(), actor=user, at=at, version=form.cleaned_data["version"]
        )
    except Refusal as refusal:
        plan.refresh_from_db()
        form.now_sees(plan.version)
        return _page(request, plan, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("The rules are set; reminders follow them from now on."))
    return redirect("plan", pk=pk)


def _page(
    request: HttpRequest,
    plan: Plan,
    form: ReminderRulesForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"place": "plans", "plan": plan, "form": form, "refusal": refusal}
    context |= {"page_url": request.path, "tried": form if refusal else None}
    return render(request, "tasks/reminder_rules.html", context, status=status)
