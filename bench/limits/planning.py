"""The reminders of a day, by SQL written by hand around the rules of ``tasks.reminders.keys``."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.calendar import WorkCalendar
from tasks.reminders.keys import (
    STILL_OPEN,
    WORK_EXPECTED,
    ReminderKey,
    ShareFacts,
    is_too_late,
    keys_of,
    why_untrue,
)
from tasks.rules import DEFAULT_RULES

FACTS = """
    SELECT t.id, t.state, t.next_due_on, t.deadline_version,
           (t.issued_at AT TIME ZONE %(zone)s)::date, p.acknowledgement_days,
           t.unit_id, coalesce(above.unit_id, p.issuing_unit_id), p.issuing_unit_id,
           CASE WHEN t.depth = 0 OR (t.depth = 1 AND p.decided_by = 'office')
                THEN p.issuing_unit_id ELSE coalesce(above.unit_id, p.issuing_unit_id) END,
           NULL, CASE report.state WHEN 'returned' THEN report.since END,
           CASE report.state WHEN 'inside' THEN report.since END,
           CASE report.state WHEN 'submitted' THEN report.since END,
           (asked.submitted_at AT TIME ZONE %(zone)s)::date
    FROM tasks_task t
    JOIN plans_plan p ON p.id = t.plan_id
    LEFT JOIN tasks_task above ON above.id = t.parent_id
    LEFT JOIN LATERAL (
        SELECT state, (coalesce(decided_at, submitted_at) AT TIME ZONE %(zone)s)::date AS since
        FROM tasks_progressreport WHERE task_id = t.id AND state <> 'draft'
        ORDER BY submitted_at DESC, id DESC LIMIT 1
    ) report ON true
    LEFT JOIN tasks_extensionrequest asked ON asked.task_id = t.id AND asked.state = 'submitted'
    WHERE t.id IN ({wanted})
"""
WANTED = """
    SELECT id FROM tasks_task WHERE state = ANY(%(expected)s) AND next_due_on < %(far)s
    UNION SELECT id FROM tasks_task WHERE state = 'issued'
    UNION SELECT t.id FROM tasks_task t JOIN tasks_progressreport r ON r.task_id = t.id
          WHERE t.state = ANY(%(open)s) AND r.state IN ('inside', 'submitted')
    UNION SELECT t.id FROM tasks_task t JOIN tasks_progressreport r ON r.task_id = t.id
          WHERE t.state = 'acknowledged' AND r.state = 'returned'
    UNION SELECT t.id FROM tasks_task t JOIN tasks_extensionrequest e ON e.task_id = t.id
          WHERE t.state = ANY(%(open)s) AND e.state = 'submitted'
"""
UNSAID = """
    SELECT id, task_id, rule, "on", deadline_version, unit_id, step FROM tasks_reminder r
    WHERE NOT is_said AND superseded_at IS NULL
      AND NOT EXISTS (SELECT FROM tasks_reminder_mails WHERE reminder_id = r.id)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
END = "UPDATE tasks_reminder SET superseded_at = %s, superseded_because = %s WHERE id = %s"
ADD = """
    INSERT INTO tasks_reminder (task_id, rule, "on", deadline_version, unit_id, step, planned_at,
                                superseded_at, superseded_because, is_said, fault)
    SELECT *, %s, NULL, '', false, ''
    FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::int[], %s::bigint[], %s::smallint[])
    ON CONFLICT DO NOTHING RETURNING id
"""


@transaction.atomic
def plan_by_hand(*, on: dt.date, at: dt.datetime, calendar: WorkCalendar) -> int:
    """How many are new. For plans that keep the rules as they are and ask for no regular report."""
    with connection.cursor() as cursor:
        cursor.execute(UNSAID)
        unsaid = {row[0]: ReminderKey(*row[1:]) for row in cursor.fetchall()}
        shares = [key.task_id for key in unsaid.values()]
        spoken_of = _facts("SELECT unnest(%(shares)s::bigint[])", shares=shares)
        for pk, key in unsaid.items():
            if reason := why_untrue(key, spoken_of[key.task_id], calendar, on):
                cursor.execute(END, [at, reason, pk])
        days = DEFAULT_RULES.days_before[0] + 1
        facts = _facts(
            WANTED,
            expected=list(WORK_EXPECTED),
            open=list(STILL_OPEN),
            far=calendar.add_working_days(on, days),
        )
        wanted = sorted(key for share in facts.values() for key in keys_of(share, calendar, on))
        if any(is_too_late(key, DEFAULT_RULES, calendar, on) for key in wanted):
            raise ValueError("shares of the bench are not beyond the horizon")
        cursor.execute(ADD, [at, *map(list, zip(*wanted, strict=True))])
        return len(cursor.fetchall())


def _facts(wanted: str, **words: Any) -> dict[int, ShareFacts]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS.format(wanted=wanted), words | {"zone": settings.TIME_ZONE})
        return {row[0]: ShareFacts(*row) for row in cursor.fetchall()}
