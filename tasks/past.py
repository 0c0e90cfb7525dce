"""The shares of a past day, rebuilt from their history, and laid over the present ones.

Within ``as_of`` temporary tables stand before those of shares, key tasks and reports, under the
same names: PostgreSQL looks there first. So every query set says of that day what it says of
today, by the same code, and nothing is counted in a second way. The tables go when the block is
left, by whatever way; nobody else ever sees them.

A share stood as its last event until then left it (``tasks.history``). What follows from other
shares is derived anew by the same rules: its place in the tree, and its completion. Titles and
weights of key tasks are today's without the amendments since.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tasks.completion import completion_of
from tasks.models import Task
from tasks.querysets import TaskQuerySet

#: For each table: how its rows stood before the instant ``before``, of the key tasks named.
REBUILT = {
    "tasks_progressreport": """
        SELECT past.* FROM tasks_progressreport today
        JOIN (
            SELECT DISTINCT ON (event.data -> 'report')
                (event.data ->> 'report')::bigint AS id, event.data ->> 'state' AS state
            FROM tasks_taskevent event JOIN tasks_task share ON share.id = event.task_id
            WHERE share.key_task_id = ANY(%(key_tasks)s) AND event.at < %(before)s
                AND event.data ? 'report'
            ORDER BY event.data -> 'report', event.id DESC
        ) last ON last.id = today.id,
        LATERAL jsonb_populate_record(today, jsonb_build_object('state', coalesce(
            last.state,
            CASE WHEN today.decided_at < %(before)s THEN today.state ELSE 'submitted' END
        ))) past
        """,
    "tasks_task": """
        SELECT past.* FROM tasks_task today
        JOIN (
            SELECT DISTINCT ON (event.task_id) event.task_id, event.standing, event.to_state
            FROM tasks_taskevent event JOIN tasks_task share ON share.id = event.task_id
            WHERE share.key_task_id = ANY(%(key_tasks)s) AND event.at < %(before)s
            ORDER BY event.task_id, event.id DESC
        ) last ON last.task_id = today.id,
        LATERAL jsonb_populate_record(
            today, last.standing || jsonb_build_object('state', last.to_state)
        ) past
        """,
    "plans_keytask": """
        SELECT past.* FROM plans_keytask today
        LEFT JOIN (
            SELECT id, jsonb_object_agg(name, value) AS before FROM (
                SELECT DISTINCT ON (amendment.key_task_id, said.key)
                    amendment.key_task_id AS id, said.key AS name, said.value
                FROM plans_amendment amendment, jsonb_each(amendment.before) said
                WHERE amendment.key_task_id = ANY(%(key_tasks)s)
                    AND amendment.decided_at >= %(before)s
                ORDER BY amendment.key_task_id, said.key, amendment.id
            ) first_change GROUP BY id
        ) undone ON undone.id = today.id,
        LATERAL jsonb_populate_record(today, coalesce(undone.before, '{}')) past
        WHERE today.id = ANY(%(key_tasks)s)
        """,
}

#: By what the rows are looked up, as in the tables that these stand before.
INDEXES = """
    ALTER TABLE pg_temp.tasks_task ADD PRIMARY KEY (id);
    ALTER TABLE pg_temp.plans_keytask ADD PRIMARY KEY (id);
    CREATE INDEX ON pg_temp.tasks_task (parent_id);
    CREATE INDEX ON pg_temp.tasks_progressreport (task_id);
    ANALYZE pg_temp.tasks_task, pg_temp.plans_keytask, pg_temp.tasks_progressreport
    """

DERIVED = """
    UPDATE pg_temp.tasks_task SET depth = right_one.depth, completion = right_one.completion,
        ancestors = string_to_array(right_one.ancestors, ',')::bigint[]
    FROM unnest(%s::bigint[], %s::smallint[], %s::numeric[], %s::text[])
        AS right_one (id, depth, completion, ancestors)
    WHERE tasks_task.id = right_one.id
    """


@dataclass(frozen=True)
class Past:
    """``known_in_part`` shares have events that say their state only; the rest is today's."""

    known_in_part: int


@contextmanager
def as_of(day: dt.date, in_sight: TaskQuerySet) -> Iterator[Past]:
    """Within the block shares are those of ``in_sight``, as they stood when the day ended.

    Who may see what is decided by today's rows: ``in_sight`` is asked before anything is laid
    over them. Reads the history of the key tasks whole, since figures follow from all shares.
    """
    keys = dict(in_sight.order_by().values_list("pk", "key_task_id"))
    before = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    with transaction.atomic():
        _lay(sorted(set(keys.values())), before)
        _derive()
        _leave_out_all_but(list(keys))
        yield Past(_count_known_in_part(before))
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{name}' for name in REBUILT)}")


def _lay(key_task_ids: list[int], before: dt.datetime) -> None:
    values: dict[str, Any] = {"key_tasks": key_task_ids, "before": before}
    with connection.cursor() as cursor:
        for name, rows in REBUILT.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {rows}", values)
        cursor.execute(INDEXES)


def _derive() -> None:
    """Place and completion of every share, from the leaves up."""
    tasks = {task.pk: task for task in Task.objects.order_by()}
    for task in tasks.values():
        task.ancestors = _path(task, tasks)
        task.depth = len(task.ancestors)
    children: dict[int | None, list[Task]] = defaultdict(list)
    for task in sorted(tasks.values(), key=lambda task: -task.depth):
        task.completion = completion_of(task, children[task.pk])
        children[task.parent_id].append(task)
    columns = [
        (task.pk, task.depth, task.completion, ",".join(map(str, task.ancestors)))
        for task in tasks.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(DERIVED, [list(column) for column in zip(*columns, strict=True)] or [[]] * 4)


def _path(task: Task, tasks: dict[int, Task]) -> list[int]:
    above: list[int] = []
    while task.parent_id is not None:
        task = tasks[task.parent_id]
        above.append(task.pk)
    return above[::-1]


def _leave_out_all_but(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_temp.tasks_task WHERE NOT id = ANY(%s)", [ids])


def _count_known_in_part(before: dt.datetime) -> int:
    """Events know how the share stood from one day on: then the last one knows."""
    knowing = Task.objects.filter(events__at__lt=before).exclude(events__standing={})
    return Task.objects.exclude(pk__in=knowing.values("pk")).count()
