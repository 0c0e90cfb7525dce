"""The calendar feed, read by a program that cannot log in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from accounts.feeds import reader_of_feed
from tasks.feed import calendar_of


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """404 for a token that opens nothing, revoked ones among them."""
    user = reader_of_feed(token)
    if user is None:
        raise Http404
    at = timezone.now()
    with override(user.language):
        content = calendar_of(user, on=timezone.localdate(at), at=at)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer
