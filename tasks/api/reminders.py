"""Reminders over the API: what must be said, and what became of it. Nobody writes here."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import Resource
from tasks.api.filters import ReminderFilters
from tasks.api.serializers import ReminderDetailSerializer, ReminderSerializer
from tasks.models import Reminder


class ReminderViewSet(ListModelMixin, Resource):
    """Reminders about the shares in sight."""

    queryset = Reminder.objects.none()
    serializer_class = ReminderSerializer
    filterset_class = ReminderFilters

    def get_queryset(self) -> QuerySet[Reminder]:
        reminders = Reminder.objects.visible_to(self.user, self.on).with_end()
        reminders = reminders.select_related("task__unit", "unit").order_by("-on", "-id")
        if self.action == "list":
            return reminders
        return reminders.prefetch_related("mails__recipient")

    @extend_schema(responses=ReminderDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One reminder with the state of each mail that says it."""
        return Response(ReminderDetailSerializer(self.get_object()).data)
