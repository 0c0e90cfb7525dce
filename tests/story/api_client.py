"""A person at the API: a token, and requests that carry the version they looked at."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


@dataclass
class Answer:
    status: int
    body: Any
    etag: str


class ApiClient:
    """Speaks JSON over real HTTP; every answer is returned, whatever its status."""

    def __init__(self, base_url: str, token: str = "") -> None:
        self._root = f"{base_url}/api/v1"
        self._authorization = f"Token {token}"

    @classmethod
    def logged_in(cls, base_url: str, username: str, password: str) -> "ApiClient":
        client = cls(base_url)
        secret = base64.b64encode(f"{username}:{password}".encode()).decode()
        client._authorization = f"Basic {secret}"
        answer = client.post("/tokens/", {})
        assert answer.status == 200, answer
        return cls(base_url, answer.body["token"])

    def get(self, path: str) -> Answer:
        return self._ask(Request(self._root + path))  # noqa: S310 - loopback, our own

    def post(self, path: str, body: object, *, etag: str = "") -> Answer:
        request = Request(self._root + path, json.dumps(body).encode(), method="POST")  # noqa: S310
        request.add_header("Content-Type", "application/json")
        if etag:
            request.add_header("If-Match", etag)
        return self._ask(request)

    def act(self, path: str, action: str, body: object | None = None) -> Answer:
        """Looks at the row, then does the action on the version it saw."""
        return self.post(f"{path}{action}/", body or {}, etag=self.get(path).etag)

    def upload(self, path: str, filename: str, content: bytes) -> Answer:
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        request = Request(self._root + path, body, method="POST")  # noqa: S310
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        return self._ask(request)

    def _ask(self, request: Request) -> Answer:
        request.add_header("Authorization", self._authorization)
        request.add_header("Accept", "application/json")
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                return Answer(answer.status, _json(answer.read()), answer.headers.get("ETag", ""))
        except HTTPError as error:
            return Answer(error.code, _json(error.read()), error.headers.get("ETag", ""))


def _json(raw: bytes) -> Any:
    return json.loads(raw) if raw else None
