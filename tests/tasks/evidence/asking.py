"""Asking the API for and about files."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.api.conditions import etag_of
from accounts.models import User
from tasks.files.storage import EVIDENCE
from tasks.models import Evidence, ProgressReport
from tests.evidence_files import PDF

ROOT = "/api/v1"


def client_of(person: User, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(person)
    return client


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
    files = [path for path in EVIDENCE.path_of("00").parents[1].rglob("*") if path.is_file()]
    return not Evidence.objects.exists() and not files
