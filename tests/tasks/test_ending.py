"""How shares end otherwise than by being done, and come back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from plans.models import Plan
from tasks.acknowledging import object_to
from tasks.amending import cancel_key_task, resume_key_task, suspend_key_task
from tasks.audit import wrong_rollups, wrong_trees
from tasks.changing import move_deadline
from tasks.decomposition import Part, decompose
from tasks.ending import cancel_share, reopen_share
from tasks.extensions import approve_extension, ask_extension, refuse_extension
from tasks.models import Task
from tasks.progress import Said, approve_report
from tests.county import County, at, share
from tests.refusals import refused
from tests.tasks.life_case import (
    approved,
    closed,
    day,
    fresh,
    key_task_of,
    say,
    stands_at,
    stepped_plan,
    told,
    townships_plan,
    villages,
)


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


def because(county: County, **changes: Any) -> dict[str, Any]:
    return {"reason": "不再需要", "actor": county.coordinator, "at": at(6, 1)} | changes


def sound(plan: Plan) -> bool:
    return not [*wrong_rollups(plan), *wrong_trees(plan)]


class TestCancel:
    def test_takes_all_below_along_and_leaves_the_fraction(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        one, two = villages(county, plan)
        stands_at(county, one, "60")
        closed(county, two)
        stands_at(county, share(plan, "乙乡"), "50")
        assert fresh(town).completion == 80
        version = fresh(town).version
        cancelled = cancel_share(town.pk, **because(county, actor=county.officer("司法局")))
        assert (cancelled.state, cancelled.version) == ("cancelled", version + 1)
        # What was reached stays readable; only 司法局's own part 0 and 乙乡 50 count.
        assert fresh(town).completion == 80
        assert share(plan, "司法局").completion == 25
        assert (fresh(one).state, fresh(two).state) == ("cancelled", "closed")
        event = one.events.get(kind="cancelled")
        assert (event.from_state, event.to_state, event.reason) == (
            "acknowledged",
            "cancelled",
            "不再需要",
        )
        assert "cancelled" not in told(two)
        assert sound(plan)

    def test_the_unit_may_get_another_share_then(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        cancel_share(village.pk, **because(county, actor=county.officer("甲镇")))
        again = decompose(
            town.pk, [Part(county.unit("甲一村"))], actor=county.officer("甲镇"), at=at(6, 2)
        )
        assert again[0].state == "issued"

    def test_without_parts_left_the_own_figure_counts_again(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        stands_at(county, town, "40")
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        assert fresh(town).completion == 0
        cancel_share(village.pk, **because(county, actor=county.officer("甲镇")))
        assert fresh(town).completion == 40

    def test_refusals(self, county: County, plan: Plan, town: Task) -> None:
        for actor in (county.officer("甲镇"), county.head("乙乡"), county.head("县")):
            assert refused(
                NotAllowed, cancel_share, town.pk, **because(county, actor=actor)
            ).code == ("not_above")
        assert refused(Invalid, cancel_share, town.pk, **because(county, reason=" ")).code == (
            "reason_missing"
        )
        assert refused(Stale, cancel_share, town.pk, **because(county, version=9)).code == "stale"
        root = share(plan, "司法局")
        assert refused(Conflict, cancel_share, root.pk, **because(county)).code == "by_amendment"
        closed(county, town)
        refusal = refused(Conflict, cancel_share, town.pk, **because(county))
        assert refusal.details == {"action": "cancel", "state": "closed"}

    def test_requests_wait_for_nobody_then(self, county: County, plan: Plan, town: Task) -> None:
        Task.objects.filter(pk=share(plan, "司法局").pk).update(due_on=day("12-31"))
        request = ask_extension(
            town.pk,
            new_due_on=day("11-30"),
            reason="汛期",
            actor=county.officer("甲镇"),
            at=at(5, 6),
        )
        cancel_share(town.pk, **because(county))
        decision = {"answer": "好", "actor": county.coordinator, "at": at(6, 2)}
        for decide in (approve_extension, refuse_extension):
            refusal = refused(Conflict, decide, request.pk, **decision)
            assert (refusal.code, refusal.details) == ("wrong_state", {"state": "cancelled"})


class TestRest:
    def test_suspended_shares_go_on_where_they_rested(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        stands_at(county, town, "60")
        say(county, share(plan, "司法局", own_part=True), Said(completes=True))
        other = share(plan, "乙乡")
        Task.objects.filter(pk=other.pk).update(state="issued", acknowledged_at=None)
        object_to(other.pk, reason="不归我乡", actor=county.officer("乙乡"), at=at(3, 4))
        before = dict(Task.objects.filter(plan=plan).values_list("pk", "state"))
        assert set(before.values()) == {"acknowledged", "submitted", "objected"}
        suspend_key_task(key_task_of(plan).pk, **because(county))
        assert set(Task.objects.filter(plan=plan).values_list("state", flat=True)) == {"suspended"}
        assert share(plan, "司法局").completion == 20
        assert sound(plan)
        resume_key_task(key_task_of(plan).pk, **because(county, reason="恢复"))
        assert dict(Task.objects.filter(plan=plan).values_list("pk", "state")) == before
        assert told(other)[-2:] == ["suspended", "resumed"]
        assert other.events.get(kind="resumed").from_state == "suspended"
        assert sound(plan)

    def test_it_rests_twice_from_different_states(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        key_task = key_task_of(plan)
        suspend_key_task(key_task.pk, **because(county))
        resume_key_task(key_task.pk, **because(county))
        say(county, town, Said(completes=True))
        suspend_key_task(key_task.pk, **because(county))
        resume_key_task(key_task.pk, **because(county))
        assert fresh(town).state == "submitted"
        assert closed_by_office(county, town).state == "closed"

    def test_a_share_cancelled_meanwhile_is_out_of_the_figure_when_the_rest_goes_on(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        stands_at(county, town, "60")
        key_task = key_task_of(plan)
        suspend_key_task(key_task.pk, **because(county))
        cancel_share(town.pk, **because(county))
        resume_key_task(key_task.pk, **because(county))
        assert fresh(town).state == "cancelled"
        assert share(plan, "司法局").completion == 0
        assert sound(plan)


def closed_by_office(county: County, task: Task) -> Task:
    report = task.reports.get(state="submitted")
    approve_report(report.pk, actor=county.coordinator, at=at(6, 5))
    return fresh(task)


class TestReopen:
    def reopen(self, county: County, task: Task, **changes: Any) -> Task:
        return reopen_share(task.pk, **because(county, reason="群众反映", **changes))

    def test_works_again_at_99(self, county: County, plan: Plan, town: Task) -> None:
        closed(county, town)
        assert share(plan, "司法局").completion == Decimal("33.333333")
        reopened = self.reopen(county, town, version=fresh(town).version)
        assert (reopened.state, reopened.completion, reopened.closed_on) == (
            "acknowledged",
            Decimal(99),
            None,
        )
        assert share(plan, "司法局").completion == 33
        event = town.events.get(kind="reopened")
        assert (event.from_state, event.to_state, event.reason, event.data) == (
            "closed",
            "acknowledged",
            "群众反映",
            {},
        )
        approved(county, town, Said(percent=Decimal(70)), month=6)
        assert fresh(town).completion == 70
        assert closed(county, town, month=7).completion == 100
        assert sound(plan)

    def test_through_the_levels_from_the_top(self, county: County, plan: Plan, town: Task) -> None:
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        everybody = [village, town, share(plan, "司法局", own_part=True), share(plan, "乙乡")]
        for task in everybody:
            closed(county, fresh(task))
        root = closed(county, share(plan, "司法局"))
        town_head = county.head("甲镇")
        refusal = refused(Conflict, self.reopen, county, village, actor=town_head)
        assert refusal.code == "closed_above"
        assert refused(Conflict, self.reopen, county, town).code == "closed_above"
        assert self.reopen(county, root).completion == 99
        # The figure of the only village, which is closed, but at most 99 while it is open.
        assert self.reopen(county, town).completion == 99
        assert self.reopen(county, village, actor=town_head).completion == 99
        assert (fresh(town).completion, fresh(root).completion) == (
            Decimal(99),
            Decimal("99.000000"),
        )
        approved(county, village, Said(percent=Decimal(40)), month=6)
        # (100 + 40 + 100) / 3 at the root
        assert (fresh(town).completion, fresh(root).completion) == (Decimal(40), Decimal(80))
        assert sound(plan)

    def test_with_steps_it_stands_at_99_and_follows_the_last_day(self, county: County) -> None:
        plan = stepped_plan(county)
        task = closed(county, share(plan, "甲镇"))
        reopened = self.reopen(county, task)
        assert (reopened.completion, reopened.next_due_on) == (Decimal(99), day("12-25"))
        assert sound(plan)

    def test_never_below_what_has_ended(self, county: County, plan: Plan, town: Task) -> None:
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        closed(county, village)
        head = county.head("甲镇")
        key_task = key_task_of(plan)
        suspend_key_task(key_task.pk, **because(county))
        refusal = refused(Conflict, self.reopen, county, village, actor=head)
        assert (refusal.code, refusal.details) == ("ended_above", {"state": "suspended"})
        resume_key_task(key_task.pk, **because(county))
        cancel_share(town.pk, **because(county))
        refusal = refused(Conflict, self.reopen, county, village, actor=head)
        assert (refusal.code, refusal.details) == ("ended_above", {"state": "cancelled"})
        cancel_key_task(key_task.pk, **because(county))
        assert sound(plan)

    def test_is_due_with_a_share_above_that_was_moved_earlier(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        closed(county, village)
        move_deadline(town.pk, day("07-31"), **because(county))
        reopened = self.reopen(county, village, actor=county.head("甲镇"))
        assert (reopened.due_on, reopened.next_due_on) == (day("07-31"), day("07-31"))
        assert village.events.get(kind="reopened").data == {
            "old_due_on": "2026-09-30",
            "due_on": "2026-07-31",
        }
        assert sound(plan)

    def test_refusals(self, county: County, town: Task) -> None:
        refusal = refused(Conflict, self.reopen, county, town)
        assert refusal.details == {"action": "reopen", "state": "acknowledged"}
        closed(county, town)
        for actor in (county.officer("甲镇"), county.head("甲镇"), county.officer("司法局")):
            refusal = refused(NotAllowed, self.reopen, county, town, actor=actor)
            assert refusal.code == "not_yours_to_decide"
        assert refused(Stale, self.reopen, county, town, version=1).code == "stale"
        arguments = because(county, reason="")
        assert refused(Invalid, reopen_share, town.pk, **arguments).code == "reason_missing"


def test_a_suspended_share_is_due_on_its_day_still(county: County, plan: Plan) -> None:
    suspend_key_task(key_task_of(plan).pk, **because(county))
    task = share(plan, "甲镇")
    assert (task.light_on(dt.date(2026, 10, 1)), task.due_on) == ("none", day("09-30"))
