"""Evidence over the API: fetched under its name by who may, and taken back."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from tasks.files.storage import EVIDENCE
from tasks.models import Evidence, ProgressReport
from tests.county import County
from tests.evidence_files import PDF, TEXT, honest
from tests.tasks.evidence.asking import (
    ROOT,
    client_of,
    content_of,
    fetch,
    kept,
    nothing_kept,
    remove,
    upload,
)


class TestFetching:
    def test_bytes_as_they_came_and_never_shown(
        self, officer: Client, report: ProgressReport
    ) -> None:
        answer = fetch(officer, kept(officer, report))
        assert content_of(answer) == PDF
        assert answer.status_code == 200
        assert {name: answer[name] for name in answer.headers if name != "Vary"} | {
            "Content-Language": "en"
        } == {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(PDF)),
            "Content-Disposition": "attachment; filename*=utf-8''%E6%80%BB%E7%BB%93.pdf",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Content-Language": "en",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Allow": "GET, HEAD, OPTIONS",
        }

    @pytest.mark.parametrize(("name", "content"), honest().items(), ids=lambda x: str(x)[:12])
    def test_whatever_it_is(
        self, officer: Client, report: ProgressReport, name: str, content: bytes
    ) -> None:
        answer = fetch(officer, kept(officer, report, name=name, content=content))
        assert content_of(answer) == content
        assert answer["Content-Type"] == "application/octet-stream"

    def test_a_name_cannot_break_the_header(self, officer: Client, report: ProgressReport) -> None:
        hard = kept(officer, report, name="a; filename=b.exe\u202e x.txt", content=TEXT)
        answer = fetch(officer, hard)
        assert answer["Content-Disposition"] == 'attachment; filename="a; filename=b.exe x.txt"'
        assert content_of(answer) == TEXT

    @pytest.mark.parametrize("accept", ["*/*", "application/octet-stream", "application/json"])
    def test_as_programs_ask(self, officer: Client, report: ProgressReport, accept: str) -> None:
        answer = fetch(officer, kept(officer, report), Accept=accept)
        assert content_of(answer) == PDF

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("甲镇-head", 200),
            ("依法治县办-coordinator", 200),
            ("司法局-officer", 200),
            ("县-viewer", 200),
            ("乙乡-officer", 404),
            ("财政局-head", 404),
            ("甲一村-officer", 404),
        ],
    )
    def test_by_whom(
        self, county: County, officer: Client, report: ProgressReport, name: str, status: int
    ) -> None:
        evidence, client = kept(officer, report), client_of(county.people[name])
        answer = fetch(client, evidence)
        assert answer.status_code == status
        assert (content_of(answer) == PDF) == (status == 200)
        listed = client.get(f"{ROOT}/reports/{report.pk}/evidence/")
        assert listed.status_code == status

    def test_a_stranger_fetches_nothing(self, officer: Client, report: ProgressReport) -> None:
        assert fetch(Client(), kept(officer, report)).status_code == 401

    def test_a_role_that_ended_opens_nothing_more(
        self, county: County, officer: Client, report: ProgressReport
    ) -> None:
        evidence = kept(officer, report)
        assert content_of(fetch(officer, evidence)) == PDF
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Membership.objects.filter(user=county.officer("甲镇")).update(valid_to=yesterday)
        assert fetch(officer, evidence).status_code == 404

    def test_of_a_draft_by_its_author_alone(
        self, county: County, officer: Client, draft: ProgressReport
    ) -> None:
        evidence = kept(officer, draft)
        assert content_of(fetch(officer, evidence)) == PDF
        for name in ("甲镇-head", "依法治县办-coordinator", "县-viewer"):
            client = client_of(county.people[name])
            assert fetch(client, evidence).status_code == 404
            assert remove(client, evidence).status_code == 404
            assert client.get(f"{ROOT}/reports/{draft.pk}/").status_code == 404
            assert client.get(f"{ROOT}/reports/{draft.pk}/evidence/").status_code == 404
            assert upload(client, draft).status_code == 404
            of_the_share = client.get(f"{ROOT}/tasks/{draft.task_id}/reports/")
            assert of_the_share.json()["results"] == []

    def test_a_file_that_is_gone_is_said_so(self, officer: Client, report: ProgressReport) -> None:
        evidence = kept(officer, report)
        EVIDENCE.path_of(evidence.stored_as).unlink()
        answer = fetch(officer, evidence)
        assert (answer.status_code, answer.json()["code"]) == (409, "file_missing")


class TestTakingBack:
    def test_from_a_draft(
        self,
        officer: Client,
        draft: ProgressReport,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        evidence = kept(officer, draft)
        with django_capture_on_commit_callbacks(execute=True):
            answer = remove(officer, evidence)
        assert (answer.status_code, answer.content) == (204, b"")
        assert nothing_kept()
        assert remove(officer, evidence).status_code == 404

    def test_not_from_a_report(
        self, county: County, officer: Client, report: ProgressReport
    ) -> None:
        evidence = kept(officer, report)
        answer = remove(officer, evidence)
        assert (answer.status_code, answer.json()["code"]) == (409, "evidence_stays")
        for name, status in (("甲镇-head", 403), ("县-head", 403), ("乙乡-head", 404)):
            assert remove(client_of(county.people[name]), evidence).status_code == status
        assert Evidence.objects.count() == 1
