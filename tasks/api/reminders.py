"""Reminders over the API: what must be said, and what became of it. Nobody writes here."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import PersonSerializer, UnitNameSerializer
from accounts.api.views import Resource
from accounts.models import OutgoingMail
from tasks.api.filters import ReminderFilters
from tasks.api.serializers import ShareNameSerializer
from tasks.models import Reminder


class MailSerializer(serializers.ModelSerializer[OutgoingMail]):
    """How far one person's mail is. What else the mail says is that person's own."""

    recipient = PersonSerializer(read_only=True)

    class Meta:
        model = OutgoingMail
        fields = ["recipient", "on", "state", "attempts", "sent_at"]


class ReminderSerializer(serializers.ModelSerializer[Reminder]):
    """One thing that must be said about one share; ``end`` is what became of it."""

    task = ShareNameSerializer(read_only=True)
    unit = UnitNameSerializer(read_only=True)
    end = serializers.ChoiceField(["sent", "superseded", "failed", "waiting"], read_only=True)

    class Meta:
        model = Reminder
        fields = [
            "id",
            "task",
            "unit",
            "rule",
            "step",
            "on",
            "planned_at",
            "end",
            "superseded_at",
            "superseded_because",
            "fault",
        ]


class ReminderDetailSerializer(ReminderSerializer):
    """With the mails that say it, one for each person."""

    mails = MailSerializer(many=True, read_only=True)

    class Meta(ReminderSerializer.Meta):
        fields = [*ReminderSerializer.Meta.fields, "mails"]


class ReminderViewSet(ListModelMixin, Resource):
    """Reminders about the shares in sight."""

    queryset = Reminder.objects.none()
    serializer_class = ReminderSerializer
    filterset_class = ReminderFilters

    def get_serializer_class(self) -> type[ReminderSerializer]:
        return ReminderDetailSerializer if self.action == "retrieve" else ReminderSerializer

    def get_queryset(self) -> QuerySet[Reminder]:
        reminders = Reminder.objects.visible_to(self.user, self.on).with_end()
        reminders = reminders.select_related("task__unit", "unit").order_by("-on", "-id")
        if self.action == "list":
            return reminders
        return reminders.prefetch_related("mails__recipient")

    @extend_schema(responses=ReminderDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One reminder with the state of each mail that says it."""
        serializer = self.get_serializer(self.get_object())
        return Response(serializer.data)
