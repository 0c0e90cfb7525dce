"""What plans can do once there are shares: be issued, and say how far they are."""

from collections.abc import Set

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.conditions import etag_of, version_named
from accounts.api.fields import NothingSerializer
from plans.api.serializers import PlanDetailSerializer
from plans.api.views import PlanViewSet
from plans.models import Plan
from tasks.api.bodies import CompletionSerializer
from tasks.api.completion import (
    TABLES,
    CsvTable,
    PlanCompletionFilters,
    XlsxTable,
    answer_with,
    day_asked,
    grouping_asked,
    is_table_asked,
    narrowing,
    parameters_of,
)
from tasks.api.rules import ReminderRulesSerializer, rules_from, told
from tasks.figures import plan_completion
from tasks.groupings import GROUPINGS
from tasks.issuing import issue_plan
from tasks.setting_rules import rules_of, set_reminder_rules


class PlanWithSharesViewSet(PlanViewSet):
    """Annual work plans: those sent to the caller's units, and drafts of the caller's office."""

    parameters = {"completion": {"by", "as_of", *PlanCompletionFilters.get_filters()}}

    def repeatable_parameters(self) -> Set[str]:
        found = super().repeatable_parameters()
        return found | PlanCompletionFilters.repeatable() if self.action == "completion" else found

    def is_heavy(self, request: Request, action: str) -> bool:
        tables = action == "completion" and is_table_asked(request)
        return tables or super().is_heavy(request, action)

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
        parameters=parameters_of(PlanCompletionFilters, GROUPINGS),
        responses={
            (200, "application/json"): CompletionSerializer,
            (200, CsvTable.media_type): OpenApiTypes.BINARY,
            (200, XlsxTable.media_type): OpenApiTypes.BINARY,
        },
    )
    @action(detail=True, renderer_classes=TABLES)
    def completion(self, request: Request, pk: str) -> Response:
        """How far the plan is, row by row with each row's denominators; JSON, CSV or XLSX.

        The filters are those of the list of shares: all figures, the plan's own row among them,
        are of the shares that they keep. Of a day gone by, figures are rebuilt from the history
        of the shares that the caller may see today; ``past`` says what could not be.
        """
        by = grouping_asked(request, GROUPINGS)
        day = day_asked(request, self.on)
        narrow = narrowing(request, PlanCompletionFilters, day)
        figures = plan_completion(
            self.get_object(), user=self.user, on=self.on, by=by, narrow=narrow, then=day
        )
        return answer_with(request, figures, CompletionSerializer)

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
