"""Asking for the second factor at the log-in, and one's own page about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.entering import PASSED, enter, held_in
from accounts.errors import Refusal, TooMany
from accounts.forms import CodeForm
from accounts.models import User
from accounts.network import network_of
from accounts.pages import reader, remember_language, status_of
from accounts.second_factor import (
    check_code,
    end_second_factor,
    enrol,
    is_demanded_of,
    picture_of,
    propose_secret,
    recovery_codes_left,
    renew_recovery_codes,
    second_factor_of,
)

#: In the session: the secret that is on the screen and not yet in force.
PROPOSED = "proposed_secret"


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of the log-in."""
    now = timezone.now()
    held = held_in(request, now=int(now.timestamp()))
    if held is None:
        return redirect("login")
    user, next_url = held
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_right(form, user, network_of(request)):
        enter(request, user)
        response = redirect(next_url)
        remember_language(response, user.language)
        return response
    context = {"form": form, "page_url": request.path}
    return render(request, "accounts/log_in_code.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def my_second_factor(request: HttpRequest) -> HttpResponse:
    """Sets it up, renews the recovery codes, or ends it; the latter two take a code."""
    user = reader(request)
    if request.method == "GET":
        return _page(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if second_factor_of(user) is None:
        return _enrol(request, user, form)
    if not _is_right(form, user, network_of(request)):
        return _page(request, form)
    if request.POST.get("action") == "renew":
        return _page(request, CodeForm(), codes=renew_recovery_codes(user))
    end_second_factor(user)
    request.session.pop(PASSED, None)
    messages.success(request, _("The second factor is switched off."))
    return redirect("second-factor")


def _enrol(request: HttpRequest, user: User, form: CodeForm) -> HttpResponse:
    secret = request.session.get(PROPOSED, "")
    try:
        codes = enrol(user, secret, form.cleaned_data["code"], at=timezone.now())
    except Refusal as refusal:
        form.add_error("code", str(refusal.message))
        return _page(request, form, status=status_of(refusal))
    request.session.pop(PROPOSED)
    request.session[PASSED] = True
    return _page(request, CodeForm(), codes=codes)


def _is_right(form: CodeForm, user: User, network: str) -> bool:
    """Raises ``TooMany``; any other refusal stands at the field."""
    try:
        check_code(user, form.cleaned_data["code"], network=network, at=timezone.now())
    except TooMany:
        raise
    except Refusal as refusal:
        form.add_error("code", str(refusal.message))
        return False
    return True


def _page(
    request: HttpRequest, form: CodeForm, *, codes: list[str] | None = None, status: int = 200
) -> HttpResponse:
    user = reader(request)
    factor = second_factor_of(user)
    context: dict[str, Any] = {
        "page_url": request.path,
        "form": form,
        "codes": codes,
        "factor": factor,
        "demanded": is_demanded_of(user, timezone.localdate()),
    }
    if factor is None:
        secret = request.session.setdefault(PROPOSED, propose_secret())
        context |= {"secret": secret, "picture": picture_of(user, secret)}
    else:
        context["codes_left"] = recovery_codes_left(user)
    status = 400 if form.errors and status == 200 else status
    return render(request, "accounts/second_factor.html", context, status=status)
