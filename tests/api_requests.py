"""Asking the API as a program does: JSON out, JSON in, and the version it looked at."""

import json
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.api.conditions import VersionedRow, etag_of
from accounts.models import User

ROOT = "/api/v1"


class Api:
    """One person at the API, or a stranger; every answer is returned, whatever its status."""

    root = ROOT

    def __init__(self, user: User | None = None, **headers: str) -> None:
        self._client = Client(headers={"accept-language": "en", **headers})
        if user is not None:
            self._client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)

    def get(self, path: str, **parameters: Any) -> Any:
        return self._client.get(self.root + path, parameters)

    def post(self, path: str, body: Any = None, *, row: VersionedRow | None = None) -> Any:
        """``row`` is what the caller looked at: its ETag goes along as ``If-Match``."""
        return self.send("post", path, body, etag=etag_of(row) if row else None)

    def patch(self, path: str, body: Any, *, row: VersionedRow | None = None) -> Any:
        return self.send("patch", path, body, etag=etag_of(row) if row else None)

    def put(self, path: str, body: Any, *, row: VersionedRow | None = None) -> Any:
        return self.send("put", path, body, etag=etag_of(row) if row else None)

    def send(self, method: str, path: str, body: Any = None, *, etag: str | None = None) -> Any:
        headers = {} if etag is None else {"If-Match": etag}
        content = json.dumps({} if body is None else body)
        return self.raw(method, path, content.encode(), headers=headers)

    def raw(self, method: str, path: str, content: bytes, **extra: Any) -> Any:
        """Bytes as they are; JSON unless ``content_type`` says otherwise."""
        extra.setdefault("content_type", "application/json")
        return getattr(self._client, method)(self.root + path, content, **extra)

    def upload(self, path: str, **fields: Any) -> Any:
        return self._client.post(self.root + path, fields)

    def attach(self, path: str, file: SimpleUploadedFile, *, row: VersionedRow) -> Any:
        headers = {"If-Match": etag_of(row)}
        return self._client.post(self.root + path, {"file": file}, headers=headers)

    def read_bytes(self, path: str) -> Any:
        """The answer of a file, read to its end: only then is the file closed."""
        answer = self.get(path)
        answer.content_read = b"".join(answer.streaming_content)
        return answer

    def queries_of(self, method: str, *arguments: Any, **extra: Any) -> int:
        """How many queries the request takes; it must succeed."""
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(self, method)(*arguments, **extra)
        assert answer.status_code < 300, (arguments, answer.content.decode())
        return len(queries)


def described_operations() -> list[tuple[str, str]]:
    """Every method and path, below the API's root, that its own description names."""
    generator: Any = SchemaGenerator
    paths = generator().get_schema(request=None, public=True)["paths"]
    return [
        (method, path.removeprefix(ROOT)) for path, methods in paths.items() for method in methods
    ]


def session_of(user: User) -> str:
    """The key of a session in which the person is logged in, as the log-in page would make it."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["begun_at"] = session["seen_at"] = int(timezone.now().timestamp())
    session.create()
    key: str = session.session_key or ""
    return key


def fields_of(answer: Any) -> dict[str, Any]:
    """Which values an answer of 400 complains about, each with the codes of its faults."""
    assert answer.status_code == 400, answer.content.decode()
    body = answer.json()
    assert body["code"] == "invalid", body
    return {name: codes_in(faults) for name, faults in body["details"]["fields"].items()}


def codes_in(faults: Any) -> Any:
    if isinstance(faults, list):
        return [codes_in(fault) for fault in faults]
    if isinstance(faults, dict) and "code" not in faults:
        return {name: codes_in(fault) for name, fault in faults.items()}
    return faults["code"] if faults else None


def ids_in(answer: Any) -> list[int]:
    """The ids of a page of a list."""
    assert answer.status_code == 200, answer.content.decode()
    return [row["id"] for row in answer.json()["results"]]
