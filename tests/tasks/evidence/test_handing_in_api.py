"""Evidence over the API: what is handed in, by whom, and how much of it."""

import datetime as dt
import resource
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.api.conditions import etag_of
from tasks.api.sheets import ReportSheetsViewSet
from tasks.models import Evidence, ProgressReport
from tasks.progress import approve_report
from tests.county import County, at
from tests.evidence_files import HTML, PDF, png
from tests.tasks.evidence.asking import (
    ROOT,
    client_of,
    kept,
    nothing_kept,
    upload,
)


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
        assert page["next"] is None

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
        monkeypatch.setitem(ReportSheetsViewSet.most_bytes, "attach", 100_000)

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
