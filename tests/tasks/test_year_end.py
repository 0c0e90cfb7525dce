"""年终: reviewed, carried over, closed; and what a closed plan refuses."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.directory import add_unit, grant_role
from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from accounts.models import Membership, Unit
from plans.editing import PlanChanges, change_plan_settings, make_plan
from plans.models import KeyTask, Plan
from tasks.amending import cancel_key_task, suspend_key_task
from tasks.audit import wrong_rollups, wrong_trees
from tasks.changing import ShareChanges, change_share
from tasks.ending import cancel_share, reopen_share
from tasks.figures import plan_completion
from tasks.models import Task
from tasks.year_end import carry_over, close_plan, review_ongoing
from tests.county import (
    START,
    County,
    at,
    draft_of,
    drafted_plan,
    due,
    issued_plan,
    item,
    owner,
    share,
    sign_for_all,
)
from tests.refusals import refused
from tests.tasks.life_case import closed, day, fresh, key_task_of, stands_at, townships_plan

ITEM = item("(一)", "普法", [owner("甲镇", "lead")], due("2026-09-30"))


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


def by(county: County, **changes: Any) -> dict[str, Any]:
    return {"actor": county.coordinator, "at": at(12, 20)} | changes


def next_years(county: County, year: int = 2027, *, office: str = "依法治县办") -> KeyTask:
    """A key task of a later plan, still in draft."""
    plan = make_plan(
        draft_of(item("(一)", "清理", [owner("司法局", "lead")], due("2027-09-30"))),
        issuing_unit=county.unit(office),
        issued_on=dt.date(2027, 2, 1),
        actor=county.coordinator,
        at=at(12, 1),
    )
    Plan.objects.filter(pk=plan.pk).update(year=year)
    return key_task_of(plan)


class TestReview:
    @pytest.fixture
    def ongoing(self, county: County) -> Task:
        lead = [owner("甲镇", "lead")]
        plan = issued_plan(county, item("(一)", "普法", lead, due(None, "ongoing")))
        sign_for_all(county, plan)
        return fresh(share(plan, "甲镇"))

    def test_the_finding_stays_in_the_history(self, county: County, ongoing: Task) -> None:
        task = review_ongoing(ongoing.pk, "全年开展12场", **by(county, version=ongoing.version))
        assert (task.state, task.version) == ("acknowledged", ongoing.version + 1)
        assert ongoing.events.get(kind="reviewed").reason == "全年开展12场"

    def test_refusals(self, county: County, ongoing: Task, plan: Plan) -> None:
        pk = ongoing.pk
        head = county.head("甲镇")
        assert (
            refused(NotAllowed, review_ongoing, pk, "好", **by(county, actor=head)).code
            == "not_yours_to_decide"
        )
        assert refused(Invalid, review_ongoing, pk, " ", **by(county)).code == "reason_missing"
        assert refused(Stale, review_ongoing, pk, "好", **by(county, version=9)).code == "stale"
        dated = share(plan, "乙乡").pk
        assert refused(Conflict, review_ongoing, dated, "好", **by(county)).code == "not_ongoing"
        closed(county, ongoing)
        assert refused(Conflict, review_ongoing, pk, "好", **by(county)).code == "wrong_state"


class TestCarryOver:
    def carry(self, county: County, plan: Plan, to: KeyTask, **changes: Any) -> list[Task]:
        arguments = by(county, **({"reason": "跨年实施"} | changes))
        return carry_over(key_task_of(plan).pk, to, **arguments)

    def test_open_shares_end_with_the_figures_they_have(self, county: County, plan: Plan) -> None:
        stands_at(county, share(plan, "甲镇"), "60")
        done = closed(county, share(plan, "乙乡"))
        to = next_years(county)
        carried = self.carry(county, plan, to)
        assert sorted(task.unit.name for task in carried) == ["司法局", "司法局", "甲镇"]
        town, root = share(plan, "甲镇"), share(plan, "司法局")
        assert (town.state, town.carried_to, town.completion) == (
            "carried_over",
            to,
            Decimal(60),
        )
        # The mean of 0, 60 and 100.
        assert root.completion == Decimal("53.333333")
        assert fresh(done).state == "closed"
        event = town.events.get(kind="carried_over")
        assert (event.from_state, event.reason, event.data) == (
            "acknowledged",
            "跨年实施",
            {"key_task": to.pk},
        )
        assert list(to.carried_from.order_by("pk")) == sorted(carried, key=lambda t: t.pk)
        figures = plan_completion(plan, user=county.coordinator, on=day("12-31"))
        row = figures.plan
        assert (row.completion, row.counted, row.closed, row.overdue) == (
            Decimal("53.33"),
            1,
            0,
            0,
        )
        assert not [*wrong_rollups(plan), *wrong_trees(plan)]
        refusal = refused(Conflict, self.carry, county, plan, to)
        assert refusal.code == "key_task_ended"

    def test_suspended_shares_count_again_with_what_they_had(
        self, county: County, plan: Plan
    ) -> None:
        stands_at(county, share(plan, "甲镇"), "60")
        suspend_key_task(key_task_of(plan).pk, reason="待定", **by(county))
        self.carry(county, plan, next_years(county))
        assert share(plan, "司法局").completion == 20
        figures = plan_completion(plan, user=county.coordinator, on=day("12-31"))
        assert (figures.plan.completion, figures.plan.left_out["suspended"]) == (
            Decimal("20.00"),
            0,
        )
        assert not [*wrong_rollups(plan), *wrong_trees(plan)]

    def test_without_what_was_cancelled_while_the_rest_was_suspended(
        self, county: County, plan: Plan
    ) -> None:
        stands_at(county, share(plan, "甲镇"), "60")
        suspend_key_task(key_task_of(plan).pk, reason="待定", **by(county))
        cancel_share(share(plan, "乙乡").pk, reason="收回", **by(county))
        assert share(plan, "司法局").completion == 20
        self.carry(county, plan, next_years(county))
        assert share(plan, "司法局").completion == 30
        assert not [*wrong_rollups(plan), *wrong_trees(plan)]

    def test_only_to_a_later_plan_of_the_same_office(self, county: County, plan: Plan) -> None:
        other = add_unit("县委办", Unit.Kind.DEPARTMENT, parent=None, valid_from=START)
        county.units["县委办"] = other
        grant_role(county.coordinator, other, Membership.Role.COORDINATOR, valid_from=START)
        ended = next_years(county)
        Plan.objects.filter(pk=ended.plan_id).update(
            state="closed", issued_at=at(1, 5), closed_at=at(12, 1)
        )
        for to in (
            next_years(county, 2026),
            next_years(county, 2025),
            next_years(county, office="县委办"),
            ended,
            key_task_of(plan),
        ):
            assert refused(Invalid, self.carry, county, plan, to).code == "not_a_later_plan"

    def test_by_the_coordinator_with_a_reason(self, county: County, plan: Plan) -> None:
        to = next_years(county)
        head = county.head("司法局")
        assert (
            refused(NotAllowed, self.carry, county, plan, to, actor=head).code == "not_coordinator"
        )
        assert refused(Invalid, self.carry, county, plan, to, reason="").code == "reason_missing"


class TestClose:
    def test_when_everything_is_closed_cancelled_or_carried_over(self, county: County) -> None:
        plan = issued_plan(
            county,
            ITEM,
            item("(二)", "清理", [owner("司法局", "lead")], due("2026-09-30")),
            item("(三)", "调解", [owner("乙乡", "lead")], due("2026-09-30")),
        )
        sign_for_all(county, plan)
        closed(county, share(plan, "甲镇"))
        cancel_key_task(KeyTask.objects.get(title="清理").pk, reason="不再需要", **by(county))
        refusal = refused(Conflict, close_plan, plan.pk, **by(county))
        assert (refusal.code, refusal.details) == ("open_shares", {"key_tasks": ["调解"]})
        carry_over(
            KeyTask.objects.get(title="调解").pk,
            next_years(county),
            reason="跨年实施",
            **by(county),
        )
        plan.refresh_from_db()
        shut = close_plan(plan.pk, **by(county, version=plan.version))
        assert (shut.state, shut.closed_at, shut.version) == (
            "closed",
            at(12, 20),
            plan.version + 1,
        )
        again = close_plan(plan.pk, **by(county, at=at(12, 21), version=1))
        assert (again.closed_at, again.version) == (shut.closed_at, shut.version)

    def test_a_suspended_key_task_is_not_ended(self, county: County, plan: Plan) -> None:
        suspend_key_task(key_task_of(plan).pk, reason="待定", **by(county))
        refusal = refused(Conflict, close_plan, plan.pk, **by(county))
        assert refusal.details == {"key_tasks": ["清理"]}

    def test_refusals(self, county: County, plan: Plan) -> None:
        head = county.head("司法局")
        assert (
            refused(NotAllowed, close_plan, plan.pk, **by(county, actor=head)).code
            == "not_coordinator"
        )
        assert refused(Stale, close_plan, plan.pk, **by(county, version=9)).code == "stale"
        draft = drafted_plan(county, ITEM)
        refusal = refused(Conflict, close_plan, draft.pk, **by(county))
        assert refusal.code == "plan_not_issued"

    def test_nothing_of_it_changes_any_more(self, county: County) -> None:
        plan = issued_plan(county, ITEM)
        sign_for_all(county, plan)
        task = closed(county, share(plan, "甲镇"))
        close_plan(plan.pk, **by(county))
        key_task = key_task_of(plan)
        decided = by(county, reason="补记")
        rules = PlanChanges(yellow_days=5)
        for service, args, arguments, code in (
            (reopen_share, (task.pk,), decided, "plan_closed"),
            (change_share, (task.pk, ShareChanges(title="甲")), by(county), "plan_closed"),
            (review_ongoing, (task.pk, "好"), by(county), "plan_closed"),
            (cancel_key_task, (key_task.pk,), decided, "plan_not_issued"),
            (carry_over, (key_task.pk, next_years(county)), decided, "plan_closed"),
            (
                change_plan_settings,
                (plan.pk, rules),
                by(county),
                "plan_closed",
            ),
        ):
            assert refused(Conflict, service, *args, **arguments).code == code
