"""Files that show what a report says, over the API: handed in, listed, fetched, taken back."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import StrictSerializer
from accounts.api.files import AsStored, as_a_file
from accounts.api.parsing import TooLarge
from accounts.api.serializers import ErrorSerializer, PersonSerializer
from accounts.api.views import OF_A_LIST, Resource
from tasks.api.decisions import ReportViewSet
from tasks.evidence import LARGEST_FILE, attach, evidence_of, open_evidence, remove_evidence
from tasks.files.uploads import AtMost, too_large
from tasks.models import Evidence

logger = logging.getLogger(__name__)

NO_ROOM = OpenApiResponse(ErrorSerializer, description=gettext_lazy("The disk is full."))


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A file with a report; ``kind`` is what its content is, ``size`` in bytes."""

    report = serializers.IntegerField(source="report_id", read_only=True)
    uploaded_by = PersonSerializer(read_only=True)

    class Meta:
        model = Evidence
        fields = ["id", "report", "name", "kind", "size", "sha256", "uploaded_by", "uploaded_at"]


class NewEvidenceSerializer(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True)


class AtMostInApi(AtMost):
    def refusal(self) -> Exception:
        return TooLarge(too_large(self.most))


class ReportWithEvidenceViewSet(ReportViewSet):
    """Progress reports on the shares in sight."""

    parameters = {"evidence": OF_A_LIST}
    #: Of the file that an action takes.
    most_bytes: Mapping[str, int] = {"attach": LARGEST_FILE}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Before anybody, the log-in included, has read from the body."""
        found = super().initialize_request(request, *args, **kwargs)
        if most := self.most_bytes.get(self.action):
            request.upload_handlers.insert(0, AtMostInApi(request, most))
        return found

    def handle_exception(self, exc: Exception) -> Response:
        """Lets go of a file that was still on its way in; Django would leave it lying about."""
        if self.action in self.most_bytes:
            for handler in self.request.upload_handlers:
                # On a full disk closing fails as writing did; the file is closed all the same.
                with suppress(OSError):
                    handler.upload_interrupted()
        return super().handle_exception(exc)

    @extend_schema(responses=EvidenceSerializer(many=True), filters=False)
    @action(detail=True, parser_classes=[MultiPartParser])
    def evidence(self, request: Request, pk: str) -> Response:
        """佐证材料: the files with a report, in the order they were handed in."""
        return self.page_of(evidence_of(self.get_object()), EvidenceSerializer)

    @extend_schema(
        request={"multipart/form-data": NewEvidenceSerializer},
        responses={201: EvidenceSerializer, 507: NO_ROOM},
    )
    @evidence.mapping.post
    def attach(self, request: Request, pk: str) -> Response:
        """Keeps one file with a report that is not yet decided about. 50 MB; PDF, OFD, Word,
        Excel, pictures or plain text, by content."""
        report = self.get_object()
        version = version_named(request, report)
        file: UploadedFile[Any] = self.words(NewEvidenceSerializer)["file"]
        made = attach(
            report.pk, file.name or "", file, actor=self.user, at=self.at, version=version
        )
        return Response(EvidenceSerializer(made).data, status=201)


class EvidenceViewSet(Resource):
    """Files with the reports in sight."""

    queryset = Evidence.objects.none()
    serializer_class = EvidenceSerializer

    def get_queryset(self) -> QuerySet[Evidence]:
        return Evidence.objects.visible_to(self.user, self.on)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Takes a file back, by who handed it in, while the report is a draft."""
        remove_evidence(self.get_object().pk, actor=self.user, at=self.at)
        return Response(status=204)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[JSONRenderer, AsStored])
    def content(self, request: Request, pk: str) -> FileResponse:
        """The file as it came, to be saved under its name."""
        evidence = self.get_object()
        answer = as_a_file(open_evidence(evidence), evidence.name)
        logger.info("user %s fetches evidence %s", self.user.pk, evidence.pk)
        return answer
