"""Issuing a plan makes exactly the shares that DESIGN 3 names."""

import datetime as dt

import pytest

from accounts.errors import Invalid, NotAllowed, Stale
from accounts.models import Unit
from plans.models import Plan
from tasks.issuing import Share, issue_plan, share_tree
from tasks.models import Task, TaskEvent
from tests.county import County, at, drafted_plan, due, issued_plan, item, owner, share

JUSTICE = owner("司法局", "lead")
TOWNSHIPS = owner("各乡镇(街道)", "responsible", group=True)


def shape(plan: Plan) -> list[tuple[int, str, str, bool]]:
    rows = Task.objects.filter(plan=plan).order_by("key_task__position", "depth", "id")
    return list(rows.values_list("depth", "unit__name", "role", "is_own_part"))


def test_the_lead_is_the_root_and_keeps_its_own_part(county: County) -> None:
    plan = issued_plan(county, item("(一)", "清理", [JUSTICE, TOWNSHIPS], due("2026-09-30")))
    assert shape(plan) == [
        (0, "司法局", "lead", False),
        (1, "司法局", "lead", True),
        (1, "甲镇", "responsible", False),
        (1, "乙乡", "responsible", False),
    ]
    root = share(plan, "司法局")
    assert (root.due_on, root.deadline_kind) == (dt.date(2026, 9, 30), "date")
    assert share(plan, "甲镇").ancestors == [root.pk]
    assert set(plan.recipients.values_list("name", flat=True)) == {"司法局", "甲镇", "乙乡"}
    assert TaskEvent.objects.filter(task__plan=plan, kind="issued").count() == 4


def test_a_sole_responsible_unit_is_the_root_alone(county: County) -> None:
    plan = issued_plan(
        county, item("1.", "报备", [owner("财政局", "responsible")], due("2026-06-30"))
    )
    assert shape(plan) == [(0, "财政局", "responsible", False)]


def test_a_sole_responsible_unit_keeps_its_own_part_above_supporting_ones(county: County) -> None:
    owners = [owner("财政局", "responsible"), owner("司法局", "supporting")]
    plan = issued_plan(county, item("1.", "报备", owners, due("2026-06-30")))
    assert shape(plan) == [
        (0, "财政局", "responsible", False),
        (1, "财政局", "responsible", True),
        (1, "司法局", "supporting", False),
    ]


def test_where_nobody_leads_the_issuing_unit_coordinates(county: County) -> None:
    owners = [owner("财政局", "responsible"), owner("司法局", "responsible")]
    plan = issued_plan(county, item("1.", "检查", owners, due("2026-06-30")))
    assert shape(plan) == [
        (0, "依法治县办", "coordinator", False),
        (1, "财政局", "responsible", False),
        (1, "司法局", "responsible", False),
    ]


def test_the_issuing_unit_coordinates_and_has_its_own_part_where_it_is_named(
    county: County,
) -> None:
    owners = [owner("依法治县办", "responsible"), owner("司法局", "responsible")]
    plan = issued_plan(county, item("1.", "检查", owners, due("2026-06-30")))
    assert shape(plan) == [
        (0, "依法治县办", "coordinator", False),
        (1, "依法治县办", "responsible", True),
        (1, "司法局", "responsible", False),
    ]


def test_of_joint_leads_the_first_named_reports(county: County) -> None:
    owners = [owner("财政局", "lead"), owner("司法局", "lead")]
    plan = issued_plan(county, item("1.", "改革", owners, due("2026-06-30")))
    assert shape(plan) == [
        (0, "财政局", "lead", False),
        (1, "财政局", "lead", True),
        (1, "司法局", "lead", False),
    ]


def test_the_strongest_role_wins(county: County) -> None:
    owners = [owner("甲镇", "supporting"), JUSTICE, TOWNSHIPS]
    plan = issued_plan(county, item("1.", "普法", owners, due("2026-06-30")))
    assert [row[1:3] for row in shape(plan)[2:]] == [
        ("甲镇", "responsible"),
        ("乙乡", "responsible"),
    ]


def test_a_group_that_leads_has_no_first_among_equals(county: County) -> None:
    leads = owner("各乡镇(街道)", "lead", group=True)
    plan = issued_plan(county, item("1.", "普法", [leads], due("2026-06-30")))
    assert shape(plan) == [
        (0, "依法治县办", "coordinator", False),
        (1, "甲镇", "lead", False),
        (1, "乙乡", "lead", False),
    ]


def test_members_of_a_group_are_those_of_the_plans_date(county: County) -> None:
    assert county.townships
    county.townships.memberships.filter(unit=county.unit("乙乡")).update(
        valid_to=dt.date(2026, 3, 1)
    )
    plan = issued_plan(county, item("(一)", "清理", [JUSTICE, TOWNSHIPS], due("2026-09-30")))
    assert [row[1] for row in shape(plan)] == ["司法局", "司法局", "甲镇"]


def test_a_group_that_has_no_members_that_day_is_for_a_person_to_settle(county: County) -> None:
    assert county.townships
    county.townships.memberships.update(valid_from=dt.date(2026, 3, 3))
    plan = drafted_plan(county, item("(一)", "清理", [JUSTICE, TOWNSHIPS], due("2026-09-30")))
    with pytest.raises(Invalid) as refused:
        issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2))
    (listed,) = refused.value.details["key_tasks"]
    assert (listed["title"], listed["missing"]) == ("清理", "owner")


def test_members_left_open_are_for_the_lead_to_name(county: County) -> None:
    somebody = owner("有关单位", "responsible", group=True, open_ended=True)
    plan = issued_plan(county, item("1.", "清理", [JUSTICE, somebody], due("2026-09-30")))
    assert shape(plan) == [(0, "司法局", "lead", False)]


def test_what_a_person_must_settle_is_listed_and_nothing_is_made(county: County) -> None:
    plan = drafted_plan(
        county,
        item("(一)", "清理", [JUSTICE], due("2026-09-30")),
        item("(二)", "没有单位", [], due("2026-09-30")),
        item("(三)", "没有时限", [JUSTICE], due(None, "none")),
        item("(四)", "没听说过的单位", [owner("水晶宫", "lead")], due(None, "ongoing")),
    )
    with pytest.raises(Invalid) as refused:
        issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2))
    assert refused.value.code == "not_settled"
    listed = [(row["number"], row["missing"]) for row in refused.value.details["key_tasks"]]
    assert listed == [("(二)", "owner"), ("(三)", "deadline"), ("(四)", "owner")]
    assert not Task.objects.filter(plan=plan).exists()
    assert Plan.objects.get(pk=plan.pk).state == "draft"


def test_issuing_twice_makes_nothing_twice(county: County) -> None:
    plan = issued_plan(county, item("(一)", "清理", [JUSTICE, TOWNSHIPS], due("2026-09-30")))
    again = issue_plan(plan.pk, actor=county.coordinator, at=at(3, 5))
    assert again.issued_at == at(3, 2)
    assert Task.objects.filter(plan=plan).count() == 4


def test_only_a_coordinator_issues_and_only_what_they_looked_at(county: County) -> None:
    plan = drafted_plan(county, item("(一)", "清理", [JUSTICE], due("2026-09-30")))
    with pytest.raises(NotAllowed):
        issue_plan(plan.pk, actor=county.head("司法局"), at=at(3, 2))
    with pytest.raises(Stale) as stale:
        issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2), version=7)
    assert stale.value.details == {"current_version": 1}


def test_the_queries_do_not_grow_with_the_plan(
    county: County, django_assert_max_num_queries: object
) -> None:
    few = drafted_plan(county, item("1.", "甲", [JUSTICE, TOWNSHIPS], due("2026-09-30")))
    many = drafted_plan(
        county,
        *(item(f"{n}.", f"乙{n}", [JUSTICE, TOWNSHIPS], due("2026-09-30")) for n in range(30)),
    )
    counts = []
    for plan in (few, many):
        with django_assert_max_num_queries(30) as captured:  # type: ignore[operator]
            issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_tree_of_nobody_but_helpers_hangs_under_the_office() -> None:
    office, helper = Unit(pk=1, name="办"), Unit(pk=2, name="协办")
    tree = share_tree([(Share(helper, "supporting"), True)], office)
    assert tree.root == Share(office, "coordinator")
    assert tree.own_part is None
    assert tree.below == [Share(helper, "supporting")]
