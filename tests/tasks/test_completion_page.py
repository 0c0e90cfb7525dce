"""The charts of the completion page, and the tables that say the same beside them."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tasks.figures import plan_completion
from tasks.groupings import GROUPINGS, By
from tasks.lights import Light
from tasks.models import Task
from tasks.progression import DueDay, Month, progression_of
from tests.county import County, due, issued_plan, item, owner
from tests.kept_rows import built_once
from tests.page_requests import browser, queries_of, text_of
from tests.page_world import PageWorld

TODAY = timezone.localdate


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def completion(world: PageWorld, query: str = "") -> Any:
    return browser(world.county.coordinator).get(
        reverse("completion", args=[world.plan.pk]) + query
    )


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_lights_of_a_row_add_up_to_what_it_counts(world: PageWorld, by: By) -> None:
    """The same rows in the same order as the figures, but for those of which nothing counts."""
    office, on = world.county.coordinator, TODAY()
    figures = plan_completion(world.plan, user=office, on=on, by=by)
    found = progression_of(world.plan, user=office, on=on, by=by)
    counted = {row.label: row.counted for row in figures.rows if row.counted}
    assert {row.label: sum(row.counts) for row in found.lights} == counted


def test_lights_stand_in_their_order(world: PageWorld) -> None:
    found = progression_of(world.plan, user=world.county.coordinator, on=TODAY(), by="light")
    for row in found.lights:
        [light] = [light for light in Light if row.label == str(light.label)]
        assert row.counts[list(Light).index(light)] == sum(row.counts)


def test_closed_against_due_by_month(county: County) -> None:
    """Three are due, one of them is closed; the ongoing share is left out, and said to be."""
    responsible = [owner("甲镇", "responsible")]
    plan = issued_plan(
        county,
        item("1.", "一", responsible, due("2026-05-31")),
        item("2.", "二", responsible, due("2026-05-15")),
        item("3.", "三", responsible, due("2026-07-31")),
        item("4.", "四", responsible, due(None, "ongoing")),
        item("5.", "五", responsible, due("2026-12-31")),
    )
    Task.objects.filter(plan=plan, key_task__number="5.").update(due_on=None, next_due_on=None)
    Task.objects.filter(plan=plan, key_task__number="1.").update(
        state="closed", closed_on=dt.date(2026, 6, 2), completion=100, next_due_on=None
    )
    found = progression_of(plan, user=county.coordinator, on=dt.date(2026, 6, 20), by="section")
    assert (found.counted, found.undated) == (4, 1)
    assert found.months == [
        Month(dt.date(2026, 5, 1), due=2, closed=0),
        Month(dt.date(2026, 6, 1), due=2, closed=1),
        Month(dt.date(2026, 7, 1), due=3, closed=None),
    ]
    assert found.due_days == [
        DueDay(dt.date(2026, 5, 15), 1),
        DueDay(dt.date(2026, 7, 31), 1),
    ]


def test_a_plan_without_counted_shares_draws_nothing(county: County) -> None:
    plan = issued_plan(
        county, item("1.", "四", [owner("甲镇", "responsible")], due(None, "ongoing"))
    )
    found = progression_of(plan, user=county.coordinator, on=TODAY(), by="unit")
    assert (found.counted, found.lights, found.months, found.due_days) == (0, [], [], [])
    page = browser(county.coordinator).get(reverse("completion", args=[plan.pk]))
    assert "Nothing is open with a date." in text_of(page)


def test_a_reader_draws_what_they_see(world: PageWorld) -> None:
    found = progression_of(world.plan, user=world.county.officer("乙乡"), on=TODAY(), by="unit")
    assert [row.label for row in found.lights] == ["乙乡"]


@pytest.mark.parametrize(("by", "filtered"), [("section", 3), ("unit", 5)])
def test_a_row_leads_to_its_shares(world: PageWorld, by: str, filtered: int) -> None:
    answer = completion(world, f"?by={by}")
    rows = answer.context["figures"].rows
    markup = answer.content.decode()
    links = [f'href="/plans/{world.plan.pk}/?{by}={row.key}"' for row in rows]
    assert len(links) >= filtered
    assert all(link in markup for link in links)


@pytest.mark.parametrize(
    ("by", "name"),
    [("month", "month"), ("level", "level"), ("role", "role"), ("unit_kind", "kind")],
)
def test_a_row_of_any_kind_leads_to_what_it_counts(world: PageWorld, by: By, name: str) -> None:
    """Every share that the row counts is found behind its link."""
    office, on = world.county.coordinator, TODAY()
    figures = plan_completion(world.plan, user=office, on=on, by=by)
    markup = completion(world, f"?by={by}").content.decode()
    assert figures.rows
    for row in figures.rows:
        key = "none" if row.key is None else row.key
        path = f"/plans/{world.plan.pk}/?{name}={key}"
        assert f'href="{path}"' in markup
        page = browser(office).get(path)
        found = [
            branch
            for section in page.context["sections"]
            for shown in section.rows
            for branch in [*([shown.root] if shown.root else []), *shown.shares]
        ]
        assert len(found) >= row.total > 0


def test_the_tables_say_what_the_charts_draw(world: PageWorld) -> None:
    answer = completion(world, "?by=unit")
    page = text_of(answer)
    for row in answer.context["progression"].lights:
        assert f"{row.label} {' '.join(map(str, row.counts))}" in page
    trend = answer.context["charts"]["trend"]
    for month, due_then in zip(trend["months"], trend["due"], strict=True):
        assert f"{month} {due_then} " in page
    assert "Of 5 counted topmost shares; 0 of them have no date." in page


def test_the_queries_are_the_same_for_any_number_of_shares(world: PageWorld) -> None:
    small = issued_plan(
        world.county, item("1.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
    )
    client = browser(world.county.coordinator)
    few = queries_of(client, reverse("completion", args=[small.pk]))
    assert queries_of(client, reverse("completion", args=[world.plan.pk])) == few
