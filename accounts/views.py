"""Coming in, going out, and the language of the pages."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.forms import ChoosePasswordForm, ForgottenPasswordForm, LogInForm
from accounts.models import User
from accounts.passwords import ask_for_link
from accounts.preferences import choose_language


class LogInView(LoginView):
    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    http_method_names = ["get", "post"]

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The pages speak the language of the account from here on."""
        response = super().form_valid(form)
        user: Any = form.get_user()
        _remember(response, user.language)
        return response


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """The same words for every name that is typed, known here or not."""
    form = ForgottenPasswordForm(request.POST or None)
    asked = form.is_valid()
    if asked:
        ask_for_link(form.cleaned_data["name"], at=timezone.now())
    status = 400 if request.POST and not asked else 200
    context = {"form": form, "asked": asked, "page_url": request.path}
    return render(request, "accounts/forgotten_password.html", context, status=status)


class ChoosePasswordView(PasswordResetConfirmView):
    """Where the link of a mail leads. Its token moves into the session, out of the address."""

    template_name = "accounts/choose_password.html"
    form_class = ChoosePasswordForm
    success_url = reverse_lazy("login")
    reset_url_token = "chosen"  # noqa: S105 - the last part of an address
    http_method_names = ["get", "post"]

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("The password is set. Please log in with it."))
        return super().form_valid(form)


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Back to the page it came from, in the other language; kept with the account."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language):
        choose_language(request.user, language)
    return set_language(request)


def _remember(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
