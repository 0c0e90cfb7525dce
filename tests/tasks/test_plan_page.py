"""A plan with its tree, its filters and its completion."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from plans.models import Plan
from tasks.models import Task
from tests.county import County, due, issued_plan, item, owner
from tests.kept_rows import built_once
from tests.page_requests import browser, queries_of, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def plan_page(user: User, plan: Plan, query: str = "") -> Any:
    answer = browser(user).get(reverse("plan", args=[plan.pk]) + query)
    assert answer.status_code == 200
    return answer


def rows_of(answer: Any) -> list[tuple[str, list[str]]]:
    """Each key task's number with the units of its shares, as the page lists them."""
    return [
        (row.key_task.number, [branch.task.unit.name for branch in row.shares])
        for section in answer.context["sections"]
        for row in section.rows
    ]


def test_the_plan_page_tells_completion_with_its_denominator(world: PageWorld) -> None:
    """Roots: 1. 20/3, 2. 0, 3. 0, 4. 0, 5. 60; 6. is ongoing: (20/3 + 60) / 5 = 13.33."""
    page = text_of(plan_page(world.county.coordinator, world.plan))
    assert "Completion 13.33%" in page
    assert "Counted · left out: ongoing 1 5 / 6" in page
    assert "Signed for 4 / 5" in page


def test_the_plan_page_shows_the_tree(world: PageWorld) -> None:
    assert rows_of(plan_page(world.county.coordinator, world.plan)) == [
        ("1.", ["司法局", "财政局", "甲镇", "甲一村", "甲二村", "乙乡"]),
        ("2.", []),
        ("3.", ["甲镇", "乙乡"]),
        ("4.", []),
        ("5.", []),
        ("6.", []),
    ]


def test_a_township_sees_the_plan_and_its_own_shares(world: PageWorld) -> None:
    answer = plan_page(world.county.officer("乙乡"), world.plan)
    assert rows_of(answer) == [
        ("1.", ["乙乡"]), ("2.", []), ("3.", ["乙乡"]), ("4.", []), ("5.", []), ("6.", []),
    ]  # fmt: skip
    assert "all figures count these only" in text_of(answer)
    mine = plan_page(world.county.officer("乙乡"), world.plan, "?mine=1")
    assert [number for number, _ in rows_of(mine)] == ["1.", "3.", "5."]


def test_the_filters_live_in_the_address(world: PageWorld) -> None:
    office, plan = world.county.coordinator, world.plan
    section = plan.sections.get(position=2)
    village = world.county.unit("甲一村")
    by_section = plan_page(office, plan, f"?section={section.pk}")
    assert [number for number, _ in rows_of(by_section)] == ["3.", "4."]
    assert rows_of(plan_page(office, plan, "?light=red")) == [("4.", [])]
    by_unit = plan_page(office, plan, f"?unit={village.pk}")
    assert rows_of(by_unit) == [("1.", ["甲镇", "甲一村"])]
    assert rows_of(plan_page(office, plan, f"?unit={village.pk}&light=red")) == []
    assert len(rows_of(plan_page(office, plan, "?section=x&light=purple&unit=٣"))) == 6


def test_shares_are_found_by_month_level_role_and_kind(world: PageWorld) -> None:
    """Each with the shares above it, which give it a place."""
    office, plan = world.county.coordinator, world.plan
    month = f"{world.share('2.', '财政局').due_on:%Y-%m}"
    asked = Task.objects.filter(plan=plan, due_on__startswith=month)
    by_month = rows_of(plan_page(office, plan, f"?month={month}"))
    numbers = asked.values_list("key_task__number", flat=True)
    assert [number for number, _units in by_month] == sorted(set(numbers))
    assert rows_of(plan_page(office, plan, "?month=none")) == [("6.", [])]
    assert rows_of(plan_page(office, plan, "?level=2")) == [("1.", ["甲镇", "甲一村", "甲二村"])]
    assert rows_of(plan_page(office, plan, "?role=supporting")) == [("1.", ["财政局"])]
    assert rows_of(plan_page(office, plan, "?kind=township")) == [
        ("1.", ["乙乡"]), ("3.", ["乙乡"]), ("5.", [])
    ]  # fmt: skip
    assert rows_of(plan_page(office, plan, "?kind=township&level=0")) == [("5.", [])]
    nonsense = "?month=2026-13&level=9&role=boss&kind=moon"
    assert len(rows_of(plan_page(office, plan, nonsense))) == 6


def test_what_is_asked_for_stands_in_the_form(world: PageWorld) -> None:
    office, plan = world.county.coordinator, world.plan
    markup = plan_page(office, plan, "?kind=township&month=none").content.decode()
    assert '<option value="township" selected>' in markup
    assert '<option value="none" selected>' in markup
    assert '<details class="more-filters" open>' in markup
    assert '<details class="more-filters" >' in plan_page(office, plan).content.decode()


def test_the_time_line_is_narrowed_by_the_same_form(world: PageWorld) -> None:
    office = browser(world.county.coordinator)
    path = reverse("plan-timeline", args=[world.plan.pk])

    def numbers(query: str) -> list[str]:
        drawn = office.get(path + query).context["drawn"]
        return [line.row.key_task.number for _title, lines in drawn.sections for line in lines]

    assert numbers("") == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert numbers("?light=red") == ["4."]
    assert numbers("?role=supporting") == ["1."]
    asked = office.get(path + "?kind=township").content.decode()
    assert '<option value="township" selected>' in asked
    assert f'<a href="{path}">' in asked


def test_colour_never_stands_alone(world: PageWorld) -> None:
    markup = plan_page(world.county.coordinator, world.plan).content.decode()
    assert '<span class="light light-red">overdue</span>' in markup
    assert '<span class="light light-none">no date</span>' in markup


def test_a_plan_page_takes_the_same_queries_for_any_number_of_shares(world: PageWorld) -> None:
    small = issued_plan(
        world.county, item("1.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
    )
    for user in (world.county.coordinator, world.county.officer("甲镇")):
        client = browser(user)
        few = queries_of(client, reverse("plan", args=[small.pk]))
        assert queries_of(client, reverse("plan", args=[world.plan.pk])) == few


def test_a_plan_out_of_sight(world: PageWorld) -> None:
    small = issued_plan(
        world.county, item("1.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
    )
    stranger = browser(world.county.officer("乙乡"))
    for name in ("plan", "completion"):
        assert stranger.get(reverse(name, args=[small.pk])).status_code == 404
    assert stranger.post(reverse("issue-plan", args=[small.pk])).status_code == 404


@pytest.mark.parametrize(
    ("by", "first"), [("section", "一、推进依法行政"), ("unit", "司法局"), ("key_task", "全面")]
)
def test_completion_is_counted_three_ways(world: PageWorld, by: str, first: str) -> None:
    path = reverse("completion", args=[world.plan.pk])
    answer = browser(world.county.coordinator).get(f"{path}?by={by}")
    assert answer.context["figures"].by == by
    assert answer.context["figures"].rows[0].label.startswith(first)
    assert "13.33%" in text_of(answer)


def test_dates_are_printed_as_offices_print_them(world: PageWorld) -> None:
    office = world.county.coordinator
    path = reverse("plan", args=[world.plan.pk])
    assert "2026年3月2日" in text_of(browser(office, language="zh-hans").get(path))
    assert "2 Mar 2026" in text_of(browser(office, language="en").get(path))
