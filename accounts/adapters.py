"""The hooks of django-allauth, of which we use the parts that are hard to get right, and no page.

The house has its own log-in, its own pages and its own limits; nobody signs up.
"""

import base64
import hashlib
import logging
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

#: How the one provider is called in states and addresses.
PROVIDER = "sign-on"

logger = logging.getLogger(__name__)


def refused(request: HttpRequest, error: object, *, status: int = 403) -> HttpResponse:
    """Why stands in the log; the person is only told whom to ask."""
    logger.warning("single sign-on refused: %s", error)
    context = {"page_url": request.path, "away": status != 403}
    return render(request, "accounts/sign_on_refused.html", context, status=status)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticators are kept encrypted, by a key made from ``LUOSHI_SECRET_KEY``."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(Fernet(_derived(str(key))) for key in keys)


def _derived(key: str) -> bytes:
    digest = hashlib.sha256(b"accounts.second_factor\0" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)


class SignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """One provider, from the settings and never from the database; and nobody signs up."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        if not settings.LUOSHI_SIGN_ON_ISSUER:
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name=settings.LUOSHI_SIGN_ON_LABEL,
                client_id=settings.LUOSHI_SIGN_ON_CLIENT,
                secret=settings.LUOSHI_SIGN_ON_SECRET,
                settings={
                    "server_url": settings.LUOSHI_SIGN_ON_ISSUER.rstrip("/"),
                    "oauth_pkce_enabled": True,
                },
            )
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **about: Any) -> None:
        raise ImmediateHttpResponse(
            refused(request, about.get("exception") or about.get("error") or "no such state")
        )

    def get_requests_session(self) -> requests.Session:
        """To the provider alone: what it redirects to was not named by the operator."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session
