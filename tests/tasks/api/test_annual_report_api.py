"""年度报告 over the API: read, written, assigned, commented on, released, made as a paper."""

from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from docx import Document

from tasks.api.paper_kinds import MAKERS
from tasks.papers import make_due
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in


class Report:
    def __init__(self, world: ApiWorld, user: Any) -> None:
        self.api, self.path = Api(user), f"/plans/{world.plan.pk}/annual-report/"

    def read(self) -> Any:
        return self.api.get(self.path).json()

    def chapter(self, key: str) -> Any:
        return next((row for row in self.read()["chapters"] if row["key"] == key), None)

    def post(self, what: str, **body: Any) -> Any:
        return self.api.post(f"{self.path}{what}/", body)


@pytest.fixture
def office(world: ApiWorld) -> Report:
    return Report(world, world.county.coordinator)


def test_from_the_draft_to_the_release(world: ApiWorld, office: Report) -> None:
    found = office.read()
    assert (found["is_released"], found["review"], found["on"]) == (
        False,
        None,
        day_in(0).isoformat(),
    )
    assert office.chapter("shortcomings")["draft"].startswith("“领导学法”（甲镇）受到督办")
    odd = office.post("texts", chapter="shortcomings", text="{9.没有}件。", seen=0)
    assert odd.status_code == 200, odd.content.decode()
    assert [row["code"] for row in odd.json()["findings"]] == ["no_such_figure"]
    seen = office.chapter("shortcomings")["seen"]
    office.post("texts", chapter="shortcomings", text="人手不足。", seen=seen)
    assert office.chapter("shortcomings")["shown"] == "人手不足。"
    assert office.post("texts", chapter="shortcomings", text="二", seen=0).status_code == 412
    office.post("comments", chapter="shortcomings", text="请写原因。")
    chapter = office.chapter("shortcomings")
    assert [row["text"] for row in chapter["comments"]] == ["请写原因。"]
    assert {row["author"]["name"] for row in chapter["texts"]} == {"依法治县办-coordinator"}
    released = office.post(
        "release", reviewed_as="保密审查责任人", reviewed_on=day_in(0).isoformat()
    )
    assert released.json()["review"]["reviewed_as"] == "保密审查责任人"
    assert office.post("texts", chapter="duty", text="一", seen=0).status_code == 409


def test_a_unit_reads_and_writes_what_is_assigned_to_it(world: ApiWorld, office: Report) -> None:
    town = Report(world, world.county.officer("甲镇"))
    assert town.read()["chapters"] == []
    assert town.post("texts", chapter="duty", text="一", seen=0).status_code == 403
    unit = world.county.unit("甲镇").pk
    assert office.post("assignments", chapter="duty", unit=unit).status_code == 200
    assert office.chapter("duty")["unit"]["id"] == unit
    assert town.post("texts", chapter="duty", text="听取汇报。", seen=0).status_code == 200
    assert [row["key"] for row in town.read()["chapters"]] == ["duty"]
    assert office.chapter("duty")["text"] == "听取汇报。"


def test_what_is_no_chapter(office: Report) -> None:
    for key, status in (("else", 400), ("measures-0", 200), ("measures-999999", 400), ("x y", 400)):
        assert office.post("texts", chapter=key, text="一", seen=0).status_code == status, key


def test_it_is_made_in_the_queue(world: ApiWorld, office: Report) -> None:
    office.post("texts", chapter="other", text="无其他情况。", seen=0)
    body = {"kind": "annual_report", "plan": world.plan.pk}
    signature = {"unit": "县人民政府", "dated": day_in(0).isoformat()}
    assert office.api.post("/papers/", body).json()["details"]["fields"].keys() == {"annual_report"}
    asked = office.api.post("/papers/", body | {"annual_report": signature})
    assert asked.status_code == 201, asked.content.decode()
    assert asked.json()["asked"] == {"annual_report": signature, "filters": {}}
    make_due(MAKERS, clock=timezone.now)
    file = office.api.read_bytes(f"/papers/{asked.json()['id']}/file/")
    document = Document(BytesIO(file.content_read))
    assert "无其他情况。" in [row.text for row in document.paragraphs]
