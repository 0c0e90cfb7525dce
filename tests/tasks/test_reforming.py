"""机构改革 with open shares: where they go, and what follows them."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Membership, Unit
from accounts.reforming import close_unit
from plans.models import KeyTaskOwner, Plan
from tasks.decomposition import Part, decompose
from tasks.figures import plan_completion
from tasks.models import Task, TaskEvent
from tasks.progress import Said, approve_report, submit_report
from tasks.reforming import (
    Ending,
    change_transfer,
    complete_transfers,
)
from tests.county import (
    County,
    at,
    drafted_plan,
    due,
    issued_plan,
    item,
    owner,
)
from tests.county import share as share_of
from tests.tasks.reform_case import (
    JULY,
    ON,
    execute,
    kept_of,
    make_plan,
    new_unit,
    prepare,
    preview,
    problems,
    report,
    transfers,
    tree,
)

Role = Membership.Role
Kind = Unit.Kind


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


class TestOneSuccessor:
    def test_shares_go_to_it_and_stay_signed_for(self, county: County, plan: Plan) -> None:
        new = new_unit(county, "丙镇")
        reform = prepare(county, Ending(county.unit("甲镇"), successors=[new]))
        assert transfers(reform) == [("甲镇", "丙镇")]
        before = share_of(plan, "甲镇")
        execute(county, reform)
        after = Task.objects.get(pk=before.pk)
        assert (after.unit, after.issued_to.name) == (new, "甲镇")
        assert (after.state, after.acknowledged_at) == ("acknowledged", before.acknowledged_at)
        assert (after.completion, after.version) == (before.completion, before.version + 1)
        event = after.events.get(kind=TaskEvent.Kind.TRANSFERRED)
        assert event.data == {
            "reform": reform.pk,
            "from_unit": county.unit("甲镇").pk,
            "from": "甲镇",
            "to_unit": new.pk,
            "to": "丙镇",
        }
        assert (event.actor, event.at, event.reason) == (county.coordinator, JULY, "乡镇合并")
        assert new in plan.recipients.all()
        assert not Task.objects.without_unit(ON).exists()

    def test_the_people_go_on_with_their_work(self, county: County, plan: Plan) -> None:
        new = new_unit(county, "丙镇")
        execute(county, prepare(county, Ending(county.unit("甲镇"), successors=[new])))
        task = share_of(plan, "丙镇")
        said = Said(percent=Decimal(60))
        sent = submit_report(task.pk, said, actor=county.officer("甲镇"), at=at(7, 2))
        approve_report(sent.pk, actor=county.coordinator, at=at(7, 3))
        assert share_of(plan, "丙镇").completion == 60

    def test_what_is_closed_stays_with_the_unit_that_did_it(
        self, county: County, plan: Plan
    ) -> None:
        report(county, share_of(plan, "甲镇"), "甲镇", None)
        new = new_unit(county, "丙镇")
        other = issued_plan(county, item("1.", "普法", [owner("甲镇", "lead")], due("2026-12-31")))
        execute(county, prepare(county, Ending(county.unit("甲镇"), successors=[new])))
        assert share_of(plan, "甲镇").state == "closed"
        assert share_of(other, "丙镇").state == "issued"

    def test_suspended_shares_move_too_since_they_may_be_resumed(
        self, county: County, plan: Plan
    ) -> None:
        Task.objects.filter(plan=plan, unit__name="乙乡").update(state="suspended")
        new = new_unit(county, "丙乡")
        execute(county, prepare(county, Ending(county.unit("乙乡"), successors=[new])))
        assert share_of(plan, "丙乡").state == "suspended"

    def test_each_share_once_in_the_figures_by_unit(self, county: County, plan: Plan) -> None:
        report(county, share_of(plan, "甲镇"), "甲镇", None)
        new = new_unit(county, "丙镇")
        second = item("2.", "普法", [owner("甲镇", "lead")], due("2026-12-31"))
        other = issued_plan(county, second)
        endings = [Ending(county.unit(name), successors=[new]) for name in ("甲镇", "乙乡")]
        execute(county, prepare(county, *endings))
        rows = plan_completion(plan, user=county.coordinator, on=dt.date(2026, 12, 31), by="unit")
        assert [(r.label, r.total, r.closed, r.completion) for r in rows.rows] == [
            ("司法局", 1, 0, Decimal("40.00")),
            ("甲镇", 1, 1, Decimal("100.00")),
            ("丙镇", 1, 0, Decimal("20.00")),
        ]
        rows = plan_completion(other, user=county.coordinator, on=ON, by="unit")
        assert [(r.label, r.total) for r in rows.rows] == [("丙镇", 1)]


class TestSplit:
    def test_each_share_is_given_to_one_of_the_parts(self, county: County, plan: Plan) -> None:
        parts = [new_unit(county, name) for name in ("丙乡", "丁乡")]
        reform = prepare(county, Ending(county.unit("乙乡"), successors=parts))
        assert transfers(reform) == []
        assert problems(reform) == [("no_transfer", "乙乡", 1)]
        task = share_of(plan, "乙乡")
        changed = change_transfer(
            reform.pk, [task.pk], parts[0], actor=county.coordinator, at=at(6, 2)
        )
        assert changed.version == reform.version + 1
        change_transfer(reform.pk, [task.pk], parts[1], actor=county.coordinator, at=at(6, 2))
        assert transfers(reform) == [("乙乡", "丁乡")]
        assert preview(reform).without_people == [parts[1]]
        execute(county, reform)
        assert share_of(plan, "丁乡").pk == task.pk

    def test_the_parts_of_a_broken_down_share_may_go_different_ways(
        self, county: County, plan: Plan
    ) -> None:
        decompose(
            share_of(plan, "乙乡").pk,
            [Part(county.unit("乙乡"))],
            actor=county.officer("乙乡"),
            at=at(5, 8),
        )
        parts = [new_unit(county, name) for name in ("丙乡", "丁乡")]
        reform = prepare(county, Ending(county.unit("乙乡"), successors=parts))
        above, own = share_of(plan, "乙乡"), share_of(plan, "乙乡", own_part=True)
        for task, part in ((above, parts[0]), (own, parts[1])):
            change_transfer(reform.pk, [task.pk], part, actor=county.coordinator, at=at(6, 2))
        execute(county, reform)
        own.refresh_from_db()
        assert (own.unit, own.is_own_part) == (parts[1], False)

    def test_a_unit_that_goes_on_may_keep_shares(self, county: County, plan: Plan) -> None:
        old, new = county.unit("乙乡"), new_unit(county, "丙乡")
        reform = prepare(county, Ending(old, successors=[old, new]))
        task = share_of(plan, "乙乡")
        change_transfer(reform.pk, [task.pk], old, actor=county.coordinator, at=at(6, 2))
        execute(county, reform)
        assert Task.objects.get(pk=task.pk).version == task.version
        assert not task.events.filter(kind=TaskEvent.Kind.TRANSFERRED).exists()
        assert set(Unit.objects.valid_on(ON)) >= {old, new}


class TestClose:
    def test_shares_go_to_the_unit_above(self, county: County, plan: Plan) -> None:
        own_root = issued_plan(
            county, item("1.", "普法", [owner("乙乡", "lead")], due("2026-12-31"))
        )
        reform = prepare(county, Ending(county.unit("乙乡")))
        assert transfers(reform) == [("乙乡", "司法局"), ("乙乡", "依法治县办")]
        execute(county, reform)
        assert share_of(own_root, "依法治县办").depth == 0
        assert [row[:3] for row in tree(plan)] == [
            ("司法局", 0, False),
            ("司法局", 1, True),
            ("甲镇", 1, False),
        ]

    def test_where_the_unit_above_goes_too_they_go_where_it_goes(
        self, county: County, plan: Plan
    ) -> None:
        decompose(
            share_of(plan, "甲镇").pk,
            [Part(county.unit("甲一村"))],
            actor=county.officer("甲镇"),
            at=at(5, 8),
        )
        new = new_unit(county, "丙镇")
        reform = prepare(
            county, Ending(county.unit("甲一村")), Ending(county.unit("甲镇"), successors=[new])
        )
        assert transfers(reform) == [("甲镇", "丙镇"), ("甲一村", "丙镇")]
        execute(county, reform)
        assert [row[:3] for row in tree(plan)][-1] == ("丙镇", 2, True)

    def test_where_the_unit_above_splits_they_follow_the_choice(
        self, county: County, plan: Plan
    ) -> None:
        decompose(
            share_of(plan, "甲镇").pk,
            [Part(county.unit("甲一村"))],
            actor=county.officer("甲镇"),
            at=at(5, 8),
        )
        parts = [new_unit(county, name) for name in ("丙镇", "丁镇")]
        reform = prepare(
            county, Ending(county.unit("甲一村")), Ending(county.unit("甲镇"), successors=parts)
        )
        assert transfers(reform) == []
        above, actor = share_of(plan, "甲镇").pk, county.coordinator
        change_transfer(reform.pk, [above], parts[1], actor=actor, at=at(6, 2))
        complete_transfers(reform.pk, actor=actor, at=at(6, 3))
        assert transfers(reform) == [("甲镇", "丁镇"), ("甲一村", "丁镇")]

    def test_control_without_the_list_shares_are_left_without_a_unit(
        self, county: County, plan: Plan
    ) -> None:
        close_unit(county.unit("乙乡").pk, on=ON)
        assert [task.unit.name for task in Task.objects.without_unit(ON)] == ["乙乡"]


class TestPlansFollow:
    def test_the_office_and_its_drafts(self, county: County, plan: Plan) -> None:
        draft = drafted_plan(
            county,
            item("1.", "甲", [owner("依法治县办", "lead")], due("2026-12-31")),
            item("2.", "乙", [owner("乙乡", "lead")], due("2026-12-31")),
        )
        new = new_unit(county, "法治建设办", Kind.WORKING_GROUP)
        parts = [new_unit(county, name) for name in ("丙乡", "丁乡")]
        reform = prepare(
            county,
            Ending(county.unit("依法治县办"), successors=[new]),
            Ending(county.unit("乙乡"), successors=parts),
        )
        change_transfer(
            reform.pk,
            [share_of(plan, "乙乡").pk],
            parts[0],
            actor=county.coordinator,
            at=at(6, 2),
        )
        execute(county, reform)
        assert {p.issuing_unit for p in Plan.objects.all()} == {new}
        owners = KeyTaskOwner.objects.filter(key_task__plan=draft).order_by("key_task__position")
        assert [row.unit for row in owners] == [new, None]
        assert set(parts) <= set(plan.recipients.all())
        assert Plan.objects.coordinated_by(county.coordinator, ON).count() == 2

    def test_a_closed_plan_is_left_alone(self, county: County, plan: Plan) -> None:
        Task.objects.filter(plan=plan).exclude(unit__name="乙乡").update(state="cancelled")
        Plan.objects.filter(pk=plan.pk).update(state="closed", closed_at=at(6, 1))
        new = new_unit(county, "丙乡")
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[new]))
        assert transfers(reform) == []
        execute(county, reform)
        assert share_of(plan, "乙乡").version > 1
        assert new not in plan.recipients.all()


class TestNames:
    def test_a_unit_takes_the_name_of_one_that_ends(self, county: County, plan: Plan) -> None:
        reform = prepare(
            county,
            Ending(county.unit("甲镇"), new_name="乙乡"),
            Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]),
        )
        execute(county, reform)
        assert list(Unit.objects.named("乙乡", ON)) == [county.unit("甲镇")]
        assert kept_of(plan, "乙乡").completion == 30
        assert kept_of(plan, "乙乡").unit == county.unit("甲镇")
        told = kept_of(plan, "乙乡").events.get(kind=TaskEvent.Kind.ISSUED)
        assert told.at == at(3, 2)


class TestPreview:
    def test_the_figures_before_and_after(self, county: County, plan: Plan) -> None:
        issued_plan(county, item("1.", "普法", [owner("乙乡", "lead")], due("2026-12-31")))
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        found = preview(reform)
        assert found.moving == 2
        units = [
            (
                row.label,
                (row.before.shares, row.before.open, row.before.completion),
                (row.after.shares, row.after.open, row.after.completion),
            )
            for row in found.units
        ]
        assert units == [
            ("甲镇", (1, 1, Decimal("40.00")), (2, 2, Decimal("15.00"))),
            ("乙乡", (2, 2, Decimal("10.00")), (0, 0, None)),
        ]
        assert [(row.before, row.after) for row in found.plans if row.before != row.after] == []
        assert (found.without_people, found.unsettled) == ([], [])
        execute(county, reform)
        again = plan_completion(plan, user=county.coordinator, on=ON, by="unit")
        assert {r.label: r.completion for r in again.rows}["甲镇"] == Decimal("30.00")

    def test_it_writes_nothing(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        before = list(Task.objects.order_by("pk").values())
        preview(reform)
        assert list(Task.objects.order_by("pk").values()) == before
