"""The bodies of what is done with shares, reports and requests; and of figures that are told."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import DayField, IdField, StrictSerializer
from accounts.api.serializers import RoleSerializer
from accounts.api.telling import Telling
from accounts.models import User
from plans.models import ReportingPeriod
from tasks.groupings import GROUPINGS, GROUPINGS_OF_ALL
from tasks.models.indicator import DECIMALS, DIGITS

LONGEST_TEXT = 10_000


class ReasonSerializer(StrictSerializer):
    """A sentence for the people who will ask why."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)


class StepPartSerializer(StrictSerializer):
    """A milestone of a share to be made."""

    label = serializers.CharField(max_length=300)  # type: ignore[assignment]
    due_on = DayField()


class PartSerializer(StrictSerializer):
    """One share to be made; what is left out is taken from the share above."""

    unit = IdField()
    title = serializers.CharField(max_length=500, required=False)
    due_on = DayField(required=False, allow_null=True)
    weight = serializers.DecimalField(
        max_digits=8, decimal_places=3, min_value=Decimal(0), required=False
    )
    steps = StepPartSerializer(many=True, required=False, max_length=60)  # type: ignore[call-arg]
    reporting_period = serializers.ChoiceField(
        ReportingPeriod.choices, required=False, allow_blank=True
    )


class DecompositionSerializer(StrictSerializer):
    """Either ``parts``, one for each unit, or a ``group`` whose members get equal shares."""

    default_error_messages = {"one_of_two": _("Give either parts or a group.")}
    example = {"parts": [{"unit": 12, "weight": "1"}, {"unit": 13, "due_on": "2026-06-30"}]}

    parts = PartSerializer(  # type: ignore[call-arg]
        many=True, required=False, allow_empty=False, max_length=1000
    )
    group = IdField(required=False)
    title = serializers.CharField(max_length=500, required=False)
    due_on = DayField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        of_group = {"group", "title", "due_on"} & attrs.keys()
        if ("parts" in attrs) == bool(of_group) or (of_group and "group" not in attrs):
            self.fail("one_of_two")
        return attrs


class NewFigureSerializer(StrictSerializer):
    """A figure of one indicator of the key task, of the report's period."""

    indicator = IdField()
    value = serializers.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS)


class NewReportSerializer(StrictSerializer):
    """``percent`` 0 to 99, or ``completes``, or ``no_change``; or the ``steps`` that are done.

    A share that has steps takes its percent from them. ``period_end`` is the last day of the
    period that the report is about; left out, it is the oldest one that is missing. ``figures``
    are what the unit itself did in that period, those below it left out; of a share without
    regular reports what it did in the year so far.
    """

    example = {"percent": "60", "narrative": "已化解 9 件。"}

    percent = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(99),
        required=False,
        allow_null=True,
    )
    completes = serializers.BooleanField(required=False, default=False)
    no_change = serializers.BooleanField(required=False, default=False)
    narrative = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )
    steps = serializers.ListField(child=IdField(), required=False, default=[], max_length=400)
    period_end = DayField(required=False, allow_null=True, default=None)
    figures = NewFigureSerializer(  # type: ignore[call-arg]
        many=True, required=False, default=[], max_length=100
    )

    def validate_figures(self, rows: list[dict[str, Any]]) -> dict[int, Decimal]:
        """By the indicators' ids, as the service takes them."""
        found = {row["indicator"]: row["value"] for row in rows}
        if len(found) < len(rows):
            text = _("An indicator is named twice.")
            raise serializers.ValidationError(text, code="repeated")
        return found


class NewExtensionRequestSerializer(StrictSerializer):
    new_due_on = DayField()
    reason = serializers.CharField(max_length=LONGEST_TEXT)


class AnswerSerializer(StrictSerializer):
    """What the unit that asked will read."""

    answer = serializers.CharField(max_length=LONGEST_TEXT)


class OptionalAnswerSerializer(StrictSerializer):
    """What the unit that asked will read, if there is anything to say."""

    answer = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )


class LeftOutSerializer(Telling, serializers.Serializer[Any]):
    """Shares that do not count, by the first reason that holds."""

    cancelled = serializers.IntegerField()
    suspended = serializers.IntegerField()
    supporting = serializers.IntegerField()
    ongoing = serializers.IntegerField()


@extend_schema_field({"type": ["integer", "string", "null"]})
class RowKeyField(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: Any) -> Any:
        return value


class RowSerializer(Telling, serializers.Serializer[Any]):
    """One line: ``total`` = ``counted`` + all that is left out; the rest are parts of counted.

    ``key`` is the id of a section, key task or unit, or the word or number of any other row.
    ``on_time_rate`` is the percent of ``on_time`` in ``due_by_now``: of what is closed or had to
    be by its own date, what was submitted by that date and confirmed, whenever that was.

    ``completion`` is a percent with two decimals, null where nothing counts.
    """

    key = RowKeyField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]
    total = serializers.IntegerField()
    counted = serializers.IntegerField()
    acknowledged = serializers.IntegerField()
    reported = serializers.IntegerField()
    closed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    due_soon = serializers.IntegerField()
    due_by_now = serializers.IntegerField()
    on_time = serializers.IntegerField()
    on_time_rate = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    completion = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    left_out = LeftOutSerializer()


class PastSerializer(Telling, serializers.Serializer[Any]):
    """How the figures of a day gone by were rebuilt.

    ``known_in_part`` shares have a history that tells their state only; what else is asked of
    them is as it is today. Names of units and the plan's rules for yellow are today's always.
    """

    known_in_part = serializers.IntegerField()


class _FiguresSerializer(Telling, serializers.Serializer[Any]):
    on = serializers.DateField()
    whole = serializers.BooleanField()
    past = PastSerializer(allow_null=True)


class CompletionSerializer(_FiguresSerializer):
    """``whole`` is false where the caller sees a part of the plan: then all figures are of that.

    ``on`` is the day of the figures; ``past`` is null where it is today.
    """

    by = serializers.ChoiceField(list(GROUPINGS))
    plan = RowSerializer()
    rows = RowSerializer(many=True)


class CompletionOfAllSerializer(_FiguresSerializer):
    """As of one plan; ``total`` is the weighted mean of all topmost shares in sight."""

    by = serializers.ChoiceField(list(GROUPINGS_OF_ALL))
    total = RowSerializer()
    rows = RowSerializer(many=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How much waits: of one's own shares, and for one's decision."""

    to_sign_for = serializers.IntegerField()
    returned = serializers.IntegerField()
    overdue = serializers.IntegerField()
    to_report = serializers.IntegerField()
    waiting = serializers.IntegerField()
    under_way = serializers.IntegerField()
    reports_to_decide = serializers.IntegerField()
    extensions_to_decide = serializers.IntegerField()
    objections_to_answer = serializers.IntegerField()


class MeSerializer(serializers.ModelSerializer[Any]):
    """The account that asks, its roles today, and what waits for it."""

    roles = RoleSerializer(many=True)
    counts = CountsSerializer()

    class Meta:
        model = User
        fields = ["id", "username", "name", "email", "language", "roles", "counts"]
