"""指标 over the API: defined, reported with progress, told with their sources."""

from typing import Any

import pytest
from django.utils import timezone

from tasks.models import Indicator
from tasks.progress import approve_report
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


def defined(office: Api, world: ApiWorld, name: str = "学法", **words: Any) -> Indicator:
    body = {"key_task": world.key_task("5.").pk, "name": name, "measure": "次", **words}
    answer = office.post(f"/plans/{world.plan.pk}/indicators/", body)
    assert answer.status_code == 201, answer.content.decode()
    return Indicator.objects.get(pk=answer.json()["id"])


def test_from_defining_to_the_figure(world: ApiWorld, office: Api, officer: Api) -> None:
    row = defined(office, world, target="10")
    share = world.share("5.")
    body = {"percent": "30", "figures": [{"indicator": row.pk, "value": "7"}]}
    sent = officer.post(f"/tasks/{share.pk}/reports/", body, row=share)
    assert sent.status_code == 201, sent.content.decode()
    assert sent.json()["figures"] == [{"indicator": row.pk, "value": "7.000000"}]
    approve_report(sent.json()["id"], actor=world.county.coordinator, at=timezone.now())
    answer = office.get(f"/plans/{world.plan.pk}/indicators/").json()
    [nobody_reported, figure] = answer["figures"]
    assert nobody_reported["value"] is None
    assert (answer["on"], answer["whole"], answer["findings"]) == (day_in(0).isoformat(), True, [])
    assert (figure["text"], figure["value"], figure["numerator"]) == ("7次", "7.000000", None)
    assert figure["indicator"] == office.get(f"/indicators/{row.pk}/").json()
    assert [unit["name"] for unit in figure["units"]] == ["甲镇"]
    assert [source["share"] for source in figure["sources"]] == [share.pk]
    assert figure["pace"]["percent"] == "70.00"
    before = office.get(f"/plans/{world.plan.pk}/indicators/", as_of=day_in(-1).isoformat())
    assert before.json()["figures"][1]["value"] is None


def test_a_definition_is_replaced_and_taken_away(world: ApiWorld, office: Api) -> None:
    row = defined(office, world)
    path = f"/indicators/{row.pk}/"
    assert office.put(path, {"name": "学法次数"}).status_code == 428
    changed = office.put(path, {"name": "学法次数", "kind": "stock"}, row=row)
    assert (changed.status_code, changed.json()["name"], changed.json()["measure"]) == (
        200,
        "学法次数",
        "",
    )
    assert office.put(path, {"name": "学法"}, row=row).status_code == 412
    row.refresh_from_db()
    assert office.send("delete", path, etag=f'"{row.pk}-{row.version}"').status_code == 204
    assert office.get(path).status_code == 404


def test_what_is_odd_is_said_and_stops_nobody(world: ApiWorld, office: Api) -> None:
    row = defined(office, world, measure="", kind="ratio")
    found = office.get(f"/plans/{world.plan.pk}/indicators/").json()["findings"]
    assert [(one["code"], one["indicator"]) for one in found] == [
        ("no_measure", row.pk),
        ("no_denominator", row.pk),
    ]
    assert all(one["where"] == "5.领导学法" and one["text"] for one in found)


def test_what_is_wrong_is_named(world: ApiWorld, office: Api, officer: Api) -> None:
    row = defined(office, world)
    plan = f"/plans/{world.plan.pk}/indicators/"
    abroad = {"key_task": world.key_task("1.", world.draft).pk, "name": "别的"}
    assert office.post(plan, abroad).json()["details"]["fields"].keys() == {"key_task"}
    assert office.post(plan, {"name": "别的"}).status_code == 400
    assert office.get(plan, as_of=day_in(1).isoformat()).status_code == 400
    share = world.share("5.")
    twice = {"percent": "3", "figures": [{"indicator": row.pk, "value": "7"}] * 2}
    answer = officer.post(f"/tasks/{share.pk}/reports/", twice, row=share)
    assert answer.json()["details"]["fields"].keys() == {"figures"}
    unknown = {"percent": "3", "figures": [{"indicator": row.pk + 99, "value": "7"}]}
    answer = officer.post(f"/tasks/{share.pk}/reports/", unknown, row=share)
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_indicator")


def test_a_draft_holds_figures(world: ApiWorld, office: Api, officer: Api) -> None:
    row, share = defined(office, world), world.share("5.")
    body = {"percent": "30", "figures": [{"indicator": row.pk, "value": "2"}]}
    answer = officer.put(f"/tasks/{share.pk}/draft/", body, row=share)
    assert answer.json()["figures"] == [{"indicator": row.pk, "value": "2.000000"}]
