"""填报表 on one's own work: a link to fetch it, a form to hand it in, faults by cell; no script."""

import io
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tasks.models import ProgressReport
from tasks.sheets import LARGEST_SHEET
from tests.api_world import ApiWorld
from tests.filled_sheets import FilledSheet, fetched
from tests.page_requests import browser, text_of


@pytest.fixture
def address(world: ApiWorld) -> str:
    return reverse("report-sheet", args=[world.county.unit("甲镇").pk])


def officer(world: ApiWorld, **options: Any) -> Any:
    return browser(world.county.officer("甲镇"), **options)


def test_ones_own_work_offers_the_sheet_of_each_unit_that_can_report(
    world: ApiWorld, address: str
) -> None:
    page = officer(world, language="zh-hans").get("/").content.decode()
    assert page.count(f'href="{address}"') == 1
    assert 'enctype="multipart/form-data"' in page
    assert "下载填报表" in page
    assert address not in browser(world.county.coordinator).get("/").content.decode()


def test_the_sheet_is_fetched_filled_in_and_handed_in(world: ApiWorld, address: str) -> None:
    answer = officer(world, language="zh-hans").get(address)
    assert "%E5%A1%AB%E6%8A%A5%E8%A1%A8" in answer["Content-Disposition"]
    sheet = FilledSheet(io.BytesIO(b"".join(answer.streaming_content)).getvalue())
    sheet.fill(sheet.row_of(world.share("5.")), 30)
    sheet.fill(sheet.row_of(world.share("1.")), no_change="是")
    done = officer(world).post(address, {"file": sheet.file})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert [str(said) for said in get_messages(done.wsgi_request)] == ["2 reports are handed in."]
    assert world.share("5.").reports.get().percent == 30


def test_faults_are_listed_by_cell_and_nothing_is_saved(world: ApiWorld, address: str) -> None:
    sheet = fetched(world.county.unit("甲镇"), world.county.officer("甲镇"))
    first, second = sheet.row_of(world.share("1.")), sheet.row_of(world.share("5."))
    sheet.fill(first, 40)
    sheet.fill(second, 400)
    before = ProgressReport.objects.count()
    answer = officer(world, language="zh-hans").post(address, {"file": sheet.file})
    assert answer.status_code == 400
    page = text_of(answer)
    assert "未保存任何内容，请更正所列单元格后重新上传。" in page
    assert f"I{second}" in page
    assert f"I{first}" not in page
    assert ProgressReport.objects.count() == before


def test_handed_in_twice_it_says_so_though_nothing_is_left_to_report(
    world: ApiWorld, address: str
) -> None:
    sheet = fetched(world.county.unit("甲镇"), world.county.officer("甲镇"))
    for number in ("1.", "5."):
        sheet.fill(sheet.row_of(world.share(number)), 40)
    assert officer(world).post(address, {"file": sheet.file}).status_code == 302
    answer = officer(world).post(address, {"file": sheet.file})
    assert answer.status_code == 412
    assert "Nothing was saved" in text_of(answer)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "Choose a file first."),
        (b"%PDF-1.7", "PDF is not read."),
        (b"PK" + bytes(LARGEST_SHEET), "A file may have 4 MB."),
    ],
)
def test_a_file_that_is_no_sheet(
    world: ApiWorld, address: str, file: bytes | None, said: str
) -> None:
    fields = {"file": SimpleUploadedFile("a.xlsx", file)} if file else {}
    answer = officer(world).post(address, fields)
    assert answer.status_code == 400
    assert said in text_of(answer)


def test_without_the_forms_token_nothing_is_taken(world: ApiWorld, address: str) -> None:
    sheet = fetched(world.county.unit("甲镇"), world.county.officer("甲镇"))
    sheet.fill(sheet.row_of(world.share("5.")), 40)
    client = officer(world, enforce_csrf_checks=True)
    assert client.post(address, {"file": sheet.file}).status_code == 403
    assert not world.share("5.").reports.exists()
