"""The address of a person's calendar feed: made, revoked, and recognised."""

import datetime as dt
import hashlib
import secrets

from accounts.models import CalendarFeed, User

#: Bytes of randomness; whoever has the address reads the titles of one's deadlines.
TOKEN_BYTES = 32


def make_feed(user: User, *, at: dt.datetime) -> str:
    """The token of a new address; the one before is dead from now on. Shown once, never kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_sha256": _digest(token), "made_at": at}
    )
    return token


def revoke_feed(user: User) -> None:
    CalendarFeed.objects.filter(user=user).delete()


def reader_of_feed(token: str) -> User | None:
    """Whose feed it is; nobody's once it is revoked or the person may not log in any more."""
    feeds = CalendarFeed.objects.filter(token_sha256=_digest(token), user__is_active=True)
    feed = feeds.select_related("user").first()
    return feed.user if feed else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
