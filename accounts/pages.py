"""What the views of every app say in the same way."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.errors import Conflict, NoRoom, NotAllowed, Refusal, Stale, TooMany
from accounts.models import User

#: What a refusal is over HTTP. ``Invalid`` is all the rest.
STATUS: dict[type[Refusal], int] = {
    NotAllowed: 403,
    Conflict: 409,
    Stale: 412,
    TooMany: 429,
    NoRoom: 507,
}


def status_of(refusal: Refusal) -> int:
    return STATUS.get(type(refusal), 400)


def whole_number(text: str | None) -> int | None:
    """The number that an address names, ``None`` for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def reader(request: HttpRequest) -> User:
    """The person who is logged in; no page but the log-in is open to anybody else."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This page is for people who are logged in.")
    return user


def remember_language(response: HttpResponse, language: str) -> None:
    """For the log-in page, which does not know who comes."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
