"""A confirmed draft becomes a plan, and a person settles what the print left open."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.directory import add_unit
from accounts.errors import Conflict, Invalid, NotAllowed, Stale
from accounts.models import Unit, UnitAlias
from plans.editing import (
    KeyTaskChanges,
    OwnerChoice,
    PlanChanges,
    change_plan_settings,
    make_plan,
    settle_key_task,
)
from plans.models import KeyTask, Plan
from plans.reading.draft import DeadlineDraft
from plans.reading.matching import match_owners
from plans.reading.recurrence import StepDraft
from tests.county import (
    ISSUED_ON,
    START,
    County,
    at,
    draft_of,
    drafted_plan,
    due,
    issued_plan,
    item,
    owner,
)
from tests.refusals import refused

JUSTICE = owner("司法局", "lead")


def matched(county: County, name: str, *, group: bool = False) -> object:
    draft = draft_of(item("1.", "甲", [owner(name, "lead", group=group)], due("2026-09-30")))
    (match,) = match_owners(draft, ISSUED_ON)
    return match.unit or match.group or [unit.name for unit in match.candidates]


class TestMatching:
    @pytest.mark.parametrize("name", ["司法局", "县司法局", "司法 局", "酉州县司法局"])
    def test_by_name_prefix_and_alias(self, county: County, name: str) -> None:
        UnitAlias.objects.create(unit=county.unit("司法局"), name="酉州县司法局", valid_from=START)
        assert matched(county, name) == county.unit("司法局")

    def test_a_group_by_its_name_or_other_name_in_any_width(self, county: County) -> None:
        assert county.townships
        county.townships.aliases = ["各镇街"]
        county.townships.save()
        assert matched(county, "各乡镇（街道）", group=True) == county.townships
        assert matched(county, "各镇街") == county.townships

    def test_two_that_fit_are_candidates_and_nothing_is_chosen(self, county: County) -> None:
        twin = add_unit("信访局", Unit.Kind.DEPARTMENT, parent=None, valid_from=START)
        add_unit("信访局", Unit.Kind.DEPARTMENT, parent=county.unit("县"), valid_from=START)
        assert matched(county, "信访局") == [twin.name, "信访局"]

    def test_what_nobody_knows_has_no_candidates(self, county: County) -> None:
        assert matched(county, "水晶宫") == []
        assert matched(county, "司法局", group=True) == []

    def test_names_are_those_of_the_plans_date(self, county: County) -> None:
        alias = UnitAlias.objects.create(
            unit=county.unit("财政局"), name="钱袋子局", valid_from=START
        )
        assert matched(county, "钱袋子局") == county.unit("财政局")
        alias.valid_to = dt.date(2026, 3, 1)
        alias.save()
        assert matched(county, "钱袋子局") == []


class TestMakePlan:
    def test_everything_printed_is_kept(self, county: County) -> None:
        plan = drafted_plan(
            county,
            item(
                "(一)",
                "清理",
                [JUSTICE, owner("水晶宫", "supporting")],
                due("2026-09-30"),
                "一、甲",
            ),
            item("1.", "学法", [JUSTICE], due(None, "ongoing"), "二、乙"),
            item("2.", "普法", [JUSTICE], due(None, "none"), "二、乙"),
        )
        assert (plan.title, plan.document_number, plan.year, plan.state) == (
            "2026年工作要点",
            "办〔2026〕1号",
            2026,
            "draft",
        )
        assert [section.title for section in plan.sections.all()] == ["一、甲", "二、乙"]
        first, second, third = plan.key_tasks.select_related("section")
        assert (first.number, first.title, first.text) == ("(一)", "清理", "清理。")
        assert (first.due_on, first.deadline_kind) == (dt.date(2026, 9, 30), "date")
        assert (second.deadline_kind, second.due_on) == ("ongoing", None)
        assert third.section == second.section
        named, unknown = first.owners.all()
        assert (named.unit, unknown.unit, unknown.name) == (county.unit("司法局"), None, "水晶宫")

    def test_all_or_nothing(self, county: County) -> None:
        with pytest.raises(Invalid) as refused:
            drafted_plan(
                county,
                item("1.", "好", [JUSTICE], due("2026-09-30")),
                item("2.", "长" * 501, [JUSTICE], due("2026-09-30")),
            )
        assert list(refused.value.details) == ["items[1]"]
        assert not Plan.objects.exists()

    def test_a_document_without_key_tasks_makes_no_plan(self, county: County) -> None:
        with pytest.raises(Invalid) as refused:
            drafted_plan(county)
        assert refused.value.code == "no_key_tasks"

    def test_only_a_coordinator_of_the_issuing_unit(self, county: County) -> None:
        for person, unit in (
            (county.officer("司法局"), "依法治县办"),
            (county.coordinator, "财政局"),
        ):
            with pytest.raises(NotAllowed):
                make_plan(
                    draft_of(item("1.", "甲", [JUSTICE], due("2026-09-30"))),
                    issuing_unit=county.unit(unit),
                    issued_on=ISSUED_ON,
                    actor=person,
                    at=at(3, 2),
                )

    def test_queries_do_not_grow_with_the_document(
        self, county: County, django_assert_max_num_queries: object
    ) -> None:
        counts = []
        for size in (1, 40):
            items = [item(f"{n}.", f"甲{n}", [JUSTICE], due("2026-09-30")) for n in range(size)]
            with django_assert_max_num_queries(25) as captured:  # type: ignore[operator]
                drafted_plan(county, *items)
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestSettle:
    def test_a_date_and_an_owner(self, county: County) -> None:
        plan = drafted_plan(
            county, item("1.", "检查", [owner("水晶宫", "lead")], due(None, "ambiguous"))
        )
        choice = OwnerChoice("水晶宫", "lead", unit=county.unit("财政局"))
        key_task = settle_key_task(
            plan.key_tasks.get().pk,
            KeyTaskChanges(due_on=dt.date(2026, 11, 30), deadline_kind="date", owners=[choice]),
            actor=county.coordinator,
            at=at(3, 2),
            version=1,
        )
        assert (key_task.due_on, key_task.deadline_kind) == (dt.date(2026, 11, 30), "date")
        assert key_task.version == 2
        assert [(o.name, o.unit) for o in key_task.owners.all()] == [
            ("水晶宫", county.unit("财政局"))
        ]

    def settle(self, county: County, plan: Plan, changes: KeyTaskChanges, **more: object) -> None:
        options: dict[str, object] = {"actor": county.coordinator, "at": at(3, 2), **more}
        settle_key_task(plan.key_tasks.get().pk, changes, **options)  # type: ignore[arg-type]

    def test_refusals_change_nothing(self, county: County) -> None:
        plan = drafted_plan(county, item("1.", "学法", [JUSTICE], due(None, "ongoing")))
        both = OwnerChoice("司法局", "lead", unit=county.unit("司法局"), group=county.townships)
        day = KeyTaskChanges(due_on=dt.date(2026, 11, 30))
        cases: list[tuple[type[Exception], KeyTaskChanges, dict[str, object]]] = [
            (Invalid, day, {}),
            (Invalid, KeyTaskChanges(deadline_kind="someday"), {}),
            (Invalid, KeyTaskChanges(owners=[both]), {}),
            (Invalid, KeyTaskChanges(owners=[OwnerChoice("司法局", "boss")]), {}),
            (Stale, KeyTaskChanges(), {"version": 3}),
            (NotAllowed, KeyTaskChanges(), {"actor": county.head("司法局")}),
        ]
        for kind, changes, options in cases:
            with pytest.raises(kind):
                self.settle(county, plan, changes, **options)
        key_task = plan.key_tasks.get()
        assert (key_task.version, key_task.due_on) == (1, None)
        assert [o.unit for o in key_task.owners.all()] == [county.unit("司法局")]

    def test_an_issued_plan_is_not_edited(self, county: County) -> None:
        plan = issued_plan(county, item("1.", "甲", [JUSTICE], due("2026-09-30")))
        with pytest.raises(Conflict):
            self.settle(county, plan, KeyTaskChanges(due_on=None))
        with pytest.raises(Conflict):
            change_plan_settings(
                plan.pk, PlanChanges(title="新"), actor=county.coordinator, at=at(3, 3)
            )


def test_the_settings_of_a_draft(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [JUSTICE], due("2026-09-30")))
    changes = PlanChanges(title="新题", yellow_days=10, recipients=[county.unit("甲镇")])
    changed = change_plan_settings(
        plan.pk, changes, actor=county.coordinator, at=at(3, 2), version=1
    )
    assert (changed.title, changed.yellow_days, changed.version) == ("新题", 10, 2)
    assert list(changed.recipients.all()) == [county.unit("甲镇")]
    with pytest.raises(Stale):
        change_plan_settings(plan.pk, changes, actor=county.coordinator, at=at(3, 2), version=1)
    with pytest.raises(Invalid):
        change_plan_settings(
            plan.pk, PlanChanges(decided_by="dice"), actor=county.coordinator, at=at(3, 2)
        )


class TestSteps:
    """Milestones and occurrences of a key task, until the plan is issued."""

    def make(self, county: County, deadline: DeadlineDraft) -> KeyTask:
        plan = drafted_plan(county, item("1.", "甲", [JUSTICE], deadline))
        return KeyTask.objects.get(plan=plan)

    def settle(self, county: County, key_task: KeyTask, **changes: Any) -> KeyTask:
        return settle_key_task(
            key_task.pk, KeyTaskChanges(**changes), actor=county.coordinator, at=at(3, 2)
        )

    def days(self, key_task: KeyTask) -> list[str]:
        return [f"{step.label} {step.due_on:%m-%d}" for step in key_task.steps.all()]

    def test_are_read_from_the_print_and_the_last_is_the_day_of_all(self, county: County) -> None:
        key_task = self.make(county, DeadlineDraft("每半年", "recurring", None))
        assert (self.days(key_task), key_task.due_on) == (
            ["上半年 06-30", "下半年 12-31"],
            dt.date(2026, 12, 31),
        )

    def test_none_is_after_a_day_that_the_print_has(self, county: County) -> None:
        key_task = self.make(county, DeadlineDraft("每半年", "recurring", dt.date(2026, 11, 30)))
        assert (self.days(key_task), key_task.due_on) == (
            ["上半年 06-30"],
            dt.date(2026, 11, 30),
        )

    def test_are_set_by_a_person_in_the_order_of_their_days(self, county: County) -> None:
        key_task = self.make(county, due(None, "milestones"))
        steps = [
            StepDraft("验收", dt.date(2026, 9, 30)),
            StepDraft("摸底", dt.date(2026, 5, 31)),
        ]
        settled = self.settle(county, key_task, steps=steps)
        assert (self.days(settled), settled.due_on) == (
            ["摸底 05-31", "验收 09-30"],
            dt.date(2026, 9, 30),
        )
        assert self.days(self.settle(county, key_task, steps=[])) == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"steps": [StepDraft("", dt.date(2026, 5, 31))]}, "invalid"),
            ({"steps": [StepDraft("长" * 201, dt.date(2026, 5, 31))]}, "invalid"),
            ({"steps": [StepDraft("验收", dt.date(2027, 1, 1))]}, "step_after_deadline"),
            ({"due_on": dt.date(2026, 11, 30)}, "step_after_deadline"),
            ({"deadline_kind": "ongoing"}, "ongoing_has_no_date"),
            (
                {
                    "deadline_kind": "ongoing",
                    "due_on": None,
                    "steps": [StepDraft("验收", dt.date(2026, 5, 31))],
                },
                "ongoing_has_no_date",
            ),
            ({"weight": Decimal(-1)}, "invalid"),
        ],
    )
    def test_refusals(self, county: County, changes: dict[str, Any], code: str) -> None:
        key_task = self.make(county, DeadlineDraft("每半年", "recurring", None))
        refusal = refused(Invalid, self.settle, county, key_task, **changes)
        assert refusal.code == code

    def test_what_becomes_ongoing_loses_them(self, county: County) -> None:
        key_task = self.make(county, DeadlineDraft("每半年", "recurring", None))
        settled = self.settle(county, key_task, deadline_kind="ongoing", due_on=None)
        assert (self.days(settled), settled.due_on) == ([], None)


class TestRulesAfterIssue:
    @pytest.fixture
    def plan(self, county: County) -> Plan:
        return issued_plan(county, item("1.", "甲", [JUSTICE], due("2026-09-30")))

    def change(self, county: County, plan: Plan, **changes: Any) -> Plan:
        return change_plan_settings(
            plan.pk, PlanChanges(**changes), actor=county.coordinator, at=at(5, 6)
        )

    def test_how_it_is_followed_may_change(self, county: County, plan: Plan) -> None:
        rules = {
            "decided_by": "above",
            "objection_days": 5,
            "acknowledgement_days": 2,
            "yellow_days": 7,
            "yellow_points": 10,
            "reporting_period": "bimonthly",
            "report_day": 0,
            "approval_inside_unit": True,
        }
        changed = self.change(county, plan, **rules)
        assert {name: getattr(changed, name) for name in rules} == rules
        assert changed.version == plan.version + 1

    def test_what_was_promised_may_not(self, county: County, plan: Plan) -> None:
        for promised in (
            {"title": "甲"},
            {"document_number": "1"},
            {"issued_on": dt.date(2026, 3, 3)},
            {"recipients": [county.unit("乙乡")]},
        ):
            refusal = refused(Conflict, self.change, county, plan, **promised, yellow_days=7)
            assert refusal.code == "plan_issued"

    @pytest.mark.parametrize(
        "rule",
        [
            {"decided_by": "nobody"},
            {"objection_days": -1},
            {"yellow_days": 40000},
            {"reporting_period": "weekly"},
            {"report_day": 32},
        ],
    )
    def test_only_to_what_the_rules_allow(
        self, county: County, plan: Plan, rule: dict[str, Any]
    ) -> None:
        assert refused(Invalid, self.change, county, plan, **rule).code == "invalid"


def test_the_rules_of_a_new_plan(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [JUSTICE], due("2026-09-30")))
    assert (plan.objection_days, plan.acknowledgement_days, plan.decided_by) == (3, 1, "office")
    assert (plan.yellow_days, plan.yellow_points, plan.reporting_period) == (20, 20, "none")
    assert (plan.report_day, plan.approval_inside_unit) == (25, False)
