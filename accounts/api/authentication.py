"""Who asks: a token, or the session of the pages; for a new token, name and password."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.authentication import BasicScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class PersonalToken(TokenAuthentication):  # type: ignore[misc]
    """``Authorization: Token …``. Read anew each time: a disabled person's token is dead."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        # What we hand out is hexadecimal; the rest would only trouble the database.
        if not token.isalnum() or not token.isascii():
            raise AuthenticationFailed(_("This token does not open anything."))
        found: tuple[Any, Any] = super().authenticate_credentials(token)
        return found


class NameAndPassword(BasicAuthentication):
    """HTTP Basic, for the one request that makes a token."""

    www_authenticate_realm = "Luoshi"

    def authenticate_credentials(
        self, userid: str, password: str, request: Request | None = None
    ) -> tuple[Any, Any]:
        if "\0" in userid:
            raise AuthenticationFailed(_("Name or password is wrong."))
        return super().authenticate_credentials(userid, password, request)


class PersonalTokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """How the API's description names the token."""

    target_class: Any = PersonalToken
    name = "token"


class NameAndPasswordScheme(BasicScheme):  # type: ignore[no-untyped-call]
    """How the API's description names what a token is got with."""

    target_class: Any = NameAndPassword
    name = "password"
