"""Next year's plan from this year's."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Invalid, NotAllowed
from accounts.models import Unit
from accounts.reforming import close_unit, merge_units, split_unit
from plans.copying import copy_plan, moved_by_years
from plans.editing import PlanChanges, change_plan_settings
from plans.models import KeyTask, Plan
from plans.reading.draft import DeadlineDraft
from tasks.amending import cancel_key_task
from tasks.issuing import issue_plan
from tests.county import County, at, drafted_plan, due, issued_plan, item, owner
from tests.refusals import refused

ISSUED = dt.date(2027, 2, 1)


@pytest.fixture
def plan(county: County) -> Plan:
    plan = issued_plan(
        county,
        item(
            "(一)",
            "清理",
            [owner("财政局", "lead"), owner("各乡镇(街道)", "responsible", group=True)],
            DeadlineDraft("2026年9月底前", "date", dt.date(2026, 9, 30)),
            "一、规范",
        ),
        item(
            "(二)",
            "普法",
            [owner("乙乡", "lead"), owner("有关单位", "supporting", open_ended=True)],
            DeadlineDraft("每半年", "recurring", None),
            "二、普法",
        ),
        item("(三)", "值班", [owner("甲镇", "lead")], due(None, "ongoing"), "二、普法"),
    )
    return change_plan_settings(
        plan.pk,
        PlanChanges(decided_by="above", yellow_days=7, reporting_period="monthly", report_day=20),
        actor=county.coordinator,
        at=at(3, 4),
    )


def copied(county: County, plan: Plan, **changes: Any) -> Plan:
    values: dict[str, Any] = {
        "title": "2027年工作要点",
        "year": 2027,
        "issued_on": ISSUED,
        "actor": county.coordinator,
        "at": at(12, 20),
    }
    return copy_plan(plan.pk, **(values | changes))


def owners_of(plan: Plan, title: str) -> list[tuple[str, str | None]]:
    key_task = KeyTask.objects.get(plan=plan, title=title)
    return [
        (o.name, o.unit.name if o.unit else None) for o in key_task.owners.select_related("unit")
    ]


def test_a_draft_of_the_same_with_dates_moved_and_linked(county: County, plan: Plan) -> None:
    copy = copied(county, plan)
    assert (copy.title, copy.year, copy.state, copy.issued_on) == (
        "2027年工作要点",
        2027,
        "draft",
        ISSUED,
    )
    assert (copy.decided_by, copy.yellow_days, copy.reporting_period, copy.report_day) == (
        "above",
        7,
        "monthly",
        20,
    )
    assert (copy.issuing_unit, copy.copied_from, copy.document_number, copy.issued_at) == (
        plan.issuing_unit,
        plan,
        "",
        None,
    )
    assert list(plan.copies.all()) == [copy]
    old, new = (list(p.key_tasks.select_related("section")) for p in (plan, copy))
    assert [(k.number, k.title, k.section and k.section.title) for k in new] == [
        ("(一)", "清理", "一、规范"),
        ("(二)", "普法", "二、普法"),
        ("(三)", "值班", "二、普法"),
    ]
    assert [k.copied_from for k in new] == old
    assert [(k.deadline_kind, k.deadline_text, k.due_on) for k in new] == [
        ("date", "2027年9月底前", dt.date(2027, 9, 30)),
        ("recurring", "每半年", dt.date(2027, 12, 31)),
        ("ongoing", "", None),
    ]
    assert [(s.label, s.due_on.isoformat()) for s in new[1].steps.all()] == [
        ("上半年", "2027-06-30"),
        ("下半年", "2027-12-31"),
    ]
    assert owners_of(copy, "清理") == [("财政局", "财政局"), ("各乡镇(街道)", None)]
    group = new[0].owners.get(is_group=True).group
    assert group == county.townships
    assert new[1].owners.get(open_ended=True).name == "有关单位"
    assert set(copy.recipients.all()) == set(plan.recipients.all())
    assert not copy.tasks.exists()
    plan.refresh_from_db()
    assert plan.state == "issued"


def test_the_copy_can_be_issued(county: County, plan: Plan) -> None:
    copy = copied(county, plan)
    issue_plan(copy.pk, actor=county.coordinator, at=at(12, 31))
    assert copy.tasks.filter(parent=None).count() == 3


def test_a_unit_that_ended_is_mapped_to_its_only_successor(county: County, plan: Plan) -> None:
    county.add("国资局", Unit.Kind.DEPARTMENT, "县")
    into = county.unit("国资局")
    merged = merge_units([county.unit("财政局").pk], into, on=dt.date(2026, 10, 1))
    copy = copied(county, plan)
    assert owners_of(copy, "清理")[0] == ("财政局", merged.name)
    assert not copy.recipients.filter(name="财政局").exists()
    assert copy.recipients.filter(pk=merged.pk).exists()


def test_through_two_successions(county: County, plan: Plan) -> None:
    for name in ("国资局", "金融局"):
        county.add(name, Unit.Kind.DEPARTMENT, "县")
    merge_units([county.unit("财政局").pk], county.unit("国资局"), on=dt.date(2026, 8, 1))
    merge_units([county.unit("国资局").pk], county.unit("金融局"), on=dt.date(2026, 10, 1))
    assert owners_of(copied(county, plan), "清理")[0] == ("财政局", "金融局")


def test_where_nobody_or_two_follow_a_person_decides(county: County, plan: Plan) -> None:
    county.add("丙乡", Unit.Kind.TOWNSHIP, "县")
    county.add("丁乡", Unit.Kind.TOWNSHIP, "县")
    on = dt.date(2026, 10, 1)
    split_unit(county.unit("乙乡").pk, [county.unit("丙乡"), county.unit("丁乡")], on=on)
    close_unit(county.unit("财政局").pk, on=on)
    copy = copied(county, plan)
    assert owners_of(copy, "普法")[0] == ("乙乡", None)
    assert owners_of(copy, "清理")[0] == ("财政局", None)
    refusal = refused(Invalid, issue_plan, copy.pk, actor=county.coordinator, at=at(12, 31))
    assert refusal.code == "not_settled"


def test_what_was_cancelled_is_left_out(county: County, plan: Plan) -> None:
    cancel_key_task(
        KeyTask.objects.get(plan=plan, title="普法").pk,
        reason="不再需要",
        actor=county.coordinator,
        at=at(6, 1),
    )
    assert [k.title for k in copied(county, plan).key_tasks.all()] == ["清理", "值班"]


class TestSeveralYears:
    @pytest.fixture
    def parent(self, county: County, plan: Plan) -> Plan:
        """2023 to 2027; the annual plan and its first key task serve it."""
        parent = drafted_plan(
            county, item("一", "立法", [owner("司法局", "lead")], due("2027-12-31"))
        )
        Plan.objects.filter(pk=parent.pk).update(year=2023, last_year=2027)
        Plan.objects.filter(pk=plan.pk).update(serves=parent)
        KeyTask.objects.filter(plan=plan, title="清理").update(
            serves=KeyTask.objects.get(plan=parent)
        )
        return parent

    def test_the_copy_serves_it_as_long_as_it_lasts(
        self, county: County, plan: Plan, parent: Plan
    ) -> None:
        served = KeyTask.objects.get(plan=parent)
        copy = copied(county, plan)
        assert copy.serves == parent
        assert [k.serves for k in copy.key_tasks.all()] == [served, None, None]
        late = copied(county, plan, year=2028, issued_on=dt.date(2028, 2, 1))
        assert late.serves is None
        assert {k.serves for k in late.key_tasks.all()} == {None}

    def test_its_own_years_move_together(self, county: County, parent: Plan) -> None:
        copy = copied(county, parent, year=2028, title="2028—2032年规划")
        assert (copy.year, copy.last_year) == (2028, 2032)


def test_the_number_of_queries_does_not_grow_with_the_plan(county: County, plan: Plan) -> None:
    def cost(plan: Plan) -> int:
        with CaptureQueriesContext(connection) as asked:
            copied(county, plan)
        return len(asked)

    few = cost(plan)
    for number in range(20):
        key_task = KeyTask.objects.create(
            plan=plan,
            position=100 + number,
            title=f"事项{number}",
            text="。",
            source_line=1,
            deadline_kind="ongoing",
        )
        key_task.owners.create(position=1, name="甲镇", role="lead", unit=county.unit("甲镇"))
    assert cost(plan) == few


def test_refusals(county: County, plan: Plan) -> None:
    cases: list[tuple[type, str, dict[str, Any]]] = [
        (Invalid, "same_year", {"year": 2026}),
        (Invalid, "year_out_of_range", {"year": 1989}),
        (Invalid, "year_out_of_range", {"year": 30000}),
        (Invalid, "invalid", {"title": ""}),
        (Invalid, "invalid", {"title": "长" * 301}),
        (NotAllowed, "not_coordinator", {"actor": county.head("司法局")}),
    ]
    for kind, code, changes in cases:
        assert refused(kind, copied, county, plan, **changes).code == code


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2026-09-30", 1, "2027-09-30"),
        ("2026-09-30", -1, "2025-09-30"),
        ("2028-02-29", 1, "2029-02-28"),
        ("2027-02-28", 1, "2028-02-28"),
        ("2028-02-29", 4, "2032-02-29"),
    ],
)
def test_the_same_day_of_another_year(day: str, years: int, expected: str) -> None:
    assert moved_by_years(dt.date.fromisoformat(day), years).isoformat() == expected
