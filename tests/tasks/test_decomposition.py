"""Breaking a share down: who, to whom, how deep and by when."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.directory import add_group
from accounts.errors import Conflict, Invalid, NotAllowed
from plans.models import Plan
from tasks.decomposition import (
    Decomposition,
    Part,
    StepPart,
    decompose,
    preview_decomposition,
    split_among,
    units_below,
)
from tasks.models import Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import START, County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused
from tests.tasks.life_case import fresh


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def break_down(county: County, plan: Plan, *parts: Part, unit: str = "甲镇") -> list[Task]:
    return decompose(
        share(plan, unit).pk, parts, actor=county.officer(unit), at=at(3, 10), version=None
    )


def test_a_town_breaks_its_share_down_to_its_villages(county: County, plan: Plan) -> None:
    one, two = break_down(
        county,
        plan,
        Part(county.unit("甲一村"), title="清理村规", due_on=dt.date(2026, 8, 31)),
        Part(county.unit("甲二村"), weight=Decimal(3)),
    )
    town = share(plan, "甲镇")
    assert (one.title, one.due_on, one.deadline_kind) == ("清理村规", dt.date(2026, 8, 31), "date")
    assert (two.title, two.due_on, two.weight) == ("清理", dt.date(2026, 9, 30), Decimal(3))
    assert two.ancestors == [*town.ancestors, town.pk]
    assert (two.depth, two.role, two.state) == (2, "responsible", "issued")
    assert plan.recipients.filter(name="甲一村").exists()
    assert town.events.get(kind="decomposed").data == {"units": ["甲一村", "甲二村"]}


def test_its_figure_is_then_the_mean_of_the_villages(county: County, plan: Plan) -> None:
    town = share(plan, "甲镇")
    report = submit_report(
        town.pk, Said(percent=Decimal(50)), actor=county.officer("甲镇"), at=at(3, 5)
    )
    approve_report(report.pk, actor=county.coordinator, at=at(3, 6))
    break_down(
        county, plan, Part(county.unit("甲一村")), Part(county.unit("甲二村"), weight=Decimal(3))
    )
    assert share(plan, "甲镇").completion == 0
    sign_for_all(county, plan)
    report = submit_report(
        share(plan, "甲二村").pk,
        Said(percent=Decimal(40)),
        actor=county.officer("甲二村"),
        at=at(4, 1),
    )
    approve_report(report.pk, actor=county.head("甲镇"), at=at(4, 2))
    assert share(plan, "甲镇").completion == 30
    assert share(plan, "司法局").completion == 15


def test_a_unit_may_keep_a_part_for_itself(county: County, plan: Plan) -> None:
    own, _ = break_down(county, plan, Part(county.unit("甲镇")), Part(county.unit("甲一村")))
    assert (own.is_own_part, own.role) == (True, "responsible")
    with pytest.raises(Conflict) as twice:
        break_down(county, plan, Part(county.unit("甲镇")))
    assert twice.value.details["units"] == ["甲镇"]


def test_the_lead_may_reach_the_units_that_the_plan_was_sent_to(county: County, plan: Plan) -> None:
    plan.recipients.add(county.unit("乙乡"))
    (child,) = break_down(county, plan, Part(county.unit("乙乡")), unit="司法局")
    assert child.depth == 1


def test_split_evenly_among_a_group_in_one_call(county: County, plan: Plan) -> None:
    villages = add_group(
        "各村",
        [county.unit("甲一村"), county.unit("甲二村"), county.unit("甲镇")],
        valid_from=START,
    )
    children = split_among(
        share(plan, "甲镇").pk, villages, actor=county.officer("甲镇"), at=at(3, 10)
    )
    assert [child.unit.name for child in children] == ["甲一村", "甲二村"]


def test_what_is_below_a_supporting_share_never_counts(county: County) -> None:
    owners = [owner("司法局", "lead"), owner("甲镇", "supporting")]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    (child,) = break_down(county, plan, Part(county.unit("甲一村")))
    assert (child.role, child.counts) == ("supporting", False)


def test_all_parts_or_none(county: County, plan: Plan) -> None:
    cases: list[tuple[type[Exception], str, list[Part]]] = [
        (Invalid, "no_parts", []),
        (Invalid, "negative_weight", [Part(county.unit("甲一村"), weight=Decimal(-1))]),
        (Invalid, "title_too_long", [Part(county.unit("甲一村"), title="长" * 501)]),
        (
            Invalid,
            "later_than_parent",
            [Part(county.unit("甲一村")), Part(county.unit("甲二村"), due_on=dt.date(2026, 10, 1))],
        ),
        (Conflict, "out_of_reach", [Part(county.unit("甲一村")), Part(county.unit("乙乡"))]),
        (Conflict, "share_exists", [Part(county.unit("甲一村")), Part(county.unit("甲一村"))]),
    ]
    for kind, code, parts in cases:
        with pytest.raises(kind) as refused:
            break_down(county, plan, *parts)
        assert refused.value.code == code  # type: ignore[attr-defined]
    assert not Task.objects.filter(parent=share(plan, "甲镇")).exists()


def test_a_unit_with_a_share_does_not_get_another(county: County, plan: Plan) -> None:
    break_down(county, plan, Part(county.unit("甲一村")))
    with pytest.raises(Conflict) as refused:
        break_down(county, plan, Part(county.unit("甲一村")), Part(county.unit("甲二村")))
    assert refused.value.details["units"] == ["甲一村"]
    assert [row["row"] for row in refused.value.details["rows"]] == [1]
    assert not Task.objects.filter(unit=county.unit("甲二村")).exists()


def test_a_unit_breaks_down_its_own_share_only_and_after_signing(
    county: County, plan: Plan
) -> None:
    for person in (county.officer("乙乡"), county.head("司法局"), county.coordinator):
        with pytest.raises(NotAllowed):
            decompose(
                share(plan, "甲镇").pk, [Part(county.unit("甲一村"))], actor=person, at=at(3, 10)
            )
    (village,) = break_down(county, plan, Part(county.unit("甲一村")))
    with pytest.raises(Conflict) as refused:
        decompose(
            village.pk, [Part(county.unit("甲一村"))], actor=county.officer("甲一村"), at=at(3, 10)
        )
    assert refused.value.code == "not_acknowledged"


def test_five_levels_and_no_sixth(county: County, plan: Plan) -> None:
    task = share(plan, "甲镇")
    for _ in range(3):
        (task,) = decompose(
            task.pk, [Part(county.unit("甲镇"))], actor=county.officer("甲镇"), at=at(3, 10)
        )
        sign_for_all(county, plan)
    assert task.depth == 4
    with pytest.raises(Conflict) as refused:
        decompose(task.pk, [Part(county.unit("甲镇"))], actor=county.officer("甲镇"), at=at(3, 10))
    assert refused.value.code == "too_deep"


def test_the_units_offered_are_those_below_that_exist_today(county: County, plan: Plan) -> None:
    village = county.unit("甲二村")
    village.valid_to = dt.date(2026, 3, 31)
    village.save()
    names = units_below(share(plan, "甲镇"), dt.date(2026, 4, 1)).values_list("name", flat=True)
    assert list(names) == ["甲一村"]


class TestPreview:
    """``preview_decomposition``: what would be made, and everything against it, by its row."""

    def preview(self, plan: Plan, *parts: Part) -> Decomposition:
        return preview_decomposition(share(plan, "甲镇"), parts, dt.date(2026, 3, 10))

    def codes(self, found: Decomposition) -> list[list[str]]:
        return [[refusal.code for refusal in row.refusals] for row in found.rows]

    def test_is_what_is_made_then(self, county: County, plan: Plan) -> None:
        parts = [
            Part(
                county.unit("甲一村"),
                title="清理村规",
                due_on=dt.date(2026, 8, 31),
                steps=[StepPart("摸底", dt.date(2026, 5, 31))],
            ),
            Part(county.unit("甲镇"), weight=Decimal(3), reporting_period="monthly"),
        ]
        before = Task.objects.count()
        found = self.preview(plan, *parts)
        assert found.is_sound
        assert Task.objects.count() == before
        made = break_down(county, plan, *parts)
        names = [f.name for f in Task._meta.fields if f.name not in ("id", "issued_at")]
        assert [[getattr(row.task, name) for name in names] for row in found.rows] == [
            [getattr(task, name) for name in names] for task in made
        ]
        assert [[step.label for step in row.steps] for row in found.rows] == [["摸底"], []]

    def test_every_refusal_stands_at_its_row(self, county: County, plan: Plan) -> None:
        break_down(county, plan, Part(county.unit("甲二村")))
        found = self.preview(
            plan,
            Part(county.unit("甲一村"), weight=Decimal(-1), due_on=dt.date(2026, 10, 1)),
            Part(county.unit("甲二村"), title="长" * 501),
            Part(
                county.unit("乙乡"),
                reporting_period="weekly",
                steps=[StepPart("验收", dt.date(2026, 10, 1))],
            ),
            Part(county.unit("甲一村")),
            Part(county.unit("甲镇"), weight=Decimal(100000)),
            Part(county.unit("甲镇"), steps=[StepPart("长" * 201, dt.date(2026, 5, 1))]),
        )
        assert self.codes(found) == [
            ["negative_weight", "later_than_parent"],
            ["title_too_long", "share_exists"],
            ["invalid", "step_after_deadline", "out_of_reach"],
            ["share_exists"],
            ["invalid"],
            ["invalid", "share_exists"],
        ]
        assert not found.refusals
        assert not found.is_sound

    def test_what_stands_against_all_of_it(self, county: County, plan: Plan) -> None:
        assert [r.code for r in self.preview(plan).refusals] == ["no_parts"]
        Task.objects.filter(unit__name="甲镇").update(state="issued")
        found = self.preview(plan, Part(county.unit("甲一村")))
        assert ([r.code for r in found.refusals], self.codes(found)) == (["not_acknowledged"], [[]])
        assert not found.is_sound

    def test_costs_the_same_for_one_and_for_many(self, county: County, plan: Plan) -> None:
        def cost(*parts: Part) -> int:
            with CaptureQueriesContext(connection) as asked:
                preview_decomposition(town, parts, dt.date(2026, 3, 10))
            return len(asked)

        town = fresh(share(plan, "甲镇"))
        many = [Part(unit) for unit in county.units.values()]
        assert cost(*many) == cost(many[0])


def test_the_refusal_of_the_first_kind_names_all_its_units(county: County, plan: Plan) -> None:
    late = dt.date(2026, 10, 1)
    refusal = refused(
        Invalid,
        break_down,
        county,
        plan,
        Part(county.unit("乙乡")),
        Part(county.unit("甲二村"), due_on=late),
        Part(county.unit("甲一村"), due_on=late),
    )
    assert refusal.code == "later_than_parent"
    assert refusal.details["parent_due_on"] == "2026-09-30"
    assert refusal.details["units"] == ["甲一村", "甲二村"]
    rows = [(row["row"], row["code"]) for row in refusal.details["rows"]]
    assert rows == [(1, "out_of_reach"), (2, "later_than_parent"), (3, "later_than_parent")]
