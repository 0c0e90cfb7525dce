"""The facts that reminders rest on, read for many shares at once."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from plans.models import Plan, ReportingPeriod
from tasks.access import is_decided_by_office
from tasks.models import ExtensionRequest, ProgressReport, ReminderRules, Task
from tasks.periods import missing_periods, period_of
from tasks.querysets import among
from tasks.reminders.keys import (
    REPORT_DUE,
    RETURNED,
    STATES_OF_RULE,
    TO_APPROVE,
    TO_EXTEND,
    TO_LET_OUT,
    ShareFacts,
)
from tasks.rules import DEFAULT_RULES, Rules
from tasks.schedule import Period, periods_of_year

State = ProgressReport.State

ALL_RULES = frozenset(STATES_OF_RULE)
#: What must be joined to a share for its facts, and the columns that they rest on.
JOINED = ("parent", "plan__reminder_rules")
COLUMNS_OF_SHARE = (
    *("state", "next_due_on", "deadline_version", "issued_at", "unit", "depth", "reporting_period"),
    *("plan", "parent__unit"),
)
COLUMNS_OF_PLAN = (
    *("issuing_unit", "decided_by", "acknowledgement_days", "reporting_period", "report_day"),
    *(f"reminder_rules__{field.name}" for field in ReminderRules._meta.local_fields),
)
COLUMNS = (*COLUMNS_OF_SHARE, *(f"plan__{name}" for name in COLUMNS_OF_PLAN))
#: Rules that look at the newest report of a share.
ABOUT_REPORTS = frozenset({RETURNED, TO_LET_OUT, TO_APPROVE})


def plans_of(shares: str) -> "Prefetch[Any]":
    """The plans of very many shares, each read once: they are few, and a join repeats them.

    ``shares`` is the way from the row to its share, or empty.
    """
    plans = Plan.objects.select_related("reminder_rules").only(*COLUMNS_OF_PLAN)
    return Prefetch(f"{shares}plan", plans)


def facts_of(
    tasks: Sequence[Task], on: dt.date, rules_asked: Collection[str] = ALL_RULES
) -> dict[int, ShareFacts]:
    """The facts by the share's id, as far as the rules asked about need them.

    At most three queries, however many shares. What is ``JOINED`` must be.
    """
    asked = set(rules_asked)
    reports = _latest_reports(tasks) if asked & ABOUT_REPORTS else {}
    extensions = _waiting_since(tasks) if TO_EXTEND in asked else {}
    due = _reports_due(tasks, on) if REPORT_DUE in asked else {}
    return {
        task.pk: _facts(
            task,
            reports.get(task.pk),
            extensions.get(task.pk),
            due.get(task.pk),
        )
        for task in tasks
    }


def _facts(
    task: Task,
    report: tuple[str, dt.date] | None,
    extension_since: dt.date | None,
    report_due_on: dt.date | None,
) -> ShareFacts:
    state, since = report or ("", None)
    office_id = task.plan.issuing_unit_id
    above_id = task.parent.unit_id if task.parent else office_id
    return ShareFacts(
        task_id=task.pk,
        state=task.state,
        due_on=task.next_due_on,
        deadline_version=task.deadline_version,
        issued_on=timezone.localdate(task.issued_at),
        acknowledgement_days=task.plan.acknowledgement_days,
        unit_id=task.unit_id,
        above_id=above_id,
        office_id=office_id,
        decider_id=office_id if is_decided_by_office(task) else above_id,
        report_due_on=report_due_on,
        returned_since=since if state == State.RETURNED else None,
        inside_since=since if state == State.INSIDE else None,
        submitted_since=since if state == State.SUBMITTED else None,
        extension_since=extension_since,
        rules=_rules_of(task.plan),
    )


def _rules_of(plan: Plan) -> Rules:
    return plan.reminder_rules.as_rules() if hasattr(plan, "reminder_rules") else DEFAULT_RULES


def _latest_reports(tasks: Iterable[Task]) -> dict[int, tuple[str, dt.date]]:
    """The state of each share's newest report that is no draft, and the day it came to be so."""
    rows = (
        ProgressReport.objects.filter(among("task", [task.pk for task in tasks]))
        .exclude(state=State.DRAFT)
        .order_by("task_id", "-submitted_at", "-id")
        .distinct("task_id")
    )
    return {
        row.task_id: (row.state, timezone.localdate(row.decided_at or row.submitted_at))
        for row in rows
    }


def _waiting_since(tasks: Iterable[Task]) -> dict[int, dt.date]:
    rows = ExtensionRequest.objects.filter(
        among("task", [task.pk for task in tasks]), state=ExtensionRequest.State.SUBMITTED
    )
    return {
        task_id: timezone.localdate(at)
        for task_id, at in rows.values_list("task_id", "submitted_at")
    }


def _reports_due(tasks: Iterable[Task], on: dt.date) -> dict[int, dt.date]:
    """For shares that report regularly: the oldest report that is missing, else the next one."""
    regular = [task for task in tasks if period_of(task) != ReportingPeriod.NONE and task.is_open]
    if not regular:
        return {}
    missing = missing_periods(regular, on)
    due = {}
    for task in regular:
        following = missing[task.pk][:1] or _next_period(task, on)
        if following:
            due[task.pk] = following[0].due_on
    return due


def _next_period(task: Task, on: dt.date) -> list[Period]:
    periods = periods_of_year(period_of(task), on.year, task.plan.report_day)
    return [period for period in periods if period.due_on > on][:1]
