"""The completion of a plan by unit."""

from decimal import ROUND_HALF_UP, Decimal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bench.limits.rows import HUNDREDTH, VISIBLE, Found, answer, day, posts_of, rows_of, sight_of

# e. Completion of a plan by unit

BY_UNIT = f"""
    WITH in_sight AS MATERIALIZED (
        SELECT t.*, k.weight AS key_weight,
               t.role <> 'supporting' AND t.state NOT IN ('cancelled', 'suspended')
               AND t.deadline_kind <> 'ongoing' AS counts
        FROM tasks_task t JOIN plans_keytask k ON k.id = t.key_task_id
        WHERE t.plan_id = %(plan)s AND {VISIBLE}
    ), reported AS (
        SELECT task_id, bool_or(state NOT IN ('draft', 'inside')) AS any,
               min(submitted_at) FILTER (WHERE completes AND state = 'approved') AS done_at
        FROM tasks_progressreport WHERE task_id IN (SELECT id FROM in_sight) GROUP BY task_id
    ), shares AS (
        SELECT s.*, coalesce(r.any, false) AS reported, r.done_at,
               NOT EXISTS (SELECT FROM in_sight above WHERE above.id = s.parent_id) AS topmost
        FROM in_sight s LEFT JOIN reported r ON r.task_id = s.id
    ), marked AS (
        SELECT NULL::bigint AS key, * FROM shares WHERE topmost
        UNION ALL SELECT unit_id, * FROM shares WHERE NOT is_own_part
    )
    SELECT key, u.name, u.depth, u.position, count(*) AS total,
           count(*) FILTER (WHERE counts) AS counted,
           count(*) FILTER (WHERE counts AND acknowledged_at IS NOT NULL) AS acknowledged,
           count(*) FILTER (WHERE counts AND reported) AS reported,
           count(*) FILTER (WHERE counts AND state = 'closed') AS closed,
           count(*) FILTER (WHERE counts AND {{open}} AND next_due_on < %(on)s) AS overdue,
           count(*) FILTER (WHERE counts AND {{open}} AND next_due_on >= %(on)s
               AND next_due_on <= %(on)s + %(yellow)s) AS due_soon,
           count(*) FILTER (WHERE counts AND (state = 'closed' AND due_on IS NOT NULL
               OR due_on < %(on)s)) AS due_by_now,
           count(*) FILTER (WHERE counts AND state = 'closed'
               AND (done_at AT TIME ZONE %(zone)s)::date <= due_on) AS on_time,
           coalesce(sum(key_weight * completion) FILTER (WHERE counts)
               / nullif(sum(key_weight) FILTER (WHERE counts), 0),
               avg(completion) FILTER (WHERE counts)) AS mean,
           count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
           count(*) FILTER (WHERE state = 'suspended') AS suspended,
           count(*) FILTER (WHERE state NOT IN ('cancelled', 'suspended')
               AND role = 'supporting') AS supporting,
           count(*) FILTER (WHERE state NOT IN ('cancelled', 'suspended')
               AND role <> 'supporting' AND deadline_kind = 'ongoing') AS ongoing
    FROM marked LEFT JOIN accounts_unit u ON u.id = marked.key
    GROUP BY key, u.id
    ORDER BY u.depth NULLS FIRST, u.position, key
""".format(open="state IN ('issued', 'objected', 'acknowledged', 'submitted')")


def by_unit(request: HttpRequest, pk: int) -> HttpResponse:
    on = timezone.localdate()
    posts = posts_of(request, on)
    sight = sight_of(posts)
    plan = (
        "SELECT title, yellow_days, issuing_unit_id = ANY(%(offices)s) AS whole"
        " FROM plans_plan WHERE id = %(pk)s"
    )
    (found,) = rows_of(plan, pk=pk, offices=sight["offices"])
    rows = rows_of(
        BY_UNIT, plan=pk, on=on, yellow=found["yellow_days"], zone="Asia/Shanghai", **sight
    )
    total, *units = [_row(row) for row in rows]
    total |= {"key": pk, "label": found["title"]}
    return answer(
        {
            "on": day(on),
            "whole": found["whole"],
            "past": None,
            "by": "unit",
            "plan": total,
            "rows": units,
        }
    )


COUNTS = (
    "total",
    "counted",
    "acknowledged",
    "reported",
    "closed",
    "overdue",
    "due_soon",
    "due_by_now",
    "on_time",
)


def _row(row: Found) -> Found:
    rate = row["due_by_now"] and Decimal(100 * row["on_time"]) / row["due_by_now"]
    return {
        "key": row["key"],
        "label": row["name"],
        **{name: row[name] for name in COUNTS},
        "on_time_rate": _percent(rate) if row["due_by_now"] else None,
        "completion": None if row["mean"] is None else _percent(row["mean"]),
        "left_out": {why: row[why] for why in ("cancelled", "suspended", "supporting", "ongoing")},
    }


def _percent(value: Decimal) -> str:
    rounded = value.quantize(HUNDREDTH, ROUND_HALF_UP)
    return "99.99" if value < rounded == 100 else str(rounded)
