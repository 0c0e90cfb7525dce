"""Regular reports: which are owed, which are missing, and which one a report is."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Invalid
from plans.models import Plan
from tasks.changing import ShareChanges, change_share
from tasks.models import ProgressReport, Task
from tasks.periods import missing_periods, owed_periods, period_of, period_to_report
from tasks.progress import Said, return_report, save_draft, submit_report
from tests.county import County, at, share
from tests.refusals import refused
from tests.tasks.life_case import closed, day, fresh, townships_plan

HALF = Decimal(50)


@pytest.fixture
def plan(county: County) -> Plan:
    """Reports are due on the 25th of each quarter's last month; issued on 2 March."""
    plan = townships_plan(county)
    Plan.objects.filter(pk=plan.pk).update(reporting_period="quarterly")
    return plan


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


def reported(
    county: County, task: Task, month: int, on: int, end: dt.date | None = None
) -> ProgressReport:
    said = Said(percent=HALF, period_end=end)
    return submit_report(task.pk, said, actor=county.officer("甲镇"), at=at(month, on))


def missing(task: Task, on: dt.date) -> list[dt.date]:
    return [period.end for period in missing_periods([fresh(task)], on)[task.pk]]


def test_a_share_follows_its_plan_or_its_own_rule(county: County, town: Task) -> None:
    assert period_of(town) == "quarterly"
    change_share(
        town.pk,
        ShareChanges(reporting_period="monthly"),
        actor=county.coordinator,
        at=at(3, 4),
    )
    assert period_of(fresh(town)) == "monthly"
    assert missing(town, day("04-25")) == [day("03-31"), day("04-30")]


def test_owed_from_the_day_on_which_the_report_is_due(town: Task) -> None:
    assert missing(town, day("03-24")) == []
    assert missing(town, day("03-25")) == [day("03-31")]
    assert missing(town, day("06-25")) == [day("03-31"), day("06-30")]


def test_nothing_is_owed_without_a_rule_or_after_the_end(county: County, town: Task) -> None:
    assert closed(county, town).state == "closed"
    assert owed_periods(fresh(town), day("12-31")) == []
    other = share(town.plan, "乙乡")
    Plan.objects.update(reporting_period="none")
    assert owed_periods(fresh(other), day("12-31")) == []


def test_what_ended_otherwise_owes_nothing_either(town: Task) -> None:
    for state in ("suspended", "cancelled"):
        Task.objects.filter(pk=town.pk).update(state=state)
        assert missing(town, day("12-31")) == []


def test_a_report_before_the_last_day_is_of_the_period_that_ends_then(
    county: County, town: Task
) -> None:
    assert reported(county, town, 3, 20).period_end == day("03-31")
    assert missing(town, day("03-25")) == []


def test_a_late_report_is_of_the_oldest_period_that_is_missing(county: County, town: Task) -> None:
    report = reported(county, town, 6, 26)
    assert report.period_end == day("03-31")
    assert missing(town, day("06-26")) == [day("06-30")]


def test_a_report_between_the_periods_is_of_none(county: County, town: Task) -> None:
    reported(county, town, 3, 25)
    ProgressReport.objects.update(
        state="approved", decided_by=county.coordinator, decided_at=at(3, 26)
    )
    assert period_to_report(fresh(town), day("05-10")) is None
    assert reported(county, town, 5, 10).period_end is None
    assert missing(town, day("06-25")) == [day("06-30")]


def test_a_person_may_say_which_period_it_is_of(county: County, town: Task) -> None:
    report = reported(county, town, 6, 26, end=day("06-30"))
    assert report.period_end == day("06-30")
    assert missing(town, day("06-26")) == [day("03-31")]


@pytest.mark.parametrize("end", ["06-29", "05-31"])
def test_a_day_on_which_no_period_ends_is_refused(county: County, town: Task, end: str) -> None:
    refusal = refused(Invalid, partial(reported, county, town, 6, 26, end=day(end)))
    assert (refusal.code, refusal.details) == (
        "no_such_period",
        {"period_end": f"2026-{end}"},
    )
    said = Said(percent=HALF, period_end=day(end))
    draft = refused(
        Invalid, partial(save_draft, town.pk, said, actor=county.officer("甲镇"), at=at(6, 26))
    )
    assert draft.code == "no_such_period"


def test_a_draft_was_never_handed_in_and_a_returned_report_is_owed_again(
    county: County, town: Task
) -> None:
    said = Said(percent=HALF, period_end=day("03-31"))
    save_draft(town.pk, said, actor=county.officer("甲镇"), at=at(3, 20))
    assert missing(town, day("03-25")) == [day("03-31")]
    report = reported(county, town, 3, 20)
    assert missing(town, day("03-25")) == []
    return_report(report.pk, reason="太简单", actor=county.coordinator, at=at(3, 23))
    assert missing(town, day("03-25")) == [day("03-31")]


def test_one_query_for_many_shares(county: County, plan: Plan) -> None:
    shares = list(Task.objects.filter(plan=plan).select_related("plan"))
    with CaptureQueriesContext(connection) as asked:
        found = missing_periods(shares, day("06-25"))
    assert len(asked) == 1
    assert {len(periods) for periods in found.values()} == {2}
