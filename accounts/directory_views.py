"""组织机构: the tree of units, the words that stand for many of them, and who holds which role."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import ALL_ROLES, Role, units_acted_for, units_of_known_people
from accounts.directory_tree import (
    branches_open_at,
    chain_above,
    roles_in_sight,
    search,
    split_by_end,
    told_in_full,
)
from accounts.forms import PageForm
from accounts.models import Unit, UnitGroup, UnitGroupMembership, User
from accounts.pages import reader


class SearchForm(PageForm):
    q = forms.CharField(
        label=_("Name of a unit, a group or a person"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    ended = forms.BooleanField(label=_("Also what has ended"), required=False)

    def words(self) -> str:
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""

    def wants_ended(self) -> bool:
        return bool(self.is_valid() and self.cleaned_data["ended"])


@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """The tops of the tree, one's own units, the groups; or what a search finds."""
    on = timezone.localdate()
    user = reader(request)
    form = SearchForm(request.GET)
    words = form.words()
    context: dict[str, Any] = {
        "words": words,
        "may_reform": units_acted_for(user, [Role.COORDINATOR], on).exists(),
    }
    if words:
        context["found"] = search(words, user=user, on=on, ended=form.wants_ended())
    else:
        context["groups"] = UnitGroup.objects.visible_to(user, on)
        context["own_units"] = units_acted_for(user, ALL_ROLES, on).select_related("parent")
    return _page(request, "accounts/directory.html", form, None, on, context)


@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit with everything dated; its people for those who may know them."""
    on = timezone.localdate()
    user = reader(request)
    found: Unit = get_object_or_404(told_in_full(Unit.objects.visible_to(user, on)), pk=pk)
    roles = roles_in_sight(user, on).filter(unit=found).select_related("user")
    lasting, earlier = split_by_end(roles.order_by("role", "user__name", "id"), on)
    context = {
        "unit": found,
        "chain": chain_above(found),
        "knows_people": units_of_known_people(user, on).filter(pk=pk).exists(),
        "roles": lasting,
        "earlier_roles": earlier,
    }
    return _page(request, "accounts/unit.html", SearchForm(request.GET), found, on, context)


@require_GET
def unit_group(request: HttpRequest, pk: int) -> HttpResponse:
    """A word for many units, and which they were on which day."""
    on = timezone.localdate()
    user = reader(request)
    members = UnitGroupMembership.objects.select_related("unit__parent")
    ordered = members.order_by("unit__depth", "unit__position", "unit_id", "pk")
    groups = UnitGroup.objects.visible_to(user, on)
    found: UnitGroup = get_object_or_404(
        groups.prefetch_related(Prefetch("memberships", ordered)), pk=pk
    )
    rows = list(found.memberships.all())
    context = {
        "group": found,
        "members": [row for row in rows if row.valid_to is None or row.valid_to >= on],
        "earlier_members": [row for row in rows if row.valid_to and row.valid_to < on],
    }
    return _page(request, "accounts/unit_group.html", SearchForm(request.GET), None, on, context)


def _page(
    request: HttpRequest,
    template: str,
    form: SearchForm,
    opened: Unit | None,
    on: dt.date,
    context: dict[str, Any],
) -> HttpResponse:
    user: User = reader(request)
    ended = form.wants_ended()
    units = Unit.objects.visible_to(user, on)
    context |= {
        "place": "directory",
        "page_url": reverse("directory"),
        "on": on,
        "form": form,
        "ended": ended,
        "opened": opened,
        "branches": branches_open_at(opened, units, on, ended=ended),
    }
    return render(request, template, context)
