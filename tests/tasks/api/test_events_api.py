"""The feed of events: in one order, page by page, and nothing that is out of sight."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.models import TaskEvent
from tasks.progress import Said, let_out, submit_report
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import ApiWorld
from tests.settled import settle_events


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def followed(api: Api, **query: Any) -> list[int]:
    """The ids of every event from there on, page by page."""
    found: list[int] = []
    while True:
        answer = api.get("/events/", **query)
        found += ids_in(answer)
        if not answer.json()["next"]:
            return found
        query["after"] = answer.json()["cursor"]


def test_everything_once_and_in_order(world: ApiWorld, office: Api) -> None:
    settle_events()
    every = list(TaskEvent.objects.order_by("id").values_list("pk", flat=True))
    assert followed(office) == every
    assert followed(office, page_size="1") == every


def test_what_is_new_comes_after_the_cursor(world: ApiWorld, office: Api) -> None:
    settle_events()
    seen = office.get("/events/", page_size="200").json()
    again = office.get("/events/", after=seen["cursor"]).json()
    assert again == {"count": None, "next": None, "results": [], "cursor": seen["cursor"]}
    share = world.share("3.")
    acknowledge(share.pk, actor=world.county.officer("甲镇"), at=timezone.now())
    settle_events()
    told = office.get("/events/", after=seen["cursor"]).json()
    (row,) = told["results"]
    assert (row["kind"], row["plan"], row["task"]["id"]) == (
        "acknowledged",
        share.plan_id,
        share.pk,
    )
    assert row.keys() == {
        "id", "kind", "actor", "at", "from_state", "to_state", "reason", "data", "plan", "task",
    }  # fmt: skip
    assert told["cursor"] != seen["cursor"]


def test_where_nothing_happened_there_is_a_cursor_too(world: ApiWorld, office: Api) -> None:
    settle_events()
    empty = office.get("/events/", kind="reopened").json()
    assert empty["results"] == []
    every = list(TaskEvent.objects.order_by("id").values_list("pk", flat=True))
    assert followed(office, after=empty["cursor"]) == every


def test_of_shares_in_sight_only(world: ApiWorld) -> None:
    """Neither the share above nor a sibling's is told of."""
    settle_events()
    rows = Api(world.county.officer("甲一村")).get("/events/", page_size="200").json()["results"]
    assert {row["task"]["unit"]["name"] for row in rows} == {"甲一村"}
    assert [row["kind"] for row in rows] == ["issued", "acknowledged", "reported"]
    assert Api(world.county.officer("乙乡")).get("/events/").json()["results"][0]["task"]["id"] == (
        world.share("1.", "乙乡").pk
    )


def test_what_is_said_inside_a_unit_stays_there(world: ApiWorld, office: Api) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(approval_inside_unit=True)
    officer, head = world.county.officer("甲镇"), world.county.head("甲镇")
    share = world.share("5.")
    report = submit_report(
        share.pk, Said(percent=Decimal("17.29")), actor=officer, at=timezone.now()
    )
    settle_events()
    paths = ("/events/", f"/tasks/{share.pk}/events/")
    assert all("17.29" not in office.get(path).content.decode() for path in paths)
    assert all("17.29" in Api(officer).get(path).content.decode() for path in paths)
    let_out(report.pk, actor=head, at=timezone.now())
    settle_events()
    assert all("17.29" in office.get(path).content.decode() for path in paths)


def test_filters(world: ApiWorld, office: Api) -> None:
    settle_events()
    town = world.county.unit("甲镇").pk
    rows = office.get("/events/", unit=town, kind=["objected", "reported"]).json()["results"]
    assert [(row["kind"], row["task"]["unit"]["id"]) for row in rows] == [
        ("objected", town),
        ("reported", town),
    ]
    assert followed(office, subtree_of=town, plan=world.plan.pk, page_size="2")
    assert fields_of(office.get("/events/", kind="done")) == {"kind": ["invalid_choice"]}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"after": "x"}, {"after": ["invalid"]}),
        ({"after": "W10"}, {"after": ["invalid"]}),
        ({"page": "2"}, {"page": ["unknown"]}),
        ({"page_size": "201"}, {"page_size": ["invalid"]}),
    ],
)
def test_what_is_not_understood(
    world: ApiWorld, office: Api, query: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert fields_of(office.get("/events/", **query)) == fields
