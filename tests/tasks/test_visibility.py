"""Who sees which shares (DESIGN 4)."""

import datetime as dt

import pytest

from accounts.models import Membership, User
from plans.models import KeyTask, Plan
from tasks.models import ProgressReport, Task
from tasks.progress import Said, submit_report
from tests.county import (
    County,
    at,
    drafted_plan,
    due,
    issued_plan,
    item,
    owner,
    share,
    sign_for_all,
)

ON = dt.date(2026, 5, 1)


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    return issued_plan(
        county,
        item("(一)", "清理", owners, due("2026-09-30")),
        item("(二)", "预算", [owner("财政局", "lead")], due("2026-12-31")),
    )


def seen(user: User, on: dt.date = ON) -> list[str]:
    tasks = Task.objects.visible_to(user, on).select_related("unit").order_by("id")
    return [f"{task.depth}{task.unit.name}" for task in tasks]


def test_a_town_sees_its_own_share_and_not_its_siblings(county: County, plan: Plan) -> None:
    assert seen(county.officer("甲镇")) == ["1甲镇"]
    assert seen(county.head("乙乡")) == ["1乙乡"]


def test_the_lead_sees_all_shares_below_its_own(county: County, plan: Plan) -> None:
    assert seen(county.officer("司法局")) == ["0司法局", "1司法局", "1甲镇", "1乙乡"]


def test_the_coordinator_and_the_county_see_the_plan_whole(county: County, plan: Plan) -> None:
    whole = ["0司法局", "0财政局", "1司法局", "1甲镇", "1乙乡"]
    assert seen(county.coordinator) == whole
    assert seen(county.people["县-viewer"]) == whole


def test_a_village_without_a_share_sees_nothing(county: County, plan: Plan) -> None:
    assert seen(county.officer("甲一村")) == []
    assert not Plan.objects.visible_to(county.officer("甲一村"), ON).exists()


def test_rights_end_with_the_role_and_with_the_account(county: County, plan: Plan) -> None:
    person = county.officer("甲镇")
    Membership.objects.filter(user=person).update(valid_to=dt.date(2026, 4, 30))
    assert seen(person, dt.date(2026, 4, 30)) == ["1甲镇"]
    assert seen(person) == []
    coordinator = county.coordinator
    coordinator.is_active = False
    coordinator.save()
    assert seen(coordinator) == []


def test_reports_are_seen_with_their_share(county: County, plan: Plan) -> None:
    sign_for_all(county, plan)
    town = Task.objects.get(plan=plan, unit__name="甲镇")
    submit_report(town.pk, Said(no_change=True), actor=county.officer("甲镇"), at=at(4, 1))
    counts = {
        name: ProgressReport.objects.visible_to(person, ON).count()
        for name, person in county.people.items()
    }
    assert {name for name, count in counts.items() if count} == {
        "甲镇-officer",
        "甲镇-head",
        "司法局-officer",
        "司法局-head",
        "县-officer",
        "县-head",
        "县-viewer",
        "依法治县办-coordinator",
        "依法治县办-coordinator-2",
    }


def test_a_plan_is_read_by_the_units_it_is_sent_to_and_a_draft_by_coordinators(
    county: County, plan: Plan
) -> None:
    draft = drafted_plan(county, item("1.", "明年", [owner("甲镇", "lead")], due("2026-12-31")))
    assert list(Plan.objects.visible_to(county.officer("甲镇"), ON)) == [plan]
    assert KeyTask.objects.visible_to(county.officer("甲镇"), ON).count() == 2
    assert set(Plan.objects.visible_to(county.coordinator, ON)) == {plan, draft}
    assert list(Plan.objects.coordinated_by(county.officer("甲镇"), ON)) == []


def test_a_plan_sent_to_one_village_only_is_seen_by_its_town(county: County) -> None:
    plan = issued_plan(county, item("1.", "村规", [owner("甲一村", "lead")], due("2026-12-31")))
    assert seen(county.officer("甲镇")) == ["0甲一村"]
    assert list(Plan.objects.visible_to(county.officer("甲镇"), ON)) == [plan]
    assert share(plan, "甲一村").depth == 0
