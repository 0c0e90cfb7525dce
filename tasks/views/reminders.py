"""Every reminder in sight with its end, and what must be mended so that all reach somebody."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.holding import hold_in_force
from accounts.models import Unit
from accounts.pages import reader, whole_number
from plans.models import Plan
from tasks.models import Reminder
from tasks.reminders.overview import Wanted, oversight_for, reminders_in_sight
from tasks.templatetags.reminders import ENDS

ON_A_PAGE = 50


@require_GET
def reminders(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    user = reader(request)
    wanted = _wanted(request.GET)
    in_sight = Reminder.objects.visible_to(user, on)
    pages: Paginator[Any] = Paginator(reminders_in_sight(user, on, wanted), ON_A_PAGE)
    context = {
        "place": "reminders",
        "page": pages.get_page(request.GET.get("page")),
        "wanted": wanted,
        "oversight": oversight_for(user, on, at),
        "held": hold_in_force() is not None,
        "ends": ENDS,
        "rules": Reminder.Rule.choices,
        "plans": Plan.objects.filter(pk__in=in_sight.values("task__plan")),
        "units": Unit.objects.filter(pk__in=in_sight.values("unit")),
    }
    return render(request, "tasks/reminders.html", context)


def _wanted(query: QueryDict) -> Wanted:
    """The filter that the address names; what it does not understand asks for everything."""
    end, rule = query.get("end", ""), query.get("rule", "")
    return Wanted(
        end=end if end in ENDS else "",
        rule=rule if rule in Reminder.Rule else "",
        plan=whole_number(query.get("plan")),
        unit=whole_number(query.get("unit")),
    )
