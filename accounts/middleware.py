"""What holds for every page, whoever wrote its view."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import keep_posts
from accounts.entering import PASSED
from accounts.errors import TooMany
from accounts.models import User
from accounts.pages import status_of
from accounts.passwords import owes_password
from accounts.second_factor import is_demanded_of

#: Seconds.
NOTED_EVERY = 60
#: Below it programs are answered.
API = "/api/"


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


class PostsKept:
    """A page reads once what the person may do; the API's views see to it themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.user.is_authenticated and not request.path.startswith(API):
            keep_posts(request.user)


class Demand:
    """Who owes something comes to the page that settles it, and no further."""

    #: Names of the address to go to, and of what is open all the same.
    page: str
    OPEN: frozenset[str]
    code: str

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        of_api = request.path.startswith(API)
        # The API's views say that nobody need be logged in; they look for themselves.
        is_open = not getattr(view, "login_required", True) and not of_api
        if is_open or self._leads_out(request) or not self.is_owed(request):
            return None
        if of_api:
            body = {"code": self.code, "message": self.message(), "details": {}}
            return JsonResponse(body, status=403)
        return redirect(self.page)

    def _leads_out(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.url_name in self.OPEN

    def is_owed(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def message(self) -> str:
        raise NotImplementedError


class SecondFactorDemanded(Demand):
    """Of whom a second factor is wanted, and who has none."""

    page = "second-factor"
    OPEN = frozenset({"second-factor", "logout", "switch-language"})
    code = "second_factor_needed"

    def is_owed(self, request: HttpRequest) -> bool:
        if settings.LUOSHI_SECOND_FACTOR == "optional" or request.session.get(PASSED):
            return False
        user = request.user
        return isinstance(user, User) and is_demanded_of(user, timezone.localdate())

    def message(self) -> str:
        return _("Please set up the second factor first.")


class OwnPasswordDemanded(Demand):
    """Whose password was set by somebody else. The second factor, where one is owed, comes first:
    both pages stay open, so that neither sends to the other for ever.
    """

    page = "change-password"
    OPEN = frozenset({"change-password", "second-factor", "logout", "switch-language"})
    code = "password_change_needed"

    def is_owed(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and owes_password(user)

    def message(self) -> str:
        return _("Please choose a password of your own first, on the pages.")


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
