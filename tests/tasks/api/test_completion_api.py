"""Completion of a day gone by, and of all plans, as the API answers it."""

import csv
from io import StringIO
from typing import Any

import pytest

from plans.models import Plan
from tasks.models import Task
from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld, day_in
from tests.county import County
from tests.kept_rows import built_once


@pytest.fixture
def world(county: County) -> ApiWorld:
    return built_once(ApiWorld, county)


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def test_the_day_before_there_was_no_plan(world: ApiWorld, office: Api) -> None:
    path = f"/plans/{world.plan.pk}/completion/"
    told = office.get(path, as_of=day_in(-1)).json()
    assert told["on"] == day_in(-1).isoformat()
    assert told["past"] == {"known_in_part": 0}
    assert (told["plan"]["total"], told["plan"]["completion"], told["rows"]) == (0, None, [])
    assert office.get(path, as_of=day_in(0)).json() == office.get(path).json()


@pytest.mark.parametrize("path", ["/plans/{}/completion/", "/completion/"])
@pytest.mark.parametrize(
    ("asked", "code"),
    [("tomorrow", "invalid"), ("20260101", "invalid"), ("2026-02-30", "invalid"), (1, "future")],
)
def test_no_such_day(world: ApiWorld, office: Api, path: str, asked: Any, code: str) -> None:
    day = day_in(asked) if isinstance(asked, int) else asked
    assert fields_of(office.get(path.format(world.plan.pk), as_of=day)) == {"as_of": [code]}


def test_over_all_plans(world: ApiWorld, office: Api) -> None:
    told = office.get("/completion/").json()
    assert told.keys() == {"by", "on", "whole", "past", "total", "rows"}
    assert (told["by"], told["whole"], told["past"]) == ("plan", True, None)
    one = office.get(f"/plans/{world.plan.pk}/completion/").json()["plan"]
    assert told["rows"] == [one]
    assert told["total"] == one | {"key": None, "label": "All plans"}


def test_over_years(world: ApiWorld, office: Api) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(year=2025)
    told = office.get("/completion/", by="year").json()
    assert [(row["key"], row["label"], row["total"]) for row in told["rows"]] == [(2025, "2025", 5)]


def test_by_unit_over_all_plans(world: ApiWorld, office: Api) -> None:
    one = office.get(f"/plans/{world.plan.pk}/completion/", by="unit").json()
    assert office.get("/completion/", by="unit").json()["rows"] == one["rows"]


def test_of_the_shares_in_sight(world: ApiWorld) -> None:
    told = Api(world.county.officer("乙乡")).get("/completion/", by="unit").json()
    assert (told["whole"], [row["label"] for row in told["rows"]]) == (False, ["乙乡"])


def test_filters_keep_what_they_keep(world: ApiWorld, office: Api) -> None:
    unit = world.county.unit("甲一村")
    told = office.get("/completion/", by="unit", unit=unit.pk, plan=world.plan.pk).json()
    assert [(row["label"], row["total"]) for row in told["rows"]] == [("甲一村", 1)]
    assert office.get("/completion/", by="unit", light="red").json()["rows"] == []
    assert fields_of(office.get("/completion/", light="pink")) == {"light": ["invalid_choice"]}


def test_filters_know_the_day_of_the_figures(world: ApiWorld, office: Api) -> None:
    """A share that is late today was not yet last week."""
    Task.objects.filter(pk=world.share("5.").pk).update(next_due_on=day_in(-1))
    assert office.get("/completion/", overdue="true").json()["total"]["total"] == 1
    told = office.get("/completion/", overdue="true", as_of=day_in(-1)).json()
    assert told["total"]["total"] == 0


def test_as_a_table(world: ApiWorld, office: Api) -> None:
    text = office.get("/completion/", by="year", format="csv")
    assert text.status_code == 400  # The format is the Accept header's.
    table = Api(world.county.coordinator, accept="text/csv").get("/completion/", by="year")
    lines = list(csv.reader(StringIO(table.content.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["Year", "2026", "All plans"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"by": "colour"}, {"by": ["invalid_choice"]}),
        ({"by": ["plan", "year"]}, {"by": ["repeated"]}),
        ({"on": "2026-01-01"}, {"on": ["unknown"]}),
    ],
)
def test_what_is_not_understood(office: Api, query: dict[str, Any], fields: dict[str, Any]) -> None:
    assert fields_of(office.get("/completion/", **query)) == fields


def test_one_plan_is_of_one_year(world: ApiWorld, office: Api) -> None:
    answer = office.get(f"/plans/{world.plan.pk}/completion/", by="year")
    assert fields_of(answer) == {"by": ["invalid_choice"]}
