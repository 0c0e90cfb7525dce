"""Completion by section, unit and key task, written out by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from plans.models import KeyTask, Plan
from tasks.figures import plan_completion
from tasks.models import Task
from tasks.progress import Said, approve_report, let_out, save_draft, submit_report
from tests.county import County, at, due, issued_plan, item, owner, sign_for_all

ON = dt.date(2026, 7, 1)


@pytest.fixture
def plan(county: County) -> Plan:
    """Two sections; reported: 甲镇 30 of (一), 财政局 closed (二), 司法局 10 of (三)."""
    townships = owner("各乡镇(街道)", "responsible", group=True)
    plan = issued_plan(
        county,
        item("(一)", "清理", [owner("司法局", "lead"), townships], due("2026-06-30"), "一、规范"),
        item("(二)", "预算", [owner("财政局", "lead")], due("2026-12-31"), "一、规范"),
        item("(三)", "普法", [owner("司法局", "lead")], due("2026-07-20"), "二、普法"),
        item("(四)", "学法", [owner("司法局", "lead")], due(None, "ongoing"), "二、普法"),
    )
    sign_for_all(county, plan)
    report(county, plan, "清理", "甲镇", Decimal(30))
    report(county, plan, "预算", "财政局", None)
    report(county, plan, "普法", "司法局", Decimal(10))
    return plan


def report(county: County, plan: Plan, title: str, unit: str, percent: Decimal | None) -> None:
    task = Task.objects.get(plan=plan, title=title, unit__name=unit, is_own_part=False)
    submitted = submit_report(
        task.pk,
        Said(percent=percent, completes=percent is None),
        actor=county.officer(unit),
        at=at(6, 1),
    )
    approve_report(submitted.pk, actor=county.coordinator, at=at(6, 2))


def test_by_section(county: County, plan: Plan) -> None:
    figures = plan_completion(plan, user=county.coordinator, on=ON, by="section")
    # Roots: 清理 (0 + 30 + 0) / 3 = 10, 预算 100, 普法 10; 学法 is ongoing and left out.
    assert figures.whole
    assert figures.plan.completion == Decimal("40.00")
    assert (figures.plan.total, figures.plan.counted) == (4, 3)
    assert figures.plan.left_out == {"cancelled": 0, "suspended": 0, "supporting": 0, "ongoing": 1}
    assert [(r.label, r.total, r.counted, r.completion) for r in figures.rows] == [
        ("一、规范", 2, 2, Decimal("55.00")),
        ("二、普法", 2, 1, Decimal("10.00")),
    ]
    first, second = figures.rows
    assert (first.acknowledged, first.reported, first.closed) == (2, 1, 1)
    assert (first.overdue, first.due_soon) == (1, 0)
    assert (second.overdue, second.due_soon) == (0, 1)


def test_by_unit_counts_the_topmost_share_of_each_key_task(county: County, plan: Plan) -> None:
    figures = plan_completion(plan, user=county.coordinator, on=ON, by="unit")
    assert [(r.label, r.total, r.counted, r.completion) for r in figures.rows] == [
        # 清理 10 as its root, 普法 10; 学法 left out.
        ("司法局", 3, 2, Decimal("10.00")),
        ("财政局", 1, 1, Decimal("100.00")),
        ("甲镇", 1, 1, Decimal("30.00")),
        ("乙乡", 1, 1, Decimal("0.00")),
    ]


def test_by_key_task_in_printed_order(county: County, plan: Plan) -> None:
    figures = plan_completion(plan, user=county.coordinator, on=ON, by="key_task")
    assert [(r.label, r.completion) for r in figures.rows] == [
        ("清理", Decimal("10.00")),
        ("预算", Decimal("100.00")),
        ("普法", Decimal("10.00")),
        ("学法", None),
    ]


def test_the_weight_of_a_key_task(county: County, plan: Plan) -> None:
    KeyTask.objects.filter(plan=plan, title="预算").update(weight=Decimal(3))
    figures = plan_completion(plan, user=county.coordinator, on=ON)
    # (10 + 3 × 100 + 10) / 5
    assert figures.plan.completion == Decimal("64.00")
    KeyTask.objects.filter(plan=plan).update(weight=Decimal(0))
    figures = plan_completion(plan, user=county.coordinator, on=ON)
    assert figures.plan.completion == Decimal("40.00")


def test_a_plan_is_not_rounded_to_100_while_a_share_is_open(county: County, plan: Plan) -> None:
    KeyTask.objects.filter(plan=plan, title="预算").update(weight=Decimal(99999))
    figures = plan_completion(plan, user=county.coordinator, on=ON)
    # (10 + 99999 × 100 + 10) / 100001 = 99.9982
    assert figures.plan.completion == Decimal("99.99")


def test_a_town_reads_figures_of_its_own_part_only(county: County, plan: Plan) -> None:
    figures = plan_completion(plan, user=county.officer("甲镇"), on=ON)
    assert not figures.whole
    assert (figures.plan.total, figures.plan.completion) == (1, Decimal("30.00"))
    assert [(r.label, r.completion) for r in figures.rows] == [("一、规范", Decimal("30.00"))]


def test_the_lead_reads_its_roots_and_not_its_own_parts_twice(county: County, plan: Plan) -> None:
    figures = plan_completion(plan, user=county.head("司法局"), on=ON)
    assert (figures.plan.total, figures.plan.completion) == (3, Decimal("10.00"))


def test_cancelled_and_suspended_leave_both_sides(county: County, plan: Plan) -> None:
    Task.objects.filter(plan=plan, title="普法").update(state="cancelled")
    Task.objects.filter(plan=plan, title="清理", depth=0).update(state="suspended")
    figures = plan_completion(plan, user=county.coordinator, on=ON)
    assert figures.plan.completion == Decimal("100.00")
    assert figures.plan.left_out == {"cancelled": 1, "suspended": 1, "supporting": 0, "ongoing": 1}
    assert figures.rows[1].completion is None


def test_what_is_carried_over_counts_with_what_it_had(county: County, plan: Plan) -> None:
    later = KeyTask.objects.get(plan=plan, title="学法")
    Task.objects.filter(plan=plan, title="清理").update(state="carried_over", carried_to=later)
    figures = plan_completion(plan, user=county.coordinator, on=ON)
    assert (figures.plan.completion, figures.plan.counted) == (Decimal("40.00"), 3)
    # Its day has passed, and nobody is late with it.
    assert (figures.rows[0].overdue, figures.rows[0].closed) == (0, 1)


def test_reported_is_what_has_left_the_unit(county: County, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(approval_inside_unit=True)
    root = Task.objects.get(plan=plan, title="清理", depth=0)

    def reported() -> int:
        rows = plan_completion(plan, user=county.coordinator, on=ON, by="key_task").rows
        return rows[0].reported

    said = Said(percent=Decimal(5))
    save_draft(root.pk, said, actor=county.officer("司法局"), at=at(6, 3))
    assert reported() == 0
    waiting = submit_report(root.pk, said, actor=county.officer("司法局"), at=at(6, 3))
    assert (waiting.state, reported()) == ("inside", 0)
    let_out(waiting.pk, actor=county.head("司法局"), at=at(6, 4))
    assert reported() == 1
