"""机构改革 with open shares: where they go, what becomes of two of one key task, and who may."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest

from accounts.directory import add_unit, grant_role
from accounts.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from accounts.models import Membership, Unit
from accounts.reforming import close_unit
from plans.models import KeyTaskOwner, Plan
from tasks.acknowledging import acknowledge
from tasks.decomposition import Part, decompose
from tasks.extensions import ask_extension
from tasks.figures import plan_completion
from tasks.models import Task, TaskEvent, UnitReform
from tasks.progress import Said, approve_report, submit_report
from tasks.reform_preview import Preview, preview_reform
from tasks.reforming import (
    Ending,
    change_transfer,
    complete_transfers,
    execute_reform,
    prepare_reform,
)
from tests.county import (
    START,
    County,
    at,
    drafted_plan,
    due,
    issued_plan,
    item,
    owner,
    sign_for_all,
)
from tests.county import share as share_of

Role = Membership.Role
Kind = Unit.Kind
ON = dt.date(2026, 7, 1)
JULY = at(7, 1)


@pytest.fixture
def plan(county: County) -> Plan:
    """One key task: 司法局 leads, 甲镇 (40) and 乙乡 (20) below it, beside its own part (0)."""
    townships = owner("各乡镇(街道)", "responsible", group=True)
    plan = issued_plan(
        county, item("1.", "清理", [owner("司法局", "lead"), townships], due("2026-09-30"))
    )
    sign_for_all(county, plan)
    report(county, share_of(plan, "甲镇"), "甲镇", 40)
    report(county, share_of(plan, "乙乡"), "乙乡", 20)
    return plan


def report(county: County, task: Task, unit: str, percent: int | None) -> None:
    """Reported and approved; without a percent as done."""
    said = Said(completes=True) if percent is None else Said(percent=Decimal(percent))
    made = submit_report(task.pk, said, actor=county.officer(unit), at=at(5, 6))
    decider = county.coordinator if task.depth < 2 else county.head("甲镇")
    approve_report(made.pk, actor=decider, at=at(5, 7))


def prepare(county: County, *endings: Ending) -> UnitReform:
    return prepare_reform("乡镇合并", endings, on=ON, actor=county.coordinator, at=at(6, 1))


def execute(county: County, reform: UnitReform) -> UnitReform:
    return execute_reform(reform.pk, actor=county.coordinator, at=JULY)


def new_unit(county: County, name: str, kind: str = Kind.TOWN) -> Unit:
    unit = add_unit(name, kind, parent=county.unit("县"), valid_from=ON)
    county.units[name] = unit
    return unit


def kept_of(plan: Plan, unit: str) -> Task:
    """The unit's share, beside which one that merged into another may have ended."""
    return Task.objects.exclude(state="cancelled").get(plan=plan, unit__name=unit)


def preview(reform: UnitReform) -> Preview:
    return preview_reform(reform.pk, ON)


def problems(reform: UnitReform) -> list[tuple[str, str, int]]:
    return [(row.code, row.unit.name, len(row.tasks)) for row in preview(reform).unsettled]


def transfers(reform: UnitReform) -> list[tuple[str, str]]:
    rows = reform.transfers.select_related("task__unit", "to_unit").order_by("task__id")
    return [(row.task.unit.name, row.to_unit.name) for row in rows]


def tree(plan: Plan) -> list[tuple[str, int, bool, Decimal, Decimal]]:
    """Unit, depth, own part, weight and completion of every share that is not cancelled."""
    rows = Task.objects.filter(plan=plan).exclude(state="cancelled").select_related("unit")
    return [
        (t.unit.name, t.depth, t.is_own_part, t.weight, t.completion)
        for t in rows.order_by("depth", "id")
    ]


def villages(county: County, plan: Plan, unit: str, percents: Sequence[int]) -> None:
    """The unit breaks its share down to new villages of its own, which report these percents."""
    names = [f"{unit}{n}村" for n in range(len(percents))]
    for name in names:
        county.add(name, Kind.VILLAGE, unit)
    parts = [Part(county.unit(name)) for name in names]
    made = decompose(share_of(plan, unit).pk, parts, actor=county.officer(unit), at=at(5, 8))
    for task, name, percent in zip(made, names, percents, strict=True):
        acknowledge(task.pk, actor=county.officer(name), at=at(5, 9))
        said = Said(percent=Decimal(percent))
        sent = submit_report(task.pk, said, actor=county.officer(name), at=at(5, 10))
        approve_report(sent.pk, actor=county.head(unit), at=at(5, 11))


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

    def test_the_office_needs_one_successor(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("依法治县办")))
        assert problems(reform) == [("issues_plans", "依法治县办", 0)]


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


class TestWho:
    def test_a_coordinator_whose_part_of_the_tree_it_is(self, county: County, plan: Plan) -> None:
        endings = [Ending(county.unit("甲一村"), successors=[county.unit("甲二村")])]
        for person in (county.head("司法局"), county.head("甲镇")):
            with pytest.raises(NotAllowed):
                prepare_reform("并村", endings, on=ON, actor=person, at=at(6, 1))
        person = county.head("甲镇")
        grant_role(person, county.unit("甲镇"), Role.COORDINATOR, valid_from=START)
        reform = prepare_reform("并村", endings, on=ON, actor=person, at=at(6, 1))
        assert list(UnitReform.objects.visible_to(person, ON)) == [reform]
        assert list(UnitReform.objects.visible_to(county.coordinator, ON)) == [reform]
        assert not UnitReform.objects.visible_to(county.head("乙乡"), ON).exists()
        outside = Ending(county.unit("甲一村"), successors=[county.unit("乙乡")])
        with pytest.raises(NotAllowed) as error:
            prepare_reform("并村", [outside], on=ON, actor=person, at=at(6, 1))
        assert error.value.code == "not_reformer"
        large = prepare(county, Ending(county.unit("乙乡")))
        assert list(UnitReform.objects.visible_to(person, ON)) == [reform]
        with pytest.raises(NotAllowed):
            execute_reform(large.pk, actor=person, at=JULY)

    def test_not_with_shares_of_another_office_that_they_do_not_see(
        self, county: County, plan: Plan
    ) -> None:
        other = add_unit("督查办", Kind.WORKING_GROUP, parent=county.unit("县"), valid_from=START)
        county.units["督查办"] = other
        person = county.add_person("督查办", Role.COORDINATOR)
        endings = [Ending(county.unit("乙乡"), successors=[county.unit("甲镇")])]
        reform = prepare_reform("并镇", endings, on=ON, actor=person, at=at(6, 1))
        with pytest.raises(NotAllowed) as error:
            execute_reform(reform.pk, actor=person, at=JULY)
        assert (error.value.code, error.value.details) == ("shares_out_of_sight", {"count": 1})


class TestOnce:
    def test_not_before_its_day(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        with pytest.raises(Conflict) as error:
            execute_reform(reform.pk, actor=county.coordinator, at=at(6, 30))
        assert error.value.code == "too_early"

    def test_executed_it_answers_the_same_and_changes_no_more(
        self, county: County, plan: Plan
    ) -> None:
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        done = execute(county, reform)
        assert (done.state, done.executed_by, done.executed_at) == (
            "executed",
            county.coordinator,
            JULY,
        )
        events = TaskEvent.objects.count()
        again = execute_reform(reform.pk, actor=county.coordinator, at=at(8, 1), version=1)
        assert again.executed_at == JULY
        assert TaskEvent.objects.count() == events
        task = share_of(plan, "甲镇")
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk, [task.pk], county.unit("司法局"), actor=county.coordinator, at=JULY
            )
        assert error.value.code == "executed"
        with pytest.raises(Conflict) as error:
            complete_transfers(reform.pk, actor=county.coordinator, at=JULY)
        assert error.value.code == "executed"

    def test_decided_on_an_older_version(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡")))
        complete_transfers(reform.pk, actor=county.coordinator, at=at(6, 2))
        with pytest.raises(Stale):
            execute_reform(reform.pk, actor=county.coordinator, at=JULY, version=1)


class TestSound:
    def test_what_is_refused_as_it_stands(self, county: County, plan: Plan) -> None:
        town, other = county.unit("乙乡"), county.unit("甲镇")
        cases: list[tuple[str, list[Ending], str]] = [
            ("", [Ending(town)], "empty_reform"),
            ("改革", [], "empty_reform"),
            ("改革", [Ending(town), Ending(town)], "unit_twice"),
            ("改革", [Ending(town, "丙乡", [other])], "renamed_and_followed"),
            ("改革", [Ending(town, successors=[other]), Ending(other)], "ends_too"),
        ]
        for title, endings, code in cases:
            with pytest.raises((Invalid, Conflict)) as error:
                prepare_reform(title, endings, on=ON, actor=county.coordinator, at=at(6, 1))
            assert isinstance(error.value, Refusal)
            assert error.value.code == code

    def test_only_shares_of_the_reform_are_transferred(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡")))
        task = share_of(plan, "甲镇")
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk, [task.pk], county.unit("司法局"), actor=county.coordinator, at=JULY
            )
        assert (error.value.code, error.value.details) == ("not_in_reform", {"shares": [task.pk]})
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk,
                [share_of(plan, "乙乡").pk],
                county.unit("乙乡"),
                actor=county.coordinator,
                at=JULY,
            )
        assert error.value.code == "ends_too"
