"""机构改革 over the API: written down, looked at before it happens, and carried out."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import DayField, IdField, NothingSerializer, StrictSerializer
from accounts.api.serializers import UnitNameSerializer
from accounts.api.views import Resource
from plans.api.serializers import UnitsInDirectory
from tasks.api.serializers import ShareNameSerializer
from tasks.models import ShareTransfer, UnitEnding, UnitReform
from tasks.reform_preview import Preview, preview_reform
from tasks.reforming import (
    Ending,
    change_transfer,
    complete_transfers,
    execute_reform,
    prepare_reform,
)


class EndingSerializer(serializers.ModelSerializer[UnitEnding]):
    """What happens to a unit; without a new name or successors it closes."""

    unit = UnitNameSerializer(read_only=True)
    successors = UnitNameSerializer(many=True, read_only=True)

    class Meta:
        model = UnitEnding
        fields = ["unit", "new_name", "successors"]


class TransferSerializer(serializers.ModelSerializer[ShareTransfer]):
    """An open share, and the unit that it goes to."""

    task = ShareNameSerializer(read_only=True)
    to_unit = UnitNameSerializer(read_only=True)

    class Meta:
        model = ShareTransfer
        fields = ["task", "to_unit"]


class UnitReformSerializer(serializers.ModelSerializer[UnitReform]):
    endings = EndingSerializer(many=True, read_only=True)

    class Meta:
        model = UnitReform
        fields = ["id", "title", "on", "state", "endings", "executed_at", "version"]


class UnitReformDetailSerializer(UnitReformSerializer):
    """With the transfer list."""

    transfers = TransferSerializer(many=True, read_only=True)

    class Meta(UnitReformSerializer.Meta):
        fields = [*UnitReformSerializer.Meta.fields, "transfers"]


class NewEndingSerializer(StrictSerializer):
    unit = UnitsInDirectory()
    new_name = serializers.CharField(max_length=200, required=False, default="")
    successors = serializers.ListField(
        child=UnitsInDirectory(), required=False, default=[], max_length=100
    )


class NewUnitReformSerializer(StrictSerializer):
    title = serializers.CharField(max_length=300)
    on = DayField()
    endings = NewEndingSerializer(  # type: ignore[call-arg]
        many=True, allow_empty=False, max_length=500
    )


class TransferChangeSerializer(StrictSerializer):
    """These shares go to this unit."""

    tasks = serializers.ListField(child=IdField(), allow_empty=False, max_length=5000)
    to_unit = UnitsInDirectory()


class FiguresSerializer(serializers.Serializer[Any]):
    """``shares`` are all but the cancelled ones; ``completion`` null where none counts."""

    shares = serializers.IntegerField()
    open = serializers.IntegerField()
    closed = serializers.IntegerField()
    completion = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class ComparisonSerializer(serializers.Serializer[Any]):
    key = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    before = FiguresSerializer()
    after = FiguresSerializer()


class UnsettledSerializer(serializers.Serializer[Any]):
    """What keeps the reform from being carried out."""

    code = serializers.CharField()
    unit = UnitNameSerializer()
    tasks = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_tasks(self, row: Any) -> list[int]:
        return [task.pk for task in row.tasks]


class ReformPreviewSerializer(serializers.Serializer[Preview]):
    """Units and plans before and after; nothing has happened yet."""

    moving = serializers.IntegerField()
    units = ComparisonSerializer(many=True)
    plans = ComparisonSerializer(many=True)
    merged = serializers.SerializerMethodField()
    without_people = UnitNameSerializer(many=True)
    unsettled = UnsettledSerializer(many=True)

    @extend_schema_field(
        serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    )
    def get_merged(self, preview: Preview) -> list[list[int]]:
        """Pairs: the share that ends, and the one that takes it over."""
        return [[ends.pk, kept.pk] for ends, kept in preview.merged]


class UnitReformViewSet(ListModelMixin, Resource):
    """Reforms of units whose every unit the caller coordinates."""

    queryset = UnitReform.objects.none()
    serializer_class = UnitReformSerializer

    def get_queryset(self) -> QuerySet[UnitReform]:
        reforms = UnitReform.objects.visible_to(self.user, self.on)
        joined = ["endings__unit", "endings__successors"]
        if self.action not in ("list", "preview"):
            joined += ["transfers__task__unit", "transfers__to_unit"]
        return reforms.prefetch_related(*joined).order_by("-on", "-id")

    @extend_schema(responses=UnitReformDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One reform with its transfer list."""
        return self.answer(self.get_object(), UnitReformDetailSerializer)

    @extend_schema(request=NewUnitReformSerializer, responses={201: UnitReformDetailSerializer})
    def create(self, request: Request) -> Response:
        """Writes a reform down, with the transfers that follow by themselves. Moves nothing."""
        body = self.words(NewUnitReformSerializer)
        endings = [Ending(**row) for row in body["endings"]]
        made = prepare_reform(body["title"], endings, on=body["on"], actor=self.user, at=self.at)
        return self.answer(made, UnitReformDetailSerializer, status=201)

    @extend_schema(responses=ReformPreviewSerializer)
    @action(detail=True)
    def preview(self, request: Request, pk: str) -> Response:
        """The figures before and after, what merges, and what is still unsettled."""
        return Response(ReformPreviewSerializer(preview_reform(self.get_object().pk, self.on)).data)

    @extend_schema(request=NothingSerializer, responses=UnitReformDetailSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Adds what has become a share of an ending unit since the reform was written down."""
        return self._act(complete_transfers, NothingSerializer)

    @extend_schema(request=TransferChangeSerializer, responses=UnitReformDetailSerializer)
    @action(detail=True, methods=["post"])
    def transfers(self, request: Request, pk: str) -> Response:
        """A person says where shares go."""
        return self._act(_change_transfer, TransferChangeSerializer)

    @extend_schema(request=NothingSerializer, responses=UnitReformDetailSerializer)
    @action(detail=True, methods=["post"])
    def execute(self, request: Request, pk: str) -> Response:
        """Does all of it or nothing, from its day on; asked again, answers the reform."""
        return self._act(execute_reform, NothingSerializer)

    def _act(self, service: Any, body_serializer: type[StrictSerializer]) -> Response:
        reform = self.get_object()
        version = version_named(self.request, reform)
        body = self.words(body_serializer)
        service(reform.pk, **body, actor=self.user, at=self.at, version=version)
        return self.answer(self.get_object(), UnitReformDetailSerializer)


def _change_transfer(pk: int, *, tasks: list[int], to_unit: Any, **call: Any) -> UnitReform:
    return change_transfer(pk, tasks, to_unit, **call)
