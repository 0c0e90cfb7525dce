"""Shares, reports, requests, history and reminders in JSON."""

from decimal import ROUND_HALF_UP
from typing import Any

from django.db.models import F
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import PersonSerializer, UnitNameSerializer
from accounts.api.telling import Telling
from accounts.fixed_query import FixedQuery, Given
from plans.api.serializers import PlanNameSerializer
from plans.models import KeyTask
from tasks.access import actions_open_to, deciding_unit, is_head_of, may_decide
from tasks.lights import Light
from tasks.models import (
    ExtensionRequest,
    IndicatorValue,
    ProgressReport,
    Step,
    Task,
    TaskEvent,
)
from tasks.periods import missing_periods
from tasks.querysets import IsAmong
from tasks.tree import completion_rule

#: What a person may do with a share, in the order of its life.
SHARE_ACTIONS = [
    "acknowledge",
    "object",
    "uphold",
    "decompose",
    "report",
    "ask_extension",
    "urge",
    "issue_notice",
    "change",
    "move",
    "reassign",
    "set_light",
    "review",
    "cancel",
    "reopen",
]

LIGHTS = [(light.value, light.label) for light in Light]


class KeyTaskNameSerializer(Telling, serializers.ModelSerializer[KeyTask]):
    """A key task where a share names it."""

    class Meta:
        model = KeyTask
        fields = ["id", "number", "title"]


class ShareNameSerializer(Telling, serializers.ModelSerializer[Task]):
    """A share where a report or a reminder names it. The unit must be joined."""

    unit = UnitNameSerializer(read_only=True)

    class Meta:
        model = Task
        fields = ["id", "title", "unit"]


class TaskSerializer(Telling, serializers.ModelSerializer[Task]):
    """One unit's share. ``completion`` counts upward; ``reported_percent`` is the unit's own.

    ``next_due_on`` is the day of the first open step, or ``due_on``; light and reminders follow
    it. ``carried_to`` is the later plan's key task under which the share went on.
    """

    plan = PlanNameSerializer(read_only=True)
    key_task = KeyTaskNameSerializer(read_only=True)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_id", read_only=True, allow_null=True
    )
    level = serializers.IntegerField(source="depth", read_only=True)
    unit = UnitNameSerializer(read_only=True)
    light = serializers.SerializerMethodField()
    completion = serializers.DecimalField(
        max_digits=5, decimal_places=2, rounding=ROUND_HALF_UP, read_only=True
    )

    class Meta:
        model = Task
        fields = [
            "id",
            "plan",
            "key_task",
            "parent",
            "level",
            "unit",
            "role",
            "is_own_part",
            "title",
            "deadline_kind",
            "deadline_text",
            "due_on",
            "next_due_on",
            "steps_total",
            "steps_closed",
            "reporting_period",
            "weight",
            "rollup",
            "state",
            "light",
            "light_set",
            "completion",
            "reported_percent",
            "issued_at",
            "acknowledged_at",
            "closed_on",
            "carried_to",
            "version",
        ]

    @extend_schema_field(serializers.ChoiceField(LIGHTS))
    def get_light(self, task: Task) -> str:
        on = self.context["view"].on
        return task.light_on(on).value


#: The columns that a ``TaskSerializer`` tells of a share, and those that its light rests on.
TOLD = (
    *(set(TaskSerializer.Meta.fields) - {"level", "light", "plan", "key_task", "unit"}),
    "depth",
    "plan__title",
    "plan__year",
    "plan__yellow_days",
    "plan__yellow_points",
    "key_task__number",
    "key_task__title",
    "unit__name",
)


#: Besides these, what is asked of one share that is told in full: who may do what with it.
TOLD_IN_FULL = (
    *TOLD,
    "ancestors",
    "plan__decided_by",
    "plan__issuing_unit__name",
    "plan__report_day",
    "plan__reporting_period",
    "parent__unit__name",
    "unit__ancestors",
)


#: Those of a share below, which is of the same key task.
OF_A_CHILD = tuple(name for name in TOLD if not name.startswith(("plan__", "key_task__")))


class AboveSerializer(Telling, serializers.ModelSerializer[Task]):
    """A share above: its title, owner and deadline, and nothing else (DESIGN 4)."""

    unit = UnitNameSerializer(read_only=True)
    level = serializers.IntegerField(source="depth", read_only=True)

    class Meta:
        model = Task
        fields = ["level", "title", "unit", "deadline_kind", "deadline_text", "due_on"]


ABOVE = FixedQuery(
    lambda: (
        Task.objects.filter(IsAmong(F("pk"), Given("ids")))
        .select_related("unit")
        .only("depth", "title", "deadline_kind", "deadline_text", "due_on", "unit__name")
        .order_by("depth")
    )
)
CHILDREN = FixedQuery(
    lambda: (
        Task.objects.filter(parent=Given("share"))
        .select_related("unit")
        .only("plan_id", "key_task_id", *OF_A_CHILD)
        .order_by("unit__depth", "unit__position", "id")
    )
)


class StepSerializer(Telling, serializers.ModelSerializer[Step]):
    """A milestone, or one occurrence of a recurring duty; closed by an approved report."""

    class Meta:
        model = Step
        fields = ["id", "position", "label", "due_on", "closed_on"]


class PeriodSerializer(Telling, serializers.Serializer[Any]):
    """A period to report on: its last day, and the last day to hand the report in."""

    end = serializers.DateField()
    due_on = serializers.DateField()


class TaskDetailSerializer(TaskSerializer):
    """``chain`` are the shares above, root first; ``children`` those directly below.

    ``missing_reports`` are the reporting periods that nobody has reported on.
    """

    steps = serializers.SerializerMethodField()
    missing_reports = serializers.SerializerMethodField()

    chain = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()
    completion_rule = serializers.SerializerMethodField()
    decided_by = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(TaskSerializer.Meta):
        fields = [
            *TaskSerializer.Meta.fields,
            "steps",
            "missing_reports",
            "chain",
            "children",
            "completion_rule",
            "decided_by",
            "actions",
        ]

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, task: Task) -> Any:
        steps = task.steps.order_by("position") if task.steps_total else Step.objects.none()
        return StepSerializer(steps, many=True).data

    @extend_schema_field(AboveSerializer(many=True))
    def get_chain(self, task: Task) -> Any:
        above = ABOVE(ids=task.ancestors) if task.ancestors else []
        return AboveSerializer(above, many=True).data

    @extend_schema_field(TaskSerializer(many=True))
    def get_children(self, task: Task) -> Any:
        rows = self._children(task)
        return TaskSerializer(rows, many=True, context=self.context).data

    @extend_schema_field(PeriodSerializer(many=True))
    def get_missing_reports(self, task: Task) -> Any:
        periods = missing_periods([task], self.context["view"].on).get(task.pk, [])
        return PeriodSerializer(periods, many=True).data

    def get_completion_rule(self, task: Task) -> str:
        return str(completion_rule(task, has_below=bool(self._children(task))))

    @extend_schema_field(UnitNameSerializer)
    def get_decided_by(self, task: Task) -> Any:
        return UnitNameSerializer(deciding_unit(task)).data

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(SHARE_ACTIONS)))
    def get_actions(self, task: Any) -> list[str]:
        """One report and one request wait at a time, so a second is not offered."""
        view = self.context["view"]
        found = actions_open_to(view.user, task, view.on)
        waiting = {"report": task.report_waits, "ask_extension": task.request_waits}
        return [name for name in SHARE_ACTIONS if name in found and not waiting.get(name)]

    def _children(self, task: Task) -> list[Task]:
        """Everything below a share in sight is in sight."""
        if not hasattr(self, "_known"):
            self._known = CHILDREN(share=task.pk)
            for child in self._known:
                child.plan, child.key_task = task.plan, task.key_task
        return self._known


class _DecidedSerializer(Telling, serializers.ModelSerializer[Any]):
    """What reports and requests have in common."""

    task = ShareNameSerializer(read_only=True)
    author = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)

    #: What may be done with the row while it waits.
    decisions: list[str] = []

    def open_decisions(self, row: Any) -> list[str]:
        view = self.context["view"]
        waits = row.state == "submitted" and row.author_id != view.user.pk
        return self.decisions if waits and may_decide(view.user, row.task, view.on) else []


class ReportSerializer(_DecidedSerializer):
    """What a unit said of its share. Approved, it never changes again."""

    class Meta:
        model = ProgressReport
        fields = [
            "id",
            "task",
            "author",
            "percent",
            "completes",
            "no_change",
            "narrative",
            "period_end",
            "state",
            "submitted_at",
            "decided_by",
            "decided_at",
            "reason",
            "version",
        ]


class ReportedFigureSerializer(Telling, serializers.ModelSerializer[IndicatorValue]):
    """What a report says of one indicator."""

    class Meta:
        model = IndicatorValue
        fields = ["indicator", "value"]


FIGURES = FixedQuery(lambda: IndicatorValue.objects.filter(report=Given("report")))


class ReportDetailSerializer(ReportSerializer):
    """With its figures, and what the caller may do with it now."""

    decisions = ["approve", "return"]
    figures = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(ReportSerializer.Meta):
        fields = [*ReportSerializer.Meta.fields, "steps", "figures", "actions"]

    @extend_schema_field(ReportedFigureSerializer(many=True))
    def get_figures(self, row: ProgressReport) -> Any:
        return ReportedFigureSerializer(FIGURES(report=row.pk), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_steps(self, row: ProgressReport) -> list[int]:
        """The ids of the steps that it says are done."""
        steps = row.steps.order_by("position").values_list("pk", flat=True)
        return list(steps) if row.task.steps_total else []

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(["let_out", "approve", "return"]))
    )
    def get_actions(self, row: ProgressReport) -> list[str]:
        if row.state != ProgressReport.State.INSIDE:
            return self.open_decisions(row)
        view = self.context["view"]
        lets_out = row.author_id != view.user.pk and is_head_of(view.user, row.task.unit, view.on)
        return ["let_out", "return"] if lets_out else []


class ExtensionRequestSerializer(_DecidedSerializer):
    """A later date that a unit asks for, and the answer."""

    class Meta:
        model = ExtensionRequest
        fields = [
            "id",
            "task",
            "author",
            "old_due_on",
            "new_due_on",
            "reason",
            "state",
            "submitted_at",
            "decided_by",
            "decided_at",
            "answer",
            "version",
        ]


class ExtensionRequestDetailSerializer(ExtensionRequestSerializer):
    """With what the caller may do with it now."""

    decisions = ["approve", "refuse"]
    actions = serializers.SerializerMethodField()

    class Meta(ExtensionRequestSerializer.Meta):
        fields = [*ExtensionRequestSerializer.Meta.fields, "actions"]

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(["approve", "refuse"]))
    )
    def get_actions(self, row: ExtensionRequest) -> list[str]:
        return self.open_decisions(row)


class EventSerializer(Telling, serializers.ModelSerializer[TaskEvent]):
    """One line of a share's history."""

    actor = PersonSerializer(read_only=True)
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]

    class Meta:
        model = TaskEvent
        fields = ["id", "kind", "actor", "at", "from_state", "to_state", "reason", "data"]
