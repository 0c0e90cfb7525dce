"""Single sign-on by OpenID Connect, with the one provider that the installation names.

django-allauth makes the state, the PKCE pair and the requests. It neither sends a nonce nor checks
the signature of a token that came straight from the provider; we do both, and take nothing of its
sign-up: a person is one of ours already, found by one claim, or is refused.
"""

import json
import secrets
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.adapters import PROVIDER
from accounts.emails import absolute_url
from accounts.entering import enter
from accounts.models import User
from accounts.pages import remember_language

#: Signatures by a key that only the provider has; never one made with our own secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
#: Seconds that the clocks may differ.
LEEWAY = 60

Claims = dict[str, Any]


class Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The provider's addresses, and what is made of its answer."""

    #: What was put aside when the person was sent there.
    state: Claims

    @property
    def openid_config(self) -> Claims:
        """Raises ``OAuth2Error`` where the provider speaks of another issuer than was set."""
        found: Claims = super().openid_config
        if found.get("issuer", "").rstrip("/") != settings.LUOSHI_SIGN_ON_ISSUER.rstrip("/"):
            raise OAuth2Error("the provider names another issuer")
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return absolute_url(reverse("sign-on-callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **answer: Any) -> None:
        """Ends in a log-in. Raises ``OAuth2Error`` for whatever is not as it must be."""
        claims = claims_of(
            answer["response"].get("id_token"),
            keys=self._keys(),
            issuer=self.openid_config["issuer"],
            client_id=app.client_id,
            nonce=self.state["nonce"],
        )
        user = person_of(claims)
        enter(request, user)
        response = redirect(self.state.get("next") or settings.LOGIN_REDIRECT_URL)
        remember_language(response, user.language)
        raise ImmediateHttpResponse(response)

    def _keys(self) -> list[Claims]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            found: list[Claims] = answer.json()["keys"]
            return found


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """Hands the adapter what was put aside, which holds the nonce."""

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state
        return state, response


def send_there(request: HttpRequest, next_url: str) -> HttpResponse:
    """To the provider's own log-in page, with a state, a nonce and a PKCE challenge."""
    nonce = secrets.token_urlsafe(32)
    provider = Provider(request, PROVIDER).get_provider()
    provider.oauth2_adapter_class = Provider
    response: HttpResponse = provider.redirect(
        request, AuthProcess.LOGIN, next_url=next_url, nonce=nonce, auth_params={"nonce": nonce}
    )
    return response


def claims_of(
    id_token: object, *, keys: list[Claims], issuer: str, client_id: str, nonce: str
) -> Claims:
    """What the token says, once its signature and everything about it was checked.

    Raises ``OAuth2Error``.
    """
    try:
        claims: Claims = jwt.decode(
            str(id_token),
            _key_for(str(id_token), keys),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, LookupError, TypeError, ValueError) as error:
        raise OAuth2Error(f"the token is refused: {error}") from error
    if claims.get("azp", client_id) != client_id:
        raise OAuth2Error("the token was made for another client")
    if not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise OAuth2Error("the token answers another request")
    return claims


def _key_for(id_token: str, keys: list[Claims]) -> jwt.PyJWK:
    """The key that the token names; without a name, the only one. Never a symmetric one."""
    name = jwt.get_unverified_header(id_token).get("kid")
    named = [key for key in keys if key.get("kid") == name] if name else keys
    [key] = [key for key in named if key.get("kty") in ("RSA", "EC", "OKP")]
    return jwt.PyJWK.from_json(json.dumps(key))


def person_of(claims: Claims) -> User:
    """The one active account that the claim names: by user name, or by a verified address.

    Raises ``OAuth2Error``; nobody is ever made.
    """
    value = claims.get(settings.LUOSHI_SIGN_ON_CLAIM)
    if not isinstance(value, str) or not value or "\0" in value:
        raise OAuth2Error("the token does not name anybody")
    if settings.LUOSHI_SIGN_ON_CLAIM == "email":
        if claims.get("email_verified") is not True:
            raise OAuth2Error("the address is not verified")
        found = User.objects.filter(email__iexact=value)
    else:
        found = User.objects.filter(username=value)
    people = list(found.filter(is_active=True)[:2])
    if len(people) != 1:
        raise OAuth2Error("no active account is named so, or more than one")
    return people[0]
