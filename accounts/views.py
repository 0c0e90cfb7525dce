"""Coming in, going out, and the language of the pages."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordResetConfirmView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.entering import hold
from accounts.forms import (
    ChangePasswordForm,
    ChoosePasswordForm,
    ForgottenPasswordForm,
    LogInForm,
)
from accounts.guessing import Guess, count_guess, take_back
from accounts.models import User
from accounts.network import network_of
from accounts.pages import reader, remember_language
from accounts.passwords import ask_for_link, owes_password
from accounts.preferences import choose_language
from accounts.second_factor import second_factor_of


class LogInView(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    http_method_names = ["get", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = settings.LUOSHI_SIGN_ON_LABEL or _("Single sign-on")
        kwargs["sign_on"] = label if settings.LUOSHI_SIGN_ON_ISSUER else ""
        return super().get_context_data(**kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """In, or on to the code; the pages speak the language of the account from here on."""
        user: Any = form.get_user()
        if second_factor_of(user):
            now = int(timezone.now().timestamp())
            hold(self.request, user, next_url=self.get_success_url(), now=now)
            return redirect("log-in-code")
        response = super().form_valid(form)
        remember_language(response, user.language)
        return response


@login_not_required
def log_in_for_admin(request: HttpRequest) -> HttpResponse:
    """Django's admin pages have a log-in of their own; ours takes its place."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", ""))


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """The same words for every name that is typed, known here or not.

    Every request counts: whoever fills our table must wait, too.
    """
    form = ForgottenPasswordForm(request.POST or None)
    asked = form.is_valid()
    if asked:
        name, now = form.cleaned_data["name"], timezone.now()
        count_guess(Guess("request for a link", name, network_of(request)), at=now)
        ask_for_link(name, at=now)
    status = 400 if request.POST and not asked else 200
    context = {"form": form, "asked": asked, "page_url": request.path}
    return render(request, "accounts/forgotten_password.html", context, status=status)


@method_decorator(login_not_required, name="dispatch")
class ChoosePasswordView(PasswordResetConfirmView):
    """Where the link of a mail leads. Its token moves into the session, out of the address."""

    template_name = "accounts/choose_password.html"
    form_class = ChoosePasswordForm
    success_url = reverse_lazy("login")
    reset_url_token = "chosen"  # noqa: S105 - the last part of an address
    http_method_names = ["get", "post"]

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        """Raises ``TooMany`` where a network has tried too many links that open nothing."""
        if self.request.method not in ("GET", "POST"):
            return self.http_method_not_allowed(self.request)
        guess = Guess("link", "", network_of(self.request))
        count_guess(guess, at=timezone.now())
        response = super().dispatch(*args, **kwargs)
        if self.validlink or response.status_code == HTTPStatus.FOUND:
            take_back(guess)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("The password is set. Please log in with it."))
        return super().form_valid(form)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """This session goes on under a new id; every other one, and every token, ends."""
    owed = owes_password(reader(request))
    said = request.POST if request.method == "POST" else None
    form = ChangePasswordForm(request, reader(request), said)
    if form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("The password is changed."))
        return redirect("my-work" if owed else "my-settings")
    context = {"form": form, "page_url": request.path, "owed": owed}
    status = 400 if said is not None else 200
    return render(request, "accounts/change_password.html", context, status=status)


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Back to the page it came from, in the other language; kept with the account."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language):
        choose_language(request.user, language)
    return set_language(request)
