"""A real HTTP server on loopback that takes posts as the three vendors' robots do."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class GroupRobot(ThreadingHTTPServer):
    """Keeps what is posted, and answers ``status`` and ``answer`` after ``delay`` seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.status = 200
        self.answer: Any = {"errcode": 0, "errmsg": "ok"}
        self.location = ""
        self.delay = 0.0
        self.cut = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/robot/send?key=secret-key"

    def texts(self) -> list[str]:
        return [
            body["text"]["content"] if "text" in body else body["content"]["text"]
            for _path, _query, body in self.posts
        ]


class _Handler(BaseHTTPRequestHandler):
    server: GroupRobot

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append((parts.path, dict(parse_qsl(parts.query)), body))
        time.sleep(self.server.delay)
        if self.server.cut:
            return
        answer = self.server.answer
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to the tests' own output."""


@contextmanager
def running_robot() -> Iterator[GroupRobot]:
    robot = GroupRobot()
    thread = threading.Thread(target=robot.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield robot
    finally:
        robot.shutdown()
        robot.server_close()
        thread.join()
