"""进展反馈: drafts, approval inside the unit, and decisions about shares at rest."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from plans.models import Plan
from tasks.amending import cancel_key_task, suspend_key_task
from tasks.decomposition import Part, decompose
from tasks.ending import reopen_share
from tasks.models import ProgressReport, Task
from tasks.progress import (
    Said,
    approve_report,
    let_out,
    return_report,
    save_draft,
    submit_report,
)
from tests.county import County, at, share
from tests.refusals import refused
from tests.tasks.life_case import (
    approved,
    closed,
    fresh,
    key_task_of,
    say,
    stands_at,
    stepped_plan,
    told,
    townships_plan,
    villages,
)

TEN = Said(percent=Decimal(10))
DONE = Said(completes=True)


@pytest.fixture
def plan(county: County) -> Plan:
    return townships_plan(county)


@pytest.fixture
def town(plan: Plan) -> Task:
    return fresh(share(plan, "甲镇"))


@pytest.fixture
def guarded(plan: Plan) -> None:
    """The head of a unit approves its reports before they leave it."""
    Plan.objects.filter(pk=plan.pk).update(approval_inside_unit=True)


def code(kind: type[Refusal], service: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    return refused(kind, service, *args, **kwargs).code


class TestDraft:
    def draft(self, county: County, task: Task, said: Said) -> ProgressReport:
        return save_draft(task.pk, said, actor=county.officer("甲镇"), at=at(5, 6))

    def test_is_kept_once_a_person_and_counts_for_nothing(self, county: County, town: Task) -> None:
        first = self.draft(county, town, Said(narrative="走访"))
        second = self.draft(county, town, Said(percent=Decimal(30), narrative="走访三个村"))
        assert first.pk == second.pk
        assert (second.state, second.percent, second.narrative) == (
            "draft",
            Decimal(30),
            "走访三个村",
        )
        assert (fresh(town).completion, fresh(town).version) == (Decimal(0), town.version)
        assert told(town) == ["issued", "acknowledged"]

    def test_without_a_percent_it_has_the_approved_one(self, county: County, town: Task) -> None:
        stands_at(county, town, "40")
        assert self.draft(county, town, Said()).percent == 40

    def test_keeps_the_steps_that_it_names(self, county: County) -> None:
        task = share(stepped_plan(county), "甲镇")
        (first, second) = task.steps.all()[:2]
        draft = self.draft(county, task, Said(steps=[first.pk, second.pk]))
        assert list(draft.steps.all()) == [first, second]
        assert draft.percent == Decimal(50)
        assert list(self.draft(county, task, Said()).steps.all()) == []

    def test_gives_way_to_the_report(self, county: County, town: Task) -> None:
        mine = self.draft(county, town, Said(narrative="走访"))
        other = save_draft(town.pk, TEN, actor=county.head("甲镇"), at=at(5, 6))
        say(county, town, TEN)
        assert set(town.reports.values_list("state", flat=True)) == {"draft", "submitted"}
        assert not ProgressReport.objects.filter(pk=mine.pk).exists()
        assert ProgressReport.objects.get(pk=other.pk).author == county.head("甲镇")

    def test_is_refused_like_a_report(self, county: County, plan: Plan, town: Task) -> None:
        def draft(said: Said, **kwargs: Any) -> Callable[[], object]:
            actor = kwargs.pop("actor", county.officer("甲镇"))
            return partial(save_draft, town.pk, said, actor=actor, at=at(5, 6), **kwargs)

        assert code(NotAllowed, draft(TEN, actor=county.coordinator)) == "not_your_share"
        assert code(Invalid, draft(Said(percent=Decimal(100)))) == "percent_out_of_range"
        assert code(Conflict, draft(Said(steps=[1]))) == "step_not_open"
        assert code(Stale, draft(TEN, version=99)) == "stale"
        closed(county, town)
        assert code(Conflict, draft(TEN)) == "wrong_state"


@pytest.mark.usefixtures("guarded")
class TestInside:
    def test_waits_for_the_head_and_then_for_the_unit_above(
        self, county: County, town: Task
    ) -> None:
        report = say(county, town, TEN)
        assert report.state == "inside"
        assert (
            code(
                Conflict, partial(approve_report, report.pk, actor=county.coordinator, at=at(5, 7))
            )
            == "already_decided"
        )
        out = let_out(report.pk, actor=county.head("甲镇"), at=at(5, 7), version=1)
        assert (out.state, out.let_out_by, out.version) == ("submitted", county.head("甲镇"), 2)
        assert town.events.get(kind="let_out").data == {
            "report": out.pk,
            "percent": "10.00",
            "state": "submitted",
        }
        approve_report(report.pk, actor=county.coordinator, at=at(5, 8))
        assert fresh(town).completion == 10

    def test_what_the_head_writes_leaves_at_once(self, county: County, town: Task) -> None:
        report = submit_report(town.pk, TEN, actor=county.head("甲镇"), at=at(5, 6))
        assert report.state == "submitted"

    def test_done_is_submitted_when_it_is_let_out(self, county: County, town: Task) -> None:
        report = say(county, town, DONE)
        assert fresh(town).state == "acknowledged"
        let_out(report.pk, actor=county.head("甲镇"), at=at(5, 7))
        assert fresh(town).state == "submitted"
        approve_report(report.pk, actor=county.coordinator, at=at(5, 8))
        assert fresh(town).state == "closed"

    def test_only_another_head_of_the_unit_lets_it_out_once(
        self, county: County, town: Task
    ) -> None:
        report = say(county, town, TEN)
        people = {
            county.officer("甲镇"): "own_report",
            county.head("司法局"): "not_head",
            county.head("县"): "not_head",
            county.coordinator: "not_head",
        }
        for person, reason in people.items():
            assert (
                code(NotAllowed, partial(let_out, report.pk, actor=person, at=at(5, 7))) == reason
            )
        head = county.head("甲镇")
        assert (
            code(Stale, partial(let_out, report.pk, actor=head, at=at(5, 7), version=9)) == "stale"
        )
        let_out(report.pk, actor=head, at=at(5, 7))
        assert (
            code(Conflict, partial(let_out, report.pk, actor=head, at=at(5, 7)))
            == "already_decided"
        )

    def test_the_head_returns_it_and_the_unit_above_does_not_yet(
        self, county: County, town: Task
    ) -> None:
        report = say(county, town, DONE)

        def back(actor: str, reason: str = "补材料") -> Callable[[], object]:
            person = county.coordinator if actor == "office" else county.head(actor)
            return partial(return_report, report.pk, reason=reason, actor=person, at=at(5, 7))

        assert code(NotAllowed, back("office")) == "not_head"
        assert code(Invalid, back("甲镇", " ")) == "reason_missing"
        back("甲镇")()
        assert fresh(town).state == "acknowledged"
        assert town.reports.get().state == "returned"
        assert town.events.get(kind="returned").reason == "补材料"

    def test_one_waits_at_a_time_inside_too(self, county: County, town: Task) -> None:
        say(county, town, TEN)
        assert code(Conflict, partial(say, county, town, TEN)) == "report_waiting"

    def test_done_is_not_let_out_over_shares_made_in_the_meantime(
        self, county: County, town: Task
    ) -> None:
        report = say(county, town, DONE)
        decompose(town.pk, [Part(county.unit("甲一村"))], actor=county.officer("甲镇"), at=at(5, 6))
        refusal = refused(
            Conflict, partial(let_out, report.pk, actor=county.head("甲镇"), at=at(5, 7))
        )
        assert (refusal.code, refusal.details) == ("open_below", {"units": ["甲一村"]})


class TestDecide:
    def test_nobody_decides_about_a_share_at_rest(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        report = say(county, town, TEN)
        done = say(county, share(plan, "乙乡"), DONE)
        for end in (suspend_key_task, cancel_key_task):
            end(key_task_of(plan).pk, reason="政策调整", actor=county.coordinator, at=at(5, 8))
            for waiting in (report, done):
                for job in (
                    partial(approve_report, waiting.pk, actor=county.coordinator, at=at(5, 9)),
                    partial(
                        return_report,
                        waiting.pk,
                        reason="再看",
                        actor=county.coordinator,
                        at=at(5, 9),
                    ),
                ):
                    assert code(Conflict, job) == "wrong_state"

    @pytest.mark.usefixtures("guarded")
    def test_nor_lets_out_what_waits_inside_it(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        report = say(county, town, TEN)
        suspend_key_task(
            key_task_of(plan).pk, reason="政策调整", actor=county.coordinator, at=at(5, 8)
        )
        assert (
            code(Conflict, partial(let_out, report.pk, actor=county.head("甲镇"), at=at(5, 9)))
            == "wrong_state"
        )

    def test_the_second_click_is_answered_with_the_first_ones_result(
        self, county: County, town: Task
    ) -> None:
        report = approved(county, town, TEN)
        again = approve_report(report.pk, actor=county.coordinator, at=at(5, 9), version=1)
        assert (again.decided_at, again.version) == (report.decided_at, report.version)
        assert told(town).count("approved") == 1

    def test_done_is_not_approved_over_a_share_that_was_reopened_below(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        made = villages(county, plan)
        for village in made:
            closed(county, village)
        report = say(county, town, DONE)
        reopen_share(made[0].pk, reason="回头看", actor=county.head("甲镇"), at=at(6, 1))
        assert fresh(town).state == "submitted"
        refusal = refused(
            Conflict, partial(approve_report, report.pk, actor=county.coordinator, at=at(6, 2))
        )
        assert (refusal.code, refusal.details) == ("open_below", {"units": ["甲一村"]})
        return_report(report.pk, reason="村级未完", actor=county.coordinator, at=at(6, 2))
        assert fresh(town).state == "acknowledged"

    def test_a_supporting_share_below_may_stay_open(self, county: County, plan: Plan) -> None:
        town = share(plan, "甲镇")
        (village,) = villages(county, plan, [Part(county.unit("甲一村"))])
        Task.objects.filter(pk=village.pk).update(role="supporting")
        assert closed(county, town).completion == 100
        assert closed(county, village, month=6).state == "closed"
        assert fresh(town).completion == 100


class TestEdges:
    def test_no_change_needs_no_percent_and_a_report_needs_one(
        self, county: County, town: Task
    ) -> None:
        assert code(Invalid, partial(say, county, town, Said())) == "percent_missing"
        assert say(county, town, Said(no_change=True)).percent == 0

    def test_a_share_with_steps_that_changes_nothing_stays(self, county: County) -> None:
        task = share(stepped_plan(county), "甲镇")
        approved(county, task, Said(steps=[task.steps.all()[0].pk]))
        again = approved(county, task, Said(no_change=True), month=6)
        assert (again.percent, fresh(task).steps_closed) == (Decimal(25), 1)
