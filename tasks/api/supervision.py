"""催办 and 督办单 over the API: said about a share, raised, lifted."""

from collections.abc import Callable
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import DayField, StrictSerializer
from accounts.api.files import AsDocx, as_a_file
from accounts.api.filters import (
    DayFilter,
    IdFilter,
    SinceFilter,
    UntilFilter,
    WholeNumberFilter,
    YesNoFilter,
)
from accounts.api.serializers import PersonSerializer
from accounts.api.views import Resource
from tasks.access import may_supervise
from tasks.api.bodies import LONGEST_TEXT, ReasonSerializer
from tasks.api.filters import OfShares
from tasks.api.serializers import ShareNameSerializer
from tasks.models import SupervisionNotice, Urge
from tasks.notice_documents import (
    OF_A_DOCUMENT,
    NoticeDocument,
    document_of_notice,
    document_of_urge,
)
from tasks.urging import LEVELS, lift_notice, raise_notice

Level = SupervisionNotice.Level
NOTICE_ACTIONS = ["raise", "lift"]


class UrgeSerializer(serializers.ModelSerializer[Urge]):
    """A sentence to the unit of a share, and who said it."""

    issued_by = PersonSerializer(read_only=True)

    class Meta:
        model = Urge
        fields = ["id", "text", "issued_by", "issued_at"]


class NewUrgeSerializer(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)


class SupervisionNoticeSerializer(serializers.ModelSerializer[SupervisionNotice]):
    """A notice under its number within the plan; it stands until ``lifted_at``."""

    plan = serializers.IntegerField(source="plan_id", read_only=True)
    task = ShareNameSerializer(read_only=True)
    issued_by = PersonSerializer(read_only=True)
    lifted_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = SupervisionNotice
        fields = [
            "id",
            "plan",
            "number",
            "task",
            "level",
            "text",
            "answer_by",
            "issued_by",
            "issued_at",
            "lifted_by",
            "lifted_at",
            "lifted_because",
            "version",
        ]


class SupervisionNoticeDetailSerializer(SupervisionNoticeSerializer):
    """With what the caller may do with it now."""

    actions = serializers.SerializerMethodField()

    class Meta(SupervisionNoticeSerializer.Meta):
        fields = [*SupervisionNoticeSerializer.Meta.fields, "actions"]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(NOTICE_ACTIONS)))
    def get_actions(self, notice: SupervisionNotice) -> list[str]:
        view = self.context["view"]
        if notice.lifted_at or not may_supervise(view.user, notice.task, view.on):
            return []
        raisable = notice.task.is_open and notice.level != LEVELS[-1]
        return NOTICE_ACTIONS if raisable else ["lift"]


class NewSupervisionNoticeSerializer(StrictSerializer):
    text = serializers.CharField(max_length=LONGEST_TEXT)
    level = serializers.ChoiceField(Level.choices, default=Level.BLUE)
    answer_by = DayField()


class HigherLevelSerializer(ReasonSerializer):
    level = serializers.ChoiceField(Level.choices)


class SupervisionNoticeFilters(OfShares):
    level = filters.MultipleChoiceFilter(choices=Level.choices)
    number = WholeNumberFilter()
    lifted = YesNoFilter(method="keep_lifted")
    issued_by = IdFilter()
    issued_after = SinceFilter("issued_at")
    issued_before = UntilFilter("issued_at")
    lifted_by = IdFilter()
    lifted_after = SinceFilter("lifted_at")
    lifted_before = UntilFilter("lifted_at")
    answer_by_after = DayFilter(field_name="answer_by", lookup_expr="gte")
    answer_by_before = DayFilter(field_name="answer_by", lookup_expr="lte")
    text = filters.CharFilter(method="search")

    class Meta:
        model = SupervisionNotice
        fields: list[str] = []

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By a part of what is required, or of why it was lifted."""
        return rows.filter(Q(text__icontains=value) | Q(lifted_because__icontains=value))

    def keep_lifted(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(lifted_at__isnull=not value)


#: What an operation that answers with a document says of itself.
A_DOCUMENT = {(200, AsDocx.media_type): OpenApiTypes.BINARY}


def as_document(document: NoticeDocument) -> FileResponse:
    return as_a_file(document.content, document.name, media_type=AsDocx.media_type)


class UrgeViewSet(Resource):
    """What was said to the units about the shares in sight."""

    queryset = Urge.objects.none()
    serializer_class = UrgeSerializer

    def get_queryset(self) -> QuerySet[Urge]:
        urges: QuerySet[Urge] = Urge.objects.visible_to(self.user, self.on)
        return urges.select_related("issued_by", *OF_A_DOCUMENT)

    @extend_schema(responses=A_DOCUMENT)
    @action(detail=True, renderer_classes=[JSONRenderer, AsDocx])
    def document(self, request: Request, pk: str) -> FileResponse:
        """催办单 to be printed (.docx, GB/T 9704-2012)."""
        return as_document(document_of_urge(self.get_object()))


class SupervisionNoticeViewSet(ListModelMixin, Resource):
    """Supervision notices on the shares in sight."""

    queryset = SupervisionNotice.objects.none()
    serializer_class = SupervisionNoticeSerializer
    filterset_class = SupervisionNoticeFilters

    def get_queryset(self) -> QuerySet[SupervisionNotice]:
        notices = SupervisionNotice.objects.visible_to(self.user, self.on)
        joined = ["task__unit", "issued_by", "lifted_by"]
        if self.action != "list":
            joined += OF_A_DOCUMENT
        return notices.select_related(*joined).order_by("-issued_at", "-id")

    @extend_schema(responses=SupervisionNoticeDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One notice, with what the caller may do with it."""
        return self.answer(self.get_object(), SupervisionNoticeDetailSerializer)

    @extend_schema(request=HigherLevelSerializer, responses=SupervisionNoticeDetailSerializer)
    @action(detail=True, methods=["post"], url_path="raise", url_name="raise")
    def set_higher(self, request: Request, pk: str) -> Response:
        """From blue to yellow to red, with a reason; never back."""
        return self._act(raise_notice, HigherLevelSerializer)

    @extend_schema(request=ReasonSerializer, responses=SupervisionNoticeDetailSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """The notice is done with, and says why."""
        return self._act(lift_notice, ReasonSerializer)

    @extend_schema(responses=A_DOCUMENT)
    @action(detail=True, renderer_classes=[JSONRenderer, AsDocx])
    def document(self, request: Request, pk: str) -> FileResponse:
        """督办单 to be printed (.docx, GB/T 9704-2012)."""
        return as_document(document_of_notice(self.get_object()))

    def _act(
        self, service: Callable[..., Any], body_serializer: type[StrictSerializer]
    ) -> Response:
        notice = self.get_object()
        version = version_named(self.request, notice)
        body = self.words(body_serializer)
        service(notice.pk, **body, actor=self.user, at=self.at, version=version)
        return self.answer(self.get_object(), SupervisionNoticeDetailSerializer)
