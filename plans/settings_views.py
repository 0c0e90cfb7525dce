"""The pages on which the issuing office sets rules of its plan."""

import datetime as dt
from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.forms import VersionedForm
from accounts.models import User
from accounts.pages import reader, status_of
from plans.access import may_coordinate
from plans.editing import change_plan_settings
from plans.models import Plan
from plans.settings_form import PlanSettingsForm
from plans.views import plan_in_sight


class RulesPage(ABC):
    """One form of rules, its words and the service that it calls."""

    title: Promise
    lead: Promise
    done: Promise

    @abstractmethod
    def form(self, plan: Plan, sent: QueryDict | None = None) -> Any:
        """With the rules in force, or with what was sent."""

    @abstractmethod
    def save(self, form: Any, plan: Plan, *, actor: User, at: dt.datetime, version: int) -> object:
        """Calls the service with a valid form. Raises its ``Refusal``."""


class PlanSettingsPage(RulesPage):
    title = gettext_lazy("Rules of the plan")
    lead = gettext_lazy(
        "Lights, regular reports and approval inside the units. They hold from now on; figures "
        "that were reported stay."
    )
    done = gettext_lazy("The plan's rules are set.")

    def form(self, plan: Plan, sent: QueryDict | None = None) -> PlanSettingsForm:
        return PlanSettingsForm.of(plan) if sent is None else PlanSettingsForm(sent, plan=plan)

    def save(
        self, form: PlanSettingsForm, plan: Plan, *, actor: User, at: dt.datetime, version: int
    ) -> object:
        return change_plan_settings(plan.pk, form.changes(), actor=actor, at=at, version=version)


@require_http_methods(["GET", "POST"])
def plan_settings(request: HttpRequest, pk: int) -> HttpResponse:
    return rules_page(request, pk, PlanSettingsPage())


def rules_page(request: HttpRequest, pk: int, page: RulesPage) -> HttpResponse:
    """The form; sent, the plan's page, or the form again with what is wrong."""
    at = timezone.now()
    on = timezone.localdate(at)
    user = reader(request)
    plan = plan_in_sight(user, pk, on)
    if not may_coordinate(user, plan, on):
        raise PermissionDenied(_("Only a coordinator of the issuing unit may do this."))
    if request.method == "GET":
        return _render(request, plan, page, page.form(plan))
    form = page.form(plan, request.POST)
    if not form.is_valid():
        return _render(request, plan, page, form, status=400)
    try:
        page.save(form, plan, actor=user, at=at, version=form.cleaned_data["version"])
    except Refusal as refusal:
        plan.refresh_from_db()
        form.now_sees(plan.version)
        return _render(request, plan, page, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, str(page.done))
    return redirect("plan", pk=pk)


def _render(
    request: HttpRequest,
    plan: Plan,
    page: RulesPage,
    form: VersionedForm,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"place": "plans", "plan": plan, "page": page, "form": form, "refusal": refusal}
    context |= {"page_url": request.path, "tried": form if refusal else None}
    return render(request, "plans/rules.html", context, status=status)
