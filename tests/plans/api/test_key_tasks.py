"""Key tasks over the API: as printed, and settled where the print left something open."""

from typing import Any

import pytest

from plans.models import KeyTask
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import SECTIONS, ApiWorld, day_in


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


@pytest.fixture
def unsettled(world: ApiWorld) -> KeyTask:
    return world.key_task("1.", world.unsettled)


def settle(office: Api, key_task: KeyTask, **changes: Any) -> Any:
    return office.patch(f"/key-tasks/{key_task.pk}/", changes, row=key_task)


def test_a_key_task_as_printed(world: ApiWorld, office: Api) -> None:
    key_task = world.key_task("1.")
    finance, group = world.county.unit("财政局"), world.county.townships
    assert group is not None
    answer = office.get(f"/key-tasks/{key_task.pk}/")
    assert answer["ETag"] == f'"{key_task.pk}-1"'
    assert answer.json() == {
        "id": key_task.pk,
        "plan": {"id": world.plan.pk, "title": "2026年工作要点"},
        "section": {"id": key_task.section_id, "position": 1, "title": SECTIONS[0]},
        "position": 1,
        "number": "1.",
        "title": "规范执法",
        "text": "规范执法。",
        "source_line": 1,
        "deadline_kind": "date",
        "deadline_text": day_in(90).isoformat(),
        "due_on": day_in(90).isoformat(),
        "weight": "1.000",
        "owners": [
            {
                "name": "财政局",
                "role": "supporting",
                "is_group": False,
                "open_ended": False,
                "unit": {"id": finance.pk, "name": "财政局"},
                "unit_group": None,
            },
            {
                "name": "各乡镇(街道)",
                "role": "responsible",
                "is_group": True,
                "open_ended": False,
                "unit": None,
                "unit_group": {"id": group.pk, "name": "各乡镇(街道)"},
            },
        ],
        "version": 1,
    }


def test_owners_and_a_date_are_settled(world: ApiWorld, office: Api, unsettled: KeyTask) -> None:
    unit, group = world.county.unit("财政局"), world.county.townships
    assert group is not None
    owners = [
        {"name": "县政务办", "role": "lead", "unit": unit.pk},
        {"name": "各地", "role": "responsible", "unit_group": group.pk, "open_ended": True},
        {"name": "有关单位", "role": "supporting", "unit": None},
    ]
    due_on = day_in(30).isoformat()
    answer = settle(office, unsettled, owners=owners, deadline_kind="date", due_on=due_on)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["deadline_kind"], told["due_on"], told["version"]) == ("date", due_on, 2)
    assert [(o["name"], o["role"], o["open_ended"]) for o in told["owners"]] == [
        ("县政务办", "lead", False),
        ("各地", "responsible", True),
        ("有关单位", "supporting", False),
    ]
    assert [o["unit"] and o["unit"]["id"] for o in told["owners"]] == [unit.pk, None, None]
    assert [o["is_group"] for o in told["owners"]] == [False, True, False]


def test_what_is_left_out_stays(office: Api, unsettled: KeyTask) -> None:
    before = office.get(f"/key-tasks/{unsettled.pk}/").json()
    assert settle(office, unsettled).json() == before | {"version": 2}


def test_a_date_is_taken_away(world: ApiWorld, office: Api) -> None:
    answer = settle(office, world.key_task("1.", world.draft), due_on=None)
    assert (answer.status_code, answer.json()["due_on"]) == (200, None)


def test_what_is_ongoing_has_no_date(world: ApiWorld, office: Api) -> None:
    answer = settle(office, world.key_task("1.", world.draft), deadline_kind="ongoing")
    assert (answer.status_code, answer.json()["code"]) == (400, "ongoing_has_no_date")


def test_an_owner_is_one_thing(world: ApiWorld, office: Api, unsettled: KeyTask) -> None:
    unit, group = world.county.unit("财政局"), world.county.townships
    assert group is not None
    both = {"name": "谁", "role": "lead", "unit": unit.pk, "unit_group": group.pk}
    answer = settle(office, unsettled, owners=[both])
    assert (answer.status_code, answer.json()["code"]) == (400, "owner_is_one_thing")
    assert unsettled.owners.get().name == "县政务办"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "新"}, {"title": ["unknown"]}),
        ({"due_on": "2026-13-01"}, {"due_on": ["invalid"]}),
        ({"deadline_kind": "soon"}, {"deadline_kind": ["invalid_choice"]}),
        ({"owners": "司法局"}, {"owners": {"non_field_errors": ["not_a_list"]}}),
        ({"owners": [{"role": "lead"}]}, {"owners": {"0": {"name": ["required"]}}}),
        (
            {"owners": [{"name": "甲", "role": "boss"}]},
            {"owners": {"0": {"role": ["invalid_choice"]}}},
        ),
        (
            {"owners": [{"name": "甲", "role": "lead", "id": 1}]},
            {"owners": {"0": {"id": ["unknown"]}}},
        ),
        (
            {"owners": [{"name": "甲", "role": "lead", "unit": 10**15}]},
            {"owners": ["does_not_exist"]},
        ),
        (
            {"owners": [{"name": "甲", "role": "lead", "unit_group": 10**15}]},
            {"owners": ["does_not_exist"]},
        ),
        (
            {"owners": [{"name": "甲", "role": "lead", "unit": 10**30}]},
            {"owners": {"0": {"unit": ["max_value"]}}},
        ),
    ],
)
def test_an_answer_that_cannot_be(
    office: Api, unsettled: KeyTask, changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert fields_of(settle(office, unsettled, **changes)) == fields
    assert KeyTask.objects.get(pk=unsettled.pk).version == 1


def test_an_issued_key_task_stays_as_it_is(world: ApiWorld, office: Api) -> None:
    answer = settle(office, world.key_task("1."), due_on=day_in(1).isoformat())
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_issued")


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["number"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["1.", "2.", "3.", "4.", "5."]),
        ({"text": "法律明白人"}, ["3."]),
        ({"text": "没有"}, []),
        ({"deadline_kind": "date"}, ["1.", "2.", "3.", "4.", "5."]),
        ({"deadline_kind": ["ongoing", "none"]}, []),
        ({"section": 10**15}, []),
    ],
)
def test_key_tasks_are_filtered(
    world: ApiWorld, office: Api, query: dict[str, Any], found: list[str]
) -> None:
    assert numbers(office.get("/key-tasks/", plan=world.plan.pk, **query)) == found


def test_key_tasks_by_section_and_owner(world: ApiWorld, office: Api) -> None:
    unit, plan = world.county.unit, world.plan.pk

    def found(**query: Any) -> list[str]:
        return numbers(office.get("/key-tasks/", plan=plan, **query))

    assert found(section=world.key_task("1.").section_id) == ["1.", "2."]
    assert found(owner=unit("财政局").pk) == ["1."]
    assert found(owner=unit("甲镇").pk) == ["2.", "3.", "4.", "5."]
    assert found(owner=unit("甲一村").pk) == []
    assert found(owner_in_subtree_of=unit("县").pk) == ["1.", "2.", "3.", "4.", "5."]
    assert found(owner_in_subtree_of=unit("甲一村").pk) == []


def test_a_key_task_of_several_owners_is_listed_once(
    world: ApiWorld, office: Api, unsettled: KeyTask
) -> None:
    unit = world.county.unit
    named = [("财政局", "lead"), ("财政局", "responsible"), ("司法局", "supporting")]
    owners = [{"name": name, "role": role, "unit": unit(name).pk} for name, role in named]
    assert settle(office, unsettled, owners=owners).status_code == 200
    for query in ({"owner": unit("财政局").pk}, {"owner_in_subtree_of": unit("县").pk}):
        answer = office.get("/key-tasks/", plan=world.unsettled.pk, count="true", **query)
        assert (answer.json()["count"], ids_in(answer)) == (1, [unsettled.pk])


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"plan": "x"}, {"plan": ["invalid_choice"]}),
        ({"section": "x"}, {"section": ["invalid"]}),
        ({"section": 0}, {"section": ["min_value"]}),
        ({"section": 10**19}, {"section": ["max_value"]}),
        ({"owner": 10**15}, {"owner": ["invalid_choice"]}),
        ({"deadline_kind": "soon"}, {"deadline_kind": ["invalid_choice"]}),
    ],
)
def test_a_wrong_filter_is_named(office: Api, query: dict[str, Any], fields: Any) -> None:
    assert fields_of(office.get("/key-tasks/", **query)) == fields


def test_key_tasks_of_plans_that_are_not_sent_here(world: ApiWorld) -> None:
    bureau = Api(world.county.officer("司法局"))
    assert world.key_task("1.", world.draft).pk not in ids_in(bureau.get("/key-tasks/"))
