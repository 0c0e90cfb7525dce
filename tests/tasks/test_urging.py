"""催办: who says it, and to whom it is shown."""

import datetime as dt

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.models import Plan
from tasks.access import actions_open_to
from tasks.models import Task, Urge
from tasks.urging import lift_notice, urge
from tests.county import (
    County,
    at,
    share,
)
from tests.tasks.urging_case import (
    make_plan,
    noticed,
    refused,
)


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return share(plan, "甲镇")


class TestUrge:
    def test_is_kept_in_the_history_and_seen_by_the_unit(self, county: County, town: Task) -> None:
        said = urge(town.pk, "请尽快报送。", actor=county.coordinator, at=at(5, 6))
        event = town.events.get(kind="urged")
        assert (event.reason, event.data) == ("请尽快报送。", {"urge": said.pk})
        assert (event.actor, event.at) == (county.coordinator, at(5, 6))
        on = dt.date(2026, 5, 6)
        assert list(Urge.objects.visible_to(county.officer("甲镇"), on)) == [said]
        assert list(Urge.objects.visible_to(county.officer("乙乡"), on)) == []

    def test_whoever_is_about_to_decide_reads_it_first(self, county: County, town: Task) -> None:
        urge(town.pk, "请尽快。", actor=county.coordinator, at=at(5, 6), version=town.version)
        code = refused(
            Stale,
            lambda: urge(
                town.pk, "请尽快。", actor=county.coordinator, at=at(5, 6), version=town.version
            ),
        )
        assert code == "stale"

    @pytest.mark.parametrize("name", ["司法局-officer", "司法局-head", "依法治县办-coordinator-2"])
    def test_people_above_the_share_urge(self, county: County, town: Task, name: str) -> None:
        person = county.people[name]
        assert "urge" in actions_open_to(person, town, dt.date(2026, 5, 6))
        assert urge(town.pk, "请尽快。", actor=person, at=at(5, 6)).issued_by == person

    @pytest.mark.parametrize("name", ["甲镇-head", "乙乡-head", "县-head", "甲一村-head"])
    def test_nobody_else_does(self, county: County, town: Task, name: str) -> None:
        person = county.people[name]
        assert "urge" not in actions_open_to(person, town, dt.date(2026, 5, 6))
        code = refused(NotAllowed, lambda: urge(town.pk, "请尽快。", actor=person, at=at(5, 6)))
        assert code == "not_yours_to_urge"

    def test_says_something(self, county: County, town: Task) -> None:
        say_nothing = lambda: urge(town.pk, " \n", actor=county.coordinator, at=at(5, 6))  # noqa: E731
        assert refused(Invalid, say_nothing) == "text_missing"

    def test_a_finished_share_is_not_urged(self, county: County, town: Task) -> None:
        Task.objects.filter(pk=town.pk).update(state="cancelled")
        code = refused(
            Conflict, lambda: urge(town.pk, "请尽快。", actor=county.coordinator, at=at(5, 6))
        )
        assert code == "wrong_state"

    def test_a_closed_plan_is_at_rest(self, county: County, plan: Plan, town: Task) -> None:
        notice = noticed(county, town)
        Plan.objects.filter(pk=plan.pk).update(state="closed", closed_at=at(5, 6))
        office, when = county.coordinator, at(5, 7)
        assert refused(Conflict, lambda: urge(town.pk, "请尽快。", actor=office, at=when)) == (
            "plan_closed"
        )
        assert refused(Conflict, lambda: noticed(county, town)) == "plan_closed"
        assert (
            refused(Conflict, lambda: lift_notice(notice.pk, "已改", actor=office, at=when))
            == "plan_closed"
        )
