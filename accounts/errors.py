"""What the services refuse, and why: one family of exceptions, each with a code.

A service raises one of these before it has written anything, or inside the transaction that
then rolls back. The doors (API, pages, commands) turn it into an answer: the class says which
kind of answer, the code is for programs, the message for people.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """The service will not do this. ``code`` is stable; ``message`` is in the reader's language."""

    def __init__(
        self, code: str, message: str | Promise, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Invalid(Refusal):
    """The input is wrong as it stands, whatever the state of the rows (400)."""


class NotAllowed(Refusal):
    """The person sees the row but may not do this with it (403)."""


class Conflict(Refusal):
    """The row is in a state in which this cannot be done (409)."""


class NoRoom(Refusal):
    """The disk is full; nothing was saved (507)."""


class TooMany(Refusal):
    """Tried or asked too often; ``retry_after`` seconds from now it may be done (429)."""

    def __init__(self, code: str, message: str | Promise, *, retry_after: int) -> None:
        super().__init__(code, message, {"retry_after": retry_after})
        self.retry_after = retry_after


class Stale(Refusal):
    """The person decided on an older version of the row (412); ``details`` has the current one."""


def told_by_row(refused: Mapping[int, Refusal]) -> list[dict[str, Any]]:
    """What stands against rows of one request, by their numbers; the first row is 1."""
    return [
        {
            "row": number,
            "code": refusal.code,
            "message": str(refusal.message),
            "details": refusal.details,
        }
        for number, refusal in sorted(refused.items())
    ]
