"""The body of a request, read so that nothing in it can break the server."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

#: Bytes. A draft of 5,000 items is some 4 MB.
LONGEST_BODY = 8 * 1024 * 1024


class TooLarge(APIException):
    """The body is longer than anything we would take (413)."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class PlainJSONParser(BaseParser):
    """UTF-8 JSON of at most ``LONGEST_BODY`` bytes. Refuses NaN, NUL and half characters.

    PostgreSQL keeps no NUL and UTF-8 has no lone surrogates; both are legal JSON, so they are
    stopped here, in names and values alike, instead of in every field.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(LONGEST_BODY + 1)
        if len(raw) > LONGEST_BODY:
            raise TooLarge(_("The request is too large."))
        try:
            found = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise ParseError(_("The body is not JSON as we read it.")) from None
        if holds_nul(found):
            raise ParseError(_("Text may not contain NUL characters."))
        return found


def holds_nul(found: Any) -> bool:
    """Whether any text in the JSON value holds a NUL character. Walks it once."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                return True
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
    return False


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
