"""The one place where a name and a password are compared, whichever door they come through."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.guessing import Guess, count_guess, take_back
from accounts.network import network_of


class CountedPasswords(ModelBackend):
    """Django's own comparison, which takes as long for a name that nobody has, and is counted."""

    # Django has a second comparison for asynchronous callers; this one calls ours.
    aauthenticate = BaseBackend.aauthenticate  # type: ignore[assignment]

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> Any:
        """Raises ``TooMany``."""
        if username is None or password is None:
            return None
        guess = Guess("password", username, network_of(request) if request else "")
        count_guess(guess, at=timezone.now())
        user: Any = super().authenticate(request, username, password, **credentials)
        if user is None or not (settings.LUOSHI_PASSWORDS == "all" or user.is_staff):
            return None
        take_back(guess)
        return user
