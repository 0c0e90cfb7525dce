"""指标 over the API: defined by the office, reported with progress, told with their sources."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import IdField, StrictSerializer
from accounts.api.views import Resource, rows_named
from tasks.api.amendments import PlanOfAYearViewSet
from tasks.api.completion import day_asked
from tasks.defining import Definition, define_indicator, redefine_indicator, remove_indicator
from tasks.indicator_checks import Code
from tasks.indicator_figures import indicators_of
from tasks.models import Indicator
from tasks.models.indicator import DECIMALS, DIGITS

AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATE, description="What was approved by its end counts."
)


def _figure(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=DIGITS, decimal_places=DECIMALS, **options)


class DefinitionSerializer(StrictSerializer):
    """All of a definition; what is left out is as in a new one.

    ``numerator``, ``denominator`` and ``part_of`` are other counts or stocks of the same plan.
    """

    example = {"name": "调解成功", "measure": "件", "decimals": 0}

    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(Indicator.Kind.choices, required=False)
    measure = serializers.CharField(max_length=20, required=False, allow_blank=True)
    definition = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    direction = serializers.ChoiceField(Indicator.Direction.choices, required=False)
    numerator = IdField(required=False, allow_null=True)
    denominator = IdField(required=False, allow_null=True)
    part_of = IdField(required=False, allow_null=True)
    parts_make_it = serializers.BooleanField(required=False)
    decimals = serializers.IntegerField(min_value=0, max_value=DECIMALS, required=False)
    is_approximate = serializers.BooleanField(required=False)
    opening = _figure(required=False, allow_null=True)
    target = _figure(required=False, allow_null=True)
    last_year = _figure(required=False, allow_null=True)


class NewIndicatorSerializer(DefinitionSerializer):
    """With the key task under which it is counted."""

    example = {"key_task": 1, **DefinitionSerializer.example}

    key_task = IdField()


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    """A definition. What has a numerator is computed; all others are reported by units."""

    class Meta:
        model = Indicator
        fields = [
            "id",
            "plan",
            "key_task",
            "name",
            "kind",
            "measure",
            "definition",
            "direction",
            "numerator",
            "denominator",
            "part_of",
            "parts_make_it",
            "decimals",
            "is_approximate",
            "opening",
            "target",
            "last_year",
            "version",
        ]


class FindingSerializer(serializers.Serializer[Any]):
    """What looks wrong, and where; it stops nobody."""

    code = serializers.ChoiceField([code.value for code in Code])
    text = serializers.CharField()
    where = serializers.CharField()
    indicator = serializers.IntegerField(allow_null=True)


class UnitFigureSerializer(serializers.Serializer[Any]):
    unit = serializers.IntegerField(source="unit_id")
    name = serializers.CharField(source="unit")
    value = serializers.DecimalField(max_digits=None, decimal_places=None)


class SourceSerializer(serializers.Serializer[Any]):
    """What one approved report said. Of the same share and period the last one counts."""

    share = serializers.IntegerField()
    unit = serializers.IntegerField(source="unit_id")
    period_end = serializers.DateField(allow_null=True)
    said_on = serializers.DateField()
    value = serializers.DecimalField(max_digits=None, decimal_places=None)


class PaceSerializer(serializers.Serializer[Any]):
    """``expected`` by that day of the year; ``percent`` of the target is reached."""

    target = serializers.DecimalField(max_digits=None, decimal_places=2)
    expected = serializers.DecimalField(max_digits=None, decimal_places=2)
    percent = serializers.DecimalField(max_digits=None, decimal_places=2)
    is_kept = serializers.BooleanField()


class FigureSerializer(serializers.Serializer[Any]):
    """``value`` is exact to six decimals, ``text`` as it is printed; both parts where it is
    computed of them."""

    indicator = IndicatorSerializer()
    value = serializers.DecimalField(max_digits=None, decimal_places=DECIMALS, allow_null=True)
    text = serializers.CharField()
    numerator = serializers.DecimalField(max_digits=None, decimal_places=DECIMALS, allow_null=True)
    denominator = serializers.DecimalField(
        max_digits=None, decimal_places=DECIMALS, allow_null=True
    )
    units = UnitFigureSerializer(many=True)
    sources = SourceSerializer(many=True)
    pace = PaceSerializer(allow_null=True)


class IndicatorsOfPlanSerializer(serializers.Serializer[Any]):
    """``whole`` is false where the caller sees a part of the plan: then all figures are of that."""

    on = serializers.DateField()
    whole = serializers.BooleanField()
    figures = FigureSerializer(many=True)
    findings = FindingSerializer(many=True)


class PlanWithIndicatorsViewSet(PlanOfAYearViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {**PlanOfAYearViewSet.parameters, "indicators": {"as_of"}}
    adding = frozenset({"define_indicator"})

    @extend_schema(
        parameters=[AS_OF],
        responses=IndicatorsOfPlanSerializer,
    )
    @action(detail=True)
    def indicators(self, request: Request, pk: str) -> Response:
        """指标: what is counted, what it comes to, of whose reports, and what looks wrong in it."""
        day = day_asked(request, self.on)
        found = indicators_of(self.get_object(), user=self.user, on=self.on, then=day)
        return Response(IndicatorsOfPlanSerializer(found).data)

    @extend_schema(request=NewIndicatorSerializer, responses={201: IndicatorSerializer})
    @indicators.mapping.post
    def define_indicator(self, request: Request, pk: str) -> Response:
        """Says what is counted under a key task. A coordinator of the issuing unit only."""
        plan = self.get_object()
        body = self.words(NewIndicatorSerializer)
        [key_task] = rows_named("key_task", [body.pop("key_task")], plan.key_tasks.all())
        made = define_indicator(key_task, Definition(**body), actor=self.user, at=self.at)
        return self.answer(made, IndicatorSerializer, status=201)


class IndicatorViewSet(Resource):
    """What is counted under the key tasks of plans in sight."""

    queryset = Indicator.objects.none()
    serializer_class = IndicatorSerializer

    def get_queryset(self) -> QuerySet[Indicator]:
        return Indicator.objects.visible_to(self.user, self.on)

    @extend_schema(responses=IndicatorSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One definition; its figure is told with the plan's others."""
        return self.answer(self.get_object(), IndicatorSerializer)

    @extend_schema(request=DefinitionSerializer, responses=IndicatorSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Takes the place of the definition; once it is reported its kind stays."""
        row = self.get_object()
        version = version_named(request, row)
        definition = Definition(**self.words(DefinitionSerializer))
        changed = redefine_indicator(
            row.pk, definition, actor=self.user, at=self.at, version=version
        )
        return self.answer(changed, IndicatorSerializer)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Takes away what nobody has reported yet."""
        row = self.get_object()
        version = version_named(request, row)
        remove_indicator(row.pk, actor=self.user, at=self.at, version=version)
        return Response(status=204)
