"""The API's root: every route, and the one place where a refusal becomes an answer."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView, exception_handler

from accounts.api.tokens import TokensView, TokenView
from accounts.api.views import AtOneInstant, UnitGroupViewSet, UnitViewSet
from accounts.errors import Refusal, TooMany
from accounts.pages import status_of
from config.security import documented
from plans.reading import WRONG_TYPE, DraftInvalid, ReadingRefused
from tasks.api.amendments import AmendedKeyTaskViewSet
from tasks.api.annual_report import PlanWithAnnualReportViewSet
from tasks.api.changes import TaskWithChangesViewSet
from tasks.api.completion import CompletionView
from tasks.api.decisions import ExtensionRequestViewSet
from tasks.api.events import EventViewSet
from tasks.api.evidence import EvidenceViewSet
from tasks.api.indicators import IndicatorViewSet
from tasks.api.me import FeedView, MeView, WishesView
from tasks.api.papers import PaperViewSet
from tasks.api.reforms import UnitReformViewSet
from tasks.api.reminders import ReminderViewSet
from tasks.api.sheets import ReportSheetsViewSet
from tasks.api.supervision import SupervisionNoticeViewSet, UrgeViewSet
from tasks.files.storage import FULL, no_room

logger = logging.getLogger(__name__)

#: PostgreSQL's codes for "somebody else was first": a lock waited for too long, a deadlock.
BUSY = ("55P03", "40P01")
#: Seconds after which it makes sense to ask again.
SOON, LATER = 1, 10
#: Django's own refusals, which bring no code.
KNOWN = {
    HTTPStatus.NOT_FOUND: ("not_found", gettext_lazy("There is nothing here, or not for you.")),
    HTTPStatus.FORBIDDEN: ("not_allowed", gettext_lazy("This is not yours to do.")),
}


def answer_for(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as ``{"code", "message", "details"}``; ``None`` leaves a defect to Django."""
    # Also where the answer itself would have been YAML or a page.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = "application/json"
    return _answer_of_ours(error) or _answer_from_framework(error, context)


def _answer_of_ours(error: Exception) -> Response | None:
    if isinstance(error, DraftInvalid):
        return _answer(400, error.code, error.message, {"path": error.path})
    if isinstance(error, ReadingRefused):
        return _answer(_status_of_document(error), error.code, error.message)
    if isinstance(error, Refusal):
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
        return _answer(status_of(error), error.code, error.message, error.details, headers=headers)
    if isinstance(error, OperationalError | InterfaceError):
        return _answer_without_database(error)
    if isinstance(error, OSError):
        return _answer_about_body(error)
    if isinstance(error, SuspiciousOperation):
        return _answer(400, "malformed", _("The request is not one that we read."))
    return None


def _answer_about_body(error: OSError) -> Response | None:
    """507 where it found no room on its way in; 400 where the line broke before its end."""
    if error.errno in FULL:
        refusal = no_room(error)
        return _answer(status_of(refusal), refusal.code, refusal.message)
    if isinstance(error, UnreadablePostError):
        message = _("The request ended before its body did; nothing was saved.")
        return _answer(400, "cut", message)
    return None


def _status_of_document(error: ReadingRefused) -> int:
    """415 for a kind of file that we do not read, 422 for what is inside one."""
    return 415 if error.code in WRONG_TYPE else 422


def _answer_without_database(error: Exception) -> Response:
    """503: nothing was written, and the same request may be sent again."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state in BUSY:
        message = _("Somebody else is changing this at the moment. Please try again.")
        return _answer(503, "busy", message, headers={"Retry-After": str(SOON)})
    logger.error("the database does not answer: %s", error)
    message = _("The service cannot be reached at the moment. Please try again later.")
    return _answer(503, "unavailable", message, headers={"Retry-After": str(LATER)})


def _answer_from_framework(error: Exception, context: dict[str, Any]) -> Response | None:
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        details = {"fields": error.get_full_details()}
        body = _body("invalid", _("Some values cannot be accepted."), details)
    elif isinstance(error, exceptions.APIException):
        body = _body(error.default_code, str(error.detail))
        if codes := error.get_codes():
            body["code"] = str(codes)
    else:
        status = HTTPStatus(response.status_code)
        body = _body(*KNOWN[status])
    response.data = body
    return response


def _answer(
    status: int,
    code: str,
    message: object,
    details: dict[str, Any] | None = None,
    *,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(_body(code, message, details), status=status, headers=headers)


def _body(code: str, message: object, details: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"code": code, "message": str(message), "details": details or {}}


class NoSuchRoute(APIView):
    """Below the API everything is answered by the API, addresses that do not exist as well."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound


class SchemaView(AtOneInstant, SpectacularAPIView):
    """The OpenAPI document as YAML, or as JSON where that is accepted."""


router = SimpleRouter()
router.register("units", UnitViewSet, "api-unit")
router.register("unit-groups", UnitGroupViewSet, "api-unit-group")
router.register("plans", PlanWithAnnualReportViewSet, "api-plan")
router.register("key-tasks", AmendedKeyTaskViewSet, "api-key-task")
router.register("tasks", TaskWithChangesViewSet, "api-task")
router.register("reports", ReportSheetsViewSet, "api-report")
router.register("evidence", EvidenceViewSet, "api-evidence")
router.register("urges", UrgeViewSet, "api-urge")
router.register("supervision-notices", SupervisionNoticeViewSet, "api-supervision-notice")
router.register("extension-requests", ExtensionRequestViewSet, "api-extension-request")
router.register("indicators", IndicatorViewSet, "api-indicator")
router.register("events", EventViewSet, "api-event")
router.register("unit-reforms", UnitReformViewSet, "api-unit-reform")
router.register("reminders", ReminderViewSet, "api-reminder")
router.register("papers", PaperViewSet, "api-paper")

urlpatterns = [
    path("", include(router.urls)),
    path("completion/", CompletionView.as_view(), name="api-completion"),
    path("me/", MeView.as_view(), name="api-me"),
    path("me/wishes/", WishesView.as_view(), name="api-wishes"),
    path("me/calendar-feed/", FeedView.as_view(), name="api-calendar-feed"),
    path("tokens/", TokensView.as_view(), name="api-tokens"),
    re_path("^tokens/(?P<pk>[0-9]{1,18})/$", TokenView.as_view(), name="api-token"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path(
        "docs/",
        documented(SpectacularSwaggerSplitView.as_view(url_name="api-schema")),
        name="api-docs",
    ),
    re_path("^.*$", NoSuchRoute.as_view(), name="api-nowhere"),
]
