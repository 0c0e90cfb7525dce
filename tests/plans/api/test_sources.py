"""The document that a plan was read from: kept with it, told about, and fetched as it came."""

import datetime as dt
import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from plans.models import Plan, SourceDocument
from plans.sources import KEPT_WAITING
from tests.api_requests import Api
from tests.api_world import ApiWorld
from tests.permissions import TEXT

pytestmark = pytest.mark.django_db
PRINTED = (
    "2026年工作要点\n一、规范管理\n"
    "1.定期研判。每季度开展一次研判。(牵头单位:司法局;责任领导:分管副县长;完成时限:每季度末月25日前)\n"
    "2.分步推进。制度建设。(责任单位:财政局;完成时限:6月底前完成初稿,10月底前印发)\n"
)


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def read(office: Api, text: str = PRINTED) -> Any:
    return office.upload("/plans/read/", file=SimpleUploadedFile("要点.txt", text.encode()))


def make(world: ApiWorld, office: Api, reading: Any) -> Any:
    body = {
        "draft": reading["draft"],
        "document": reading["details"]["document"]["id"],
        "issuing_unit": world.county.unit("依法治县办").pk,
        "issued_on": "2026-03-02",
    }
    return office.post("/plans/", body)


def test_details_hold_what_the_draft_has_no_place_for(office: Api) -> None:
    first, second = read(office).json()["details"]["items"]
    assert first["persons"] == ["分管副县长"]
    assert first["labels"] == ["牵头单位", "责任领导", "完成时限"]
    assert first["recurrence"] == "每季度末月25日前"
    days = [step["due_on"] for step in first["steps"]]
    assert days == ["2026-03-25", "2026-06-25", "2026-09-25", "2026-12-25"]
    assert second["recurrence"] is None
    assert [step["due_on"] for step in second["steps"]] == ["2026-06-30", "2026-10-31"]


def test_the_document_is_kept_with_its_plan(world: ApiWorld, office: Api) -> None:
    reading = read(office).json()
    told = reading["details"]["document"]
    content = PRINTED.encode()
    digest = hashlib.sha256(content).hexdigest()
    assert (told["name"], told["size"], told["sha256"]) == ("要点.txt", len(content), digest)
    plan = make(world, office, reading).json()
    answer = office.read_bytes(f"/plans/{plan['id']}/document/")
    assert answer.content_read == content
    assert answer["Content-Type"] == "application/octet-stream"
    lines = Plan.objects.get(pk=plan["id"]).key_tasks.values_list("source_line", flat=True)
    assert list(lines) == [3, 4]
    used = make(world, office, reading)
    assert (used.status_code, used.json()["code"]) == (409, "source_used")


def test_another_persons_document_is_none(world: ApiWorld, office: Api) -> None:
    reading = read(office).json()
    before = Plan.objects.count()
    other = Api(world.county.people["依法治县办-coordinator-2"])
    answer = make(world, other, reading)
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_source")
    assert Plan.objects.count() == before


def test_a_plan_without_a_document_has_none_to_fetch(world: ApiWorld, office: Api) -> None:
    assert office.get(f"/plans/{world.plan.pk}/document/").status_code == 404


def test_pasted_text_is_a_document_too(world: ApiWorld, office: Api) -> None:
    reading = office.post("/plans/read/", {"text": TEXT}).json()
    plan = make(world, office, reading).json()
    assert office.read_bytes(f"/plans/{plan['id']}/document/").content_read == TEXT.encode()


def test_what_nobody_made_a_plan_of_is_thrown_away(world: ApiWorld, office: Api) -> None:
    kept = make(world, office, read(office).json()).json()["id"]
    read(office)
    read(office)
    assert SourceDocument.objects.filter(plan=None).count() == 1
    long_ago = timezone.now() - KEPT_WAITING - dt.timedelta(days=1)
    SourceDocument.objects.update(brought_at=long_ago)
    read(office, TEXT)
    assert SourceDocument.objects.filter(plan=None).count() == 1
    assert SourceDocument.objects.filter(plan=kept).exists()
