"""From the password to the session, with the second factor in between where there is one."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User

#: In the session: who has given the password and not yet the code.
HELD = "held"
#: In the session: a second factor was given, here or at the single sign-on.
PASSED = "second_factor"
#: Seconds within which the code must come.
PATIENCE = 600


def hold(request: HttpRequest, user: User, *, next_url: str, now: int) -> None:
    """Nobody is logged in yet; the session only knows whose code is to come."""
    request.session.cycle_key()
    request.session[HELD] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "next": next_url,
        "at": now,
    }


def held_in(request: HttpRequest, *, now: int) -> tuple[User, str] | None:
    """Who is held, and where they go then; nobody, where it took too long or things changed."""
    held: dict[str, Any] = request.session.get(HELD) or {}
    if not held or now - held["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != held["hash"]:
        return None
    return user, held["next"]


def enter(request: HttpRequest, user: User) -> None:
    """Logs in with a second factor given; the session gets a new id."""
    request.session.pop(HELD, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[PASSED] = True
