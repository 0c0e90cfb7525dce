"""What happens to an issued plan: amended, closed, copied for another year, over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import DayField, IdField, NothingSerializer, StrictSerializer
from accounts.api.serializers import PersonSerializer
from accounts.api.views import OF_A_LIST, rows_named
from plans.api.serializers import OwnerChoiceSerializer, PlanDetailSerializer
from plans.api.views import KeyTaskViewSet, owners_chosen
from plans.copying import copy_plan
from plans.models import Amendment, DeadlineKind, KeyTask
from tasks.amending import (
    KeyTaskAmendment,
    NewKeyTask,
    add_key_task,
    cancel_key_task,
    change_key_task,
    resume_key_task,
    suspend_key_task,
)
from tasks.api.bodies import LONGEST_TEXT, ReasonSerializer
from tasks.api.plan_views import PlanWithSharesViewSet
from tasks.api.serializers import KeyTaskNameSerializer
from tasks.several_years import SeveralYears, completion_over_years
from tasks.year_end import carry_over, close_plan


class AmendmentSerializer(serializers.ModelSerializer[Amendment]):
    """A recorded change of an issued plan; ``before`` and ``after`` hold what changed."""

    key_task = KeyTaskNameSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True)
    before = serializers.DictField(read_only=True)
    after = serializers.DictField(read_only=True)

    class Meta:
        model = Amendment
        fields = ["id", "key_task", "kind", "reason", "decided_by", "decided_at", "before", "after"]


class KeyTaskAmendmentSerializer(ReasonSerializer):
    """What is left out stays. ``moving_below``: the shares that the new date breaks, by id."""

    title = serializers.CharField(max_length=500, required=False)
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False)
    weight = serializers.DecimalField(max_digits=8, decimal_places=3, min_value=0, required=False)
    due_on = DayField(required=False)
    moving_below = serializers.ListField(
        child=IdField(), required=False, default=[], max_length=5000
    )


class NewKeyTaskSerializer(ReasonSerializer):
    """A key task that is added at the end of the plan, and handed out at once."""

    title = serializers.CharField(max_length=500)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    owners = OwnerChoiceSerializer(many=True, max_length=500)  # type: ignore[call-arg]
    deadline_kind = serializers.ChoiceField(DeadlineKind.choices, default=DeadlineKind.DATE)
    deadline_text = serializers.CharField(max_length=300, required=False, default="")
    due_on = DayField(required=False, allow_null=True, default=None)
    number = serializers.CharField(max_length=20, required=False, default="")
    section = IdField(required=False, allow_null=True, default=None)


class CarryOverSerializer(ReasonSerializer):
    to_key_task = IdField()


class CarriedSerializer(serializers.Serializer[Any]):
    """The shares that went on, by id."""

    carried = serializers.ListField(child=serializers.IntegerField())


class CopySerializer(StrictSerializer):
    """The title, year and date of the new plan."""

    title = serializers.CharField(max_length=300)
    year = serializers.IntegerField(min_value=1980, max_value=2100)
    issued_on = DayField()


class ServedSerializer(serializers.Serializer[Any]):
    """``counted`` of the ``annual`` key tasks stand in the mean."""

    key_task = KeyTaskNameSerializer()
    annual = serializers.IntegerField()
    counted = serializers.IntegerField()
    completion = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class SeveralYearsSerializer(serializers.Serializer[SeveralYears]):
    """How far a plan of several years is, by the annual plans that carry it out."""

    completion = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    rows = ServedSerializer(many=True)


class PlanOfAYearViewSet(PlanWithSharesViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {**PlanWithSharesViewSet.parameters, "amendments": OF_A_LIST}

    @extend_schema(responses=AmendmentSerializer(many=True), filters=False)
    @action(detail=True)
    def amendments(self, request: Request, pk: str) -> Response:
        """调整: what was changed after the plan was issued, oldest first."""
        rows = self.get_object().amendments.select_related("key_task", "decided_by")
        return self.page_of(rows.order_by("decided_at", "id"), AmendmentSerializer)

    @extend_schema(request=NewKeyTaskSerializer, responses={201: AmendmentSerializer})
    @action(detail=True, methods=["post"], url_path="key-tasks")
    def add_key_task(self, request: Request, pk: str) -> Response:
        """Adds a key task to an issued plan, with a reason; its shares are handed out at once."""
        plan = self.get_object()
        version = version_named(request, plan)
        body = self.words(NewKeyTaskSerializer)
        reason = body.pop("reason")
        body["owners"] = owners_chosen(body["owners"], user=self.user, on=self.on)
        if body["section"] is not None:
            sections = rows_named("section", [body["section"]], plan.sections.all())
            body["section"] = sections[body["section"]]
        made = add_key_task(
            plan.pk,
            NewKeyTask(**body),
            reason=reason,
            actor=self.user,
            at=self.at,
            version=version,
        )
        return Response(AmendmentSerializer(made).data, status=201)

    @extend_schema(request=NothingSerializer, responses=PlanDetailSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """The plan's year is over; from then on nothing of it changes. 409 names what is open."""
        plan = self.get_object()
        version = version_named(request, plan)
        self.words(NothingSerializer)
        plan = close_plan(plan.pk, actor=self.user, at=self.at, version=version)
        return self.answer(plan, PlanDetailSerializer)

    @extend_schema(request=CopySerializer, responses={201: PlanDetailSerializer})
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, pk: str) -> Response:
        """A draft of the same key tasks for another year, with dates moved and units mapped."""
        plan = self.get_object()
        version = version_named(request, plan)
        body = self.words(CopySerializer)
        made = copy_plan(plan.pk, **body, actor=self.user, at=self.at, version=version)
        return self.answer(made, PlanDetailSerializer, status=201)

    @extend_schema(responses=SeveralYearsSerializer)
    @action(detail=True, url_path="over-years")
    def over_years(self, request: Request, pk: str) -> Response:
        """A plan of several years by its key tasks: how far the annual ones have come."""
        found = completion_over_years(self.get_object(), user=self.user, on=self.on)
        return Response(SeveralYearsSerializer(found).data)


class AmendedKeyTaskViewSet(KeyTaskViewSet):
    """The items of plans in sight, as printed and as amended since."""

    @extend_schema(request=KeyTaskAmendmentSerializer, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """Another title, text, weight or date after the plan was issued, with a reason."""
        key_task = self.get_object()
        version = version_named(request, key_task)
        body = self.words(KeyTaskAmendmentSerializer)
        reason, moving_below = body.pop("reason"), body.pop("moving_below")
        made = change_key_task(
            key_task.pk,
            KeyTaskAmendment(**body),
            reason=reason,
            moving_below=moving_below,
            actor=self.user,
            at=self.at,
            version=version,
        )
        return Response(AmendmentSerializer(made).data)

    @extend_schema(request=ReasonSerializer, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Nothing of it is expected any more; its shares leave the figures from now on."""
        return self._amend(cancel_key_task)

    @extend_schema(request=ReasonSerializer, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: str) -> Response:
        """Its open shares rest, and leave the figures until it is resumed."""
        return self._amend(suspend_key_task)

    @extend_schema(request=ReasonSerializer, responses=AmendmentSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Its suspended shares go on where they rested."""
        return self._amend(resume_key_task)

    @extend_schema(request=CarryOverSerializer, responses=CarriedSerializer)
    @action(detail=True, methods=["post"], url_path="carry-over")
    def carry_over(self, request: Request, pk: str) -> Response:
        """结转: what is open of it goes on under a key task of a later plan of the office."""
        key_task = self.get_object()
        version = version_named(request, key_task)
        body = self.words(CarryOverSerializer)
        later = KeyTask.objects.visible_to(self.user, self.on).select_related("plan")
        to_key_task = rows_named("to_key_task", [body["to_key_task"]], later)[body["to_key_task"]]
        shares = carry_over(
            key_task.pk,
            to_key_task,
            reason=body["reason"],
            actor=self.user,
            at=self.at,
            version=version,
        )
        return Response({"carried": [share.pk for share in shares]})

    def _amend(self, service: Any) -> Response:
        key_task = self.get_object()
        version = version_named(self.request, key_task)
        body = self.words(ReasonSerializer)
        made = service(key_task.pk, **body, actor=self.user, at=self.at, version=version)
        return Response(AmendmentSerializer(made).data)
