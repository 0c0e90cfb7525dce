"""The page on which an office sets the rules of its plan."""

from typing import Any

import pytest
from django.urls import reverse

from plans.models import Plan
from tests.county import County
from tests.kept_rows import built_once
from tests.page_requests import browser, text_of
from tests.page_world import PageWorld

FIELDS = {
    "yellow_days": 15,
    "yellow_points": 10,
    "reporting_period": "quarterly",
    "report_day": 25,
    "approval_inside_unit": "on",
}


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def send(world: PageWorld, **changes: Any) -> Any:
    fields = {**FIELDS, "version": world.plan.version, **changes}
    address = reverse("plan-settings", args=[world.plan.pk])
    return browser(world.county.coordinator).post(address, fields)


def test_the_rules_of_an_issued_plan_are_set(world: PageWorld) -> None:
    address = reverse("plan-settings", args=[world.plan.pk])
    client = browser(world.county.coordinator)
    assert f'href="{address}"' in client.get(reverse("plan", args=[world.plan.pk])).content.decode()
    shown = client.get(address).content.decode()
    assert 'name="yellow_days" value="20"' in shown
    assert 'name="decided_by"' not in shown  # It was promised when the plan was issued.
    assert send(world).status_code == 302
    plan = Plan.objects.get(pk=world.plan.pk)
    assert (plan.yellow_days, plan.yellow_points, plan.reporting_period) == (15, 10, "quarterly")
    assert plan.approval_inside_unit


def test_what_is_wrong_is_said_and_an_older_page_is_refused(world: PageWorld) -> None:
    assert send(world, report_day=32).status_code == 400
    assert send(world, reporting_period="weekly").status_code == 400
    assert send(world).status_code == 302
    stale = send(world, yellow_days=3)
    assert stale.status_code == 412
    assert "Somebody changed this in the meantime." in text_of(stale)
    assert Plan.objects.get(pk=world.plan.pk).yellow_days == 15
