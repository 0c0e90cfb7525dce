"""Plans and key tasks over the API: read a document, confirm it, settle what it left open."""

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Role, units_acted_for
from accounts.api.conditions import version_named
from accounts.api.files import AsStored, as_a_file
from accounts.api.parsing import PlainJSONParser, TooLarge
from accounts.api.views import Resource, rows_named
from accounts.errors import NotAllowed
from accounts.models import Unit, UnitGroup, User
from plans.api.filters import KeyTaskFilters, PlanFilters
from plans.api.serializers import (
    DocumentSerializer,
    KeyTaskChangesSerializer,
    KeyTaskSerializer,
    NewPlanSerializer,
    PlanChangesSerializer,
    PlanDetailSerializer,
    PlanSerializer,
    ReadingSerializer,
    TextSerializer,
)
from plans.editing import (
    UNCHANGED,
    KeyTaskChanges,
    OwnerChoice,
    PlanChanges,
    change_plan_settings,
    make_plan,
    settle_key_task,
)
from plans.models import KeyTask, Plan, SourceDocument
from plans.reading import PlanDraft, read_apart
from plans.reading.matching import OwnerMatch, match_owners
from plans.sources import PASTED, keep_source

#: Bytes of a document; more is refused before it is opened.
LARGEST_DOCUMENT = 20 * 1024 * 1024


class PlanViewSet(ListModelMixin, Resource):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    queryset = Plan.objects.none()
    serializer_class = PlanSerializer
    filterset_class = PlanFilters
    heavy = frozenset({"read"})

    def get_queryset(self) -> QuerySet[Plan]:
        plans = Plan.objects.visible_to(self.user, self.on).select_related("issuing_unit")
        return plans.order_by("-year", "-issued_on", "-id")

    @extend_schema(responses=PlanDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One plan with its sections and what the caller may do with it."""
        return self.answer(self.get_object(), PlanDetailSerializer)

    @extend_schema(request=NewPlanSerializer, responses={201: PlanDetailSerializer})
    def create(self, request: Request) -> Response:
        """Makes a plan of a confirmed draft: all of it or nothing. Nobody else sees it yet."""
        body = self.words(NewPlanSerializer)
        plan = make_plan(
            PlanDraft.from_json(body["draft"]),
            issuing_unit=body["issuing_unit"],
            issued_on=body["issued_on"],
            actor=self.user,
            at=self.at,
            recipients=self._units(body.get("recipients", [])),
            source=body["document"],
        )
        return self.answer(plan, PlanDetailSerializer, status=201)

    @extend_schema(request=PlanChangesSerializer, responses=PlanDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Changes the plan's head before it is issued, and its rules until it is closed."""
        plan = self.get_object()
        version = version_named(request, plan)
        body = self.words(PlanChangesSerializer)
        if "recipients" in body:
            body["recipients"] = self._units(body["recipients"])
        plan = change_plan_settings(
            plan.pk, PlanChanges(**body), actor=self.user, at=self.at, version=version
        )
        return self.answer(plan, PlanDetailSerializer)

    @extend_schema(
        request={"application/json": TextSerializer, "multipart/form-data": DocumentSerializer},
        responses=ReadingSerializer,
    )
    @action(detail=False, methods=["post"], parser_classes=[PlainJSONParser, MultiPartParser])
    def read(self, request: Request) -> Response:
        """Reads a document into a draft for a person to confirm. Makes no plan yet."""
        if not units_acted_for(self.user, [Role.COORDINATOR], self.on).exists():
            raise NotAllowed(
                "not_coordinator", _("Only a coordinator of an issuing unit may bring in a plan.")
            )
        name, content, year = self._document()
        found = read_apart(content, name, year)
        draft = found.draft
        matches = match_owners(draft, draft.issued_on or self.on)
        source = keep_source(name or PASTED, content, actor=self.user, at=self.at)
        reading = {
            "draft": draft.to_json(),
            "details": {"document": source, "items": found.details},
            "matches": [_match(match) for match in matches],
        }
        return Response(ReadingSerializer(reading).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[JSONRenderer, AsStored])
    def document(self, request: Request, pk: str) -> FileResponse:
        """The document that the plan was read from, as it was brought in."""
        source = get_object_or_404(SourceDocument, plan=self.get_object())
        return as_a_file(BytesIO(source.content), source.name)

    def _document(self) -> tuple[str | None, bytes, int | None]:
        """The name, where it is a file, the bytes, and the year that the caller says."""
        if self.request.content_type.startswith("multipart/"):
            body = self.words(DocumentSerializer)
            file: UploadedFile[Any] = body["file"]
            if (file.size or 0) > LARGEST_DOCUMENT:
                raise TooLarge(_("A document may have 20 MB."))
            return file.name or "", file.read(), body.get("year")
        body = self.words(TextSerializer)
        return None, body["text"].encode("utf-8", "replace"), body.get("year")

    def _units(self, ids: Iterable[int]) -> list[Unit]:
        """The recipients in one query; raises ``ValidationError`` for what is not there."""
        units = Unit.objects.visible_to(self.user, self.on)
        return list(rows_named("recipients", ids, units).values())


class KeyTaskViewSet(ListModelMixin, Resource):
    """The items of plans in sight, as printed."""

    queryset = KeyTask.objects.none()
    serializer_class = KeyTaskSerializer
    filterset_class = KeyTaskFilters

    def get_queryset(self) -> QuerySet[KeyTask]:
        key_tasks = KeyTask.objects.visible_to(self.user, self.on)
        return (
            key_tasks.select_related("plan", "section")
            .prefetch_related("owners__unit", "owners__group")
            .order_by("plan_id", "position", "id")
        )

    @extend_schema(responses=KeyTaskSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One key task with its owners in printed order."""
        return self.answer(self.get_object(), KeyTaskSerializer)

    @extend_schema(request=KeyTaskChangesSerializer, responses=KeyTaskSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Settles what the print left open: owners, kind of deadline, date. Before issuing."""
        key_task = self.get_object()
        version = version_named(request, key_task)
        body = self.words(KeyTaskChangesSerializer)
        changes = KeyTaskChanges(
            due_on=body.get("due_on", UNCHANGED),
            deadline_kind=body.get("deadline_kind", UNCHANGED),
            owners=owners_chosen(body["owners"], user=self.user, on=self.on)
            if "owners" in body
            else UNCHANGED,
        )
        settle_key_task(key_task.pk, changes, actor=self.user, at=self.at, version=version)
        return self.answer(self.get_object(), KeyTaskSerializer)


def owners_chosen(rows: list[dict[str, Any]], *, user: User, on: dt.date) -> list[OwnerChoice]:
    """The units and groups that the rows name, in two queries; ``ValidationError`` without."""
    unit_ids = [row["unit"] for row in rows if row.get("unit")]
    group_ids = [row["unit_group"] for row in rows if row.get("unit_group")]
    units = rows_named("owners", unit_ids, Unit.objects.visible_to(user, on))
    groups = rows_named("owners", group_ids, UnitGroup.objects.visible_to(user, on))
    return [
        OwnerChoice(
            name=row["name"],
            role=row["role"],
            unit=units.get(row.get("unit")),
            group=groups.get(row.get("unit_group")),
            open_ended=row["open_ended"],
        )
        for row in rows
    ]


def _match(found: OwnerMatch) -> dict[str, Any]:
    return {
        "name": found.name,
        "is_group": found.is_group,
        "unit": found.unit,
        "unit_group": found.group,
        "candidates": found.candidates,
    }
