"""Is the process there, can it serve, does it work? Asked by compose, the demo and balancers."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from tasks.models import JobRun
from tasks.reminders.daily import PLANNING
from tasks.reminders.status import status_of_reminders

#: How long things may take before somebody must look.
PLANNED_WITHIN = dt.timedelta(minutes=5)
SENT_WITHIN = dt.timedelta(minutes=10)


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. No query."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration; 503 with the reason otherwise."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return _unready("database")
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return _unready("migrations")
    return JsonResponse({"status": "ok"})


@require_safe
def work(request: HttpRequest) -> JsonResponse:
    """Whether the work gets done: 200, or 503 with what is wrong. For a watcher with the token.

    A process that is up says nothing; what was planned and sent does (FAILURES 4.13).
    """
    expected = f"Bearer {settings.LUOSHI_HEALTH_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.LUOSHI_HEALTH_TOKEN or not constant_time_compare(given, expected):
        raise Http404
    try:
        facts, wrong = _work_done(timezone.now())
    except DatabaseError:
        return _unready("database")
    status = "failing" if wrong else "ok"
    return JsonResponse({"status": status, "wrong": wrong, **facts}, status=503 if wrong else 200)


def _work_done(at: dt.datetime) -> tuple[dict[str, Any], list[str]]:
    status = status_of_reminders(timezone.localdate(at), at)
    planned_at = JobRun.objects.filter(job=PLANNING).values_list("finished_at", flat=True).first()
    late = status.mail.oldest_waiting is not None and at - status.mail.oldest_waiting > SENT_WITHIN
    checks = {
        "planner_stopped": planned_at is None or at - planned_at > PLANNED_WITHIN,
        "mail_waits": late,
        "mail_held": status.mail.hold is not None,
        "mail_failed": status.mail.failed > 0,
        "reminders_unaccounted": status.unaccounted != 0,
    }
    facts = {
        "planned_at": planned_at,
        "last_sent": status.mail.last_sent,
        "oldest_waiting": status.mail.oldest_waiting,
        "reminders": status.reminders,
        "failed_mails": status.mail.failed,
        "refused_addresses": status.refused_addresses,
        "units_with_nobody": status.units_with_nobody,
        "uncovered_years": status.uncovered_years,
    }
    return facts, [name for name, wrong in checks.items() if wrong]


def _unready(missing: str) -> JsonResponse:
    return JsonResponse({"status": "unready", "missing": missing}, status=503)
