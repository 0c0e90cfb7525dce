"""ETag and If-Match: whoever decides about a row says which state of it they looked at.

Without the header a write is refused (428), with another version too (412). Here the header is
only read; the service compares it under the row's lock (FAILURES 4.5).
"""

import re
from typing import Protocol

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

from accounts.errors import Stale

ETAG = re.compile(r'"(\d{1,18})-(\d{1,18})"')


class VersionedRow(Protocol):
    pk: int
    version: int


class PreconditionRequired(APIException):
    """The write does not say which version it is about (428)."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "if_match_required"


def etag_of(row: VersionedRow) -> str:
    return f'"{row.pk}-{row.version}"'


def version_named(request: Request, row: VersionedRow) -> int:
    """The version in ``If-Match``. ``*`` and another row's ETag are stale by nature."""
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired(
            _("Send the ETag of the row as you saw it in the If-Match header.")
        )
    found = ETAG.fullmatch(header.strip())
    if found is None and header.strip() != "*":
        raise ParseError(
            _("If-Match must hold one ETag as it was sent."), code="if_match_malformed"
        )
    if found is None or int(found[1]) != row.pk:
        raise Stale(
            "stale",
            _("If-Match must hold the ETag of this very row."),
            {"current_version": row.version},
        )
    return int(found[2])
