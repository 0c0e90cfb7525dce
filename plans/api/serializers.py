"""Plans and key tasks in JSON, and the bodies of what is done with them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import units_in_sight
from accounts.api.fields import DayField, IdField, StrictSerializer
from accounts.api.serializers import UnitGroupNameSerializer, UnitNameSerializer
from accounts.api.telling import Telling
from accounts.models import Unit
from plans.access import may_coordinate
from plans.models import (
    DeadlineKind,
    KeyTask,
    KeyTaskOwner,
    Plan,
    ReportingPeriod,
    Role,
    Section,
    SourceDocument,
)

#: What a coordinator may do with a plan.
PLAN_ACTIONS = ["change", "issue", "amend", "close", "copy"]
ACTIONS_IN_STATE: dict[str, list[str]] = {
    Plan.State.DRAFT: ["change", "issue"],
    Plan.State.ISSUED: ["change", "amend", "close", "copy"],
    Plan.State.CLOSED: ["copy"],
}


class UnitsInDirectory(serializers.PrimaryKeyRelatedField[Unit]):
    """A unit by its id; only what the caller's directory holds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=IdField(), **kwargs)

    def get_queryset(self) -> QuerySet[Unit]:
        view = self.context["view"]
        return Unit.objects.visible_to(view.user, view.on)


class PlanNameSerializer(Telling, serializers.ModelSerializer[Plan]):
    """A plan where another row names it."""

    class Meta:
        model = Plan
        fields = ["id", "title"]


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """A plan's head and its rules."""

    issuing_unit = UnitNameSerializer(read_only=True)

    class Meta:
        model = Plan
        fields = [
            "id",
            "title",
            "document_number",
            "year",
            "issued_on",
            "issuing_unit",
            "state",
            "decided_by",
            "objection_days",
            "acknowledgement_days",
            "yellow_days",
            "yellow_points",
            "reporting_period",
            "report_day",
            "approval_inside_unit",
            "last_year",
            "serves",
            "copied_from",
            "issued_at",
            "closed_at",
            "version",
        ]


class SectionSerializer(serializers.ModelSerializer[Section]):
    class Meta:
        model = Section
        fields = ["id", "position", "title"]


class PlanDetailSerializer(PlanSerializer):
    """``recipients`` are the whole list for a coordinator, else those of the caller's units."""

    sections = SectionSerializer(many=True, read_only=True)
    recipients = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    class Meta(PlanSerializer.Meta):
        fields = [*PlanSerializer.Meta.fields, "sections", "recipients", "actions"]

    @extend_schema_field(UnitNameSerializer(many=True))
    def get_recipients(self, plan: Plan) -> list[Any]:
        units = Unit.objects.filter(received_plans=plan)
        if not self._coordinates(plan):
            view = self.context["view"]
            units = units.filter(pk__in=units_in_sight(view.user, view.on).values("pk"))
        found: list[Any] = UnitNameSerializer(units, many=True).data  # type: ignore[assignment]
        return found

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(PLAN_ACTIONS)))
    def get_actions(self, plan: Plan) -> list[str]:
        return ACTIONS_IN_STATE[plan.state] if self._coordinates(plan) else []

    def _coordinates(self, plan: Plan) -> bool:
        if not hasattr(self, "_known"):
            view = self.context["view"]
            self._known = may_coordinate(view.user, plan, view.on)
        return self._known


class OwnerSerializer(serializers.ModelSerializer[KeyTaskOwner]):
    """An owner as printed (``name``) and as resolved (``unit`` or ``unit_group``)."""

    unit = UnitNameSerializer(read_only=True, allow_null=True)
    unit_group = UnitGroupNameSerializer(source="group", read_only=True, allow_null=True)

    class Meta:
        model = KeyTaskOwner
        fields = ["name", "role", "is_group", "open_ended", "unit", "unit_group"]


class KeyTaskSerializer(serializers.ModelSerializer[KeyTask]):
    """One item of a plan as printed, with its owners in printed order."""

    plan = PlanNameSerializer(read_only=True)
    section = SectionSerializer(read_only=True, allow_null=True)
    owners = OwnerSerializer(many=True, read_only=True)

    class Meta:
        model = KeyTask
        fields = [
            "id",
            "plan",
            "section",
            "position",
            "number",
            "title",
            "text",
            "source_line",
            "deadline_kind",
            "deadline_text",
            "due_on",
            "weight",
            "owners",
            "version",
        ]


class NewPlanSerializer(StrictSerializer):
    """A confirmed draft, exactly as ``plans/read/`` answered it or as a person corrected it.

    ``document``: the id of the document, from the ``details`` of that answer; it is then kept with
    the plan.
    """

    example = {
        "draft": {
            "title": "2026 年工作要点",
            "document_number": None,
            "issued_on": "2026-02-11",
            "year": 2026,
            "first_unit_leads": None,
            "items": [
                {
                    "number": "1.",
                    "section": None,
                    "title": "清理文件",
                    "text": "清理文件。",
                    "owners": [
                        {"name": "司法局", "role": "lead", "group": False, "open_ended": False}
                    ],
                    "deadline": {"text": "9月底前", "kind": "date", "due_on": "2026-09-30"},
                    "line": 1,
                    "questions": [],
                }
            ],
            "questions": [],
        },
        "issuing_unit": 12,
        "issued_on": "2026-02-11",
    }

    draft = serializers.DictField()
    issuing_unit = UnitsInDirectory()
    issued_on = DayField()
    recipients = serializers.ListField(child=IdField(), required=False, max_length=5000)
    document = IdField(required=False, allow_null=True, default=None)


class PlanChangesSerializer(StrictSerializer):
    """What is left out stays as it is."""

    title = serializers.CharField(max_length=300, required=False)
    document_number = serializers.CharField(max_length=100, allow_blank=True, required=False)
    issued_on = DayField(required=False)
    decided_by = serializers.ChoiceField(Plan.DecidedBy.choices, required=False)
    objection_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    acknowledgement_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    yellow_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    yellow_points = serializers.IntegerField(min_value=0, max_value=100, required=False)
    reporting_period = serializers.ChoiceField(ReportingPeriod.choices, required=False)
    report_day = serializers.IntegerField(min_value=0, max_value=31, required=False)
    approval_inside_unit = serializers.BooleanField(required=False)
    recipients = serializers.ListField(child=IdField(), max_length=5000, required=False)


class OwnerChoiceSerializer(StrictSerializer):
    """The printed name and role, and the unit or the group that it means, if that is known."""

    name = serializers.CharField(max_length=300)
    role = serializers.ChoiceField(Role.choices)
    unit = IdField(required=False, allow_null=True)
    unit_group = IdField(required=False, allow_null=True)
    open_ended = serializers.BooleanField(required=False, default=False)


class KeyTaskChangesSerializer(StrictSerializer):
    """What is left out stays as it is; ``due_on: null`` takes the date away.

    Not a ``partial`` serializer: that would let every owner leave out its name as well.
    """

    due_on = DayField(allow_null=True, required=False)
    deadline_kind = serializers.ChoiceField(DeadlineKind.choices, required=False)
    owners = OwnerChoiceSerializer(  # type: ignore[call-arg]
        many=True, max_length=500, required=False
    )


class TextSerializer(StrictSerializer):
    """A pasted document. ``year`` only where the document itself does not say."""

    text = serializers.CharField(trim_whitespace=False, max_length=2_000_000)
    year = serializers.IntegerField(required=False, min_value=1980, max_value=2100)


class DocumentSerializer(StrictSerializer):
    """A document as a file. ``year`` only where the document itself does not say."""

    file = serializers.FileField(max_length=255, allow_empty_file=True)
    year = serializers.IntegerField(required=False, min_value=1980, max_value=2100)


class MatchSerializer(serializers.Serializer[Any]):
    """What one printed name was taken for; with two that fit, nothing, and both as candidates."""

    name = serializers.CharField()
    group = serializers.BooleanField(source="is_group")
    unit = UnitNameSerializer(allow_null=True)
    unit_group = UnitGroupNameSerializer(allow_null=True)
    candidates = UnitNameSerializer(many=True)


class SourceDocumentSerializer(serializers.ModelSerializer[SourceDocument]):
    """The document as it was brought in. ``size`` in bytes."""

    class Meta:
        model = SourceDocument
        fields = ["id", "name", "size", "sha256", "brought_at"]


class StepDraftSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    due_on = serializers.DateField()


class ItemDetailsSerializer(serializers.Serializer[Any]):
    """Of one item: persons and labels as printed, and what its deadline means day by day."""

    persons = serializers.ListField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField())
    recurrence = serializers.CharField(allow_null=True)
    steps = StepDraftSerializer(many=True)


class DetailsSerializer(serializers.Serializer[Any]):
    """``items`` in the order of the draft's; ``document`` waits seven days for its plan."""

    document = SourceDocumentSerializer()
    items = ItemDetailsSerializer(many=True)


class ReadingSerializer(serializers.Serializer[Any]):
    """``draft`` obeys the draft contract; ``details`` hold what the contract has no place for."""

    draft = serializers.DictField()
    details = DetailsSerializer()
    matches = MatchSerializer(many=True)
