"""Query sets whose SQL is put together once, and then asked again and again with other values.

Django writes the SQL of a query set anew each time, which for the short questions of a write takes
longer than PostgreSQL takes to answer them. Such questions have always the same shape: only values
differ, and a ``Given`` stands in the place of each.
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)


class Given(Expression):
    """The place of a value that is named when the question is asked."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=models.Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class FixedQuery(Generic[Row]):
    """``FixedQuery(lambda: Plan.objects.filter(pk=Given("plan")))`` is asked by ``(plan=7)``.

    What is joined by ``select_related`` and annotated comes along; ``prefetch_related`` does not.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Row]]) -> None:
        self._rows = rows
        # A compiler belongs to the connection of its thread.
        self._of_thread = threading.local()

    def __call__(self, **given: Any) -> list[Row]:
        """The rows, in one query. One that locks them asks for a transaction, as Django does."""
        written = self._written()
        if written[2].query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked within a transaction only")
        values = [given[value.name] if isinstance(value, Given) else value for value in written[1]]
        with connection.cursor() as cursor:
            cursor.execute(written[0], values)
            found = cursor.fetchall()
        return self._read(written[2], found)

    def _written(self) -> tuple[str, tuple[Any, ...], Any]:
        """The SQL, its values and the compiler that knows which column belongs where."""
        if not hasattr(self._of_thread, "written"):
            compiler = self._rows().query.get_compiler(connection=connection)
            self._of_thread.written = (*compiler.as_sql(), compiler)
        written: tuple[str, tuple[Any, ...], Any] = self._of_thread.written
        return written

    @staticmethod
    def _read(compiler: Any, found: list[tuple[Any, ...]]) -> list[Row]:
        """As Django's own ``ModelIterable`` makes rows of what a compiler has read."""
        columns = compiler.klass_info["select_fields"]
        first, end = columns[0], columns[-1] + 1
        names = [column[0].target.attname for column in compiler.select[first:end]]
        # As Django 5.2 has it; its stubs are of a later one.
        joined = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
        model = compiler.klass_info["model"]
        rows = []
        for values in compiler.results_iter([found]):
            row = model.from_db(connection.alias, names, values[first:end])
            for populator in joined:
                populator.populate(values, row)
            for name, place in compiler.annotation_col_map.items():
                setattr(row, name, values[place])
            rows.append(row)
        return rows
