"""A client whose line is cut: before its request ended, after it, or within the answer to it."""

import http.client
import json
import random
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

#: Closing sends RST: the server's next read or write fails, as when a line is cut.
AT_ONCE = struct.pack("ii", 1, 0)
#: Seconds within which the same key must have been answered.
PATIENCE = 60.0
#: What means "not now": the first request still runs, or somebody else holds a row.
AGAIN = {"idempotency_key_running", "busy"}
CUTS = ("in the request", "after the request", "in the answer")


@dataclass(frozen=True)
class Post:
    """A write and its key, if it has one; ``etag`` is that of the row as it was seen."""

    path: str
    body: dict[str, Any]
    token: str
    etag: str = ""
    key: str = ""

    def raw(self) -> bytes:
        body = json.dumps(self.body).encode()
        headers = {
            "Host": "127.0.0.1",
            "Authorization": f"Token {self.token}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            "If-Match": self.etag,
            "Idempotency-Key": self.key,
        }
        lines = [f"{name}: {value}" for name, value in headers.items() if value]
        return "\r\n".join([f"POST {self.path} HTTP/1.1", *lines, "", ""]).encode() + body


@dataclass(frozen=True)
class Answer:
    """What belongs to an answer wherever it is repeated."""

    status: int
    etag: str | None
    body: Any


class CutClient:
    def __init__(self, address: str, dice: random.Random) -> None:
        where = urlsplit(address)
        self._place = (str(where.hostname), int(where.port or 80))
        self._dice = dice

    def cut(self, post: Post, how: str) -> None:
        """Sends the request, or a part of it, and closes the line without having the answer."""
        raw = post.raw()
        end = len(raw) if how != "in the request" else self._dice.randint(1, len(raw) - 1)
        with socket.create_connection(self._place, timeout=PATIENCE) as line:
            line.sendall(raw[:end])
            if how == "in the answer":
                line.recv(self._dice.randint(1, 400))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)

    def ask(self, post: Post) -> Answer:
        with socket.create_connection(self._place, timeout=PATIENCE) as line:
            line.sendall(post.raw())
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return Answer(answer.status, answer.headers["ETag"], json.loads(answer.read()))

    def ask_until_answered(self, post: Post) -> Answer:
        """The same request again and again, while it is told that the first one still runs."""
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.ask(post)
            if answer.body.get("code") not in AGAIN:
                return answer
            assert time.monotonic() < until, answer
            time.sleep(0.02)
