"""What holds for every page, whoever wrote its view."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.errors import TooMany
from accounts.pages import status_of

#: Seconds.
NOTED_EVERY = 60


class SessionLimits:
    """Ends sessions that nobody uses, and those of yesterday (FAILURES, checklist 18).

    When it began and was last used stands in the session itself, to the minute: a session that is
    in use is not written with every request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self._check(request, int(timezone.now().timestamp()))
        return self.get_response(request)

    def _check(self, request: HttpRequest, now: int) -> None:
        begun = request.session.setdefault("begun_at", now)
        seen = request.session.setdefault("seen_at", now)
        idle = settings.LUOSHI_SESSION_IDLE_MINUTES * 60
        if now - seen > idle or now - begun > settings.LUOSHI_SESSION_HOURS * 3600:
            logout(request)
        elif now - seen >= NOTED_EVERY:
            request.session["seen_at"] = now


class TooManyPage:
    """Answers a page that was tried too often; the API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMany):
            return None
        context = {"refusal": error, "page_url": request.path}
        page = render(request, "accounts/too_many.html", context, status=status_of(error))
        page["Retry-After"] = str(error.retry_after)
        return page
