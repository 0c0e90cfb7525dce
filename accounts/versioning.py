"""Every row that people edit has a version; whoever decides names the one they looked at."""

from typing import Protocol

from django.utils.translation import gettext as _

from accounts.errors import Stale


class Versioned(Protocol):
    version: int


def require_version(row: Versioned, version: int | None) -> None:
    """Raises ``Stale`` when the person decided on another version than the row's own.

    To be called under the row's lock. ``None`` is for callers that read the row under that same
    lock, such as jobs; every door for people passes a version.
    """
    if version is not None and version != row.version:
        raise Stale(
            "stale",
            _("Somebody changed this in the meantime. Look at it as it is now, then decide."),
            {"current_version": row.version},
        )
