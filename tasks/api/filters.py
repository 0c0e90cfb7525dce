"""By what shares, reports, requests and reminders are found."""

import datetime as dt
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from accounts.api.filters import (
    DayFilter,
    FilterSet,
    IdFilter,
    SubtreeFilter,
    UnitFilter,
    YesNoFilter,
)
from plans.api.filters import PlanFilter
from tasks.light_conditions import lights_on
from tasks.lights import Light
from tasks.models import (
    MAX_DEPTH,
    OPEN_STATES,
    ExtensionRequest,
    ProgressReport,
    Reminder,
    Task,
    TaskEvent,
)
from tasks.querysets import ReminderQuerySet, TaskQuerySet

ENDS = ["sent", "superseded", "failed", "waiting"]


class TaskFilters(FilterSet):
    unit = UnitFilter()
    subtree_of = SubtreeFilter(field_name="unit")
    plan = PlanFilter()
    key_task = IdFilter()
    parent = IdFilter()
    state = filters.MultipleChoiceFilter(choices=Task.State.choices)
    role = filters.MultipleChoiceFilter(choices=Task.Role.choices)
    level = filters.MultipleChoiceFilter(
        field_name="depth", choices=[(n, str(n)) for n in range(MAX_DEPTH + 1)]
    )
    light = filters.MultipleChoiceFilter(
        choices=[(light.value, light.label) for light in Light], method="keep_lit"
    )
    due_on_after = DayFilter(field_name="due_on", lookup_expr="gte")
    due_on_before = DayFilter(field_name="due_on", lookup_expr="lte")
    open = YesNoFilter(method="keep_open")
    overdue = YesNoFilter(method="keep_overdue")
    text = filters.CharFilter(field_name="title", lookup_expr="icontains")

    class Meta:
        model = Task
        fields: list[str] = []

    def keep_lit(self, rows: TaskQuerySet, name: str, values: list[str]) -> QuerySet[Task]:
        lights = lights_on(self._today())
        wanted = Q(pk__in=[])
        for value in values:
            wanted |= lights[Light(value)]
        return rows.filter(wanted)

    def keep_open(self, rows: TaskQuerySet, name: str, value: bool) -> QuerySet[Task]:
        return rows.filter(state__in=OPEN_STATES) if value else rows.exclude(state__in=OPEN_STATES)

    def keep_overdue(self, rows: TaskQuerySet, name: str, value: bool) -> QuerySet[Task]:
        late = Q(state__in=OPEN_STATES, next_due_on__lt=self._today())
        return rows.filter(late if value else ~late | Q(next_due_on=None))

    def _today(self) -> dt.date:
        view: Any = self.request.parser_context["view"]
        today: dt.date = view.on
        return today


class OfShares(FilterSet):
    """What hangs on a share is found by the share."""

    task = IdFilter()
    plan = PlanFilter(field_name="task__plan")
    unit = UnitFilter(field_name="task__unit")
    subtree_of = SubtreeFilter(field_name="task__unit")


class ReportFilters(OfShares):
    state = filters.MultipleChoiceFilter(choices=ProgressReport.State.choices)
    completes = YesNoFilter()
    submitted_after = DayFilter(field_name="submitted_at", lookup_expr="date__gte")
    submitted_before = DayFilter(field_name="submitted_at", lookup_expr="date__lte")

    class Meta:
        model = ProgressReport
        fields: list[str] = []


class EventFilters(OfShares):
    kind = filters.MultipleChoiceFilter(choices=TaskEvent.Kind.choices)

    class Meta:
        model = TaskEvent
        fields: list[str] = []


class ExtensionRequestFilters(OfShares):
    state = filters.MultipleChoiceFilter(choices=ExtensionRequest.State.choices)

    class Meta:
        model = ExtensionRequest
        fields: list[str] = []


class ReminderFilters(FilterSet):
    task = IdFilter()
    plan = PlanFilter(field_name="task__plan")
    unit = UnitFilter()
    rule = filters.MultipleChoiceFilter(choices=Reminder.Rule.choices)
    step = filters.MultipleChoiceFilter(choices=Reminder.Step.choices)
    end = filters.MultipleChoiceFilter(choices=[(end, end) for end in ENDS], method="keep_ended")
    on_after = DayFilter(field_name="on", lookup_expr="gte")
    on_before = DayFilter(field_name="on", lookup_expr="lte")

    class Meta:
        model = Reminder
        fields: list[str] = []

    def keep_ended(self, rows: ReminderQuerySet, name: str, values: list[str]) -> ReminderQuerySet:
        return rows.filter(end__in=values)  # type: ignore[misc] # annotated by with_end
