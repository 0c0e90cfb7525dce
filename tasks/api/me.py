"""The account that asks: who it is, where it may act today, and what waits for it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import DayField, IdField, NothingSerializer, StrictSerializer
from accounts.api.views import AtOneInstant
from accounts.emails import absolute_url
from accounts.feeds import make_feed, revoke_feed
from accounts.models import Membership, User
from accounts.wishes import Wishes, set_wishes, wishes_of
from tasks.api.bodies import CountsSerializer, MeSerializer
from tasks.worklist import work_list


class WishesSerializer(StrictSerializer):
    """How one wishes to hear of the day. What is left out is the office's way."""

    hour = serializers.IntegerField(
        min_value=0, max_value=23, required=False, allow_null=True, default=None
    )
    in_app_only = serializers.BooleanField(required=False, default=False)
    away_from = DayField(required=False, allow_null=True, default=None)
    away_until = DayField(required=False, allow_null=True, default=None)
    deputy = IdField(required=False, allow_null=True, default=None)


class FeedSerializer(serializers.Serializer[Any]):
    """The secret address for a calendar program; it is shown this once."""

    url = serializers.URLField()


class MeView(AtOneInstant):
    """Only ever about oneself."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """One's own account, its roles today and the counts of what waits."""
        user = self.user
        roles = Membership.objects.in_force(self.on).filter(user=user).select_related("unit")
        work = work_list(user, self.on)
        counts = {name: len(getattr(work, name)) for name in CountsSerializer().get_fields()}
        told = {
            "id": user.pk,
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "roles": roles.order_by("unit__depth", "unit__position", "id"),
            "counts": counts,
        }
        return Response(MeSerializer(told).data)


class WishesView(AtOneInstant):
    """How one's own reminders come."""

    @extend_schema(responses=WishesSerializer)
    def get(self, request: Request) -> Response:
        """The hour, whether only here, and the deputy while one is away."""
        return Response(_told(wishes_of(self.user)))

    @extend_schema(request=WishesSerializer, responses=WishesSerializer)
    def put(self, request: Request) -> Response:
        """Takes the place of what was wished before."""
        body = self.words(WishesSerializer)
        deputy = _deputy(body.pop("deputy"))
        set_wishes(self.user, Wishes(**body, deputy=deputy))
        return Response(_told(wishes_of(self.user)))


class FeedView(AtOneInstant):
    """One's own calendar feed."""

    @extend_schema(request=NothingSerializer, responses={201: FeedSerializer})
    def post(self, request: Request) -> Response:
        """Makes a new address; the one before is dead from now on."""
        self.words(NothingSerializer)
        path = reverse("calendar-feed", args=[make_feed(self.user, at=self.at)])
        return Response({"url": absolute_url(path)}, status=201)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revokes the address."""
        revoke_feed(self.user)
        return Response(status=204)


def _told(wishes: Wishes) -> dict[str, Any]:
    deputy = wishes.deputy and wishes.deputy.pk
    return dict(WishesSerializer({**vars(wishes), "deputy": deputy}).data)


def _deputy(pk: int | None) -> User | None:
    """Anybody who may log in; raises ``ValidationError`` for nobody."""
    if pk is None:
        return None
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise ValidationError(
            {"deputy": [ErrorDetail(_("There is no such person."), code="does_not_exist")]}
        )
    return found
