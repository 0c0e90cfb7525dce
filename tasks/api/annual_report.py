"""年度报告 over the API: read by chapters, written, assigned, commented on, released."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import DayField, StrictSerializer
from accounts.api.serializers import PersonSerializer, UnitNameSerializer
from plans.api.serializers import UnitsInDirectory
from tasks.annual_draft import Place
from tasks.annual_report import place_of, report_to_read
from tasks.annual_writing import (
    LONGEST,
    assign_chapter,
    comment_on_chapter,
    release_report,
    write_chapter,
)
from tasks.api.bodies import LONGEST_TEXT
from tasks.api.completion import day_asked
from tasks.api.indicators import AS_OF, FindingSerializer, PlanWithIndicatorsViewSet
from tasks.models import AnnualReport


class AboutChapterSerializer(StrictSerializer):
    """``chapter`` is the ``key`` by which the report tells it."""

    example = {"chapter": "duty"}

    chapter = serializers.RegexField(r"^[a-z_]{1,20}(-[0-9]{1,18})?$")

    def validate_chapter(self, key: str) -> Place:
        return place_of(key)


class ChapterTextSerializer(AboutChapterSerializer):
    """``seen`` is that of the chapter as it was read; an empty ``text`` lets the draft speak."""

    example = {"chapter": "duty", "text": "党政主要负责人听取汇报3次。", "seen": 0}

    text = serializers.CharField(max_length=LONGEST, allow_blank=True)
    seen = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class CommentSerializer(AboutChapterSerializer):
    example = {"chapter": "duty", "text": "请补充次数。"}

    text = serializers.CharField(max_length=LONGEST_TEXT)


class AssignmentSerializer(AboutChapterSerializer):
    """Without a unit the office alone writes it."""

    example = {"chapter": "duty", "unit": 3}

    unit = UnitsInDirectory(allow_null=True)


class ReleaseSerializer(StrictSerializer):
    """The secrecy review: the role that confirmed it, and the day."""

    example = {"reviewed_as": "保密审查责任人", "reviewed_on": "2027-02-25"}

    reviewed_as = serializers.CharField(max_length=60)
    reviewed_on = DayField()


class SaidSerializer(serializers.Serializer[Any]):
    """A version of a text, or a comment."""

    text = serializers.CharField()
    author = PersonSerializer()
    at = serializers.DateTimeField()


class ChapterSerializer(serializers.Serializer[Any]):
    """``text`` is what holds, with the marks of its figures; ``shown`` has them in their place."""

    key = serializers.CharField()
    title = serializers.CharField()
    draft = serializers.CharField()
    text = serializers.CharField()
    shown = serializers.CharField()
    is_written = serializers.BooleanField()
    seen = serializers.IntegerField()
    unit = UnitNameSerializer(allow_null=True)
    may_write = serializers.BooleanField()
    texts = SaidSerializer(many=True)
    comments = SaidSerializer(many=True)


class ReviewSerializer(serializers.ModelSerializer[AnnualReport]):
    reviewed_by = PersonSerializer()

    class Meta:
        model = AnnualReport
        fields = ["reviewed_by", "reviewed_as", "reviewed_on", "released_at"]


class AnnualReportSerializer(serializers.Serializer[Any]):
    """The chapters in the caller's sight; ``review`` is null until the report is released."""

    on = serializers.DateField()
    is_released = serializers.BooleanField()
    review = serializers.SerializerMethodField()
    chapters = ChapterSerializer(many=True)
    findings = FindingSerializer(many=True)

    @extend_schema_field(ReviewSerializer(allow_null=True))
    def get_review(self, found: Any) -> Any:
        return ReviewSerializer(found.report).data if found.is_released else None


class PlanWithAnnualReportViewSet(PlanWithIndicatorsViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {**PlanWithIndicatorsViewSet.parameters, "annual_report": {"as_of"}}
    adding = PlanWithIndicatorsViewSet.adding | {
        "write_chapter",
        "comment_on_chapter",
        "assign_chapter",
        "release_report",
    }
    versions_in_body = frozenset({"write_chapter"})

    @extend_schema(parameters=[AS_OF], responses=AnnualReportSerializer)
    @action(detail=True, url_path="annual-report")
    def annual_report(self, request: Request, pk: str) -> Response:
        """年度报告: the draft of what was approved, what people made of it, and what looks odd."""
        return self._report(day_asked(request, self.on))

    @extend_schema(request=ChapterTextSerializer, responses=AnnualReportSerializer)
    @action(detail=True, methods=["post"], url_path="annual-report/texts")
    def write_chapter(self, request: Request, pk: str) -> Response:
        """Writes a chapter anew; the versions before stay. 412 where somebody else came first."""
        return self._do(write_chapter, ChapterTextSerializer)

    @extend_schema(request=CommentSerializer, responses=AnnualReportSerializer)
    @action(detail=True, methods=["post"], url_path="annual-report/comments")
    def comment_on_chapter(self, request: Request, pk: str) -> Response:
        """Says something about a chapter to those who write it."""
        return self._do(comment_on_chapter, CommentSerializer)

    @extend_schema(request=AssignmentSerializer, responses=AnnualReportSerializer)
    @action(detail=True, methods=["post"], url_path="annual-report/assignments")
    def assign_chapter(self, request: Request, pk: str) -> Response:
        """Says which unit writes a chapter. A coordinator of the issuing unit only."""
        return self._do(assign_chapter, AssignmentSerializer)

    @extend_schema(request=ReleaseSerializer, responses=AnnualReportSerializer)
    @action(detail=True, methods=["post"], url_path="annual-report/release")
    def release_report(self, request: Request, pk: str) -> Response:
        """Releases the report after its secrecy review; from then on it stays as it reads."""
        return self._do(release_report, ReleaseSerializer)

    def _do(self, service: Any, body_serializer: type[StrictSerializer]) -> Response:
        """Does it, and answers the report as it is now."""
        plan = self.get_object()
        body = self.words(body_serializer)
        if "chapter" in body:
            body["place"] = body.pop("chapter")
        service(plan.pk, **body, actor=self.user, at=self.at)
        return self._report(self.on)

    def _report(self, day: Any) -> Response:
        found = report_to_read(self.get_object(), user=self.user, on=self.on, then=day)
        return Response(AnnualReportSerializer(found).data)
