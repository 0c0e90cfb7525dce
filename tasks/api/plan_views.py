"""What plans can do once there are shares: be issued, and say how far they are."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import etag_of, version_named
from accounts.api.fields import NothingSerializer
from plans.api.serializers import PlanDetailSerializer
from plans.api.views import PlanViewSet
from plans.models import Plan
from tasks.api.bodies import CompletionSerializer
from tasks.api.rules import ReminderRulesSerializer, rules_from, told
from tasks.figures import GROUPINGS, plan_completion
from tasks.issuing import issue_plan
from tasks.setting_rules import rules_of, set_reminder_rules


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

    @extend_schema(responses=ReminderRulesSerializer)
    @action(detail=True, url_path="reminder-rules")
    def reminder_rules(self, request: Request, pk: str) -> Response:
        """When the plan reminds; the ETag is the plan's."""
        return self._rules_of(self.get_object())

    @extend_schema(request=ReminderRulesSerializer, responses=ReminderRulesSerializer)
    @reminder_rules.mapping.put
    def set_reminder_rules(self, request: Request, pk: str) -> Response:
        """Takes the place of the plan's rules. A coordinator of the issuing unit only."""
        plan = self.get_object()
        version = version_named(request, plan)
        rules = rules_from(self.words(ReminderRulesSerializer))
        plan = set_reminder_rules(plan.pk, rules, actor=self.user, at=self.at, version=version)
        return self._rules_of(plan)

    def _rules_of(self, plan: Plan) -> Response:
        return Response(told(rules_of(plan)), headers={"ETag": etag_of(plan)})
