"""Completion over the API: narrowed by the filters of shares, and as a table to take along."""

import datetime as dt
from collections.abc import Callable, Set
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import DateField

from accounts.api.views import AtOneInstant
from tasks.api.bodies import CompletionOfAllSerializer
from tasks.api.filters import TaskFilters
from tasks.completion_sheet import as_csv, as_xlsx
from tasks.figures import Figures, completion_of_all_plans
from tasks.groupings import GROUPINGS_OF_ALL, By
from tasks.querysets import TaskQuerySet


class CompletionFilters(TaskFilters):
    """Those of the list of shares, as these are on the day of the report."""

    def __init__(self, *args: Any, day: dt.date, **kwargs: Any) -> None:
        self.day = day
        super().__init__(*args, **kwargs)

    def _today(self) -> dt.date:
        return self.day


class PlanCompletionFilters(CompletionFilters):
    """The plan is the one in the address."""

    plan = None  # type: ignore[assignment]

    class Meta(CompletionFilters.Meta):
        exclude: ClassVar[list[str]] = ["plan"]


def parameters_of(
    filters: type[CompletionFilters], groupings: tuple[By, ...]
) -> list[OpenApiParameter]:
    """The filters are described in full at the list of shares."""
    return [
        OpenApiParameter("by", str, enum=list(groupings), default=groupings[0]),
        OpenApiParameter(
            "as_of", OpenApiTypes.DATE, description="The figures at the end of that local day."
        ),
        *(
            OpenApiParameter(
                name,
                str,
                many=name in filters.repeatable(),
                description=f"As in the list of shares: `{name}`.",
            )
            for name in filters.get_filters()
        ),
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


TABLES = [JSONRenderer, CsvTable, XlsxTable]


def grouping_asked(request: Request, groupings: tuple[By, ...]) -> By:
    """The first of the words where the address asks for none. Raises ``ValidationError``."""
    by: Any = request.query_params.get("by", groupings[0])
    if by not in groupings:
        text = _("One of: %(words)s.") % {"words": ", ".join(groupings)}
        raise ValidationError({"by": [ErrorDetail(text, code="invalid_choice")]})
    found: By = by
    return found


def day_asked(request: Request, today: dt.date) -> dt.date:
    """The local day whose end is asked for. Raises ``ValidationError`` for one to come."""
    asked = request.query_params.get("as_of")
    if asked is None:
        return today
    try:
        day: dt.date = DateField(input_formats=["%Y-%m-%d"]).run_validation(asked)
    except ValidationError as error:
        raise ValidationError({"as_of": error.detail}) from error
    if day > today:
        text = _("That day is not over yet; there are no figures of it.")
        raise ValidationError({"as_of": [ErrorDetail(text, code="future")]})
    return day


def narrowing(
    request: Request, filters: type[CompletionFilters], day: dt.date
) -> Callable[[TaskQuerySet], TaskQuerySet] | None:
    """Keeps the shares that the filters keep; nothing where the address has none of them."""
    asked = request.query_params.copy()
    for name in ("by", "as_of"):
        asked.pop(name, None)
    if not asked:
        return None
    return lambda shares: narrowed(shares, asked, request, filters, day)


def narrowed(
    shares: TaskQuerySet,
    asked: QueryDict,
    request: Any,
    filters: type[CompletionFilters],
    day: dt.date,
) -> TaskQuerySet:
    """What the filters keep; ``request`` says who asks. Raises ``ValidationError``."""
    found = filters(asked, queryset=shares, request=request, day=day)
    if not found.is_valid():
        raise translate_validation(found.errors)
    kept: TaskQuerySet = found.qs
    return kept


def is_table_asked(request: Request) -> bool:
    """Whether the figures are wanted as a file, which costs more than they do."""
    return isinstance(request.accepted_renderer, CsvTable | XlsxTable)


def answer_with(request: Request, figures: Figures, serializer: Any) -> Response:
    if is_table_asked(request):
        return Response(figures)
    return Response(serializer(figures).data)


class CompletionView(AtOneInstant):
    """How far all plans in sight are, row by row with each row's denominators."""

    renderer_classes = TABLES
    parameters = {"get": {"by", "as_of", *CompletionFilters.get_filters()}}

    def repeatable_parameters(self) -> Set[str]:
        return CompletionFilters.repeatable()

    def is_heavy(self, request: Request, action: str) -> bool:
        return is_table_asked(request)

    @extend_schema(
        parameters=parameters_of(CompletionFilters, GROUPINGS_OF_ALL),
        responses={
            (200, "application/json"): CompletionOfAllSerializer,
            (200, CsvTable.media_type): OpenApiTypes.BINARY,
            (200, XlsxTable.media_type): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> Response:
        """As the completion of one plan, over all plans in sight; by plan, year, unit and more."""
        by = grouping_asked(request, GROUPINGS_OF_ALL)
        day = day_asked(request, self.on)
        narrow = narrowing(request, CompletionFilters, day)
        figures = completion_of_all_plans(
            user=self.user, on=self.on, by=by, narrow=narrow, then=day
        )
        return answer_with(request, figures, CompletionOfAllSerializer)
