"""What plans can do once there are shares: be issued, and say how far they are."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import version_named
from accounts.api.fields import NothingSerializer
from plans.api.serializers import PlanDetailSerializer
from plans.api.views import PlanViewSet
from tasks.api.bodies import CompletionSerializer
from tasks.figures import GROUPINGS, plan_completion
from tasks.issuing import issue_plan


class PlanWithSharesViewSet(PlanViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {"completion": {"by"}}

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
        parameters=[OpenApiParameter("by", str, enum=list(GROUPINGS), default="section")],
        responses=CompletionSerializer,
    )
    @action(detail=True)
    def completion(self, request: Request, pk: str) -> Response:
        """How far the plan is, by section, unit or key task, with each row's denominators."""
        by: Any = request.query_params.get("by", "section")
        if by not in GROUPINGS:
            error = ErrorDetail(
                _("One of: %(words)s.") % {"words": ", ".join(GROUPINGS)}, code="invalid_choice"
            )
            raise ValidationError({"by": [error]})
        figures = plan_completion(self.get_object(), user=self.user, on=self.on, by=by)
        return Response(CompletionSerializer(figures).data)
