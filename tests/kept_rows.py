"""What many tests begin with: built by the services once in each worker, then put back as rows.

A county takes some hundred calls of services. The first test that asks for it makes them; every
other one gets the same rows, ids and all, and its own copy of what the builder answered. A test
of the building itself calls the builder.
"""

import datetime as dt
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from django.db import connection
from django.utils import timezone

Built = TypeVar("Built")
#: The lines of a table as COPY writes them, by the table with its columns.
Rows = dict[str, set[bytes]]


@dataclass(frozen=True)
class Kept:
    rows: Rows
    built: bytes


#: By the builder, and by the day: what is built around today is built anew after midnight.
_kept: dict[tuple[Callable[..., Any], dt.date], Kept] = {}


def built_once(build: Callable[..., Built], *upon: Any) -> Built:
    """What ``build(*upon)`` answers, and its rows in the database. It may only add rows.

    ``upon`` is what another builder made for the same test; the answer refers to it, not to a
    copy.
    """
    key = (build, timezone.localdate())
    if key not in _kept:
        before = _all_rows()
        built = build(*upon)
        file = BytesIO()
        _Writer(file, upon).dump(built)
        _kept[key] = Kept(_added(before, _all_rows()), file.getvalue())
        return built
    _put_back(_kept[key].rows)
    found: Built = _Reader(_kept[key].built, upon).load()
    return found


def _all_rows() -> Rows:
    found: Rows = {}
    for table in _tables():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            found[table] = set(b"".join(copy).splitlines(keepends=True))
    return found


def _tables() -> list[str]:
    """With the columns that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I (%s)', table_name, string_agg(quote_ident(column_name), ', '))"
            " FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND is_generated = 'NEVER' GROUP BY table_name"
        )
        return [table for (table,) in cursor.fetchall()]


def _added(before: Rows, after: Rows) -> Rows:
    for table, rows in before.items():
        assert rows <= after[table], f"The builder changed rows of {table} that were there."
    added = {table: rows - before[table] for table, rows in after.items()}
    return {table: rows for table, rows in added.items() if rows}


def _put_back(rows: Rows) -> None:
    """As they were written: what checks and changes new rows has had its turn."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, lines in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(b"".join(lines))
        cursor.execute("SET session_replication_role = DEFAULT")


class _Writer(pickle.Pickler):
    def __init__(self, file: BytesIO, upon: Sequence[Any]) -> None:
        super().__init__(file)
        self._places = {id(other): n for n, other in enumerate(upon)}

    def persistent_id(self, part: Any) -> int | None:
        return self._places.get(id(part))


class _Reader(pickle.Unpickler):
    def __init__(self, written: bytes, upon: Sequence[Any]) -> None:
        super().__init__(BytesIO(written))
        self._upon = upon

    def persistent_load(self, place: int) -> Any:
        return self._upon[place]
