"""Papers over the API: asked for, watched, fetched and taken back."""

import io
from typing import Any

import pytest
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from tasks.api.paper_kinds import MAKERS
from tasks.models import Paper
from tasks.papers import make_due
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import ApiWorld, day_in


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def made() -> None:
    assert make_due(MAKERS, clock=timezone.now) == 1


def test_from_asking_to_fetching(world: ApiWorld, office: Api) -> None:
    asked = office.post("/papers/", {"kind": "ledger", "plan": world.plan.pk, "size": "A4"})
    assert asked.status_code == 201, asked.content.decode()
    paper = asked.json()
    path = f"/papers/{paper['id']}/"
    expected = {
        "kind": "ledger",
        "plan": world.plan.pk,
        "asked": {"size": "A4", "filters": {}},
        "as_of": day_in(0).isoformat(),
        "state": "waiting",
        "done": 0,
        "total": 0,
        "fault": "",
        "why": "",
        "size": None,
    }
    assert paper | expected == paper
    assert (paper["asked_by"]["id"], ids_in(office.get("/papers/"))) == (
        world.county.coordinator.pk,
        [paper["id"]],
    )
    early = office.get(f"{path}file/")
    assert (early.status_code, early.json()["code"]) == (409, "paper_not_made")
    made()
    paper = office.get(path).json()
    assert (paper["state"], paper["name"][-5:]) == ("made", ".xlsx")
    file = office.read_bytes(f"{path}file/")
    assert len(file.content_read) == paper["size"]
    assert "attachment" in file["Content-Disposition"]
    assert load_workbook(io.BytesIO(file.content_read)).active.max_column == 14
    assert office.send("delete", path).status_code == 204
    assert office.get(path).status_code == 404


def test_filters_and_a_day_gone_by(world: ApiWorld, office: Api) -> None:
    body = {
        "kind": "completion",
        "plan": world.plan.pk,
        "by": "unit",
        "as_of": day_in(0).isoformat(),
        "filters": {"role": ["supporting"], "unit": [str(world.county.unit("财政局").pk)]},
    }
    paper = office.post("/papers/", body).json()
    assert paper["asked"] == {"by": "unit", "filters": body["filters"]}
    made()
    file = office.read_bytes(f"/papers/{paper['id']}/file/").content_read
    assert load_workbook(io.BytesIO(file)).active["A5"].value == "财政局"


IMPRINT = {"number": 3, "unit": "依法治县办", "dated": "2026-10-21"}


def test_a_bulletin(world: ApiWorld, office: Api) -> None:
    said = IMPRINT | {"document_number": "办[2026]3号", "period": "", "red_head": "某县通报"}
    body = {"kind": "bulletin", "plan": world.plan.pk, "bulletin": said}
    paper = office.post("/papers/", body).json()
    kept = said | {"document_number": "办〔2026〕3号"}
    assert paper["asked"] == {"bulletin": kept, "filters": {}}
    made()
    file = office.read_bytes(f"/papers/{paper['id']}/file/")
    assert file["Content-Type"].endswith("wordprocessingml.document")
    assert ".docx" in file["Content-Disposition"]
    told = [paragraph.text for paragraph in Document(io.BytesIO(file.content_read)).paragraphs]
    assert [text for text in told if text][:3] == ["某县通报", "办〔2026〕3号", "第3期"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"bulletin": ["required"]}),
        ({"bulletin": {}}, {"bulletin": {name: ["required"] for name in IMPRINT}}),
        ({"bulletin": IMPRINT | {"number": 0}}, {"bulletin": {"number": ["min_value"]}}),
        ({"bulletin": IMPRINT | {"unit": "办\x0b公"}}, {"bulletin": {"unit": ["control"]}}),
        ({"bulletin": IMPRINT | {"unit": "办" * 61}}, {"bulletin": {"unit": ["max_length"]}}),
        ({"bulletin": IMPRINT | {"colour": "red"}}, {"bulletin": {"colour": ["unknown"]}}),
        (
            {"bulletin": IMPRINT | {"document_number": "3"}},
            {"bulletin": {"document_number": ["document_number"]}},
        ),
        ({"bulletin": IMPRINT, "filters": {"role": ["lead"]}}, {"filters": ["other"]}),
        ({"bulletin": IMPRINT, "size": "A4"}, {"size": ["other"]}),
        ({"bulletin": IMPRINT, "kind": "ledger"}, {"bulletin": ["other"]}),
    ],
)
def test_what_a_bulletin_does_not_understand(
    world: ApiWorld, office: Api, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    whole = {"kind": "bulletin", "plan": world.plan.pk} | body
    assert fields_of(office.post("/papers/", whole)) == fields
    assert Paper.objects.count() == 0


def test_one_at_a_time(world: ApiWorld, office: Api) -> None:
    body = {"kind": "ledger", "plan": world.plan.pk}
    first = office.post("/papers/", body).json()
    refused = office.post("/papers/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "paper_under_way")
    assert refused.json()["details"] == {"paper": first["id"]}


def test_sent_twice_under_one_key_it_is_asked_for_once(world: ApiWorld) -> None:
    office = Api(world.county.coordinator, **{"Idempotency-Key": "1"})
    body = {"kind": "ledger", "plan": world.plan.pk}
    first, again = (office.post("/papers/", body) for _turn in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Paper.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"kind": "novel"}, {"kind": ["invalid_choice"]}),
        ({"plan": 999_999}, {"plan": ["does_not_exist"]}),
        ({"by": "unit"}, {"by": ["other"]}),
        ({"kind": "completion", "size": "A4"}, {"size": ["other"]}),
        ({"as_of": day_in(1).isoformat()}, {"as_of": ["future"]}),
        ({"colour": "red"}, {"colour": ["unknown"]}),
        ({"filters": {"colour": ["red"]}}, {"filters": {"colour": ["unknown"]}}),
        ({"filters": {"plan": ["1"]}}, {"filters": {"plan": ["unknown"]}}),
        ({"filters": {"unit": ["1", "2"]}}, {"filters": {"unit": ["repeated"]}}),
        ({"filters": {"unit": ["999999"]}}, {"filters": {"unit": ["invalid_choice"]}}),
        ({"filters": {"light": ["mauve"]}}, {"filters": {"light": ["invalid_choice"]}}),
        ({"filters": {"light": []}}, {"filters": {"light": ["empty"]}}),
    ],
)
def test_what_is_not_understood(
    world: ApiWorld, office: Api, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    whole = {"kind": "ledger", "plan": world.plan.pk} | body
    assert fields_of(office.post("/papers/", whole)) == fields
    assert Paper.objects.count() == 0


def test_found_by_what_they_are(world: ApiWorld, office: Api) -> None:
    office.post("/papers/", {"kind": "ledger", "plan": world.plan.pk})
    made()
    office.post("/papers/", {"kind": "completion", "plan": world.plan.pk})
    first, second = Paper.objects.order_by("pk").values_list("pk", flat=True)
    assert ids_in(office.get("/papers/")) == [second, first]
    assert ids_in(office.get("/papers/", kind="ledger")) == [first]
    assert ids_in(office.get("/papers/", state=["waiting", "making"])) == [second]
    assert ids_in(office.get("/papers/", plan=world.plan.pk, made_after=day_in(0))) == [first]
    assert ids_in(office.get("/papers/", asked_after=day_in(1))) == []
