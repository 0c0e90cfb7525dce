"""What plans can do once there are shares: be issued, and say how far they are."""

from collections.abc import Set
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import NothingSerializer
from plans.api.serializers import PlanDetailSerializer
from plans.api.views import PlanViewSet
from tasks.api.bodies import CompletionSerializer
from tasks.api.filters import TaskFilters
from tasks.completion_sheet import as_csv, as_xlsx
from tasks.figures import plan_completion
from tasks.groupings import GROUPINGS
from tasks.issuing import issue_plan
from tasks.querysets import TaskQuerySet


class CompletionFilters(TaskFilters):
    """Those of the list of shares; the plan is the one in the address."""

    plan = None  # type: ignore[assignment]

    class Meta(TaskFilters.Meta):
        exclude: ClassVar[list[str]] = ["plan"]


#: As the list of shares describes them in full.
NARROWING_PARAMETERS = [
    OpenApiParameter(
        name,
        str,
        many=name in CompletionFilters.repeatable(),
        description=f"As in the list of shares: `{name}`.",
    )
    for name in CompletionFilters.get_filters()
]


class CsvTable(BaseRenderer):
    media_type = "text/csv"
    format = "csv"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_context: Any) -> bytes:
        """Figures as a table; a refusal is answered by ``config.api`` as JSON."""
        return as_csv(data)


class XlsxTable(BaseRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_context: Any) -> bytes:
        return as_xlsx(data)


class PlanWithSharesViewSet(PlanViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {"completion": {"by", *CompletionFilters.get_filters()}}

    def repeatable_parameters(self) -> Set[str]:
        found = super().repeatable_parameters()
        return found | CompletionFilters.repeatable() if self.action == "completion" else found

    @extend_schema(request=NothingSerializer, responses=PlanDetailSerializer)
    @action(detail=True, methods=["post"])
    def issue(self, request: Request, pk: str) -> Response:
        """下达: makes every share of a settled draft, once; asked again, answers the plan."""
        plan = self.get_object()
        version = version_named(request, plan)
        self.words(NothingSerializer)
        plan = issue_plan(plan.pk, actor=self.user, at=self.at, version=version)
        return self.answer(plan, PlanDetailSerializer)

    @extend_schema(
        parameters=[
            OpenApiParameter("by", str, enum=list(GROUPINGS), default="section"),
            *NARROWING_PARAMETERS,
        ],
        responses={
            (200, "application/json"): CompletionSerializer,
            (200, CsvTable.media_type): OpenApiTypes.BINARY,
            (200, XlsxTable.media_type): OpenApiTypes.BINARY,
        },
    )
    @action(detail=True, renderer_classes=[JSONRenderer, CsvTable, XlsxTable])
    def completion(self, request: Request, pk: str) -> Response:
        """How far the plan is, row by row with each row's denominators; JSON, CSV or XLSX.

        The filters are those of the list of shares: all figures, the plan's own row among them,
        are of the shares that they keep.
        """
        by: Any = request.query_params.get("by", "section")
        if by not in GROUPINGS:
            error = ErrorDetail(
                _("One of: %(words)s.") % {"words": ", ".join(GROUPINGS)}, code="invalid_choice"
            )
            raise ValidationError({"by": [error]})
        figures = plan_completion(
            self.get_object(), user=self.user, on=self.on, by=by, narrow=self._narrow
        )
        if isinstance(request.accepted_renderer, CsvTable | XlsxTable):
            return Response(figures)
        return Response(CompletionSerializer(figures).data)

    def _narrow(self, shares: TaskQuerySet) -> TaskQuerySet:
        """Raises ``ValidationError`` for a filter that says nothing we understand."""
        asked = self.request.query_params.copy()
        asked.pop("by", None)
        filters = CompletionFilters(asked, queryset=shares, request=self.request)
        if not filters.is_valid():
            raise translate_validation(filters.errors)
        narrowed: TaskQuerySet = filters.qs
        return narrowed
