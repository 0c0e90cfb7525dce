"""Two shares of one key task that come together in one unit, and what a person settles first."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.errors import Conflict
from accounts.models import Membership, Unit
from accounts.unit_tree import move_unit
from plans.models import Plan
from tasks.decomposition import Part, decompose
from tasks.ending import reopen_share
from tasks.extensions import ask_extension
from tasks.models import Task, TaskEvent, UnitReform
from tasks.progress import Said, approve_report, submit_report
from tasks.reforming import (
    Ending,
    change_transfer,
    complete_transfers,
)
from tests.county import (
    County,
    at,
    due,
    issued_plan,
    item,
    owner,
    sign_for_all,
)
from tests.county import share as share_of
from tests.tasks.reform_case import (
    ON,
    execute,
    kept_of,
    make_plan,
    new_unit,
    prepare,
    preview,
    problems,
    report,
    tree,
    villages,
)

Role = Membership.Role
Kind = Unit.Kind


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


class TestTwoComeTogether:
    def test_they_become_one_and_nothing_above_changes(self, county: County, plan: Plan) -> None:
        ended, kept = share_of(plan, "乙乡"), share_of(plan, "甲镇")
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        [(gone, stays)] = preview(reform).merged
        assert (gone.pk, stays.pk) == (ended.pk, kept.pk)
        execute(county, reform)
        # (40 + 20) / 2, at the weight of both; the lead (0 + 40 + 20) / 3.
        assert tree(plan) == [
            ("司法局", 0, False, Decimal(1), Decimal(20)),
            ("司法局", 1, True, Decimal(1), Decimal(0)),
            ("甲镇", 1, False, Decimal(2), Decimal(30)),
        ]
        ended.refresh_from_db()
        assert (ended.state, ended.unit.name) == ("cancelled", "乙乡")
        event = ended.events.get(kind=TaskEvent.Kind.TRANSFERRED)
        assert event.data["merged_into"] == kept.pk
        told = kept.events.get(kind=TaskEvent.Kind.CHANGED)
        assert told.data["before"] == {"weight": "1.000", "reported_percent": "40.00"}
        assert told.data["after"] == {"weight": "2.000", "reported_percent": "30.00"}
        assert ended.reports.get().percent == 20

    def test_in_a_new_unit_the_older_share_is_kept(self, county: County, plan: Plan) -> None:
        new = new_unit(county, "丙镇")
        kept = share_of(plan, "甲镇").pk
        endings = [Ending(county.unit(name), successors=[new]) for name in ("乙乡", "甲镇")]
        execute(county, prepare(county, *endings))
        assert share_of(plan, "丙镇").pk == kept
        assert share_of(plan, "丙镇").completion == 30

    def test_a_unit_that_goes_on_keeps_its_own_share(self, county: County, plan: Plan) -> None:
        kept = share_of(plan, "乙乡").pk
        assert kept > share_of(plan, "甲镇").pk
        execute(
            county, prepare(county, Ending(county.unit("甲镇"), successors=[county.unit("乙乡")]))
        )
        assert kept_of(plan, "乙乡").pk == kept

    def test_the_one_that_is_broken_down_is_kept_whosever_it_was(
        self, county: County, plan: Plan
    ) -> None:
        villages(county, plan, "乙乡", [50])
        kept, own = share_of(plan, "乙乡").pk, share_of(plan, "甲镇").pk
        execute(
            county, prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        )
        assert share_of(plan, "甲镇").pk == kept
        assert share_of(plan, "甲镇", own_part=True).pk == own
        assert share_of(plan, "甲镇").completion == 45

    def test_one_that_is_not_broken_down_becomes_the_own_part(
        self, county: County, plan: Plan
    ) -> None:
        villages(county, plan, "甲镇", [10, 40])
        ended = share_of(plan, "乙乡").pk
        execute(
            county, prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        )
        # The villages' mean 25 and the 20 taken over: (2 × 25 + 2 × 20) / 4.
        assert tree(plan)[2:] == [
            ("甲镇", 1, False, Decimal(2), Decimal("22.5")),
            ("甲镇", 2, True, Decimal(2), Decimal(20)),
            ("甲镇0村", 2, False, Decimal(1), Decimal(10)),
            ("甲镇1村", 2, False, Decimal(1), Decimal(40)),
        ]
        own = share_of(plan, "甲镇", own_part=True)
        assert (own.pk, own.ancestors) == (ended, [*own.parent.ancestors, own.parent_id])  # type: ignore[union-attr]
        assert tree(plan)[0][4] == Decimal(15)

    def test_the_villages_of_both_keep_their_say(self, county: County, plan: Plan) -> None:
        villages(county, plan, "甲镇", [10, 40])
        villages(county, plan, "乙乡", [50])
        execute(
            county, prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        )
        # The one village of 乙乡 weighs as the two of 甲镇 together: (10 + 40 + 2 × 50) / 4.
        assert tree(plan)[2:] == [
            ("甲镇", 1, False, Decimal(2), Decimal("37.5")),
            ("甲镇0村", 2, False, Decimal(1), Decimal(10)),
            ("甲镇1村", 2, False, Decimal(1), Decimal(40)),
            ("乙乡0村", 2, False, Decimal(2), Decimal(50)),
        ]
        assert tree(plan)[0][4] == Decimal(25)
        above = share_of(plan, "甲镇")
        assert county.unit("乙乡0村").tasks.get().ancestors == [*above.ancestors, above.pk]

    def test_a_share_below_one_of_its_unit_is_the_own_part(self, county: County) -> None:
        owners = [owner("司法局", "lead"), owner("财政局", "responsible")]
        plan = issued_plan(county, item("1.", "预算", owners, due("2026-09-30")))
        Task.objects.filter(plan=plan, is_own_part=True).update(state="cancelled")
        execute(
            county,
            prepare(county, Ending(county.unit("财政局"), successors=[county.unit("司法局")])),
        )
        assert [row[:3] for row in tree(plan)] == [("司法局", 0, False), ("司法局", 1, True)]

    def test_the_own_part_and_one_more_become_one(self, county: County) -> None:
        owners = [owner("司法局", "lead"), owner("财政局", "responsible")]
        plan = issued_plan(county, item("1.", "预算", owners, due("2026-09-30")))
        sign_for_all(county, plan)
        report(county, share_of(plan, "财政局"), "财政局", 50)
        execute(
            county,
            prepare(county, Ending(county.unit("财政局"), successors=[county.unit("司法局")])),
        )
        assert tree(plan) == [
            ("司法局", 0, False, Decimal(1), Decimal(25)),
            ("司法局", 1, True, Decimal(2), Decimal(25)),
        ]

    def test_steps_are_put_together(self, county: County, plan: Plan) -> None:
        for unit, closed in (("甲镇", 1), ("乙乡", 0)):
            task = share_of(plan, unit)
            for n, month in enumerate((6, 9), 1):
                task.steps.create(
                    position=n,
                    label=f"{unit}{n}",
                    due_on=dt.date(2026, month, 25),
                    closed_on=dt.date(2026, 5, 1) if n <= closed else None,
                )
            Task.objects.filter(pk=task.pk).update(
                steps_total=2, steps_closed=closed, completion=50 * closed
            )
        execute(
            county, prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        )
        kept = share_of(plan, "甲镇")
        assert (kept.steps_total, kept.steps_closed, kept.completion) == (4, 1, Decimal(25))
        assert kept.next_due_on == dt.date(2026, 6, 25)
        assert [step.label for step in kept.steps.all()] == ["甲镇1", "甲镇2", "乙乡1", "乙乡2"]

    def test_what_supports_ends_in_what_counts(self, county: County, plan: Plan) -> None:
        Task.objects.filter(plan=plan, unit__name="甲镇").update(role="supporting")
        counts = share_of(plan, "乙乡").pk
        execute(
            county, prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        )
        kept = kept_of(plan, "甲镇")
        assert kept.pk == counts
        assert (kept.role, kept.weight) == ("responsible", Decimal(1))
        assert kept.completion == Decimal(20)


class TestUnsettled:
    @pytest.fixture
    def reform(self, county: County, plan: Plan) -> UnitReform:
        return prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))

    def refused(self, county: County, reform: UnitReform) -> list[str]:
        rows_before = list(Task.objects.order_by("pk").values())
        with pytest.raises(Conflict) as error:
            execute(county, reform)
        assert error.value.code == "unsettled"
        assert list(Task.objects.order_by("pk").values()) == rows_before
        assert not Unit.objects.filter(valid_to__isnull=False).exists()
        return [row["code"] for row in error.value.details["unsettled"]]

    def test_one_of_the_two_is_closed(self, county: County, plan: Plan, reform: UnitReform) -> None:
        report(county, share_of(plan, "甲镇"), "甲镇", None)
        assert problems(reform) == [("closed", "甲镇", 2)]
        assert self.refused(county, reform) == ["closed"]
        change_transfer(
            reform.pk,
            [share_of(plan, "乙乡").pk],
            county.unit("司法局"),
            actor=county.coordinator,
            at=at(6, 2),
        )
        execute(county, reform)
        # The lead's own part takes it over: (0 + 20) / 2 at the weight of two.
        assert tree(plan)[1:] == [
            ("司法局", 1, True, Decimal(2), Decimal(10)),
            ("甲镇", 1, False, Decimal(1), Decimal(100)),
        ]

    def test_one_that_is_reopened_takes_the_other_over(
        self, county: County, plan: Plan, reform: UnitReform
    ) -> None:
        task = share_of(plan, "甲镇")
        report(county, task, "甲镇", None)
        reopen_share(task.pk, reason="并入乙乡", actor=county.coordinator, at=at(6, 2))
        execute(county, reform)
        # Reopened it is 99; with the 20 taken over the mean of both.
        assert kept_of(plan, "甲镇").completion == Decimal("59.5")

    def test_a_report_waits(self, county: County, plan: Plan, reform: UnitReform) -> None:
        sent = submit_report(
            share_of(plan, "甲镇").pk,
            Said(percent=Decimal(90)),
            actor=county.officer("甲镇"),
            at=at(6, 2),
        )
        assert self.refused(county, reform) == ["decision_waits"]
        approve_report(sent.pk, actor=county.coordinator, at=at(6, 3))
        execute(county, reform)
        assert share_of(plan, "甲镇").completion == 55

    def test_a_request_waits(self, county: County, plan: Plan, reform: UnitReform) -> None:
        Task.objects.filter(plan=plan, depth=1).update(due_on=dt.date(2026, 8, 31))
        ask_extension(
            share_of(plan, "乙乡").pk,
            new_due_on=dt.date(2026, 9, 30),
            reason="汛期",
            actor=county.officer("乙乡"),
            at=at(6, 2),
        )
        assert self.refused(county, reform) == ["decision_waits"]

    def test_they_are_due_on_different_days(
        self, county: County, plan: Plan, reform: UnitReform
    ) -> None:
        Task.objects.filter(plan=plan, unit__name="乙乡").update(due_on=dt.date(2026, 8, 1))
        assert self.refused(county, reform) == ["other_deadline"]

    def test_one_has_steps(self, county: County, plan: Plan, reform: UnitReform) -> None:
        Task.objects.filter(plan=plan, unit__name="乙乡").update(steps_total=2)
        assert self.refused(county, reform) == ["other_steps"]

    def test_they_stand_in_different_places(self, county: County, plan: Plan) -> None:
        county.add("丙村", Kind.VILLAGE, "乙乡")
        decompose(
            share_of(plan, "乙乡").pk,
            [Part(county.unit("丙村"))],
            actor=county.officer("乙乡"),
            at=at(5, 8),
        )
        reform = prepare(county, Ending(county.unit("丙村"), successors=[county.unit("甲镇")]))
        assert problems(reform) == [("apart", "甲镇", 2)]
        assert self.refused(county, reform) == ["apart"]

    def test_shares_that_came_later_are_added_to_the_list(
        self, county: County, reform: UnitReform
    ) -> None:
        issued_plan(county, item("1.", "普法", [owner("乙乡", "lead")], due("2026-12-31")))
        assert problems(reform) == [("no_transfer", "乙乡", 1)]
        assert self.refused(county, reform) == ["no_transfer"]
        complete_transfers(reform.pk, actor=county.coordinator, at=at(6, 3))
        assert problems(reform) == []

    def test_the_unit_that_takes_over_ends_meanwhile(
        self, county: County, reform: UnitReform
    ) -> None:
        Unit.objects.filter(name="甲镇").update(valid_to=dt.date(2026, 6, 15))
        assert ("ends_too", "甲镇", 1) in problems(reform)

    def test_units_below_need_a_place(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("甲镇")), Ending(county.unit("甲一村")))
        assert problems(reform) == [("units_below", "甲镇", 0)]
        assert self.refused(county, reform) == ["units_below"]
        move_unit(county.unit("甲二村").pk, county.unit("乙乡").pk, on=ON)
        execute(county, reform)
        assert not Unit.objects.valid_on(ON).filter(name__in=["甲镇", "甲一村"]).exists()

    def test_the_office_needs_one_successor(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("依法治县办")))
        assert problems(reform) == [("issues_plans", "依法治县办", 0)]
