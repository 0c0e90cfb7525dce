"""Coming in, going out, and the language of the pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.forms import LogInForm
from accounts.models import User
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
