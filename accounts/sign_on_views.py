"""To the single sign-on and back."""

from functools import wraps
from typing import TYPE_CHECKING, Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from accounts.adapters import PROVIDER, refused
from accounts.sign_on import Callback, Provider, send_there

if TYPE_CHECKING:
    from collections.abc import Callable


def of_sign_on(view: "Callable[..., HttpResponse]") -> "Callable[..., HttpResponse]":
    """404 without a provider; a provider that does not answer, or badly, is no bug of ours."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.LUOSHI_SIGN_ON_ISSUER:
            raise Http404
        try:
            return view(request)
        except ImmediateHttpResponse as immediate:
            response: HttpResponse = immediate.response
            return response
        except (OAuth2Error, RequestException, LookupError, TypeError, ValueError) as error:
            return refused(request, error, status=503)

    return answer


@login_not_required
@never_cache
@require_GET
@of_sign_on
def sign_on(request: HttpRequest) -> HttpResponse:
    """A link and no form: the policy of our pages lets no form lead to another host."""
    wanted = request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return send_there(request, wanted if here else "")


@login_not_required
@never_cache
@require_GET
@of_sign_on
def sign_on_callback(request: HttpRequest) -> HttpResponse:
    view: Any = Callback.adapter_view(Provider(request, PROVIDER))
    response: HttpResponse = view(request)
    return response
