"""What happened to the shares in sight, for systems that follow along."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.paging import Pages, cursor_of, keys_of, values_in
from accounts.api.views import Resource
from accounts.errors import Invalid
from tasks.api.filters import EventFilters
from tasks.api.serializers import EventSerializer, ShareNameSerializer
from tasks.models import TaskEvent


class FeedEventSerializer(EventSerializer):
    """One line of the history of a share in sight."""

    plan = serializers.IntegerField(source="task.plan_id", read_only=True)
    task = ShareNameSerializer(read_only=True)

    class Meta(EventSerializer.Meta):
        fields = [*EventSerializer.Meta.fields, "plan", "task"]


class FeedPages(Pages):
    """``cursor`` is where to go on the next time, also where nothing is new."""

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["cursor"] = self.cursor
        return response

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        if cursor := request.query_params.get("after"):
            _require_told(values_in(cursor, keys_of(queryset)))
        page = super().paginate_queryset(queryset, request, view)
        given = request.query_params.get("after", cursor_of([0, 0]))
        ended = page[-1] if page else None
        self.cursor = cursor_of([key.value_of(ended) for key in self.keys]) if ended else given
        return page

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        found["properties"]["cursor"] = {"type": "string"}
        return found | {"required": [*found["required"], "cursor"]}


def _require_told(end: list[int]) -> None:
    """Raises ``Invalid`` for where this database's feed never was: nothing can be told from there.

    So a follower hears of a restore, and neither waits for ever nor passes something over.
    """
    if not TaskEvent.objects.has_told(*end):
        raise Invalid(
            "resync_required",
            _(
                "The history of this installation was restored, and this cursor is of the time "
                "before. Begin again with at_after, from the last event that you know."
            ),
        )


class EventViewSet(ListModelMixin, Resource):
    """The history of all shares in sight, in an order in which nothing is added before the end.

    Ask with ``after`` the ``cursor`` of the answer before; keep it when ``results`` is empty.
    Something appears when every transaction older than its own has ended: as a rule at once.
    What may be seen is decided when it is asked for: who is given more to see begins anew.
    """

    queryset = TaskEvent.objects.none()
    serializer_class = FeedEventSerializer
    filterset_class = EventFilters
    pagination_class = FeedPages

    def get_queryset(self) -> QuerySet[TaskEvent]:
        events = TaskEvent.objects.visible_to(self.user, self.on).settled()
        return events.select_related("task__unit", "actor")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Events after a cursor, by transaction and id; the first page without one.

        After a restore from a backup a cursor of the time before is refused with 400
        `resync_required`: begin again with `at_after`, from the last event that you know.
        """
        return super().list(request, *args, **kwargs)
