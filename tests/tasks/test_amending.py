"""调整: key tasks of an issued plan are changed, added, cancelled and suspended."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from plans.editing import OwnerChoice
from plans.models import Amendment, KeyTask, Plan, Section
from tasks.amending import (
    KeyTaskAmendment,
    NewKeyTask,
    add_key_task,
    cancel_key_task,
    change_key_task,
    resume_key_task,
    suspend_key_task,
)
from tasks.audit import wrong_rollups, wrong_trees
from tasks.changing import ShareChanges, change_share
from tasks.decomposition import Part
from tasks.figures import plan_completion
from tasks.models import Task
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
from tests.refusals import refused
from tests.tasks.life_case import (
    closed,
    day,
    fresh,
    key_task_of,
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
def key_task(plan: Plan) -> KeyTask:
    return key_task_of(plan)


def by(county: County, **changes: Any) -> dict[str, Any]:
    return {"reason": "上级调整", "actor": county.coordinator, "at": at(6, 1)} | changes


def sound(plan: Plan) -> bool:
    return not [*wrong_rollups(plan), *wrong_trees(plan)]


class TestChange:
    def test_words_go_to_the_shares_that_have_them_of_it(
        self, county: County, plan: Plan, key_task: KeyTask
    ) -> None:
        change_share(
            share(plan, "乙乡").pk,
            ShareChanges(title="清理乡规"),
            actor=county.coordinator,
            at=at(5, 1),
        )
        town = closed(county, share(plan, "甲镇"))
        amendment = change_key_task(
            key_task.pk,
            KeyTaskAmendment(title="清理规范性文件", text="全面清理。"),
            **by(county, version=key_task.version),
        )
        key_task.refresh_from_db()
        assert (key_task.title, key_task.text, key_task.version) == (
            "清理规范性文件",
            "全面清理。",
            2,
        )
        titles = dict(Task.objects.filter(plan=plan).values_list("unit__name", "title"))
        assert titles == {"司法局": "清理规范性文件", "甲镇": "清理", "乙乡": "清理乡规"}
        assert (amendment.kind, amendment.reason, amendment.decided_by) == (
            "change",
            "上级调整",
            county.coordinator,
        )
        assert amendment.before == {"title": "清理", "text": "清理。"}
        assert amendment.after == {"title": "清理规范性文件", "text": "全面清理。"}
        root = share(plan, "司法局")
        assert root.events.get(kind="changed").data == {
            "before": {"title": "清理"},
            "after": {"title": "清理规范性文件"},
        }
        assert told(town)[-1] == "closed"

    def test_the_weight_moves_the_plans_figure(self, county: County) -> None:
        plan = issued_plan(
            county,
            item("(一)", "清理", [owner("甲镇", "lead")], due("2026-09-30")),
            item("(二)", "普法", [owner("乙乡", "lead")], due("2026-09-30")),
        )
        sign_for_all(county, plan)
        stands_at(county, share(plan, "甲镇"), "80")
        key_task = KeyTask.objects.get(title="清理")
        amendment = change_key_task(key_task.pk, KeyTaskAmendment(weight=Decimal(3)), **by(county))
        assert (amendment.before, amendment.after) == ({"weight": "1"}, {"weight": "3"})
        figures = plan_completion(plan, user=county.coordinator, on=day("06-01"))
        assert figures.plan.completion == Decimal("60.00")
        assert share(plan, "甲镇").weight == 3
        assert told(share(plan, "甲镇"))[-1] == "changed"

    def test_an_earlier_day_asks_for_the_shares_that_it_breaks(
        self, county: County, plan: Plan, key_task: KeyTask
    ) -> None:
        changes = KeyTaskAmendment(due_on=day("07-31"))
        below = list(Task.objects.filter(plan=plan, depth=1).order_by("pk"))
        refusal = refused(Conflict, change_key_task, key_task.pk, changes, **by(county))
        assert refusal.code == "breaks_shares_below"
        assert sorted(row["id"] for row in refusal.details["shares"]) == [t.pk for t in below]
        amendment = change_key_task(
            key_task.pk, changes, **by(county, moving_below=[task.pk for task in below])
        )
        assert (amendment.before, amendment.after) == (
            {"due_on": "2026-09-30"},
            {"due_on": "2026-07-31"},
        )
        assert set(Task.objects.filter(plan=plan).values_list("due_on", flat=True)) == {
            day("07-31")
        }
        assert sound(plan)

    def test_a_later_day_is_the_roots_and_leaves_what_is_below(
        self, county: County, plan: Plan, key_task: KeyTask
    ) -> None:
        change_key_task(key_task.pk, KeyTaskAmendment(due_on=day("12-31")), **by(county))
        assert share(plan, "司法局").due_on == day("12-31")
        assert share(plan, "甲镇").due_on == day("09-30")
        key_task.refresh_from_db()
        assert (key_task.due_on, key_task.deadline_text) == (day("12-31"), "2026-09-30")

    def test_its_own_steps_stay_within_the_day(self, county: County) -> None:
        key_task = key_task_of(stepped_plan(county))
        change_key_task(key_task.pk, KeyTaskAmendment(due_on=day("09-30")), **by(county))
        days = list(key_task.steps.values_list("due_on", flat=True))
        assert days == [day("03-25"), day("06-25"), day("09-25"), day("09-30")]

    @pytest.mark.parametrize(
        "changes",
        [
            KeyTaskAmendment(title=""),
            KeyTaskAmendment(title="长" * 501),
            KeyTaskAmendment(text=""),
            KeyTaskAmendment(weight=Decimal(-1)),
            KeyTaskAmendment(weight=Decimal(100000)),
        ],
    )
    def test_what_cannot_be_saved(
        self, county: County, key_task: KeyTask, changes: KeyTaskAmendment
    ) -> None:
        refusal = refused(Invalid, change_key_task, key_task.pk, changes, **by(county))
        assert refusal.code == "invalid"

    @pytest.mark.parametrize(
        "changes",
        [KeyTaskAmendment(), KeyTaskAmendment(title="清理", due_on=day("09-30"))],
    )
    def test_what_changes_nothing_is_no_amendment(
        self, county: County, key_task: KeyTask, changes: KeyTaskAmendment
    ) -> None:
        refusal = refused(Invalid, change_key_task, key_task.pk, changes, **by(county))
        assert refusal.code == "no_change"

    def test_an_ongoing_key_task_has_no_day(self, county: County) -> None:
        plan = issued_plan(
            county, item("(一)", "普法", [owner("甲镇", "lead")], due(None, "ongoing"))
        )
        changes = KeyTaskAmendment(due_on=day("12-31"))
        refusal = refused(Conflict, change_key_task, key_task_of(plan).pk, changes, **by(county))
        assert refusal.code == "ongoing_has_no_date"


def new(county: County, **changes: Any) -> NewKeyTask:
    owners = [
        OwnerChoice("司法局", "lead", unit=county.unit("司法局")),
        OwnerChoice("各乡镇(街道)", "responsible", group=county.townships),
    ]
    values: dict[str, Any] = {
        "title": "调解",
        "text": "开展调解。",
        "owners": owners,
        "deadline_text": "11月底前",
        "due_on": day("11-30"),
        "number": "(二)",
    }
    return NewKeyTask(**(values | changes))


class TestAdd:
    def test_it_is_handed_out_at_once(self, county: County, plan: Plan) -> None:
        amendment = add_key_task(plan.pk, new(county), **by(county, version=plan.version))
        added = amendment.key_task
        assert (added.position, added.number, added.source_line) == (2, "(二)", 0)
        shares = Task.objects.filter(key_task=added).order_by("depth", "pk")
        assert [(t.unit.name, t.role, t.is_own_part, t.state) for t in shares] == [
            ("司法局", "lead", False, "issued"),
            ("司法局", "lead", True, "issued"),
            ("甲镇", "responsible", False, "issued"),
            ("乙乡", "responsible", False, "issued"),
        ]
        assert (amendment.kind, amendment.before) == ("add", {})
        assert amendment.after == {
            "title": "调解",
            "text": "开展调解。",
            "weight": "1",
            "due_on": "2026-11-30",
        }
        sign_for_all(county, plan)
        assert sound(plan)

    def test_recurring_words_become_steps_from_today_on(self, county: County, plan: Plan) -> None:
        recurring = new(
            county, deadline_kind="recurring", deadline_text="每季度末月25日前", due_on=None
        )
        added = add_key_task(plan.pk, recurring, **by(county, at=at(7, 1))).key_task
        assert added.due_on == day("12-25")
        root = Task.objects.get(key_task=added, depth=0)
        assert list(root.steps.values_list("due_on", flat=True)) == [day("09-25"), day("12-25")]

    def test_an_empty_plan_may_be_added_to(self, county: County, plan: Plan) -> None:
        cancel_key_task(key_task_of(plan).pk, **by(county))
        assert add_key_task(plan.pk, new(county), **by(county)).key_task.position == 2

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"title": "长" * 501}, "invalid"),
            ({"deadline_kind": "someday"}, "invalid"),
            ({"owners": [OwnerChoice("谁", "boss")]}, "invalid"),
            ({"owners": []}, "not_settled"),
            ({"owners": [OwnerChoice("某局", "lead")]}, "not_settled"),
            ({"due_on": None}, "not_settled"),
            ({"deadline_kind": "ongoing"}, "ongoing_has_no_date"),
        ],
    )
    def test_what_could_not_be_issued(
        self, county: County, plan: Plan, changes: dict[str, Any], code: str
    ) -> None:
        refusal = refused(Invalid, add_key_task, plan.pk, new(county, **changes), **by(county))
        assert refusal.code == code

    def test_a_section_of_another_plan(self, county: County, plan: Plan) -> None:
        other = drafted_plan(
            county, item("1.", "甲", [owner("甲镇", "lead")], due("2026-09-30"), "另一章")
        )
        foreign = Section.objects.get(plan=other)
        refusal = refused(
            Invalid, add_key_task, plan.pk, new(county, section=foreign), **by(county)
        )
        assert refusal.code == "section_of_another_plan"
        own = Section.objects.get(plan=plan)
        assert add_key_task(plan.pk, new(county, section=own), **by(county)).key_task.section == own


class TestCancelAndSuspend:
    def test_cancelled_it_leaves_both_sides(self, county: County) -> None:
        plan = issued_plan(
            county,
            item("(一)", "清理", [owner("甲镇", "lead")], due("2026-09-30")),
            item("(二)", "普法", [owner("乙乡", "lead")], due("2026-09-30")),
        )
        sign_for_all(county, plan)
        stands_at(county, share(plan, "甲镇"), "80")
        key_task = KeyTask.objects.get(title="普法")
        amendment = cancel_key_task(key_task.pk, **by(county, version=key_task.version))
        assert (amendment.kind, amendment.before, amendment.after) == ("cancel", {}, {})
        figures = plan_completion(plan, user=county.coordinator, on=day("06-01"))
        assert figures.plan.completion == Decimal("80.00")
        assert figures.plan.left_out["cancelled"] == 1
        refusal = refused(Conflict, cancel_key_task, key_task.pk, **by(county))
        assert refusal.code == "key_task_ended"

    def test_suspended_and_resumed_each_once(self, county: County, plan: Plan) -> None:
        pk = key_task_of(plan).pk
        assert refused(Conflict, resume_key_task, pk, **by(county)).code == "not_suspended"
        assert suspend_key_task(pk, **by(county)).kind == "suspend"
        refusal = refused(Conflict, suspend_key_task, pk, **by(county))
        assert refusal.details == {"action": "suspend", "state": "suspended"}
        figures = plan_completion(plan, user=county.coordinator, on=day("06-01"))
        assert (figures.plan.completion, figures.plan.left_out["suspended"]) == (None, 1)
        assert resume_key_task(pk, **by(county)).kind == "resume"
        assert [a.kind for a in plan.amendments.all()] == ["suspend", "resume"]

    def test_what_is_suspended_may_be_cancelled(self, county: County, plan: Plan) -> None:
        villages(county, plan, [Part(county.unit("甲一村"))])
        stands_at(county, share(plan, "甲一村"), "60")
        pk = key_task_of(plan).pk
        suspend_key_task(pk, **by(county))
        cancel_key_task(pk, **by(county))
        assert set(Task.objects.filter(plan=plan).values_list("state", flat=True)) == {"cancelled"}
        assert sound(plan)

    def test_what_is_done_is_not_cancelled_though_something_supports_it_still(
        self, county: County
    ) -> None:
        owners = [owner("司法局", "lead"), owner("甲镇", "supporting")]
        plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
        sign_for_all(county, plan)
        closed(county, share(plan, "司法局", own_part=True))
        closed(county, share(plan, "司法局"))
        pk = key_task_of(plan).pk
        for service in (cancel_key_task, suspend_key_task):
            assert refused(Conflict, service, pk, **by(county)).code == "key_task_ended"
        changes = KeyTaskAmendment(due_on=day("12-31"))
        refusal = refused(Conflict, change_key_task, pk, changes, **by(county))
        assert refusal.code == "key_task_ended"
        assert fresh(share(plan, "甲镇")).state == "acknowledged"


Service = Callable[..., object]


@pytest.mark.parametrize(
    ("service", "what"),
    [
        (change_key_task, [KeyTaskAmendment(text="新")]),
        (cancel_key_task, []),
        (suspend_key_task, []),
        (resume_key_task, []),
    ],
)
def test_by_the_coordinator_with_a_reason_on_the_present_version(
    county: County, key_task: KeyTask, service: Service, what: list[Any]
) -> None:
    cases: list[tuple[type[Refusal], str, dict[str, Any]]] = [
        (NotAllowed, "not_coordinator", {"actor": county.officer("司法局")}),
        (NotAllowed, "not_coordinator", {"actor": county.head("县")}),
        (Invalid, "reason_missing", {"reason": "  "}),
        (Stale, "stale", {"version": 9}),
    ]
    for kind, code, changes in cases:
        assert refused(kind, service, key_task.pk, *what, **by(county, **changes)).code == code


def test_adding_too(county: County, plan: Plan) -> None:
    cases: list[tuple[type[Refusal], str, dict[str, Any]]] = [
        (NotAllowed, "not_coordinator", {"actor": county.head("甲镇")}),
        (Invalid, "reason_missing", {"reason": ""}),
        (Stale, "stale", {"version": 9}),
    ]
    for kind, code, changes in cases:
        refusal = refused(kind, add_key_task, plan.pk, new(county), **by(county, **changes))
        assert refusal.code == code


def test_only_an_issued_plan_is_amended(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [owner("甲镇", "lead")], due("2026-09-30")))
    pk = KeyTask.objects.get(plan=plan).pk
    refusal = refused(Conflict, cancel_key_task, pk, **by(county))
    assert (refusal.code, refusal.details) == ("plan_not_issued", {"state": "draft"})
    assert not Amendment.objects.exists()
