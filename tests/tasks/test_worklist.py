"""我的工作: in which list a share stands, and what waits for whose decision."""

from decimal import Decimal

import pytest

from plans.models import Plan
from tasks.amending import suspend_key_task
from tasks.ending import cancel_share
from tasks.models import Task
from tasks.progress import Said, let_out, return_report, save_draft
from tasks.worklist import WorkList, work_list
from tests.county import County, at, share
from tests.tasks.life_case import (
    approved,
    closed,
    day,
    fresh,
    key_task_of,
    say,
    townships_plan,
    villages,
)

ON = day("05-10")
TEN = Said(percent=Decimal(10))


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


def place(county: County, town: Task, on: str = "05-10") -> list[str]:
    """The lists of the town's officer in which the share stands."""
    work = work_list(county.officer("甲镇"), day(on))
    lists = ("to_sign_for", "returned", "overdue", "to_report", "waiting", "under_way")
    return [name for name in lists if any(d.task.pk == town.pk for d in getattr(work, name))]


def office(county: County) -> WorkList:
    return work_list(county.coordinator, ON)


def test_by_its_day(county: County, town: Task) -> None:
    assert place(county, town) == ["under_way"]
    assert place(county, town, "09-10") == ["to_report"]
    assert place(county, town, "10-01") == ["overdue"]


def test_a_missing_regular_report_is_to_be_written(county: County, town: Task) -> None:
    Plan.objects.update(reporting_period="monthly", report_day=25)
    assert place(county, town, "03-24") == ["under_way"]
    assert place(county, town, "03-25") == ["to_report"]
    duty = work_list(county.officer("甲镇"), day("04-25")).to_report[0]
    assert [period.end for period in duty.missing] == [day("03-31"), day("04-30")]
    approved(county, town, TEN, month=3)
    assert place(county, town, "04-25") == ["to_report"]
    approved(county, town, TEN, month=4)
    assert place(county, town, "04-25") == ["under_way"]


def test_a_draft_hides_nothing(county: County, town: Task) -> None:
    report = say(county, town, TEN)
    return_report(report.pk, reason="太简单", actor=county.coordinator, at=at(5, 7))
    save_draft(town.pk, TEN, actor=county.officer("甲镇"), at=at(5, 8))
    assert place(county, town) == ["returned"]
    (duty,) = work_list(county.officer("甲镇"), ON).returned
    assert (duty.last_report, duty.reason) == ("returned", "太简单")


def test_what_waits_inside_the_unit_is_its_heads(county: County, town: Task) -> None:
    Plan.objects.update(approval_inside_unit=True)
    report = say(county, town, TEN)
    assert place(county, town) == ["waiting"]
    head = work_list(county.head("甲镇"), ON)
    assert (head.reports_to_let_out, head.to_decide) == ([report], 1)
    assert work_list(county.officer("甲镇"), ON).to_decide == 0
    assert office(county).to_decide == 0
    let_out(report.pk, actor=county.head("甲镇"), at=at(5, 7))
    assert work_list(county.head("甲镇"), ON).to_decide == 0
    assert office(county).reports_to_decide == [report]


def test_nobody_lets_out_what_they_wrote(county: County, town: Task) -> None:
    report = say(county, town, TEN)
    type(report).objects.filter(pk=report.pk).update(state="inside", author=county.head("甲镇"))
    assert work_list(county.head("甲镇"), ON).reports_to_let_out == []


@pytest.mark.parametrize("end", ["closed", "cancelled", "suspended", "carried_over"])
def test_what_has_ended_or_rests_is_in_no_list(
    county: County, plan: Plan, town: Task, end: str
) -> None:
    Plan.objects.update(reporting_period="monthly")
    if end == "closed":
        closed(county, town)
    else:
        say(county, town, TEN)
    if end == "cancelled":
        cancel_share(town.pk, reason="收回", actor=county.coordinator, at=at(5, 8))
    elif end == "suspended":
        suspend_key_task(key_task_of(plan).pk, reason="待定", actor=county.coordinator, at=at(5, 8))
    elif end == "carried_over":
        Task.objects.filter(pk=town.pk).update(state=end, carried_to=key_task_of(plan))
    assert fresh(town).state == end
    assert place(county, town, "10-01") == []
    assert fresh(town).light_on(day("10-01")) == ("done" if end == "closed" else "none")
    assert office(county).reports_to_decide == []


def test_a_head_decides_about_the_shares_below(county: County, plan: Plan) -> None:
    one, _two = villages(county, plan)
    report = say(county, one, TEN)
    assert work_list(county.head("甲镇"), ON).reports_to_decide == [report]
    assert office(county).reports_to_decide == []
