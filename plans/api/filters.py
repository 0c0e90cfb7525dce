"""By what plans and key tasks are found."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from accounts.api.filters import FilterSet, IdFilter, SubtreeFilter, UnitFilter, WholeNumberFilter
from plans.models import DeadlineKind, KeyTask, Plan
from plans.querysets import PlanQuerySet


def plans_for(request: Request | None) -> PlanQuerySet:
    """The plans that a filter may name: those in sight."""
    if request is None or request.parser_context is None:
        return Plan.objects.none()
    view: Any = request.parser_context["view"]
    return Plan.objects.visible_to(view.user, view.on)


class PlanFilter(filters.ModelChoiceFilter):  # type: ignore[misc]
    """Rows of one plan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, queryset=plans_for, **kwargs)


class PlanFilters(FilterSet):
    year = WholeNumberFilter()
    state = filters.MultipleChoiceFilter(choices=Plan.State.choices)
    issuing_unit = UnitFilter()
    text = filters.CharFilter(method="search")

    class Meta:
        model = Plan
        fields: list[str] = []

    def search(self, rows: QuerySet[Plan], name: str, value: str) -> QuerySet[Plan]:
        """By a part of the title or of the document number."""
        return rows.filter(Q(title__icontains=value) | Q(document_number__icontains=value))


class KeyTaskFilters(FilterSet):
    plan = PlanFilter()
    section = IdFilter()
    deadline_kind = filters.MultipleChoiceFilter(choices=DeadlineKind.choices)
    owner = UnitFilter(field_name="owners__unit", distinct=True)
    owner_in_subtree_of = SubtreeFilter(field_name="owners__unit", distinct=True)
    text = filters.CharFilter(method="search")

    class Meta:
        model = KeyTask
        fields: list[str] = []

    def search(self, rows: QuerySet[KeyTask], name: str, value: str) -> QuerySet[KeyTask]:
        """By a part of the title or of the text."""
        return rows.filter(Q(title__icontains=value) | Q(text__icontains=value))
