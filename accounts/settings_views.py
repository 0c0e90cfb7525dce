"""The page on which people set for themselves how reminders reach them."""

import datetime as dt

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import colleagues_of
from accounts.emails import absolute_url
from accounts.errors import Refusal
from accounts.feeds import make_feed, revoke_feed
from accounts.forms import WishesForm
from accounts.models import CalendarFeed, User
from accounts.pages import reader, status_of
from accounts.tokens import tokens_of
from accounts.wishes import set_wishes, wishes_of


@require_http_methods(["GET", "POST"])
def my_settings(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    on = timezone.localdate()
    if request.method == "GET":
        return _page(request, _form_of(user, on))
    form = WishesForm(request.POST, colleagues=_possible_deputies(user, on))
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        set_wishes(user, form.wishes())
    except Refusal as refusal:
        return _page(request, form, refusal=refusal, status=status_of(refusal))
    messages.success(request, _("Saved."))
    return redirect("my-settings")


@require_POST
def make_own_feed(request: HttpRequest) -> HttpResponse:
    """The only answer that holds the address; nobody keeps it, neither we nor a proxy."""
    user = reader(request)
    token = make_feed(user, at=timezone.now())
    address = absolute_url(reverse("calendar-feed", args=[token]))
    answer = _page(request, _form_of(user, timezone.localdate()), feed_url=address)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def revoke_own_feed(request: HttpRequest) -> HttpResponse:
    revoke_feed(reader(request))
    messages.success(request, _("The address of the feed is revoked."))
    return redirect("my-settings")


@require_POST
def revoke_own_token(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(tokens_of(reader(request), timezone.now()), pk=pk).delete()
    messages.success(request, _("The token is revoked."))
    return redirect("my-settings")


def _form_of(user: User, on: dt.date) -> WishesForm:
    wishes = vars(wishes_of(user))
    return WishesForm(initial=wishes, colleagues=_possible_deputies(user, on))


def _possible_deputies(user: User, on: dt.date) -> QuerySet[User]:
    """Colleagues, and whoever it is now: another door may have named anybody."""
    deputy = wishes_of(user).deputy
    chosen = User.objects.filter(pk=deputy.pk) if deputy else User.objects.none()
    return colleagues_of(user, on) | chosen


def _page(
    request: HttpRequest,
    form: WishesForm,
    *,
    feed_url: str = "",
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "place": "my-settings",
        "page_url": reverse("my-settings"),
        "form": form,
        "feed": CalendarFeed.objects.filter(user=reader(request)).first(),
        "feed_url": feed_url,
        "tokens": tokens_of(reader(request), timezone.now()),
        "refusal": refusal,
    }
    return render(request, "accounts/my_settings.html", context, status=status)
