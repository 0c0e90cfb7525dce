"""Many rows of one kind in one statement that takes each column as one array.

``bulk_create`` does so for plain columns only; with an array or a JSON among them it names every
value of every row by itself, and a break-down to 39 units would spend most of its time on that.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import NOT_PROVIDED

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Column:
    """A column of ``kind`` that takes values of ``type`` as ``prepared``.

    They differ where an array of values would be taken for one with more dimensions.
    """

    name: str
    attribute: str
    kind: str
    type: str
    prepared: Callable[[Any], Any]


def insert_rows(rows: Iterable[Row]) -> list[Row]:
    """Saves new rows of one model and gives them their ids.

    What the database fills in by itself is not read. One query, and none without rows.
    """
    rows = list(rows)
    if not rows:
        return rows
    with connection.cursor() as cursor:
        sql, words = _statement(type(rows[0]), rows)
        cursor.execute(f"{sql} RETURNING {rows[0]._meta.pk.attname}", words)
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding = False  # noqa: SLF001 - a row that is saved, as bulk_create leaves it
    return rows


def insert_missing(rows: Sequence[models.Model]) -> None:
    """As ``insert_rows``, but what another process has added meanwhile stays; no row gets an id."""
    if rows:
        with connection.cursor() as cursor:
            sql, words = _statement(type(rows[0]), rows)
            cursor.execute(f"{sql} ON CONFLICT DO NOTHING", words)


def _statement(model: type[models.Model], rows: Sequence[models.Model]) -> tuple[str, list[Any]]:
    """What is the same in all rows is said once; shares of one break-down differ in little."""
    columns = _columns_of(model)
    said: list[str] = []
    words: list[Any] = []
    arrays: list[tuple[str, str]] = []
    lists: list[list[Any]] = []
    for column in columns:
        values = [getattr(row, column.attribute) for row in rows]
        if lists and values.count(values[0]) == len(values):
            said.append(f"%s::{column.kind}")
            words.append(column.prepared(values[0]))
        else:
            said.append(f"{column.name}::{column.kind}")
            arrays.append((column.name, f"%s::{column.type}[]"))
            lists.append([column.prepared(value) for value in values])
    names, unnested = zip(*arrays, strict=True)
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(column.name for column in columns)})"  # noqa: S608 - names of ours
        f" SELECT {', '.join(said)} FROM unnest({', '.join(unnested)}) AS row({', '.join(names)})"
    )
    return sql, words + lists


@cache
def _columns_of(model: type[models.Model]) -> list[Column]:
    return [
        _column_of(field)
        for field in model._meta.concrete_fields
        if not field.primary_key and field.db_default is NOT_PROVIDED
    ]


def _column_of(field: Any) -> Column:
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    name = connection.ops.quote_name(field.column)
    if isinstance(field, ArrayField):
        return Column(name, field.attname, kind, "text", _as_literal)
    if isinstance(field, models.JSONField):
        return Column(name, field.attname, kind, "text", partial(json.dumps, cls=field.encoder))
    return Column(name, field.attname, kind, kind, _preparing(field))


def _as_literal(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _preparing(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.IntegerField | models.DateField | models.ForeignKey):
        return lambda value: value  # what Python has is what the driver takes
    return lambda value: field.get_db_prep_save(value, connection)
