"""Lists come in pages of a stable order; more than a page can hold is refused, not cut.

A page begins after a row, not at a number: so nothing is told twice or passed over when rows are
added meanwhile, and the last page costs what the first one does. How many there are in all is
counted only for who asks.
"""

import binascii
import datetime as dt
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as WrongValue
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

PAGE, LARGEST_PAGE = 50, 200


@dataclass(frozen=True)
class Key:
    """One column of a list's order. PostgreSQL takes NULL for the greatest of all."""

    name: str
    descending: bool
    field: Any

    def value_of(self, row: Model) -> Any:
        found: Any = row
        for name in self.name.split("__"):
            found = getattr(found, name)
        return found

    def equal_to(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q:
        """The rows that come later because of this column."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.descending else Q(pk__in=[])
        if self.descending:
            return Q(**{f"{self.name}__lt": value})
        later = Q(**{f"{self.name}__gt": value})
        return later | Q(**{f"{self.name}__isnull": True}) if self.field.null else later


class Pages(BasePagination):
    """``?after=`` the cursor of ``next``, ``?page_size=``, at most 200; ``?count=true``."""

    parameters = frozenset({"after", "page_size", "count"})

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        size = _size(request.query_params.get("page_size", str(PAGE)))
        self.total = queryset.count() if _is_counted(request) else None
        self.keys = keys_of(queryset)
        cursor = request.query_params.get("after")
        rows = queryset if cursor is None else queryset.filter(after(self.keys, cursor))
        found = list(rows[: size + 1])
        self.last = found[size - 1] if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": self.total, "next": self._next(), "results": data})

    def _next(self) -> str | None:
        if self.last is None:
            return None
        cursor = cursor_of([key.value_of(self.last) for key in self.keys])
        return replace_query_param(self.request.build_absolute_uri(), "after", cursor)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        number = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
        return [
            _parameter("after", {"type": "string"}, "Where the page before ended: see `next`."),
            _parameter("page_size", number, "How many rows."),
            _parameter("count", {"type": "string", "enum": ["true", "false"]}, "Count them all."),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "results"],
            "properties": {
                "count": {"type": ["integer", "null"], "description": "With `count=true` only."},
                "next": address,
                "results": schema,
            },
        }


def keys_of(queryset: QuerySet[Any]) -> list[Key]:
    """The columns of its order, the last of which must tell any two rows apart."""
    names = [str(name) for name in queryset.query.order_by or queryset.model._meta.ordering]
    if names[-1].lstrip("-") != "id":
        raise TypeError(f"A list needs an order that ends with the id, not {names}.")
    return [
        Key(name.lstrip("-"), name.startswith("-"), _field(queryset.model, name.lstrip("-")))
        for name in names
    ]


def _field(model: Any, path: str) -> Any:
    *joined, last = path.split("__")
    for name in joined:
        model = model._meta.get_field(name).related_model
    return model._meta.get_field(last)


def after(keys: Sequence[Key], cursor: str) -> Q:
    """The rows that come after the one that the cursor is of. Raises ``ValidationError``."""
    values = values_in(cursor, keys)
    found = Q(pk__in=[])
    same = Q()
    for key, value in zip(keys, values, strict=True):
        found |= same & key.beyond(value)
        same &= key.equal_to(value)
    return found


def cursor_of(values: Sequence[Any]) -> str:
    """What ends one page and begins the next; nobody but us needs to read it."""
    plain = [value if isinstance(value, int | None) else str(value) for value in values]
    return urlsafe_b64encode(json.dumps(plain).encode()).rstrip(b"=").decode()


def values_in(cursor: str, keys: Sequence[Key]) -> list[Any]:
    """The columns of the row that the cursor is of. Raises ``ValidationError``."""
    try:
        said = json.loads(urlsafe_b64decode(cursor.encode() + b"=="))
        if not isinstance(said, list) or len(said) != len(keys):
            raise ValueError("other columns")
        return [_value(key.field, value) for key, value in zip(keys, said, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, WrongValue) as error:
        text = _("This is no cursor of this list.")
        raise ValidationError({"after": [ErrorDetail(text, code="invalid")]}) from error


def _value(field: Any, said: Any) -> Any:
    """The column's own value; ``ValueError`` and the like for what a column cannot hold."""
    value = field.to_python(said)
    if isinstance(value, str) and ("\0" in value or not value.isprintable()):
        raise ValueError("not a text of ours")
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError("without a time zone")
    return value


def _size(given: str) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
    if not 1 <= number <= LARGEST_PAGE:
        text = _("A number from 1 to %(most)s.") % {"most": LARGEST_PAGE}
        raise ValidationError({"page_size": [text]})
    return number


def _is_counted(request: Request) -> bool:
    word = request.query_params.get("count", "false")
    if word not in ("true", "false"):
        text = _("One of: %(words)s.") % {"words": "true, false"}
        raise ValidationError({"count": [ErrorDetail(text, code="invalid_choice")]})
    return word == "true"


def _parameter(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": text,
        "schema": schema,
    }
