"""Files handed in from a share's page."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tasks import evidence
from tasks.models import Evidence, ProgressReport
from tasks.views import evidence as page
from tests.county import County
from tests.page_requests import browser, page_of, text_of


def send(client: Client, report: ProgressReport, content: bytes, name: str = "名单.txt") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("attach-evidence", args=[report.pk]), {"file": file})


def test_a_file_is_added_and_fetched(county: County, report: ProgressReport) -> None:
    officer = browser(county.officer("甲镇"))
    assert "Add a file that shows it" in page_of(officer, report.task)
    answer = send(officer, report, "张三".encode())
    assert answer.status_code == 302
    shown = officer.get(reverse("share", args=[report.task_id])).content.decode()
    file = Evidence.objects.get()
    assert f'href="/api/v1/evidence/{file.pk}/content/"' in shown
    fetched: Any = officer.get(f"/api/v1/evidence/{file.pk}/content/")
    assert b"".join(fetched.streaming_content) == "张三".encode()


def test_what_is_refused_says_why(county: County, report: ProgressReport) -> None:
    officer = browser(county.officer("甲镇"))
    wrong = send(officer, report, b"MZ\x90\x00", "a.exe")
    assert wrong.status_code == 400
    empty = officer.post(reverse("attach-evidence", args=[report.pk]))
    assert (empty.status_code, "Choose a file first." in text_of(empty)) == (400, True)
    assert not Evidence.objects.exists()


def test_a_file_too_large_ends_on_its_way_in(
    county: County, report: ProgressReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "LARGEST_FILE", 1000)
    assert evidence.LARGEST_FILE > 1000  # Only the door says no.
    answer = send(browser(county.officer("甲镇")), report, b"a" * 2000)
    assert answer.status_code == 400
    assert not Evidence.objects.exists()


def test_without_the_forms_token_nothing_is_taken(county: County, report: ProgressReport) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(county.officer("甲镇"))
    assert send(strict, report, b"a").status_code == 403
    assert not Evidence.objects.exists()


def test_others_are_offered_nothing(county: County, report: ProgressReport) -> None:
    office = browser(county.coordinator)
    assert "Add a file that shows it" not in page_of(office, report.task)
    assert send(office, report, b"a").status_code == 403
