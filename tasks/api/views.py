"""Shares over the API: found, looked at, signed for, broken down, reported on."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import NothingSerializer, StrictSerializer
from accounts.api.serializers import UnitSerializer
from accounts.api.shaping import SHAPED, Expansion, names_in, read_along
from accounts.api.views import OF_A_LIST, Resource, rows_named
from accounts.fixed_query import FixedQuery, Given
from accounts.models import Unit, UnitGroup, User
from plans.api.serializers import KeyTaskSerializer, PlanSerializer
from tasks.acknowledging import acknowledge, object_to, uphold
from tasks.api.bodies import (
    DecompositionSerializer,
    NewExtensionRequestSerializer,
    NewReportSerializer,
    ReasonSerializer,
)
from tasks.api.filters import TaskFilters
from tasks.api.serializers import (
    TOLD,
    TOLD_IN_FULL,
    AboveSerializer,
    EventSerializer,
    ExtensionRequestDetailSerializer,
    ExtensionRequestSerializer,
    ReportDetailSerializer,
    ReportSerializer,
    TaskDetailSerializer,
    TaskSerializer,
)
from tasks.api.supervision import (
    NewSupervisionNoticeSerializer,
    NewUrgeSerializer,
    SupervisionNoticeDetailSerializer,
    SupervisionNoticeSerializer,
    UrgeSerializer,
)
from tasks.decomposition import Part, StepPart, decompose, split_among
from tasks.extensions import ask_extension
from tasks.models import ExtensionRequest, ProgressReport, Task
from tasks.progress import Said, submit_report
from tasks.urging import issue_notice, urge

#: Everything below a share in sight is in sight.
BELOW = Task.objects.select_related("plan", "key_task", "unit").order_by(
    "unit__depth", "unit__position", "id"
)


class TaskViewSet(ListModelMixin, Resource):
    """Shares of the caller's part of the unit tree and everything below them."""

    queryset = Task.objects.none()
    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    expansions = {
        "unit": Expansion(partial(UnitSerializer, read_only=True), (), ("unit__aliases",)),
        "key_task": Expansion(
            partial(KeyTaskSerializer, read_only=True),
            ("key_task__plan", "key_task__section"),
            ("key_task__owners__unit", "key_task__owners__group"),
        ),
        "plan": Expansion(partial(PlanSerializer, read_only=True), ("plan__issuing_unit",)),
        # The share above may be out of sight: title, owner and deadline only (DESIGN 4).
        "parent": Expansion(partial(AboveSerializer, read_only=True), ("parent__unit",)),
        "children": Expansion(
            partial(TaskSerializer, many=True, read_only=True), (), (Prefetch("children", BELOW),)
        ),
    }
    parameters = {
        "reports": OF_A_LIST,
        "extension_requests": OF_A_LIST,
        "events": OF_A_LIST,
        "urges": OF_A_LIST,
        "supervision_notices": OF_A_LIST,
    }

    def get_queryset(self) -> QuerySet[Task]:
        """To be told where they are read; else as much as says which version is in sight."""
        tasks: QuerySet[Task] = Task.objects.visible_to(self.user, self.on)
        if self.action not in SHAPED:
            return tasks.only("version")
        expands = names_in(self.request, "expand")
        if self.action == "retrieve":
            return read_along(_in_full(tasks, expands), self.request, self.expansions)
        tasks = tasks.select_related("plan", "key_task", "unit")
        tasks = read_along(tasks, self.request, self.expansions)
        return (tasks if expands else tasks.only(*TOLD)).order_by("next_due_on", "id")

    def share_in_full(self, pk: str) -> Task:
        """One share as it is now, read anew; 404 where it has gone out of sight."""
        return get_object_or_404(_in_full(Task.objects.visible_to(self.user, self.on)), pk=pk)

    @extend_schema(responses=TaskDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One share with the chain above it, the shares below it and the allowed actions."""
        return self.answer(self.get_object(), TaskDetailSerializer)

    @extend_schema(request=NothingSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """签收: the unit signs for its share."""
        return self._act(acknowledge, NothingSerializer)

    @extend_schema(request=ReasonSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def object(self, request: Request, pk: str) -> Response:
        """异议: the unit hands its share back, with a reason, within the objection period."""
        return self._act(object_to, ReasonSerializer)

    @extend_schema(request=ReasonSerializer, responses=TaskDetailSerializer)
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: str) -> Response:
        """The deciding unit answers an objection: the share stands."""
        return self._act(uphold, ReasonSerializer)

    @extend_schema(request=DecompositionSerializer, responses={201: TaskDetailSerializer})
    @action(detail=True, methods=["post"])
    def decompose(self, request: Request, pk: str) -> Response:
        """逐级分解: makes shares below, all or none. Answers the share with its children."""
        task = self.get_object()
        version = version_named(request, task)
        body = self.words(DecompositionSerializer)
        if "parts" in body:
            parts = self._parts(body["parts"])
            decompose(task.pk, parts, actor=self.user, at=self.at, version=version)
        else:
            group = self._group(body.pop("group"))
            split_among(task.pk, group, **body, actor=self.user, at=self.at, version=version)
        # Nothing has gone out of sight by that.
        (whole,) = IN_FULL(share=task.pk)
        return self.answer(whole, TaskDetailSerializer, status=201)

    @extend_schema(responses=ReportSerializer(many=True), filters=False)
    @action(detail=True)
    def reports(self, request: Request, pk: str) -> Response:
        """The share's reports, newest first."""
        reports = self.get_object().reports.told_to(self.user, self.on)
        rows = reports.select_related("task__unit", "author", "decided_by")
        return self.page_of(rows, ReportSerializer)

    @extend_schema(request=NewReportSerializer, responses={201: ReportDetailSerializer})
    @reports.mapping.post
    def submit_report(self, request: Request, pk: str) -> Response:
        """进展反馈: what the unit says of its share; it counts once it is approved."""
        made = self._submit(_submit_report, NewReportSerializer)
        return self.answer(made, ReportDetailSerializer, status=201)

    @extend_schema(responses=ExtensionRequestSerializer(many=True), filters=False)
    @action(detail=True, url_path="extension-requests")
    def extension_requests(self, request: Request, pk: str) -> Response:
        """The share's requests for a later date, newest first."""
        task = self.get_object()
        rows = task.extension_requests.select_related("task__unit", "author", "decided_by")
        return self.page_of(rows, ExtensionRequestSerializer)

    @extend_schema(
        request=NewExtensionRequestSerializer, responses={201: ExtensionRequestDetailSerializer}
    )
    @extension_requests.mapping.post
    def ask_extension(self, request: Request, pk: str) -> Response:
        """延期申请: asks for a later date, on the last day allowed at the latest."""
        made = self._submit(ask_extension, NewExtensionRequestSerializer)
        return self.answer(made, ExtensionRequestDetailSerializer, status=201)

    @extend_schema(responses=EventSerializer(many=True), filters=False)
    @action(detail=True)
    def events(self, request: Request, pk: str) -> Response:
        """The share's history, oldest first."""
        events = self.get_object().events.told_to(self.user, self.on)
        return self.page_of(events.select_related("actor"), EventSerializer)

    @extend_schema(responses=UrgeSerializer(many=True), filters=False)
    @action(detail=True)
    def urges(self, request: Request, pk: str) -> Response:
        """What was said to the unit about its share, newest first."""
        return self.page_of(self.get_object().urges.select_related("issued_by"), UrgeSerializer)

    @extend_schema(request=NewUrgeSerializer, responses={201: UrgeSerializer})
    @urges.mapping.post
    def urge(self, request: Request, pk: str) -> Response:
        """催办: a sentence from those above the share to its unit."""
        made = self._submit(urge, NewUrgeSerializer)
        return Response(UrgeSerializer(made).data, status=201)

    @extend_schema(responses=SupervisionNoticeSerializer(many=True), filters=False)
    @action(detail=True, url_path="supervision-notices")
    def supervision_notices(self, request: Request, pk: str) -> Response:
        """The notices on the share, newest first."""
        notices = self.get_object().supervision_notices
        rows = notices.select_related("task__unit", "issued_by", "lifted_by")
        rows = rows.order_by("-issued_at", "-id")
        return self.page_of(rows, SupervisionNoticeSerializer)

    @extend_schema(
        request=NewSupervisionNoticeSerializer, responses={201: SupervisionNoticeDetailSerializer}
    )
    @supervision_notices.mapping.post
    def issue_notice(self, request: Request, pk: str) -> Response:
        """督办单: takes the plan's next number; blue unless said otherwise."""
        made = self._submit(issue_notice, NewSupervisionNoticeSerializer)
        return self.answer(made, SupervisionNoticeDetailSerializer, status=201)

    def _act(
        self, service: Callable[..., Any], body_serializer: type[StrictSerializer]
    ) -> Response:
        """Does it on the version that the caller saw, and answers the share as it is now."""
        self._submit(service, body_serializer)
        return self.answer(self.share_in_full(self.kwargs["pk"]), TaskDetailSerializer)

    def _submit(self, service: Callable[..., Any], body_serializer: type[StrictSerializer]) -> Any:
        task = self.get_object()
        version = version_named(self.request, task)
        body = self.words(body_serializer)
        return service(task.pk, **body, actor=self.user, at=self.at, version=version)

    def _parts(self, rows: list[dict[str, Any]]) -> list[Part]:
        """The units of all parts in one query; raises ``ValidationError`` for a missing one."""
        ids = [row["unit"] for row in rows]
        units = rows_named("parts", ids, Unit.objects.visible_to(self.user, self.on))
        return [_part(row, units[row["unit"]]) for row in rows]

    def _group(self, pk: int) -> UnitGroup:
        groups = rows_named("group", [pk], UnitGroup.objects.visible_to(self.user, self.on))
        found: UnitGroup = groups[pk]
        return found


def _in_full(tasks: QuerySet[Task], expands: Sequence[str] = ()) -> QuerySet[Task]:
    """With all that a ``TaskDetailSerializer`` tells and asks of a share."""
    tasks = tasks.select_related("plan__issuing_unit", "key_task", "unit", "parent__unit")
    waiting = {"report_waits": _waits(ProgressReport), "request_waits": _waits(ExtensionRequest)}
    tasks = tasks.annotate(**waiting)
    return tasks if expands else tasks.only(*TOLD_IN_FULL)


IN_FULL = FixedQuery(lambda: _in_full(Task.objects.filter(pk=Given("share"))))


def _part(row: dict[str, Any], unit: Unit) -> Part:
    steps = [StepPart(**step) for step in row.get("steps", ())]
    return Part(**{**row, "unit": unit, "steps": steps})


def _submit_report(pk: int, *, actor: User, at: Any, version: int, **words: Any) -> Any:
    return submit_report(pk, Said(**words), actor=actor, at=at, version=version)


def _waits(model: Any) -> Exists:
    """Whether a row of the model waits for a decision about the share."""
    return Exists(model.objects.filter(task=OuterRef("pk"), state="submitted"))
