"""Plans over the API: a confirmed draft saved, changed before it is issued, and issued once."""

import copy
from typing import Any

import pytest
from django.utils import timezone

from plans.models import Plan
from tasks.models import Task
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import ApiWorld, day_in
from tests.permissions import ONE_ITEM


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def new_plan(world: ApiWorld, **changes: Any) -> dict[str, Any]:
    return {
        "draft": copy.deepcopy(ONE_ITEM),
        "issuing_unit": world.county.unit("依法治县办").pk,
        "issued_on": "2026-03-02",
    } | changes


def test_a_plan_is_made_of_a_confirmed_draft(world: ApiWorld, office: Api) -> None:
    town = world.county.unit("甲镇")
    answer = office.post("/plans/", new_plan(world, recipients=[town.pk, town.pk]))
    assert answer.status_code == 201
    plan = Plan.objects.latest("pk")
    assert answer["ETag"] == f'"{plan.pk}-1"'
    assert answer.json() == {
        "id": plan.pk,
        "title": "工作要点",
        "document_number": "",
        "year": 2026,
        "issued_on": "2026-03-02",
        "issuing_unit": {"id": world.county.unit("依法治县办").pk, "name": "依法治县办"},
        "state": "draft",
        "decided_by": "office",
        "objection_days": plan.objection_days,
        "acknowledgement_days": plan.acknowledgement_days,
        "yellow_days": plan.yellow_days,
        "yellow_points": 20,
        "reporting_period": "none",
        "report_day": 25,
        "approval_inside_unit": False,
        "last_year": None,
        "serves": None,
        "copied_from": None,
        "issued_at": None,
        "closed_at": None,
        "version": 1,
        "sections": [],
        "recipients": [{"id": town.pk, "name": "甲镇"}],
        "actions": ["change", "issue"],
    }
    (key_task,) = office.get("/key-tasks/", plan=plan.pk).json()["results"]
    assert key_task["owners"] == [
        {
            "name": "司法局",
            "role": "lead",
            "is_group": False,
            "open_ended": False,
            "unit": {"id": world.county.unit("司法局").pk, "name": "司法局"},
            "unit_group": None,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"state": "issued"}, {"state": ["unknown"]}),
        ({"id": 1}, {"id": ["unknown"]}),
        ({"draft": "text"}, {"draft": ["not_a_dict"]}),
        ({"draft": None}, {"draft": ["null"]}),
        ({"issuing_unit": 10**15}, {"issuing_unit": ["does_not_exist"]}),
        ({"issuing_unit": 10**30}, {"issuing_unit": ["does_not_exist"]}),
        ({"issuing_unit": "x"}, {"issuing_unit": ["invalid"]}),
        ({"issued_on": "2026-02-30"}, {"issued_on": ["invalid"]}),
        ({"issued_on": "1850-01-01"}, {"issued_on": ["out_of_range"]}),
        ({"issued_on": 20260302}, {"issued_on": ["invalid"]}),
        ({"recipients": [10**15]}, {"recipients": ["does_not_exist"]}),
        ({"recipients": "all"}, {"recipients": ["not_a_list"]}),
        ({"recipients": [-1]}, {"recipients": {"0": ["min_value"]}}),
    ],
)
def test_a_plan_that_cannot_be_made(
    world: ApiWorld, office: Api, changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    before = Plan.objects.count()
    assert fields_of(office.post("/plans/", new_plan(world, **changes))) == fields
    assert Plan.objects.count() == before


def test_what_is_missing_is_named(world: ApiWorld, office: Api) -> None:
    missing = {name: ["required"] for name in ("draft", "issuing_unit", "issued_on")}
    assert fields_of(office.post("/plans/", {})) == missing


@pytest.mark.parametrize(
    ("place", "value", "path"),
    [
        (("items", 0, "owners", 0, "role"), "boss", "items[0].owners[0].role"),
        (("items", 0, "line"), 0, "items[0].line"),
        (("items", 0, "deadline", "due_on"), "soon", "items[0].deadline.due_on"),
        (("items", 0, "colour"), "red", "items[0].colour"),
        (("items",), {}, "items"),
    ],
)
def test_a_draft_that_breaks_the_contract_names_the_place(
    world: ApiWorld, office: Api, place: tuple[Any, ...], value: Any, path: str
) -> None:
    body = new_plan(world)
    found: Any = body["draft"]
    for step in place[:-1]:
        found = found[step]
    found[place[-1]] = value
    answer = office.post("/plans/", body)
    assert answer.status_code == 400
    assert answer.json()["details"]["path"] == path


def test_a_draft_without_key_tasks(world: ApiWorld, office: Api) -> None:
    answer = office.post("/plans/", new_plan(world, draft=ONE_ITEM | {"items": []}))
    assert (answer.status_code, answer.json()["code"]) == (400, "no_key_tasks")


def test_a_title_longer_than_a_plans_can_be(world: ApiWorld, office: Api) -> None:
    answer = office.post("/plans/", new_plan(world, draft=ONE_ITEM | {"title": "长" * 301}))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["details"].keys() == {"plan"}


def test_the_head_and_the_rules_are_changed_before_issuing(world: ApiWorld, office: Api) -> None:
    changes = {
        "title": "新的标题",
        "document_number": "",
        "issued_on": "2026-04-01",
        "decided_by": "above",
        "objection_days": 0,
        "acknowledgement_days": 3,
        "yellow_days": 365,
        "recipients": [world.county.unit("乙乡").pk],
    }
    answer = office.patch(f"/plans/{world.draft.pk}/", changes, row=world.draft)
    assert answer.status_code == 200
    told = answer.json()
    told["recipients"] = [unit["id"] for unit in told["recipients"]]
    assert told | changes == told
    assert (told["version"], answer["ETag"]) == (2, f'"{world.draft.pk}-2"')


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"year": 2027}, {"year": ["unknown"]}),
        ({"decided_by": "me"}, {"decided_by": ["invalid_choice"]}),
        ({"yellow_days": -1}, {"yellow_days": ["min_value"]}),
        ({"yellow_days": 366}, {"yellow_days": ["max_value"]}),
        ({"yellow_days": True}, {"yellow_days": ["invalid"]}),
        ({"yellow_days": 1.5}, {"yellow_days": ["invalid"]}),
        ({"title": ""}, {"title": ["blank"]}),
        ({"title": "长" * 301}, {"title": ["max_length"]}),
        ({"title": ["a"]}, {"title": ["invalid"]}),
    ],
)
def test_a_change_that_cannot_be(
    world: ApiWorld, office: Api, changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    answer = office.patch(f"/plans/{world.draft.pk}/", changes, row=world.draft)
    assert fields_of(answer) == fields


def test_an_issued_plan_is_not_changed_here(world: ApiWorld, office: Api) -> None:
    answer = office.patch(f"/plans/{world.plan.pk}/", {"title": "新题"}, row=world.plan)
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_issued")


def test_how_an_issued_plan_is_followed_may_be_changed(world: ApiWorld, office: Api) -> None:
    answer = office.patch(f"/plans/{world.plan.pk}/", {"yellow_days": 9}, row=world.plan)
    assert (answer.status_code, answer.json()["yellow_days"]) == (200, 9)


def test_issuing_makes_the_shares_once(world: ApiWorld, office: Api) -> None:
    path = f"/plans/{world.draft.pk}/issue/"
    answer = office.post(path, row=world.draft)
    assert (answer.status_code, answer.json()["state"]) == (200, "issued")
    assert answer.json()["actions"] == ["change", "amend", "close", "copy"]
    assert Task.objects.filter(plan=world.draft).count() == 2
    again = office.send("post", path, etag=answer["ETag"])
    assert (again.status_code, again["ETag"]) == (200, answer["ETag"])
    assert Task.objects.filter(plan=world.draft).count() == 2


def test_what_is_open_stops_the_issue_and_is_named(world: ApiWorld, office: Api) -> None:
    answer = office.post(f"/plans/{world.unsettled.pk}/issue/", row=world.unsettled)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_settled")
    missing = [row["missing"] for row in answer.json()["details"]["key_tasks"]]
    assert missing == ["owner", "deadline"]
    assert not Task.objects.filter(plan=world.unsettled).exists()


def test_recipients_are_told_as_far_as_they_are_ones_own(world: ApiWorld, office: Api) -> None:
    path = f"/plans/{world.plan.pk}/"
    every = {unit["name"] for unit in office.get(path).json()["recipients"]}
    assert every == {"依法治县办", "财政局", "甲镇", "乙乡", "甲一村", "甲二村"}
    town = Api(world.county.officer("乙乡")).get(path).json()
    assert ([unit["name"] for unit in town["recipients"]], town["actions"]) == (["乙乡"], [])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["unsettled", "draft", "plan"]),
        ({"state": "draft"}, ["unsettled", "draft"]),
        ({"state": "issued"}, ["plan"]),
        ({"state": ["issued", "draft"]}, ["unsettled", "draft", "plan"]),
        ({"state": "closed"}, []),
        ({"year": 2026}, ["unsettled", "draft", "plan"]),
        ({"year": 2025}, []),
        ({"text": "工作要点"}, ["unsettled", "draft", "plan"]),
        ({"text": "办〔2026〕1号"}, ["unsettled", "draft", "plan"]),
        ({"text": "没有"}, []),
    ],
)
def test_plans_are_filtered(
    world: ApiWorld, office: Api, query: dict[str, Any], found: list[str]
) -> None:
    ids = {"unsettled": world.unsettled.pk, "draft": world.draft.pk, "plan": world.plan.pk}
    assert ids_in(office.get("/plans/", **query)) == [ids[name] for name in found]


def test_plans_by_their_issuing_unit(world: ApiWorld, office: Api) -> None:
    unit = world.county.unit
    assert len(ids_in(office.get("/plans/", issuing_unit=unit("依法治县办").pk))) == 3
    assert ids_in(office.get("/plans/", issuing_unit=unit("甲镇").pk)) == []


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"state": "gone"}, {"state": ["invalid_choice"]}),
        ({"year": "this"}, {"year": ["invalid"]}),
        ({"year": 40000}, {"year": ["max_value"]}),
        ({"year": -1}, {"year": ["min_value"]}),
        ({"issuing_unit": 10**30}, {"issuing_unit": ["invalid_choice"]}),
    ],
)
def test_a_wrong_filter_is_named(office: Api, query: dict[str, Any], fields: Any) -> None:
    assert fields_of(office.get("/plans/", **query)) == fields


def test_the_drafts_of_another_office_are_not_found_by_any_filter(world: ApiWorld) -> None:
    town = Api(world.county.officer("甲镇"))
    assert ids_in(town.get("/plans/", state="draft")) == []
    assert ids_in(town.get("/plans/", text="工作要点")) == [world.plan.pk]
    outside = town.get("/key-tasks/", plan=world.draft.pk)
    assert fields_of(outside) == {"plan": ["invalid_choice"]}


def test_a_plan_is_dated_where_the_draft_is_not(world: ApiWorld, office: Api) -> None:
    draft = ONE_ITEM | {"year": None}
    today = timezone.localdate().isoformat()
    made = office.post("/plans/", new_plan(world, draft=draft, issued_on=today))
    assert made.json()["year"] == timezone.localdate().year
    assert day_in(0).isoformat() == made.json()["issued_on"]
