"""The shares of which a rule may have something to say today; exactly what is for the rules.

Each kind is found by an index of its own, so that a look costs what is due and not what exists.
"""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from accounts.calendar import WorkCalendar
from plans.models import Plan, ReportingPeriod
from tasks.models import ExtensionRequest, ProgressReport, ReminderRules, Task
from tasks.periods import HANDED_IN
from tasks.querysets import ReportQuerySet, TaskQuerySet, among
from tasks.reminders.facts import COLUMNS_OF_SHARE, plans_of
from tasks.reminders.keys import STILL_OPEN, WORK_EXPECTED
from tasks.rules import DEFAULT_RULES
from tasks.schedule import periods_of_year

#: Reports are spoken of at most so many working days before they are due.
MOST_DAYS_BEFORE_REPORT = 20
#: Shares handled by one set of queries.
BATCH = 2000


def batches_of_shares(calendar: WorkCalendar, on: dt.date) -> Iterator[list[Task]]:
    """The candidates in batches, each share once, with what the facts need joined."""
    wanted = sorted(
        set().union(*(kind.values_list("pk", flat=True) for kind in _kinds(calendar, on)))
    )
    for start in range(0, len(wanted), BATCH):
        shares = Task.objects.filter(among("pk", wanted[start : start + BATCH]))
        read = shares.select_related("parent").only(*COLUMNS_OF_SHARE)
        yield list(read.prefetch_related(plans_of("")).order_by("pk"))


def _kinds(calendar: WorkCalendar, on: dt.date) -> Iterator[TaskQuerySet]:
    yield Task.objects.filter(state__in=WORK_EXPECTED, next_due_on__lt=_too_far(calendar, on))
    yield Task.objects.filter(state=Task.State.ISSUED)
    waiting = ProgressReport.objects.filter(
        state__in=[ProgressReport.State.INSIDE, ProgressReport.State.SUBMITTED]
    )
    yield Task.objects.filter(state__in=STILL_OPEN, pk__in=waiting.values("task_id"))
    yield Task.objects.filter(
        state=Task.State.ACKNOWLEDGED, pk__in=_last_returned().values("task_id")
    )
    asked = ExtensionRequest.objects.filter(state=ExtensionRequest.State.SUBMITTED)
    yield Task.objects.filter(state__in=STILL_OPEN, pk__in=asked.values("task_id"))
    yield from _regular(calendar, on)


def _too_far(calendar: WorkCalendar, on: dt.date) -> dt.date:
    """The first day on which a deadline is too far away for any plan's rules."""
    rows = ReminderRules.objects.values_list("days_before", flat=True)
    farthest = max((max(days, default=0) for days in rows), default=0)
    return calendar.add_working_days(on, max(farthest, DEFAULT_RULES.days_before[0]) + 1)


def _last_returned() -> ReportQuerySet[ProgressReport]:
    """Returned reports after which nothing was handed in."""
    newer = ProgressReport.objects.filter(
        task=OuterRef("task"), state__in=HANDED_IN, submitted_at__gt=OuterRef("submitted_at")
    )
    return ProgressReport.objects.filter(~Exists(newer), state=ProgressReport.State.RETURNED)


def _regular(calendar: WorkCalendar, on: dt.date) -> Iterator[TaskQuerySet]:
    """Open shares without a report for the last period whose day is near or past."""
    near = calendar.add_working_days(on, MOST_DAYS_BEFORE_REPORT)
    for kind, report_day in _periods_in_use():
        ends = [
            period.end
            for year in (on.year - 1, on.year)
            for period in periods_of_year(kind, year, report_day)
            if period.due_on <= near
        ]
        reported = ProgressReport.objects.filter(
            task=OuterRef("pk"), state__in=HANDED_IN, period_end__gte=ends[-1]
        )
        by_plan = Q(reporting_period="", plan__reporting_period=kind)
        yield Task.objects.filter(
            ~Exists(reported),
            Q(reporting_period=kind) | by_plan,
            state=Task.State.ACKNOWLEDGED,
            plan__report_day=report_day,
        )


def _periods_in_use() -> set[tuple[str, int]]:
    """The kinds of period and the days of report that plans and single shares have. Two queries."""
    plans = Plan.objects.filter(state=Plan.State.ISSUED)
    regular = plans.exclude(reporting_period=ReportingPeriod.NONE)
    of_plans = regular.values_list("reporting_period", "report_day").distinct()
    own = Task.objects.exclude(reporting_period="").exclude(reporting_period=ReportingPeriod.NONE)
    of_shares = own.filter(plan__in=plans.values("pk")).values_list(
        "reporting_period", "plan__report_day"
    )
    return {*of_plans, *of_shares.distinct()}
