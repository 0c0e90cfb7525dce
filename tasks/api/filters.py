"""By what shares, reports, requests and reminders are found."""

import datetime as dt
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.api.filters import (
    DayFilter,
    FilterSet,
    IdFilter,
    SinceFilter,
    SubtreeFilter,
    UnitFilter,
    UntilFilter,
    WholeNumberFilter,
    YesNoFilter,
)
from plans.api.filters import PlanFilter
from plans.models import DeadlineKind, ReportingPeriod
from tasks.light_conditions import lights_on
from tasks.lights import Light
from tasks.models import (
    MAX_DEPTH,
    OPEN_STATES,
    ExtensionRequest,
    Paper,
    ProgressReport,
    Reminder,
    Task,
    TaskEvent,
)
from tasks.querysets import ReminderQuerySet, TaskQuerySet

ENDS = ["sent", "superseded", "failed", "waiting"]


class PercentFilter(filters.NumberFilter):  # type: ignore[misc]
    """0 to 100, with decimals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=100, **kwargs)


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
    year = WholeNumberFilter(field_name="plan__year")
    section = IdFilter(field_name="key_task__section")
    issued_to = UnitFilter()
    carried_to = IdFilter()
    is_own_part = YesNoFilter()
    deadline_kind = filters.MultipleChoiceFilter(choices=DeadlineKind.choices)
    next_due_on_after = DayFilter(field_name="next_due_on", lookup_expr="gte")
    next_due_on_before = DayFilter(field_name="next_due_on", lookup_expr="lte")
    rollup = filters.MultipleChoiceFilter(choices=Task.Rollup.choices)
    reporting_period = filters.MultipleChoiceFilter(choices=ReportingPeriod.choices)
    light_set = filters.MultipleChoiceFilter(choices=Task.LightSet.choices)
    completion_from = PercentFilter(field_name="completion", lookup_expr="gte")
    completion_to = PercentFilter(field_name="completion", lookup_expr="lte")
    issued_after = SinceFilter("issued_at")
    issued_before = UntilFilter("issued_at")
    acknowledged = YesNoFilter(method="keep_acknowledged")
    closed_after = DayFilter(field_name="closed_on", lookup_expr="gte")
    closed_before = DayFilter(field_name="closed_on", lookup_expr="lte")
    changed_since = DayFilter(method="keep_changed")
    text = filters.CharFilter(method="search")

    class Meta:
        model = Task
        fields: list[str] = []

    def keep_acknowledged(self, rows: TaskQuerySet, name: str, value: bool) -> QuerySet[Task]:
        return rows.filter(acknowledged_at__isnull=not value)

    def keep_changed(self, rows: TaskQuerySet, name: str, value: dt.date) -> QuerySet[Task]:
        """Of whose history something is of that local day or later."""
        told = TaskEvent.objects.filter(task=OuterRef("pk"), at__date__gte=value)
        return rows.filter(Exists(told))

    def search(self, rows: TaskQuerySet, name: str, value: str) -> QuerySet[Task]:
        """By a part of the share's title or of the key task's printed text."""
        return rows.filter(Q(title__icontains=value) | Q(key_task__text__icontains=value))

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
    year = WholeNumberFilter(field_name="task__plan__year")


class Decided(OfShares):
    """What somebody hands in and somebody decides about."""

    author = IdFilter()
    decided_by = IdFilter()
    submitted_after = SinceFilter("submitted_at")
    submitted_before = UntilFilter("submitted_at")
    decided_after = SinceFilter("decided_at")
    decided_before = UntilFilter("decided_at")


class ReportFilters(Decided):
    state = filters.MultipleChoiceFilter(choices=ProgressReport.State.choices)
    completes = YesNoFilter()
    no_change = YesNoFilter()
    period_end_after = DayFilter(field_name="period_end", lookup_expr="gte")
    period_end_before = DayFilter(field_name="period_end", lookup_expr="lte")
    text = filters.CharFilter(method="search")

    class Meta:
        model = ProgressReport
        fields: list[str] = []

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a part of the progress as told, or of why it was returned."""
        return rows.filter(Q(narrative__icontains=value) | Q(reason__icontains=value))


class EventFilters(OfShares):
    kind = filters.MultipleChoiceFilter(choices=TaskEvent.Kind.choices)
    actor = IdFilter()
    at_after = SinceFilter("at")
    at_before = UntilFilter("at")
    from_state = filters.MultipleChoiceFilter(choices=Task.State.choices)
    to_state = filters.MultipleChoiceFilter(choices=Task.State.choices)
    text = filters.CharFilter(field_name="reason", lookup_expr="icontains")

    class Meta:
        model = TaskEvent
        fields: list[str] = []


class ExtensionRequestFilters(Decided):
    state = filters.MultipleChoiceFilter(choices=ExtensionRequest.State.choices)
    new_due_on_after = DayFilter(field_name="new_due_on", lookup_expr="gte")
    new_due_on_before = DayFilter(field_name="new_due_on", lookup_expr="lte")
    text = filters.CharFilter(method="search")

    class Meta:
        model = ExtensionRequest
        fields: list[str] = []

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a part of the reason or of the answer."""
        return rows.filter(Q(reason__icontains=value) | Q(answer__icontains=value))


class ReminderFilters(FilterSet):
    task = IdFilter()
    plan = PlanFilter(field_name="task__plan")
    unit = UnitFilter()
    subtree_of = SubtreeFilter(field_name="unit")
    year = WholeNumberFilter(field_name="task__plan__year")
    fault = filters.CharFilter()
    superseded_because = filters.CharFilter()
    planned_after = SinceFilter("planned_at")
    planned_before = UntilFilter("planned_at")
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


class PaperFilters(FilterSet):
    kind = filters.MultipleChoiceFilter(choices=Paper.Kind.choices)
    plan = PlanFilter()
    state = filters.MultipleChoiceFilter(choices=Paper.State.choices)
    fault = filters.MultipleChoiceFilter(choices=Paper.Fault.choices)
    as_of_after = DayFilter(field_name="as_of", lookup_expr="gte")
    as_of_before = DayFilter(field_name="as_of", lookup_expr="lte")
    asked_after = SinceFilter("asked_at")
    asked_before = UntilFilter("asked_at")
    made_after = SinceFilter("made_at")
    made_before = UntilFilter("made_at")

    class Meta:
        model = Paper
        fields: list[str] = []
