"""Evidence over the API: handed in, listed, fetched under its name, taken back."""

import datetime as dt
import resource
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.api.conditions import etag_of
from accounts.models import Membership, User
from plans.models import Plan
from tasks.api import evidence as door
from tasks.files.storage import path_of
from tasks.models import Evidence, ProgressReport, Task
from tasks.progress import Said, approve_report, save_draft, submit_report
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.evidence_files import HTML, PDF, TEXT, honest, png

ROOT = "/api/v1"


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def town(county: County) -> Task:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan: Plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return share(plan, "甲镇")


@pytest.fixture
def report(county: County, town: Task) -> ProgressReport:
    return submit_report(
        town.pk, Said(percent=Decimal(40)), actor=county.officer("甲镇"), at=at(5, 6)
    )


@pytest.fixture
def draft(county: County, town: Task) -> ProgressReport:
    return save_draft(town.pk, Said(), actor=county.officer("甲镇"), at=at(5, 6))


def client_of(person: User, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(person)
    return client


@pytest.fixture
def officer(county: County) -> Client:
    return client_of(county.officer("甲镇"))


def upload(
    client: Client, report: ProgressReport, name: str = "总结.pdf", content: bytes = PDF
) -> Any:
    report.refresh_from_db()
    return client.post(
        f"{ROOT}/reports/{report.pk}/evidence/",
        {"file": SimpleUploadedFile(name, content)},
        headers={"If-Match": etag_of(report)},
    )


def kept(client: Client, report: ProgressReport, **file: Any) -> Evidence:
    answer = upload(client, report, **file)
    assert answer.status_code == 201, answer.content.decode()
    return Evidence.objects.get(pk=answer.json()["id"])


def fetch(client: Client, evidence: Evidence, **headers: str) -> Any:
    return client.get(f"{ROOT}/evidence/{evidence.pk}/content/", headers=headers)


def content_of(answer: Any) -> bytes:
    """All of it; reading to the end closes the file."""
    return b"".join(answer) if answer.streaming else bytes(answer.content)


def remove(client: Client, evidence: Evidence) -> Any:
    return client.delete(f"{ROOT}/evidence/{evidence.pk}/")


def nothing_kept() -> bool:
    files = [path for path in path_of("00").parents[1].rglob("*") if path.is_file()]
    return not Evidence.objects.exists() and not files


class TestHandingIn:
    def test_answers_what_is_kept(
        self, county: County, officer: Client, report: ProgressReport
    ) -> None:
        answer = upload(officer, report)
        assert answer.status_code == 201
        found = Evidence.objects.get()
        assert answer.json() == {
            "id": found.pk,
            "report": report.pk,
            "name": "总结.pdf",
            "kind": "pdf",
            "size": len(PDF),
            "sha256": found.sha256,
            "uploaded_by": {"id": found.uploaded_by_id, "name": "甲镇-officer"},
            "uploaded_at": answer.json()["uploaded_at"],
        }
        assert dt.datetime.fromisoformat(answer.json()["uploaded_at"]) <= timezone.now()

    def test_lists_in_the_order_it_came(
        self, county: County, officer: Client, report: ProgressReport
    ) -> None:
        first, second = kept(officer, report), kept(officer, report, name="图.png", content=png())
        page = client_of(county.coordinator).get(f"{ROOT}/reports/{report.pk}/evidence/").json()
        assert [row["id"] for row in page["results"]] == [first.pk, second.pk]
        assert page["count"] == 2

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("截图.png", HTML, "file_content_differs"),
            ("图.svg", HTML, "file_kind_not_taken"),
            ("空.pdf", b"", "file_empty"),
            ("CON", PDF, "file_name_missing"),
        ],
    )
    def test_what_is_no_evidence(
        self, officer: Client, report: ProgressReport, name: str, content: bytes, code: str
    ) -> None:
        answer = upload(officer, report, name, content)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert nothing_kept()

    def test_on_the_version_that_was_seen(self, officer: Client, report: ProgressReport) -> None:
        path, file = (
            f"{ROOT}/reports/{report.pk}/evidence/",
            {"file": SimpleUploadedFile("x.pdf", PDF)},
        )
        assert officer.post(path, file).status_code == 428
        kept(officer, report)
        file = {"file": SimpleUploadedFile("x.pdf", PDF)}
        stale = officer.post(path, file, headers={"If-Match": f'"{report.pk}-1"'})
        assert (stale.status_code, stale.json()["details"]) == (412, {"current_version": 2})

    def test_one_file_and_nothing_else(self, officer: Client, report: ProgressReport) -> None:
        path, headers = f"{ROOT}/reports/{report.pk}/evidence/", {"If-Match": etag_of(report)}
        file = SimpleUploadedFile("x.pdf", PDF)
        more = officer.post(path, {"file": file, "kind": "pdf"}, headers=headers)
        assert more.status_code == 400
        assert list(more.json()["details"]["fields"]) == ["kind"]
        none = officer.post(path, {}, headers=headers)
        assert list(none.json()["details"]["fields"]) == ["file"]
        words = officer.post(path, {"file": "x"}, content_type="application/json", headers=headers)
        assert words.status_code == 415
        assert nothing_kept()

    def test_not_to_a_decided_report(
        self, county: County, officer: Client, report: ProgressReport
    ) -> None:
        approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
        answer = upload(officer, report)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("甲镇-officer", 201),
            ("甲镇-head", 201),
            ("依法治县办-coordinator", 403),
            ("县-viewer", 403),
            ("司法局-head", 403),
            ("乙乡-head", 404),
            ("甲一村-head", 404),
        ],
    )
    def test_by_whom(self, county: County, report: ProgressReport, name: str, status: int) -> None:
        assert upload(client_of(county.people[name]), report).status_code == status
        assert nothing_kept() == (status != 201)

    def test_a_stranger_hands_in_nothing(self, report: ProgressReport) -> None:
        assert upload(Client(), report).status_code == 401
        assert nothing_kept()


class TestSize:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(door, "LARGEST_FILE", 100_000)

    def test_the_last_byte_and_the_first_too_many(
        self, officer: Client, report: ProgressReport
    ) -> None:
        answer = upload(officer, report, "x.txt", b"x" * 100_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert nothing_kept()
        assert upload(officer, report, "x.txt", b"x" * 100_000).status_code == 201

    def test_a_long_body_is_not_even_read(self, officer: Client, report: ProgressReport) -> None:
        class Unread:
            def read(self, size: int = -1) -> bytes:
                raise AssertionError("somebody read the body")

            readline = read

        answer = officer.generic(
            "POST",
            f"{ROOT}/reports/{report.pk}/evidence/",
            headers={"If-Match": etag_of(report)},
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(10**10),
            **{"wsgi.input": Unread()},  # type: ignore[arg-type]
        )
        assert answer.status_code == 413

    def test_before_the_log_in_has_read_it_too(
        self, county: County, report: ProgressReport
    ) -> None:
        """With a session the body is read for a CSRF token, before anything else is."""
        strict = client_of(county.officer("甲镇"), enforce_csrf_checks=True)
        strict.cookies["csrftoken"] = "a" * 32
        assert upload(strict, report, "x.txt", b"x" * 300_000).status_code == 413
        assert upload(strict, report).status_code == 403
        assert nothing_kept()


@pytest.fixture
def small_disk() -> Iterator[None]:
    """The kernel lets this process write no file longer than 100 kB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [150_000, 3_000_000])
def test_without_room_507(
    officer: Client, report: ProgressReport, small_disk: None, size: int
) -> None:
    """The smaller one waits in memory and finds no room in the store; the larger not even on its
    way in, where Django keeps it in a file."""
    answer = upload(officer, report, "x.txt", b"x" * size)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert nothing_kept()
    assert upload(officer, report).status_code == 201


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
        path_of(evidence.stored_as).unlink()
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
