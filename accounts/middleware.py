"""What holds for every page, whoever wrote its view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import TooMany
from accounts.pages import status_of


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
