"""The page on which the office sets when its plan reminds."""

from typing import Any

import pytest
from django.urls import reverse

from plans.models import Plan
from tasks.models import Reminder, ReminderRules
from tasks.rules import DEFAULT_RULES, Rules
from tasks.setting_rules import rules_of
from tests.county import County
from tests.form_bodies import RULES
from tests.kept_rows import built_once
from tests.page_requests import browser, queries_of, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def address(plan: Plan) -> str:
    return reverse("reminder-rules", args=[plan.pk])


def send(world: PageWorld, **changes: Any) -> Any:
    fields = {**RULES, "version": world.plan.version, **changes}
    return browser(world.county.coordinator).post(address(world.plan), fields)


def test_the_plan_leads_there_for_its_coordinator_only(world: PageWorld) -> None:
    link = f'href="{address(world.plan)}"'
    page = reverse("plan", args=[world.plan.pk])
    assert link in browser(world.county.coordinator).get(page).content.decode()
    assert link not in browser(world.county.officer("甲镇")).get(page).content.decode()


def test_the_page_shows_the_rules_in_force(world: PageWorld) -> None:
    client = browser(world.county.coordinator)
    markup = client.get(address(world.plan)).content.decode()
    assert 'name="days_before" value="20, 5, 1"' in markup
    assert markup.count("checked") == len(Reminder.Rule)
    ReminderRules.objects.create(plan=world.plan, days_before=[7], silent=["before"])
    markup = client.get(address(world.plan)).content.decode()
    assert 'name="days_before" value="7"' in markup
    assert markup.count("checked") == len(Reminder.Rule) - 1
    assert queries_of(client, address(world.plan)) == 5


def test_the_rules_are_set(world: PageWorld) -> None:
    answer = send(world, days_before="3，10、 3", said=["before", "overdue"])
    assert answer["Location"] == reverse("plan", args=[world.plan.pk])
    assert rules_of(world.plan) == Rules(
        days_before=(10, 3), silent=frozenset(Reminder.Rule.values) - {"before", "overdue"}
    )
    send(world, version=world.plan.version + 1, days_before="", said=list(Reminder.Rule.values))
    assert rules_of(world.plan) == Rules(days_before=())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days_before", "5, x"),
        ("days_before", "0"),
        ("days_before", "261"),
        ("days_before", "٣"),
        ("days_before", "1 2 3 4 5 6 7"),
        ("every", "0"),
        ("report_days_before", "21"),
        ("patience", ""),
        ("said", ["all"]),
    ],
)
def test_a_value_that_cannot_be(world: PageWorld, field: str, value: Any) -> None:
    answer = send(world, **{field: value})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert rules_of(world.plan) == DEFAULT_RULES


def test_a_refusal_keeps_what_was_typed_and_shows_the_version_of_today(world: PageWorld) -> None:
    answer = send(world, version=world.plan.version - 1, every="7")
    assert answer.status_code == 412
    markup = answer.content.decode()
    assert 'name="every" value="7"' in markup
    assert f'name="version" value="{world.plan.version}"' in markup
    climbing = send(world, head_after="9")
    assert climbing.status_code == 400
    assert "no earlier than the one below" in text_of(climbing)
