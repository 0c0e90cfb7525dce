"""A plan of many shares, branch by branch, how far it unfolds, and its time line."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from plans.models import Plan
from tasks.models import Step
from tasks.timeline import Scale
from tests.county import County, due, issued_plan, item, owner
from tests.kept_rows import built_once
from tests.page_requests import browser, queries_of, text_of
from tests.page_world import PageWorld
from tests.tasks.test_plan_page import plan_page, rows_of


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the eleven shares of the plan were too many for one page."""
    monkeypatch.setattr("tasks.tree.AT_ONCE", 10)


def to_load(answer: Any) -> list[tuple[str, int]]:
    return [
        (row.key_task.number, row.to_load)
        for section in answer.context["sections"]
        for row in section.rows
        if row.to_load
    ]


def test_of_many_shares_only_the_topmost_come_at_once(world: PageWorld, many: None) -> None:
    answer = plan_page(world.county.coordinator, world.plan)
    assert [shares for _number, shares in rows_of(answer)] == [[]] * 6
    assert to_load(answer) == [("1.", 6), ("3.", 2)]
    assert "6 shares below" in text_of(answer)
    first = answer.context["sections"][0].rows[0]
    assert "Average" in str(first.root.rule)
    link = reverse("branch", args=[first.key_task.pk])
    assert f'<a class="branch-to-load" href="{link}">' in answer.content.decode()


def test_few_shares_come_all(world: PageWorld) -> None:
    assert to_load(plan_page(world.county.coordinator, world.plan)) == []


def test_a_filter_brings_what_it_asks_for(world: PageWorld, many: None) -> None:
    """As does unfolding: whoever asks for all of it gets all of it."""
    office, plan = world.county.coordinator, world.plan
    assert rows_of(plan_page(office, plan, "?light=red")) == [("4.", [])]
    assert to_load(plan_page(office, plan, "?depth=5")) == []


def test_a_branch_is_what_the_reader_may_see_of_it(world: PageWorld) -> None:
    path = reverse("branch", args=[world.share("1.", "甲镇").key_task_id])

    def units(user: User) -> list[str]:
        return [b.task.unit.name for b in browser(user).get(path).context["branches"]]

    every = ["司法局", "司法局", "财政局", "甲镇", "甲一村", "甲二村", "乙乡"]
    assert units(world.county.coordinator) == every
    assert units(world.county.officer("甲镇")) == ["甲镇", "甲一村", "甲二村"]


@pytest.mark.parametrize(
    ("depth", "first"),
    [("", 6), ("1", 4), ("2", 6), ("5", 6), ("9", 6)],
)
def test_the_tree_unfolds_as_far_as_the_address_says(
    world: PageWorld, depth: str, first: int
) -> None:
    """Open where it says a level that there is, and closed where it does not."""
    answer = plan_page(world.county.coordinator, world.plan, f"?depth={depth}")
    assert len(rows_of(answer)[0][1]) == first
    assert ("<details open>" in answer.content.decode()) is (depth in {"1", "2", "5"})


def timeline(user: User, plan: Plan) -> Any:
    return browser(user).get(reverse("plan-timeline", args=[plan.pk]))


def test_the_time_line_says_what_it_draws(world: PageWorld) -> None:
    answer = timeline(world.county.coordinator, world.plan)
    lines = {
        line.row.key_task.number: line
        for _title, lines in answer.context["drawn"].sections
        for line in lines
    }
    assert list(lines) == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert lines["6."].length is None
    assert lines["4."].light == "red"
    late = float(lines["4."].start) + float(lines["4."].length)
    assert late == pytest.approx(float(answer.context["drawn"].scale.place(lines["4."].due_on)))
    assert late < float(answer.context["drawn"].today)
    page = text_of(answer)
    assert "overdue" in page
    assert "style=" not in answer.content.decode()


def test_steps_stand_on_the_time_line(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    for position, day in enumerate((dt.date(2026, 6, 30), dt.date(2026, 9, 30)), 1):
        Step.objects.create(task=share, position=position, label=f"第{position}步", due_on=day)
    Step.objects.filter(position=1).update(closed_on=dt.date(2026, 6, 25))
    answer = timeline(world.county.coordinator, world.plan)
    drawn = answer.context["drawn"]
    [line] = [line for _, lines in drawn.sections for line in lines if line.task == share]
    assert [mark.place for mark in line.marks] == [
        drawn.scale.place(dt.date(2026, 6, 30)),
        drawn.scale.place(dt.date(2026, 9, 30)),
    ]
    assert "第1步 30 Jun 2026 ✓, 第2步 30 Sep 2026" in text_of(answer)
    assert answer.content.decode().count('class="step step-closed"') == 1


def test_a_scale_is_whole_months() -> None:
    scale = Scale(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert [place for _day, place in scale.months()][:2] == ["0.00", "8.52"]
    assert len(list(scale.months())) == 12
    assert scale.place(dt.date(2026, 12, 31)) == "100.00"
    assert scale.length(dt.date(2026, 5, 5), dt.date(2026, 5, 5)) == "0.40"


@pytest.mark.parametrize("name", ["plan-timeline", "plan"])
def test_the_queries_are_the_same_for_any_number_of_shares(
    world: PageWorld, many: None, name: str
) -> None:
    client = browser(world.county.coordinator)
    before = queries_of(client, reverse(name, args=[world.plan.pk]))
    townships = owner("各乡镇(街道)", "responsible", group=True)
    larger = issued_plan(
        world.county,
        *(item(f"{n}.", f"事项{n}", [townships], due("2027-12-31")) for n in range(9)),
    )
    assert queries_of(client, reverse(name, args=[larger.pk])) == before
