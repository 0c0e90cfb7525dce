"""Rows by hand-written SQL, what the reader may see of them, and a share as the API tells it."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tasks.lights import Standing, Thresholds, light_of

HUNDREDTH = Decimal("0.01")

Found = dict[str, Any]


def rows_of(sql: str, **words: Any) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run(sql: str, **words: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)


def answer(body: Found, status: int = 200) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type="application/json")


# Where the reader stands

POSTS = """
    WITH held AS MATERIALIZED (
        SELECT unit_id, role FROM accounts_membership
        WHERE user_id = %(user)s AND valid_from <= %(on)s
          AND (valid_to IS NULL OR valid_to >= %(on)s)
    )
    SELECT u.id, u.ancestors || u.id || '/' AS path, array_agg(held.role) AS roles
    FROM held
    JOIN accounts_unit u ON u.id = held.unit_id OR u.id IN (
        SELECT h.unit_id FROM accounts_unithosting h
        WHERE h.host_id = held.unit_id AND h.valid_from <= %(on)s
          AND (h.valid_to IS NULL OR h.valid_to >= %(on)s)
    )
    GROUP BY u.id
"""


def posts_of(request: HttpRequest, on: dt.date) -> list[Found]:
    return rows_of(POSTS, user=request.user.pk, on=on)


def holds(posts: Sequence[Found], unit: int, *roles: str) -> bool:
    return any(post["id"] == unit and set(post["roles"]) & set(roles) for post in posts)


def sight_of(posts: Sequence[Found]) -> Found:
    """What ``VISIBLE`` is told."""
    return {
        "acted": [post["id"] for post in posts],
        "below": [post["path"] + "%" for post in posts],
        "offices": [post["id"] for post in posts if "coordinator" in post["roles"]],
    }


IN_SIGHT = "SELECT id FROM accounts_unit WHERE id = ANY(%(acted)s) OR ancestors LIKE ANY(%(below)s)"
VISIBLE = f"""(
    t.unit_id IN ({IN_SIGHT})
    OR t.plan_id IN (SELECT id FROM plans_plan WHERE issuing_unit_id = ANY(%(offices)s))
    OR EXISTS (
        SELECT FROM tasks_task above
        WHERE above.id = ANY(t.ancestors) AND above.unit_id IN ({IN_SIGHT})
    )
)"""

# One share as JSON

SHARE = """
    SELECT t.*, p.title AS plan_title, p.yellow_days, p.yellow_points, p.year, p.issuing_unit_id,
           p.decided_by AS plan_decided_by, p.reporting_period AS plan_period,
           k.number, k.title AS key_task_title, u.name AS unit_name
    FROM tasks_task t
    JOIN plans_plan p ON p.id = t.plan_id
    JOIN plans_keytask k ON k.id = t.key_task_id
    JOIN accounts_unit u ON u.id = t.unit_id
"""


def share_as_json(row: Found, on: dt.date) -> Found:
    return {
        "id": row["id"],
        "plan": {"id": row["plan_id"], "title": row["plan_title"]},
        "key_task": {
            "id": row["key_task_id"],
            "number": row["number"],
            "title": row["key_task_title"],
        },
        "parent": row["parent_id"],
        "level": row["depth"],
        "unit": {"id": row["unit_id"], "name": row["unit_name"]},
        "role": row["role"],
        "is_own_part": row["is_own_part"],
        "title": row["title"],
        "deadline_kind": row["deadline_kind"],
        "deadline_text": row["deadline_text"],
        "due_on": day(row["due_on"]),
        "next_due_on": day(row["next_due_on"]),
        "steps_total": row["steps_total"],
        "steps_closed": row["steps_closed"],
        "reporting_period": row["reporting_period"],
        "weight": str(row["weight"]),
        "rollup": row["rollup"],
        "state": row["state"],
        "light": _light(row, on),
        "light_set": row["light_set"],
        "completion": str(row["completion"].quantize(HUNDREDTH, ROUND_HALF_UP)),
        "reported_percent": str(row["reported_percent"]),
        "issued_at": instant(row["issued_at"]),
        "acknowledged_at": instant(row["acknowledged_at"]),
        "closed_on": day(row["closed_on"]),
        "carried_to": row["carried_to_id"],
        "version": row["version"],
    }


def _light(row: Found, on: dt.date) -> str:
    standing = Standing(
        row["state"],
        row["next_due_on"],
        row["completion"],
        row["year"] if row["deadline_kind"] == "whole_year" else None,
        row["light_set"],
    )
    return light_of(standing, on, Thresholds(row["yellow_days"], row["yellow_points"])).value


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def instant(value: dt.datetime | None) -> str | None:
    return timezone.localtime(value).isoformat() if value else None
