"""By what plans and key tasks are found."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from rest_framework.request import Request

from accounts.api.filters import (
    DayFilter,
    FilterSet,
    IdFilter,
    SinceFilter,
    SubtreeFilter,
    UnitFilter,
    UntilFilter,
    WholeNumberFilter,
)
from plans.models import DeadlineKind, KeyTask, Plan, ReportingPeriod
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
    last_year = WholeNumberFilter()
    state = filters.MultipleChoiceFilter(choices=Plan.State.choices)
    issuing_unit = UnitFilter()
    recipient = UnitFilter(field_name="recipients", distinct=True)
    serves = IdFilter()
    copied_from = IdFilter()
    decided_by = filters.MultipleChoiceFilter(choices=Plan.DecidedBy.choices)
    reporting_period = filters.MultipleChoiceFilter(choices=ReportingPeriod.choices)
    issued_on_after = DayFilter(field_name="issued_on", lookup_expr="gte")
    issued_on_before = DayFilter(field_name="issued_on", lookup_expr="lte")
    issued_after = SinceFilter("issued_at")
    issued_before = UntilFilter("issued_at")
    closed_after = SinceFilter("closed_at")
    closed_before = UntilFilter("closed_at")
    text = filters.CharFilter(method="search")

    class Meta:
        model = Plan
        fields: list[str] = []

    def search(self, rows: QuerySet[Plan], name: str, value: str) -> QuerySet[Plan]:
        """By a part of the title or of the document number."""
        return rows.filter(Q(title__icontains=value) | Q(document_number__icontains=value))


class KeyTaskFilters(FilterSet):
    plan = PlanFilter()
    year = WholeNumberFilter(field_name="plan__year")
    section = IdFilter()
    number = filters.CharFilter()
    due_on_after = DayFilter(field_name="due_on", lookup_expr="gte")
    due_on_before = DayFilter(field_name="due_on", lookup_expr="lte")
    serves = IdFilter()
    copied_from = IdFilter()
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
