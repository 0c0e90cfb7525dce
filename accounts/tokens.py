"""Making, using and ending the tokens of one's own programs."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import AccessToken, User

#: What a person has at once; more are forgotten ones.
MOST = 50
#: A use is noted that exactly.
NOTED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def make_token(
    user: User, *, name: str, scope: str, expiry: dt.datetime | None, at: dt.datetime
) -> tuple[AccessToken, str]:
    """The row, and the token itself, which nobody can show again.

    Without an ``expiry`` it lasts a working day (``TOKEN_TTL``). Raises ``Invalid`` for one that
    has passed or lies beyond ``LUOSHI_TOKEN_DAYS``, ``Conflict`` where the person has ``MOST``.
    """
    latest = at + dt.timedelta(days=settings.LUOSHI_TOKEN_DAYS)
    chosen = expiry or at + settings.REST_KNOX["TOKEN_TTL"]
    if not at < chosen <= latest:
        text = _("A token may last for %(days)s days at most.")
        raise Invalid("wrong_expiry", text % {"days": settings.LUOSHI_TOKEN_DAYS})
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if tokens_of(user, at).count() >= MOST:
        raise Conflict("too_many_tokens", _("You have too many tokens. Please revoke some first."))
    made: tuple[AccessToken, str] = AccessToken.objects.create(
        user=user, expiry=chosen - at, name=name, scope=scope
    )
    return made


def tokens_of(user: User, at: dt.datetime) -> QuerySet[AccessToken]:
    """Those that still open something, the newest first."""
    found: QuerySet[AccessToken] = AccessToken.objects.filter(user=user, expiry__gt=at)
    return found.order_by("-created", "-pk")


def note_use(token: AccessToken, at: dt.datetime) -> None:
    if token.last_used_at is None or token.last_used_at <= at - NOTED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=at)
