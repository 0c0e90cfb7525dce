"""Getting a token with name and password, and giving it back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from knox.models import get_token_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import NameAndPassword, PersonalToken
from accounts.api.fields import NothingSerializer
from accounts.api.serializers import TokenSerializer
from accounts.api.views import AtOneInstant


class TokensView(AtOneInstant):
    """Tokens of one's own. A token has the rights that its person has at the moment of use."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A token is made with the password, never with another token; and ends by itself."""
        if self.request is not None and self.request.method == "POST":
            return [NameAndPassword()]
        return [PersonalToken()]

    @extend_schema(request=NothingSerializer, responses={200: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Makes a token. Name and password come by HTTP Basic."""
        self.words(NothingSerializer)
        row, token = get_token_model().objects.create(user=self.user)
        return Response(TokenSerializer({"token": token, "expiry": row.expiry}).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Ends the token that this request presents."""
        token: Any = request.auth
        token.delete()
        return Response(status=204)
