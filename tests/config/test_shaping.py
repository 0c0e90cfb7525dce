"""``fields=`` and ``expand=`` on every list and every row."""

from typing import Any

import pytest

from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld
from tests.settled import settle_events

LISTS = [
    "units", "unit-groups", "plans", "key-tasks", "tasks", "reports", "extension-requests",
    "reminders", "events", "supervision-notices", "unit-reforms",
]  # fmt: skip
#: Those of one row; an event is read in its list only.
ROWS = [name for name in LISTS if name != "events"]


@pytest.fixture
def office(world: ApiWorld) -> Api:
    settle_events()
    return Api(world.county.coordinator)


@pytest.mark.parametrize("name", LISTS)
def test_only_the_fields_asked_for(office: Api, name: str) -> None:
    rows = office.get(f"/{name}/", fields="id").json()["results"]
    assert rows
    assert {tuple(row) for row in rows} == {("id",)}
    assert fields_of(office.get(f"/{name}/", fields="id,colour")) == {"fields": ["unknown"]}
    assert fields_of(office.get(f"/{name}/", fields="id,")) == {"fields": ["unknown"]}


@pytest.mark.parametrize("name", ROWS)
def test_of_one_row_too(office: Api, name: str) -> None:
    (pk,) = [row["id"] for row in office.get(f"/{name}/", page_size="1").json()["results"]]
    assert office.get(f"/{name}/{pk}/", fields="id").json() == {"id": pk}
    assert fields_of(office.get(f"/{name}/{pk}/", fields="colour")) == {"fields": ["unknown"]}


def test_shares_written_out_in_full(world: ApiWorld, office: Api) -> None:
    share = world.share("1.")
    every = "unit,key_task,plan,parent,children"
    found: Any = office.get("/tasks/", expand=every, page_size="200").json()["results"]
    (row,) = [row for row in found if row["id"] == share.pk]
    assert row == office.get(f"/tasks/{share.pk}/", expand=every, fields=",".join(row)).json()
    assert row["unit"]["kind"] == "town"
    assert [owner["name"] for owner in row["key_task"]["owners"]] == ["财政局", "各乡镇(街道)"]
    assert row["plan"]["yellow_days"] == 20
    assert row["parent"].keys() == {
        "level", "title", "unit", "deadline_kind", "deadline_text", "due_on",
    }  # fmt: skip
    assert [child["unit"]["name"] for child in row["children"]] == ["甲一村", "甲二村"]


@pytest.mark.parametrize("path", ["/tasks/", "/tasks/{}/"])
def test_only_what_can_be_written_out(world: ApiWorld, office: Api, path: str) -> None:
    answer = office.get(path.format(world.share("1.").pk), expand="unit,author")
    assert fields_of(answer) == {"expand": ["unknown"]}
    assert fields_of(office.get("/plans/", expand="issuing_unit")) == {"expand": ["unknown"]}
