"""The page on which the issuing office sets when its plan reminds."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from plans.models import Plan
from plans.settings_views import RulesPage, rules_page
from tasks.rules_form import ReminderRulesForm
from tasks.setting_rules import rules_of, set_reminder_rules


class ReminderRulesPage(RulesPage):
    title = gettext_lazy("Reminder rules")
    lead = gettext_lazy(
        "When this plan reminds, and who hears of what is late. All numbers are working days."
    )
    done = gettext_lazy("The rules are set; reminders follow them from now on.")

    def form(self, plan: Plan, sent: QueryDict | None = None) -> ReminderRulesForm:
        if sent is None:
            return ReminderRulesForm.of(rules_of(plan), version=plan.version)
        return ReminderRulesForm(sent)

    def save(
        self, form: ReminderRulesForm, plan: Plan, *, actor: User, at: dt.datetime, version: int
    ) -> object:
        return set_reminder_rules(plan.pk, form.rules(), actor=actor, at=at, version=version)


@require_http_methods(["GET", "POST"])
def reminder_rules(request: HttpRequest, pk: int) -> HttpResponse:
    return rules_page(request, pk, ReminderRulesPage())
