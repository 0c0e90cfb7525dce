"""The page of the annual report: read by chapters, written, assigned, commented on, released."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from tasks.api.paper_kinds import MAKERS
from tasks.models import AnnualReport, ChapterText, Paper, ReportChapter
from tasks.papers import make_due
from tests.api_world import ApiWorld, day_in
from tests.page_requests import browser, text_of


class Page:
    def __init__(self, world: ApiWorld, user: Any) -> None:
        self.client, self._pk = browser(user), world.plan.pk

    def text(self) -> str:
        return text_of(self.client.get(reverse("annual-report", args=[self._pk])))

    def post(self, action: str, **words: Any) -> Any:
        path = reverse("act-on-annual-report", args=[self._pk, action])
        return self.client.post(path, words)


def test_the_office_writes_and_releases(world: ApiWorld) -> None:
    page = Page(world, world.county.coordinator)
    assert "一、推进依法行政" in page.text()
    assert "受到督办" in page.text()
    words = {"chapter": "shortcomings", "text": "人手不足。", "seen": 0}
    assert page.post("write", **words).status_code == 302
    assert "人手不足。" in page.text()
    again = page.post("write", **words | {"text": "另一个人写的"})
    assert again.status_code == 412
    assert "另一个人写的" in again.content.decode()
    assert page.post("comment", chapter="shortcomings", text="请写原因。").status_code == 302
    assert "请写原因。" in page.text()
    release = {"reviewed_as": "保密审查责任人", "reviewed_on": day_in(0).isoformat()}
    assert page.post("release", reviewed_as="", reviewed_on="").status_code == 400
    assert page.post("release", **release).status_code == 302
    assert AnnualReport.objects.get().reviewed_as == "保密审查责任人"
    text = page.text()
    assert "保密审查责任人" in text
    assert "Release after the secrecy review" not in text
    assert "Save the text" not in text


def test_a_unit_finds_the_chapter_that_is_assigned_to_it(world: ApiWorld) -> None:
    town = Page(world, world.county.officer("甲镇"))
    assert "No chapter of it is yours" in town.text()
    assert town.post("write", chapter="duty", text="一", seen=0).status_code == 403
    office = Page(world, world.county.coordinator)
    unit = world.county.unit("甲镇").pk
    assert office.post("assign", chapter="duty", unit=unit).status_code == 302
    assert ReportChapter.objects.get().unit_id == unit
    assert "Assign" not in town.text()
    assert town.post("write", chapter="duty", text="听取汇报。", seen=0).status_code == 302
    assert "听取汇报。" in town.text()
    assert ChapterText.objects.get().author == world.county.officer("甲镇")


def test_what_is_wrong_is_told(world: ApiWorld) -> None:
    page = Page(world, world.county.coordinator)
    assert page.post("else").status_code == 404
    assert page.post("write", chapter="else", text="一", seen=0).status_code == 400
    assert page.post("comment", chapter="duty", text="").status_code == 400


def test_the_document_is_asked_for_on_the_page(world: ApiWorld) -> None:
    page = Page(world, world.county.coordinator)
    assert "Make the document" in page.text()
    words = {
        "kind": "annual_report",
        "plan": str(world.plan.pk),
        "as_of": day_in(0).isoformat(),
        "unit": "县人民政府",
        "dated": day_in(0).isoformat(),
    }
    assert page.client.post(reverse("papers"), words).status_code == 302
    make_due(MAKERS, clock=timezone.now)
    assert Paper.objects.get().state == "made"
    assert page.client.post(reverse("papers"), words | {"unit": ""}).status_code == 400
