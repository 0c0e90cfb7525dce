"""``fields=`` and ``expand=``: which part of a row is answered, and what is written out in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

#: Reads that can be shaped.
SHAPED = ("list", "retrieve")


@dataclass(frozen=True)
class Expansion:
    """What a name of ``expand=`` puts in its place, and what must be read along for all rows."""

    field: Callable[[], Field[Any, Any, Any, Any]]
    joins: tuple[str, ...] = ()
    prefetches: tuple[str | Prefetch[Any], ...] = ()


def names_in(request: Request, parameter: str) -> list[str]:
    """The names, between commas, that the parameter gives; none where it is not there."""
    given = request.query_params.get(parameter)
    return given.split(",") if given else []


def read_along(
    rows: QuerySet[Any], request: Request, expansions: Mapping[str, Expansion]
) -> QuerySet[Any]:
    """The rows with what their expansions need. Raises ``ValidationError``."""
    asked = names_in(request, "expand")
    _require_known("expand", asked, expansions)
    joins = [join for name in asked for join in expansions[name].joins]
    prefetches = [row for name in asked for row in expansions[name].prefetches]
    # Without names select_related would join everything.
    rows = rows.select_related(*joins) if joins else rows
    return rows.prefetch_related(*prefetches)


def shape(
    serializer: BaseSerializer[Any], request: Request, expansions: Mapping[str, Expansion]
) -> None:
    """Leaves the fields that were asked for. Raises ``ValidationError`` for an unknown one.

    Where nothing is asked for, the fields are not touched: they need not even be made.
    """
    of_a_row: Any = getattr(serializer, "child", serializer)
    for name in names_in(request, "expand"):
        of_a_row.fields[name] = expansions[name].field()
    asked = names_in(request, "fields")
    if not asked:
        return
    _require_known("fields", asked, of_a_row.fields)
    for name in list(of_a_row.fields):
        if name not in asked:
            of_a_row.fields.pop(name)


def _require_known(parameter: str, asked: list[str], known: Any) -> None:
    if wrong := [name for name in asked if name not in known]:
        text = _("Not among %(known)s: %(names)s.") % {
            "known": ", ".join(known),
            "names": ", ".join(wrong),
        }
        raise ValidationError({parameter: [ErrorDetail(text, code="unknown")]})
