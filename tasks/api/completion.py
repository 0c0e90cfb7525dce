"""Completion over the API: narrowed by the filters of shares, and as a table to take along."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer

from tasks.api.filters import TaskFilters
from tasks.completion_sheet import as_csv, as_xlsx


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
