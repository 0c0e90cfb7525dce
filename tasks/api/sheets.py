"""填报表 over the API: fetched, filled in with a spreadsheet program, and handed in."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import IdField, StrictSerializer
from accounts.api.files import AsXlsx, as_a_file
from accounts.api.schema import NOT_FOUND, OF_A_NEW_ROW
from accounts.api.serializers import ErrorSerializer
from accounts.models import Unit
from tasks.api.bulk import ReportsSerializer, ReportsViewSet
from tasks.sheets import LARGEST_SHEET, sheet_name, sheet_to_fill, submit_sheet

JSON = JSONRenderer.media_type
UNREADABLE = OpenApiResponse(
    ErrorSerializer,
    description=gettext_lazy("The file is damaged, too large to read, or holds macros."),
)
NOT_YOURS = OpenApiResponse(ErrorSerializer, description=OF_A_NEW_ROW["403"])
NO_UNIT = OpenApiResponse(ErrorSerializer, description=NOT_FOUND["404"])


class FilledSheetSerializer(StrictSerializer):
    """The workbook as it was saved, and the unit that it is for."""

    unit = IdField()
    file = serializers.FileField()


class ReportSheetsViewSet(ReportsViewSet):
    """Progress reports on the shares in sight."""

    parameters = {**ReportsViewSet.parameters, "sheet": {"unit", "plan"}}
    most_bytes = {**ReportsViewSet.most_bytes, "submit_sheet": LARGEST_SHEET}

    @extend_schema(
        operation_id="reports_sheet",
        parameters=[
            OpenApiParameter("unit", OpenApiTypes.INT, required=True),
            OpenApiParameter("plan", OpenApiTypes.INT, description="Shares of this plan only."),
        ],
        responses={
            (200, AsXlsx.media_type): OpenApiTypes.BINARY,
            (403, JSON): NOT_YOURS,
            (404, JSON): NO_UNIT,
        },
        filters=False,
    )
    @action(detail=False, parser_classes=[MultiPartParser], renderer_classes=[JSONRenderer, AsXlsx])
    def sheet(self, request: Request) -> FileResponse:
        """填报表: the unit's open shares as XLSX, with cells for percent, progress, no change.
        For the unit's officers and heads."""
        unit = self._unit(self._id_asked("unit"))
        plan_id = self._id_asked("plan", required=False)
        content = sheet_to_fill(unit, plan_id=plan_id, user=self.user, on=self.on)
        return as_a_file(BytesIO(content), sheet_name(unit, self.on), media_type=AsXlsx.media_type)

    @extend_schema(
        operation_id="reports_submit_sheet",
        request={"multipart/form-data": FilledSheetSerializer},
        responses={(201, JSON): ReportsSerializer, (404, JSON): NO_UNIT, (422, JSON): UNREADABLE},
    )
    @sheet.mapping.post
    def submit_sheet(self, request: Request) -> Response:
        """Reports everything that is filled in in the sheet, or nothing. ``details.cells`` of a
        refusal names every wrong cell; rows left empty are passed over."""
        body = self.words(FilledSheetSerializer)
        file: UploadedFile[Any] = body["file"]
        unit = self._unit(body["unit"])
        made = submit_sheet(file.read(), file.name or "", unit=unit, actor=self.user, at=self.at)
        return Response(self.told(made), status=201)

    def _id_asked(self, name: str, *, required: bool = True) -> Any:
        """The id in the address. Raises ``ValidationError``."""
        asked: Any = self.request.query_params.get(name, serializers.empty)
        if asked is serializers.empty and not required:
            return None
        try:
            return IdField().run_validation(asked)
        except ValidationError as error:
            raise ValidationError({name: error.detail}) from error

    def _unit(self, pk: int) -> Unit:
        found: Unit | None = Unit.objects.visible_to(self.user, self.on).filter(pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such unit."))
        return found
