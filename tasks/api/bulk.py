"""Many reports or approvals in one request: all of them, or what stands against each row."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import IdField, StrictSerializer
from accounts.errors import Invalid, Refusal
from tasks.api.bodies import NewReportSerializer
from tasks.api.evidence import ReportWithEvidenceViewSet
from tasks.api.serializers import ReportSerializer
from tasks.bulk import MOST_ROWS, Approval, NewReport, approve_reports, submit_reports
from tasks.models import ProgressReport
from tasks.progress import Said

Parse = Callable[[dict[str, Any]], Any]


class VersionField(serializers.IntegerField):
    """The version of the row as its reader saw it; in one request for many it is no header."""

    def __init__(self) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1)


class RowsSerializer(StrictSerializer):
    """Between 1 and ``MOST_ROWS`` rows, which are read one by one."""

    rows = serializers.ListField(
        child=serializers.DictField(), allow_empty=False, max_length=MOST_ROWS
    )


class ReportRowSerializer(NewReportSerializer):
    """As a report on one share, with the share and the version of it that was seen."""

    example = {"task": 5, "version": 3, "percent": "60", "narrative": "已化解 9 件。"}

    task = IdField()
    version = VersionField()


class NewReportsSerializer(RowsSerializer):
    rows = ReportRowSerializer(  # type: ignore[assignment, call-arg]
        many=True, allow_empty=False, max_length=MOST_ROWS
    )


class ApprovalSerializer(StrictSerializer):
    """A report to approve, and the version of it that was read."""

    id = IdField()
    version = VersionField()


class ApprovalsSerializer(RowsSerializer):
    rows = ApprovalSerializer(  # type: ignore[assignment, call-arg]
        many=True, allow_empty=False, max_length=MOST_ROWS
    )


class ReportsSerializer(serializers.Serializer[Any]):
    """The reports in the order of the rows."""

    reports = ReportSerializer(many=True)


class ReportsViewSet(ReportWithEvidenceViewSet):
    """Progress reports on the shares in sight."""

    versions_in_body = frozenset({"submit_many", "approve_many"})

    @extend_schema(
        operation_id="reports_submit_many",
        request=NewReportsSerializer,
        responses={201: ReportsSerializer},
    )
    @action(detail=False, methods=["post"], url_path="bulk")
    def submit_many(self, request: Request) -> Response:
        """Reports on many shares, all or none. ``details.rows`` of a refusal names every bad row,
        the first being 1."""
        rows = self._rows(ReportRowSerializer, _new_report)
        made = submit_reports(rows, actor=self.user, at=self.at)
        return Response(self.told(made), status=201)

    @extend_schema(
        operation_id="reports_approve_many",
        request=ApprovalsSerializer,
        responses=ReportsSerializer,
    )
    @action(detail=False, methods=["post"], url_path="approve")
    def approve_many(self, request: Request) -> Response:
        """Approves many reports, all or none. ``details.rows`` of a refusal names every bad row,
        the first being 1."""
        rows = self._rows(ApprovalSerializer, _approval)
        decided = approve_reports(rows, actor=self.user, at=self.at)
        return Response(self.told(decided))

    def told(self, reports: Iterable[ProgressReport]) -> dict[str, Any]:
        """The reports as they are now, in their order. One query."""
        ids = [report.pk for report in reports]
        found = self.get_queryset().in_bulk(ids)
        rows = {"reports": [found[pk] for pk in ids]}
        return dict(ReportsSerializer(rows, context=self.get_serializer_context()).data)

    def _rows(self, row_serializer: type[StrictSerializer], parse: Parse) -> dict[int, Any]:
        """Each row as the service takes it, under its number; or what is wrong with it."""
        rows = self.words(RowsSerializer)["rows"]
        return {n: _read(row_serializer(data=row), parse) for n, row in enumerate(rows, 1)}


def _read(row: StrictSerializer, parse: Parse) -> Any | Refusal:
    if row.is_valid():
        return parse(row.validated_data)
    faults = serializers.ValidationError(row.errors).get_full_details()
    return Invalid("invalid", _("Some values cannot be accepted."), {"fields": faults})


def _new_report(words: dict[str, Any]) -> NewReport:
    return NewReport(words.pop("task"), words.pop("version"), Said(**words))


def _approval(words: dict[str, Any]) -> Approval:
    return Approval(words["id"], words["version"])
