"""Reports and extension requests over the API: found, and decided about."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import NothingSerializer, StrictSerializer
from accounts.api.files import AsDocx
from accounts.api.serializers import ErrorSerializer
from accounts.api.shaping import SHAPED
from accounts.api.views import Resource
from tasks.api.bodies import AnswerSerializer, OptionalAnswerSerializer, ReasonSerializer
from tasks.api.filters import ExtensionRequestFilters, ReportFilters
from tasks.api.serializers import (
    ExtensionRequestDetailSerializer,
    ExtensionRequestSerializer,
    ReportDetailSerializer,
    ReportSerializer,
)
from tasks.api.supervision import A_DOCUMENT, as_document
from tasks.extensions import approve_extension, refuse_extension
from tasks.models import ExtensionRequest, ProgressReport
from tasks.notice_documents import OF_A_DOCUMENT, document_of_extension
from tasks.progress import approve_report, let_out, return_report

NOT_DECIDED = OpenApiResponse(
    ErrorSerializer, description=gettext_lazy("The request is not decided yet.")
)


class _Decided(ListModelMixin, Resource):
    """Rows that hang on a share and wait for a decision."""

    model: Any
    detail_serializer_class: Any

    def get_queryset(self) -> QuerySet[Any]:
        """To be told; or, where one is decided about, what says which version is in sight."""
        rows: QuerySet[Any] = self.model.objects.visible_to(self.user, self.on)
        if self.action == "document":
            return rows.select_related("author", "decided_by", *OF_A_DOCUMENT)
        if self.detail and self.action not in SHAPED:
            return rows.only("version")
        rows = rows.select_related("task__unit", "author", "decided_by")
        if self.action == "retrieve":
            rows = rows.select_related("task__plan__issuing_unit", "task__parent__unit")
        return rows.order_by("-submitted_at", "-id")

    def decide(
        self, service: Callable[..., Any], body_serializer: type[StrictSerializer]
    ) -> Response:
        """Decides on the version that the caller saw, and answers the row as it is now."""
        row = self.get_object()
        version = version_named(self.request, row)
        body = self.words(body_serializer)
        decided = service(row.pk, **body, actor=self.user, at=self.at, version=version)
        return self.answer(decided, self.detail_serializer_class)


class ReportViewSet(_Decided):
    """Progress reports on the shares in sight."""

    model = ProgressReport
    queryset = ProgressReport.objects.none()
    serializer_class = ReportSerializer
    detail_serializer_class = ReportDetailSerializer
    filterset_class = ReportFilters

    @extend_schema(responses=ReportDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One report, with what the caller may do with it."""
        return self.answer(self.get_object(), ReportDetailSerializer)

    @extend_schema(request=NothingSerializer, responses=ReportDetailSerializer)
    @action(detail=True, methods=["post"], url_path="let-out")
    def let_out(self, request: Request, pk: str) -> Response:
        """单位内部审核: the unit's head lets the report out to the unit above."""
        return self.decide(let_out, NothingSerializer)

    @extend_schema(request=NothingSerializer, responses=ReportDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The figure counts from now on, up to the root; a completion report closes the share."""
        return self.decide(approve_report, NothingSerializer)

    @extend_schema(request=ReasonSerializer, responses=ReportDetailSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """The report goes back with a reason; the figures stay."""
        return self.decide(return_report, ReasonSerializer)


class ExtensionRequestViewSet(_Decided):
    """Requests for a later date on the shares in sight."""

    model = ExtensionRequest
    queryset = ExtensionRequest.objects.none()
    serializer_class = ExtensionRequestSerializer
    detail_serializer_class = ExtensionRequestDetailSerializer
    filterset_class = ExtensionRequestFilters

    @extend_schema(responses=ExtensionRequestDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One request, with what the caller may do with it."""
        return self.answer(self.get_object(), ExtensionRequestDetailSerializer)

    @extend_schema(request=OptionalAnswerSerializer, responses=ExtensionRequestDetailSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The share has the new date from now on."""
        return self.decide(approve_extension, OptionalAnswerSerializer)

    @extend_schema(request=AnswerSerializer, responses=ExtensionRequestDetailSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """The old date stays, and the unit reads why."""
        return self.decide(refuse_extension, AnswerSerializer)

    @extend_schema(responses={**A_DOCUMENT, (409, JSONRenderer.media_type): NOT_DECIDED})
    @action(detail=True, renderer_classes=[JSONRenderer, AsDocx])
    def document(self, request: Request, pk: str) -> FileResponse:
        """延期批复 to be printed (.docx, GB/T 9704-2012); 409 before the request is decided."""
        return as_document(document_of_extension(self.get_object()))
