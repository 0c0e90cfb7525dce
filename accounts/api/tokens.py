"""Getting a token with name and password, seeing which ones there are, and ending them."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import NameAndPassword, PersonalToken
from accounts.api.fields import StrictSerializer
from accounts.api.views import AtOneInstant
from accounts.models import AccessToken
from accounts.network import network_of
from accounts.passwords import require_own_password
from accounts.second_factor import confirm
from accounts.tokens import make_token, tokens_of


class NewTokenSerializer(StrictSerializer):
    """What the new token is for. ``expiry`` is ten hours from now where it is left out."""

    name = serializers.CharField(max_length=100, required=False, default="")
    scope = serializers.ChoiceField(
        AccessToken.Scope.choices, required=False, default=AccessToken.Scope.WRITE
    )
    expiry = serializers.DateTimeField(required=False, default=None)
    #: Of the second factor, where the account has one.
    code = serializers.CharField(max_length=20, required=False, default="", write_only=True)


class MadeTokenSerializer(serializers.Serializer[Any]):
    """A new token. It is shown this once; we keep only its hash."""

    id = serializers.IntegerField(read_only=True)
    token = serializers.CharField(read_only=True)
    expiry = serializers.DateTimeField(read_only=True)


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    """A token of one's own that still opens something."""

    class Meta:
        model = AccessToken
        fields = ["id", "name", "scope", "created", "expiry", "last_used_at"]


class TokensView(AtOneInstant):
    """Tokens of one's own. A token has the rights that its person has at the moment of use."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A token is made with the password, never with another token; and ends by itself."""
        method = self.request.method if self.request is not None else ""
        doors: dict[str | None, list[BaseAuthentication]] = {
            "POST": [NameAndPassword()],
            "DELETE": [PersonalToken(any_scope=True)],
        }
        return doors.get(method) or super().get_authenticators()

    @extend_schema(responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them that have not ended, the newest first; never the tokens themselves."""
        return Response(TokenSerializer(tokens_of(self.user, self.at), many=True).data)

    @extend_schema(request=NewTokenSerializer, responses={200: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        """Makes a token. Name and password come by HTTP Basic."""
        body = self.words(NewTokenSerializer)
        require_own_password(self.user)
        confirm(self.user, body.pop("code"), network=network_of(request), at=self.at)
        row, token = make_token(self.user, at=self.at, **body)
        made = {"id": row.pk, "token": token, "expiry": row.expiry}
        return Response(MadeTokenSerializer(made).data)

    @extend_schema(request=None, responses={204: None}, operation_id="tokens_give_back")
    def delete(self, request: Request) -> Response:
        """Ends the token that this request presents."""
        token: Any = request.auth
        token.delete()
        return Response(status=204)


class TokenView(AtOneInstant):
    """One token of one's own."""

    @extend_schema(request=None, responses={204: None}, operation_id="tokens_revoke")
    def delete(self, request: Request, pk: int) -> Response:
        """Revokes it: whatever still presents it is refused from now on."""
        get_object_or_404(tokens_of(self.user, self.at), pk=pk).delete()
        return Response(status=204)
