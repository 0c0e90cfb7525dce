"""The life of a share: sign for it, object, report, approve, return, close, extend."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.directory import grant_role
from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from accounts.models import Membership
from plans.models import Plan
from tasks.access import actions_open_to
from tasks.acknowledging import acknowledge, object_to, uphold
from tasks.changing import move_deadline
from tasks.extensions import approve_extension, ask_extension, refuse_extension
from tasks.models import ProgressReport, Task
from tasks.progress import Said, approve_report, return_report, submit_report
from tasks.worklist import work_list
from tests.county import START, County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused
from tests.tasks.life_case import closed


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    return issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))


@pytest.fixture
def town(county: County, plan: Plan) -> Task:
    """The share of 甲镇, signed for like all the others."""
    sign_for_all(county, plan)
    return share(plan, "甲镇")


def completion(plan: Plan, unit: str, *, own_part: bool = False) -> Decimal:
    return share(plan, unit, own_part=own_part).completion


def reported(county: County, task: Task, percent: str = "40") -> ProgressReport:
    return submit_report(
        task.pk, Said(percent=Decimal(percent)), actor=county.officer("甲镇"), at=at(5, 6)
    )


class TestAcknowledge:
    def test_a_unit_signs_for_its_own_share(self, county: County, plan: Plan) -> None:
        task = acknowledge(share(plan, "甲镇").pk, actor=county.officer("甲镇"), at=at(3, 3))
        assert (task.state, task.acknowledged_at, task.version) == ("acknowledged", at(3, 3), 2)
        event = task.events.get(kind="acknowledged")
        assert (event.from_state, event.to_state) == ("issued", "acknowledged")
        assert event.actor == county.officer("甲镇")

    def test_nobody_signs_for_another_unit(self, county: County, plan: Plan) -> None:
        for person in (county.officer("乙乡"), county.head("司法局"), county.coordinator):
            with pytest.raises(NotAllowed):
                acknowledge(share(plan, "甲镇").pk, actor=person, at=at(3, 3))
        assert share(plan, "甲镇").state == "issued"

    def test_a_share_is_signed_for_once(self, county: County, town: Task) -> None:
        with pytest.raises(Conflict) as refused:
            acknowledge(town.pk, actor=county.officer("甲镇"), at=at(3, 4))
        assert refused.value.details == {"action": "acknowledge", "state": "acknowledged"}

    def test_on_an_older_version_nothing_is_decided(self, county: County, plan: Plan) -> None:
        with pytest.raises(Stale):
            acknowledge(
                share(plan, "甲镇").pk, actor=county.officer("甲镇"), at=at(3, 3), version=9
            )


class TestObject:
    def test_objected_in_time_and_upheld(self, county: County, plan: Plan) -> None:
        pk = share(plan, "甲镇").pk
        # Issued on Monday 2 March; three working days later is Thursday the 5th.
        task = object_to(pk, reason="不归我镇", actor=county.officer("甲镇"), at=at(3, 5, 23))
        assert task.state == "objected"
        task = uphold(pk, reason="属地管理", actor=county.coordinator, at=at(3, 6))
        assert task.state == "issued"
        kinds = list(task.events.values_list("kind", "reason"))
        assert kinds == [("issued", ""), ("objected", "不归我镇"), ("upheld", "属地管理")]

    def test_the_objection_period_ends(self, county: County, plan: Plan) -> None:
        with pytest.raises(Conflict) as refused:
            object_to(
                share(plan, "甲镇").pk, reason="晚了", actor=county.officer("甲镇"), at=at(3, 6)
            )
        assert refused.value.details == {"last_day": "2026-03-05"}

    def test_an_objection_has_a_reason(self, county: County, plan: Plan) -> None:
        with pytest.raises(Invalid):
            object_to(
                share(plan, "甲镇").pk, reason="  ", actor=county.officer("甲镇"), at=at(3, 3)
            )

    def test_the_unit_does_not_answer_its_own_objection(self, county: County, plan: Plan) -> None:
        pk = share(plan, "甲镇").pk
        object_to(pk, reason="不归我镇", actor=county.officer("甲镇"), at=at(3, 3))
        with pytest.raises(NotAllowed):
            uphold(pk, reason="好", actor=county.head("甲镇"), at=at(3, 4))

    def test_a_coordinator_who_objected_for_the_unit_does_not_answer(
        self, county: County, plan: Plan
    ) -> None:
        pk, both = share(plan, "甲镇").pk, county.officer("甲镇")
        grant_role(both, county.unit("依法治县办"), Membership.Role.COORDINATOR, valid_from=START)
        object_to(pk, reason="不归我镇", actor=both, at=at(3, 3))
        with pytest.raises(NotAllowed) as refused:
            uphold(pk, reason="好", actor=both, at=at(3, 4))
        assert refused.value.code == "own_report"
        objected, on = Task.objects.get(pk=pk), at(3, 4).date()
        assert "uphold" not in actions_open_to(both, objected, on)
        assert work_list(both, on).objections_to_answer == []
        assert "uphold" in actions_open_to(county.coordinator, objected, on)
        assert work_list(county.coordinator, on).objections_to_answer == [objected]


class TestReport:
    def test_only_approved_figures_count(self, county: County, plan: Plan, town: Task) -> None:
        report = reported(county, town)
        assert completion(plan, "甲镇") == 0
        approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
        assert completion(plan, "甲镇") == 40
        # 司法局's own part 0, 甲镇 40, 乙乡 0.
        assert completion(plan, "司法局") == Decimal("13.333333")

    def test_no_change_repeats_the_approved_figure(self, county: County, town: Task) -> None:
        approve_report(reported(county, town).pk, actor=county.coordinator, at=at(5, 7))
        again = submit_report(
            town.pk, Said(no_change=True), actor=county.officer("甲镇"), at=at(6, 5)
        )
        assert (again.percent, again.no_change) == (Decimal(40), True)

    def test_done_is_100_when_the_unit_above_has_confirmed_it(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        report = submit_report(
            town.pk, Said(completes=True), actor=county.officer("甲镇"), at=at(9, 1)
        )
        assert share(plan, "甲镇").state == "submitted"
        assert completion(plan, "甲镇") == 0
        approve_report(report.pk, actor=county.coordinator, at=at(9, 2))
        closed = share(plan, "甲镇")
        assert closed.state == "closed"
        assert closed.completion == 100
        assert closed.closed_on == dt.date(2026, 9, 2)

    def test_returned_with_a_reason_and_reported_again(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        report = submit_report(
            town.pk, Said(completes=True), actor=county.officer("甲镇"), at=at(9, 1)
        )
        back = return_report(report.pk, reason="缺台账", actor=county.coordinator, at=at(9, 2))
        assert (back.state, back.reason) == ("returned", "缺台账")
        assert share(plan, "甲镇").state == "acknowledged"
        assert reported(county, town, "80").percent == 80

    def test_nobody_decides_about_their_own_report(self, county: County, plan: Plan) -> None:
        sign_for_all(county, plan)
        own = share(plan, "司法局", own_part=True)
        Plan.objects.filter(pk=plan.pk).update(decided_by="above")
        report = submit_report(
            own.pk, Said(percent=Decimal(10)), actor=county.head("司法局"), at=at(5, 6)
        )
        with pytest.raises(NotAllowed) as refused:
            approve_report(report.pk, actor=county.head("司法局"), at=at(5, 7))
        assert refused.value.code == "own_report"
        assert share(plan, "司法局", own_part=True).completion == 0

    def test_the_plan_says_who_decides_on_the_second_level(self, county: County) -> None:
        owners = [owner("财政局", "lead"), owner("甲镇", "responsible")]
        plan = issued_plan(county, item("(一)", "预算", owners, due("2026-09-30")))
        sign_for_all(county, plan)
        report = reported(county, share(plan, "甲镇"))
        with pytest.raises(NotAllowed) as refused:
            approve_report(report.pk, actor=county.head("财政局"), at=at(5, 7))
        assert refused.value.code == "not_yours_to_decide"
        Plan.objects.filter(pk=plan.pk).update(decided_by="above")
        with pytest.raises(NotAllowed):
            approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
        approved = approve_report(report.pk, actor=county.head("财政局"), at=at(5, 7))
        assert approved.decided_by == county.head("财政局")

    def test_the_people_of_the_host_decide_for_the_issuing_office(
        self, county: County, town: Task
    ) -> None:
        report = reported(county, town)
        with pytest.raises(NotAllowed):
            approve_report(report.pk, actor=county.officer("司法局"), at=at(5, 7))
        approved = approve_report(report.pk, actor=county.head("司法局"), at=at(5, 7))
        assert approved.state == "approved"

    def test_a_report_is_decided_once(self, county: County, town: Task) -> None:
        report = reported(county, town)
        approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
        with pytest.raises(Conflict) as refused:
            return_report(report.pk, reason="再看", actor=county.coordinator, at=at(5, 8))
        assert refused.value.details == {"state": "approved"}

    def test_one_report_waits_at_a_time(self, county: County, town: Task) -> None:
        reported(county, town)
        with pytest.raises(Conflict) as refused:
            reported(county, town, "50")
        assert refused.value.code == "report_waiting"

    @pytest.mark.parametrize("percent", ["-1", "99.5", "100", None])
    def test_a_percent_is_0_to_99(self, county: County, town: Task, percent: str | None) -> None:
        with pytest.raises(Invalid):
            submit_report(
                town.pk,
                Said(percent=None if percent is None else Decimal(percent)),
                actor=county.officer("甲镇"),
                at=at(5, 6),
            )
        assert not town.reports.exists()

    def test_a_share_is_signed_for_before_it_reports(self, county: County, plan: Plan) -> None:
        with pytest.raises(Conflict) as refused:
            reported(county, share(plan, "甲镇"))
        assert refused.value.code == "not_acknowledged"

    def test_the_root_is_not_done_while_a_share_below_is_open(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        with pytest.raises(Conflict) as refused:
            submit_report(
                share(plan, "司法局").pk,
                Said(completes=True),
                actor=county.officer("司法局"),
                at=at(9, 1),
            )
        assert refused.value.code == "open_below"
        assert sorted(refused.value.details["units"]) == ["乙乡", "司法局", "甲镇"]

    def test_a_closed_share_reports_no_more(self, county: County, plan: Plan, town: Task) -> None:
        report = submit_report(
            town.pk, Said(completes=True), actor=county.officer("甲镇"), at=at(9, 1)
        )
        approve_report(report.pk, actor=county.coordinator, at=at(9, 2))
        with pytest.raises(Conflict) as refused:
            reported(county, town)
        assert refused.value.code == "wrong_state"

    def test_all_closed_below_the_root_is_99_until_it_is_closed_itself(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        below = Task.objects.filter(plan=plan, depth=1).select_related("unit")
        for task in below:
            self.close(county, task)
        assert completion(plan, "司法局") == 99
        self.close(county, share(plan, "司法局"))
        assert completion(plan, "司法局") == 100

    def close(self, county: County, task: Task) -> None:
        report = submit_report(
            task.pk, Said(completes=True), actor=county.officer(task.unit.name), at=at(9, 1)
        )
        approve_report(report.pk, actor=county.coordinator, at=at(9, 2))


class TestExtension:
    def ask(self, county: County, task: Task, day: str, on: dt.datetime | None = None) -> int:
        return ask_extension(
            task.pk,
            new_due_on=dt.date.fromisoformat(day),
            reason="汛期",
            actor=county.officer(task.unit.name),
            at=on or at(9, 30, 23),
        ).pk

    def test_the_root_is_extended_first(self, county: County, plan: Plan, town: Task) -> None:
        with pytest.raises(Invalid) as refused:
            self.ask(county, town, "2026-11-30")
        assert refused.value.code == "later_than_parent"
        root = share(plan, "司法局")
        approve_extension(
            self.ask(county, root, "2026-12-31"), actor=county.coordinator, at=at(10, 9)
        )
        root.refresh_from_db()
        assert (root.due_on, root.deadline_version) == (dt.date(2026, 12, 31), 2)
        assert root.key_task.due_on == dt.date(2026, 9, 30)
        assert self.ask(county, town, "2026-11-30")

    def test_refused_the_old_date_stays(self, county: County, plan: Plan, town: Task) -> None:
        root = share(plan, "司法局")
        request = self.ask(county, root, "2026-12-31")
        refused = refuse_extension(
            request, answer="年内必须完成", actor=county.coordinator, at=at(10, 9)
        )
        root.refresh_from_db()
        assert (refused.state, root.due_on) == ("refused", dt.date(2026, 9, 30))
        with pytest.raises(Conflict):
            approve_extension(request, actor=county.coordinator, at=at(10, 9))

    def test_asked_before_the_deadline_and_for_later(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        root = share(plan, "司法局")
        with pytest.raises(Conflict) as late:
            self.ask(county, root, "2026-12-31", at(10, 1, 0))
        assert late.value.code == "deadline_passed"
        with pytest.raises(Invalid) as earlier:
            self.ask(county, root, "2026-09-30")
        assert earlier.value.code == "not_later"

    def test_one_request_waits_at_a_time(self, county: County, plan: Plan, town: Task) -> None:
        root = share(plan, "司法局")
        self.ask(county, root, "2026-12-31")
        with pytest.raises(Conflict) as refused:
            self.ask(county, root, "2026-11-30")
        assert refused.value.code == "request_waiting"

    def test_a_share_that_is_closed_meanwhile_keeps_its_date(self, county: County) -> None:
        plan = issued_plan(
            county, item("1.", "报备", [owner("财政局", "responsible")], due("2026-09-30"))
        )
        sign_for_all(county, plan)
        task = share(plan, "财政局")
        request = self.ask(county, task, "2026-12-31", at(9, 1))
        done = submit_report(
            task.pk, Said(completes=True), actor=county.officer("财政局"), at=at(9, 2)
        )
        approve_report(done.pk, actor=county.coordinator, at=at(9, 3))
        with pytest.raises(Conflict) as refused:
            approve_extension(request, actor=county.coordinator, at=at(9, 4))
        assert (refused.value.code, refused.value.details) == ("wrong_state", {"state": "closed"})
        task.refresh_from_db()
        assert (task.due_on, task.deadline_version) == (dt.date(2026, 9, 30), 1)

    def test_nobody_extends_their_own_share(self, county: County, plan: Plan, town: Task) -> None:
        request = self.ask(county, share(plan, "司法局"), "2026-12-31")
        with pytest.raises(NotAllowed) as refused:
            approve_extension(request, actor=county.officer("司法局"), at=at(10, 9))
        assert refused.value.code == "own_report"

    def test_what_was_moved_meanwhile_is_never_shortened(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        root = share(plan, "司法局")
        request = self.ask(county, root, "2026-11-30")
        move_deadline(
            root.pk,
            dt.date(2026, 12, 31),
            reason="统一顺延",
            actor=county.coordinator,
            at=at(10, 8),
        )
        refusal = refused(
            Conflict, approve_extension, request, actor=county.coordinator, at=at(10, 9)
        )
        assert (refusal.code, refusal.details) == ("not_later", {"due_on": "2026-12-31"})
        refuse_extension(request, answer="已顺延", actor=county.coordinator, at=at(10, 9))

    def test_nobody_decides_about_a_share_that_is_done(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        Task.objects.filter(pk=share(plan, "司法局").pk).update(due_on=dt.date(2026, 12, 31))
        request = self.ask(county, town, "2026-11-30", at(9, 1))
        closed(county, town, month=9)
        for decide in (approve_extension, refuse_extension):
            refusal = refused(
                Conflict, decide, request, answer="好", actor=county.coordinator, at=at(10, 9)
            )
            assert (refusal.code, refusal.details) == ("wrong_state", {"state": "closed"})
