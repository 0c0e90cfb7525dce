"""What is counted of a set of shares: their total and its rows, in one statement.

Written by hand: the shares and their reports are read once for all that is counted of them, where
a query set would read them once for each figure.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F
from django.utils import timezone

from tasks.groupings import Found, Grouping
from tasks.light_conditions import last_yellow_day
from tasks.querysets import TaskQuerySet

#: Why a share is left out; the first that holds, so that the numbers add up to the total.
LEFT_OUT = ("cancelled", "suspended", "supporting", "ongoing")

#: Of each share what is needed of it, besides the row that it belongs to.
COLUMNS = (
    "pk",
    "parent_id",
    "is_own_part",
    "role",
    "state",
    "deadline_kind",
    "acknowledged_at",
    "due_on",
    "next_due_on",
    "completion",
    "weight_of_key_task",
    "last_yellow_day",
)

#: ``said``: whether a report has left the unit; ``done_on``: the first day on which the unit said
#: that the share is done, if that was confirmed, whenever it was.
SHARES = """
    WITH seen AS MATERIALIZED ({seen}),
    told AS (
        SELECT task_id, bool_or(state NOT IN ('draft', 'inside')) AS said,
               min((submitted_at AT TIME ZONE %s)::date)
                   FILTER (WHERE completes AND state = 'approved') AS done_on
        FROM tasks_progressreport WHERE task_id IN (SELECT pk FROM seen) GROUP BY task_id
    ),
    shares AS (
        SELECT seen.*, said, done_on, {left_out} AS left_out, {left_out} IS NULL AS counts,
               state IN ('issued', 'objected', 'acknowledged', 'submitted') AS is_open,
               due_on IS NOT NULL AND (state = 'closed' OR due_on < %s) AS had_to_be,
               NOT EXISTS (SELECT FROM seen above WHERE above.pk = seen.parent_id) AS is_topmost
        FROM seen LEFT JOIN told ON told.task_id = seen.pk
    )
"""
WHY_LEFT_OUT = """
    CASE WHEN state IN ('cancelled', 'suspended') THEN state
         WHEN role = 'supporting' THEN 'supporting'
         WHEN deadline_kind = 'ongoing' THEN 'ongoing' END
"""
#: The mean is weighted by the key task; where all weights are zero they are equal.
FIGURES = """
    count(*) AS total,
    count(*) FILTER (WHERE counts) AS counted,
    count(*) FILTER (WHERE counts AND acknowledged_at IS NOT NULL) AS acknowledged,
    count(*) FILTER (WHERE counts AND said) AS reported,
    count(*) FILTER (WHERE counts AND state = 'closed') AS closed,
    count(*) FILTER (WHERE counts AND is_open AND next_due_on < %s) AS overdue,
    count(*) FILTER (WHERE counts AND is_open
        AND next_due_on BETWEEN %s AND last_yellow_day) AS due_soon,
    count(*) FILTER (WHERE counts AND had_to_be) AS due_by_now,
    count(*) FILTER (WHERE counts AND had_to_be AND state = 'closed'
        AND done_on <= due_on) AS on_time,
    coalesce(
        sum(weight_of_key_task * completion) FILTER (WHERE counts)
            / nullif(sum(weight_of_key_task) FILTER (WHERE counts), 0),
        avg(completion) FILTER (WHERE counts)
    ) AS mean,
""" + ",".join(f"count(*) FILTER (WHERE left_out = '{why}') AS left_out_{why}" for why in LEFT_OUT)


def figures_of(
    in_sight: TaskQuerySet, on: dt.date, grouping: Grouping, *, by_topmost: bool
) -> tuple[Found, list[Found]]:
    """Of all topmost shares together, and of the shares of each row. One query.

    The rows are of topmost shares as well, or of each unit's topmost share of each key task.
    """
    found: list[Found] = []
    with suppress(EmptyResultSet):
        found = list(_rows_of(*_statement(in_sight, on, grouping, by_topmost=by_topmost)))
    if not found:
        return NOTHING, []
    return found[0], found[1:]


#: The total of a person who sees no share.
NOTHING: Found = dict.fromkeys(
    (
        "total",
        "counted",
        "acknowledged",
        "reported",
        "closed",
        "overdue",
        "due_soon",
        "due_by_now",
        "on_time",
        *(f"left_out_{why}" for why in LEFT_OUT),
    ),
    0,
) | {"mean": None}


def _statement(
    in_sight: TaskQuerySet, on: dt.date, grouping: Grouping, *, by_topmost: bool
) -> tuple[str, list[Any]]:
    rows = in_sight.order_by().annotate(
        row_key=grouping.key,
        weight_of_key_task=F("key_task__weight"),
        last_yellow_day=last_yellow_day(on),
    )
    seen, words = rows.values(*COLUMNS, "row_key", *grouping.beside).query.sql_with_params()
    beside = [f'"{name}"' for name in ("row_key", *grouping.beside)]
    order = [f'"{name.lstrip("-")}"{" DESC" * name.startswith("-")}' for name in grouping.order]
    sql = f"""
        {SHARES.format(seen=seen, left_out=WHY_LEFT_OUT)}
        SELECT true AS is_total, {", ".join(f"NULL AS {name}" for name in beside)}, {FIGURES}
        FROM shares WHERE is_topmost
        UNION ALL
        SELECT false, {", ".join(beside)}, {FIGURES}
        FROM shares WHERE {"is_topmost" if by_topmost else "NOT is_own_part"}
        GROUP BY {", ".join(beside)}
        ORDER BY {", ".join(["is_total DESC", *order, "row_key"])}
    """  # noqa: S608 - texts and names of ours; what a person says goes along beside it
    zone = timezone.get_current_timezone_name()
    return sql, [*words, zone, on, on, on, on, on]


def _rows_of(sql: str, words: list[Any]) -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        names = [column.name for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))
