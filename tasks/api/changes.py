"""What those above a share change about it, and its unit's drafts, over the API."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import DayField, IdField, StrictSerializer
from accounts.api.serializers import UnitNameSerializer
from accounts.models import User
from accounts.versioning import require_version
from plans.api.serializers import UnitsInDirectory
from plans.models import ReportingPeriod
from tasks.access import require_worker
from tasks.api.bodies import (
    LONGEST_TEXT,
    DecompositionSerializer,
    NewReportSerializer,
    ReasonSerializer,
)
from tasks.api.serializers import ReportDetailSerializer, TaskDetailSerializer
from tasks.api.views import TaskViewSet
from tasks.changing import ShareChanges, change_share, move_deadline, set_light
from tasks.decomposition import Decomposition, PlannedShare, parts_of_group, preview_decomposition
from tasks.ending import cancel_share, reopen_share
from tasks.models import ProgressReport, Task
from tasks.progress import Said, save_draft
from tasks.reassigning import reassign
from tasks.year_end import review_ongoing


class ShareChangesSerializer(StrictSerializer):
    """What is left out stays as it is."""

    title = serializers.CharField(max_length=500, required=False)
    weight = serializers.DecimalField(max_digits=8, decimal_places=3, min_value=0, required=False)
    rollup = serializers.ChoiceField(Task.Rollup.choices, required=False)
    reporting_period = serializers.ChoiceField(
        ReportingPeriod.choices, required=False, allow_blank=True
    )


class MoveSerializer(ReasonSerializer):
    """``moving_below``: the ids of exactly those shares below that the new date would break.

    Left empty where there are some, the answer is 409 and names them.
    """

    due_on = DayField()
    moving_below = serializers.ListField(child=IdField(), required=False, max_length=5000)


class ReassignSerializer(ReasonSerializer):
    unit = UnitsInDirectory()


class LightSerializer(ReasonSerializer):
    """An empty ``light`` lets the computed one hold again."""

    light = serializers.ChoiceField(Task.LightSet.choices, allow_blank=True)


class FindingSerializer(StrictSerializer):
    finding = serializers.CharField(max_length=LONGEST_TEXT)


class RefusalSerializer(serializers.Serializer[Any]):
    """Why something would be refused, as the refusal itself would say it."""

    code = serializers.CharField()
    message = serializers.CharField()


class StepToBeSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    due_on = serializers.DateField()


class PlannedShareSerializer(serializers.Serializer[PlannedShare]):
    """A share as it would be made."""

    unit = UnitNameSerializer(source="task.unit")
    title = serializers.CharField(source="task.title")
    due_on = serializers.DateField(source="task.due_on", allow_null=True)
    weight = serializers.DecimalField(source="task.weight", max_digits=8, decimal_places=3)
    is_own_part = serializers.BooleanField(source="task.is_own_part")
    steps = StepToBeSerializer(many=True)
    refusals = RefusalSerializer(many=True)


class DecompositionPreviewSerializer(serializers.Serializer[Decomposition]):
    """``is_sound``: breaking the share down in this way would be accepted now."""

    is_sound = serializers.BooleanField()
    refusals = RefusalSerializer(many=True)
    rows = PlannedShareSerializer(many=True)


class TaskWithChangesViewSet(TaskViewSet):
    """Shares of the caller's part of the unit tree and everything below them."""

    @extend_schema(request=ShareChangesSerializer, responses=TaskDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Title, weight, rule of completion or reporting period, by those who hand it down."""
        return self._act(_change_share, ShareChangesSerializer)

    @extend_schema(request=DecompositionSerializer, responses=DecompositionPreviewSerializer)
    @action(detail=True, methods=["post"], url_path="decompose/preview", url_name="preview")
    def preview(self, request: Request, pk: str) -> Response:
        """What ``decompose`` would make with this body, row by row. Saves nothing."""
        task = self.share_in_full(pk)
        require_version(task, version_named(request, task))
        body = self.words(DecompositionSerializer)
        require_worker(self.user, task, self.on)
        if "parts" in body:
            parts = self._parts(body["parts"])
        else:
            parts = parts_of_group(task, self._group(body.pop("group")), on=self.on, **body)
        found = preview_decomposition(task, parts, self.on)
        return Response(DecompositionPreviewSerializer(found).data)

    @extend_schema(request=MoveSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Another date, with a reason. 409 names the shares below that it would break."""
        return self._act(move_deadline, MoveSerializer)

    @extend_schema(request=ReassignSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        """The share goes to another unit, which signs for it anew."""
        return self._act(reassign, ReassignSerializer)

    @extend_schema(request=ReasonSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Whoever handed the share down takes it back, with all below it."""
        return self._act(cancel_share, ReasonSerializer)

    @extend_schema(request=ReasonSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """A new remark on a closed share: the unit works on it again."""
        return self._act(reopen_share, ReasonSerializer)

    @extend_schema(request=LightSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def light(self, request: Request, pk: str) -> Response:
        """The unit above sets a light against the computed one, and says why."""
        return self._act(set_light, LightSerializer)

    @extend_schema(request=FindingSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """年终评估: how an ongoing share, which has no date, stands at the end of the year."""
        return self._act(review_ongoing, FindingSerializer)

    @extend_schema(responses=ReportDetailSerializer, filters=False)
    @action(detail=True)
    def draft(self, request: Request, pk: str) -> Response:
        """The caller's own unfinished report on the share; 404 where there is none."""
        return self._draft_of(self.get_object())

    @extend_schema(request=NewReportSerializer, responses=ReportDetailSerializer)
    @draft.mapping.put
    def save_draft(self, request: Request, pk: str) -> Response:
        """Keeps what the caller has written so far. Nobody else sees it; it counts for nothing."""
        self._submit(_save_draft, NewReportSerializer)
        return self._draft_of(self.get_object())

    def _draft_of(self, task: Task) -> Response:
        drafts = task.reports.filter(state=ProgressReport.State.DRAFT, author=self.user)
        rows = drafts.select_related(
            "task__unit", "author", "decided_by", "task__plan__issuing_unit", "task__parent__unit"
        )
        return self.answer(get_object_or_404(rows), ReportDetailSerializer)


def _change_share(pk: int, *, actor: User, at: Any, version: int, **words: Any) -> Task:
    return change_share(pk, ShareChanges(**words), actor=actor, at=at, version=version)


def _save_draft(pk: int, *, actor: User, at: Any, version: int, **words: Any) -> ProgressReport:
    return save_draft(pk, Said(**words), actor=actor, at=at, version=version)
