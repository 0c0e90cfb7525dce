"""Regular reports: which periods a share owes a report for, and which of them are missing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from plans.models import ReportingPeriod
from tasks.models import ProgressReport, Task
from tasks.schedule import Period, period_under_way, periods_of_year, periods_owed

#: A returned report is owed again; a draft was never handed in.
HANDED_IN = (
    ProgressReport.State.INSIDE,
    ProgressReport.State.SUBMITTED,
    ProgressReport.State.APPROVED,
)


def period_of(task: Task) -> str:
    """How often the share reports: its own rule, or the plan's."""
    return task.reporting_period or task.plan.reporting_period


def owed_periods(task: Task, on: dt.date) -> list[Period]:
    """The periods that had to be reported on by that day, missing or not. No query.

    A share that nothing is expected of any more owes none.
    """
    if not task.is_open or period_of(task) == ReportingPeriod.NONE:
        return []
    since = timezone.localdate(task.issued_at)
    return periods_owed(period_of(task), task.plan.report_day, since=since, on=on)


def missing_periods(tasks: Iterable[Task], on: dt.date) -> dict[int, list[Period]]:
    """For each share the periods without a report. One query, whatever the number of shares."""
    owed = {task.pk: owed_periods(task, on) for task in tasks}
    reported: dict[int, set[dt.date]] = defaultdict(set)
    rows = ProgressReport.objects.filter(
        task__in=[pk for pk, periods in owed.items() if periods],
        state__in=HANDED_IN,
    )
    for task_id, end in rows.values_list("task_id", "period_end"):
        if end is not None:
            reported[task_id].add(end)
    return {
        pk: [period for period in periods if period.end not in reported[pk]]
        for pk, periods in owed.items()
    }


def period_to_report(task: Task, on: dt.date) -> Period | None:
    """The period that a report handed in that day is about.

    The oldest that is missing; where none is, the one that ends in that month, since most
    reports come before the last day for them.
    """
    return periods_to_report([task], on)[task.pk]


def periods_to_report(tasks: Collection[Task], on: dt.date) -> dict[int, Period | None]:
    """``period_to_report`` of many shares. One query."""
    missing = missing_periods(tasks, on)
    return {
        task.pk: missing[task.pk][0]
        if missing[task.pk]
        else period_under_way(period_of(task), task.plan.report_day, on)
        for task in tasks
    }


def require_period(task: Task, end: dt.date | None) -> None:
    """Raises ``Invalid`` where no period of the share ends that day."""
    if end is None:
        return
    ends = {period.end for period in periods_of_year(period_of(task), end.year, 0)}
    if end not in ends:
        raise Invalid(
            "no_such_period",
            _("No period of this share's regular reports ends on that day."),
            {"period_end": end.isoformat()},
        )
