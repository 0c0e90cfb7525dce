"""When a plan reminds, set over the API."""

from typing import Any

import pytest
from django.utils import timezone

from plans.models import Plan
from tasks.models import ReminderRules
from tasks.rules import DEFAULT_RULES
from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld

DEFAULTS = {
    "days_before": [20, 5, 1],
    "report_days_before": 3,
    "every": 5,
    "head_after": 1,
    "unit_above_after": 5,
    "office_after": 10,
    "patience": 3,
    "silent": [],
}
OWN = {
    "days_before": [3, 10, 3],
    "report_days_before": 0,
    "every": 1,
    "head_after": 2,
    "unit_above_after": 2,
    "office_after": 260,
    "patience": 0,
    "silent": ["returned", "before"],
}


@pytest.fixture
def path(world: ApiWorld) -> str:
    return f"/plans/{world.plan.pk}/reminder-rules/"


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def test_without_rules_of_its_own_a_plan_has_the_defaults(path: str, world: ApiWorld) -> None:
    answer = Api(world.county.officer("甲镇")).get(path)
    assert (answer.status_code, answer.json()) == (200, DEFAULTS)
    assert answer["ETag"] == f'"{world.plan.pk}-{world.plan.version}"'


def test_rules_are_set_and_read_again(path: str, office: Api, world: ApiWorld) -> None:
    answer = office.put(path, OWN, row=world.plan)
    told = OWN | {"days_before": [10, 3], "silent": ["before", "returned"]}
    assert (answer.status_code, answer.json()) == (200, told)
    assert answer["ETag"] == f'"{world.plan.pk}-{world.plan.version + 1}"'
    assert office.get(path).json() == told
    rules = ReminderRules.objects.get().as_rules()
    assert rules.graces == (0, 2, 2, 260)
    assert rules.silent == {"returned", "before"}


def test_what_is_left_out_is_as_usual_again(path: str, office: Api, world: ApiWorld) -> None:
    office.put(path, OWN, row=world.plan)
    answer = office.put(path, {"days_before": []}, row=Plan.objects.get(pk=world.plan.pk))
    assert answer.json() == DEFAULTS | {"days_before": []}
    assert ReminderRules.objects.get().as_rules().horizon == DEFAULT_RULES.horizon


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days_before", [0]),
        ("days_before", [261]),
        ("days_before", [1] * 7),
        ("days_before", "5"),
        ("days_before", ["x"]),
        ("report_days_before", 21),
        ("every", 0),
        ("every", None),
        ("head_after", -1),
        ("patience", 1.5),
        ("silent", ["all"]),
        ("silent", ["before"] * 10),
        ("horizon", 5),
        ("graces", [0, 1, 2, 3]),
    ],
)
def test_a_value_that_cannot_be(
    path: str, office: Api, world: ApiWorld, field: str, value: Any
) -> None:
    answer = office.put(path, {field: value}, row=world.plan)
    assert list(fields_of(answer)) == [field]
    assert not ReminderRules.objects.exists()


def test_the_ladder_climbs(path: str, office: Api, world: ApiWorld) -> None:
    answer = office.put(path, {"head_after": 6}, row=world.plan)
    assert (answer.status_code, answer.json()["code"]) == (400, "ladder_climbs")


def test_a_version_is_needed_and_must_be_of_today(path: str, office: Api, world: ApiWorld) -> None:
    assert office.put(path, {}).status_code == 428
    assert office.put(path, {}, row=world.plan).status_code == 200
    stale = office.put(path, {}, row=world.plan)
    assert (stale.status_code, stale.json()["details"]) == (
        412,
        {"current_version": world.plan.version + 1},
    )


def test_a_closed_plan_stays_as_it_is(path: str, office: Api, world: ApiWorld) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(state="closed", closed_at=timezone.now())
    answer = office.put(path, {}, row=world.plan)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_closed")
