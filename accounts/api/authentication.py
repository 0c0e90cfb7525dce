"""Who asks: a token, or the session of the pages; for a new token, name and password."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.authentication import BasicScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.authentication import BasicAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.errors import NotAllowed
from accounts.models import AccessToken
from accounts.passwords import require_own_password
from accounts.tokens import note_use


class PersonalToken(TokenAuthentication):  # type: ignore[misc]
    """``Authorization: Token …``. Read anew each time: a disabled person's token is dead.

    ``any_scope`` is for where a token ends itself, which one that only reads may do as well.
    """

    def __init__(self, *, any_scope: bool = False) -> None:
        super().__init__()
        self._any_scope = any_scope

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        # What we hand out is hexadecimal; the rest would only trouble the database.
        if not token.isalnum() or not token.isascii():
            raise AuthenticationFailed(_("This token does not open anything."))
        found: tuple[Any, Any] = super().authenticate_credentials(token)
        return found

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Raises ``NotAllowed`` where a token that may only read would write, and where its
        person has not yet chosen a password of their own.
        """
        found: tuple[Any, AccessToken] | None = super().authenticate(request)
        if found is not None:
            self._check_scope(found[1], request)
            if not self._any_scope:
                require_own_password(found[0])
            note_use(found[1], timezone.now())
        return found

    def _check_scope(self, token: AccessToken, request: Request) -> None:
        reads_only = token.scope == AccessToken.Scope.READ and not self._any_scope
        if reads_only and request.method not in SAFE_METHODS:
            raise NotAllowed("token_reads_only", _("This token may only read."))


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
