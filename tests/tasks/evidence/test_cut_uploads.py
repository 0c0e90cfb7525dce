"""An upload that is cut leaves nothing, over a real socket (FAILURES D30)."""

import socket
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from accounts.models import AccessToken, User
from config.wsgi import application
from tasks.models import Evidence, ProgressReport
from tasks.progress import Said, submit_report
from tests.county import County, at, due, issued_plan, item, make_county, owner, share, sign_for_all

HEAD = (
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
    "Content-Type: text/plain\r\n\r\n"
)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Server:
    """Answers one request over a real socket."""

    def __init__(self, serve: Any) -> None:
        self.http: WSGIServer = make_server("127.0.0.1", 0, serve, handler_class=Quiet)
        self.thread = threading.Thread(target=self._answer)
        self.thread.start()

    def _answer(self) -> None:
        try:
            self.http.handle_request()
        finally:
            connections.close_all()
            self.http.server_close()

    def ask(self, request: bytes) -> int:
        """Sends it, and nothing more; the status of the answer."""
        with socket.create_connection(("127.0.0.1", self.http.server_port), timeout=30) as line:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            answer = line.makefile("rb").read()
        self.thread.join(timeout=30)
        return int(answer.split()[1])


class Breaking:
    """A body of which one piece comes, and then the line breaks."""

    def __init__(self) -> None:
        self.piece = HEAD.encode() + b"x" * 60_000

    def read(self, size: int = -1) -> bytes:
        if not self.piece:
            raise ConnectionResetError
        piece, self.piece = self.piece[:size], self.piece[size:]
        return piece

    readline = read


def nothing_kept(root: Path) -> bool:
    return not Evidence.objects.exists() and not [p for p in root.rglob("*") if p.is_file()]


@pytest.mark.django_db(transaction=True)
class TestCutUpload:
    """Half a text is a text as well: nothing but its length says that it was cut."""

    @pytest.fixture(autouse=True)
    def root(self, settings: Settings, tmp_path: Path) -> Path:
        settings.LUOSHI_EVIDENCE_ROOT = tmp_path / "evidence"
        settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
        return tmp_path / "evidence"

    @pytest.fixture
    def county(self, transactional_db: None) -> County:
        return make_county()

    @pytest.fixture
    def report(self, county: County) -> ProgressReport:
        owners = [owner("甲镇", "responsible")]
        plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
        sign_for_all(county, plan)
        officer = county.officer("甲镇")
        return submit_report(
            share(plan, "甲镇").pk, Said(percent=Decimal(40)), actor=officer, at=at(5, 6)
        )

    def cut(self, report: ProgressReport, *credentials: str) -> bytes:
        """The head of an upload of 300,000 bytes, and 100,000 of them."""
        lines = [
            f"POST /api/v1/reports/{report.pk}/evidence/ HTTP/1.1",
            "Host: 127.0.0.1",
            *credentials,
            f'If-Match: "{report.pk}-1"',
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 300000",
            "",
            HEAD,
        ]
        return "\r\n".join(lines).encode() + b"x" * 100_000

    def token(self, person: User) -> str:
        _row, token = AccessToken.objects.create(user=person)
        return f"Authorization: Token {token}"

    def session(self, person: User) -> list[str]:
        """As a script of a page asks: with the session, and the CSRF token in a header."""
        client = Client()
        client.force_login(person)
        secret = "a" * 32
        session = client.cookies["sessionid"].value
        return [f"Cookie: sessionid={session}; csrftoken={secret}", f"X-CSRFToken: {secret}"]

    def test_with_a_token(self, county: County, report: ProgressReport, root: Path) -> None:
        request = self.cut(report, self.token(county.officer("甲镇")))
        assert Server(application).ask(request) == 400
        assert nothing_kept(root)

    def test_with_a_session(self, county: County, report: ProgressReport, root: Path) -> None:
        request = self.cut(report, *self.session(county.officer("甲镇")))
        assert Server(application).ask(request) == 400
        assert nothing_kept(root)

    def test_control_the_rest_of_it_makes_it_whole(
        self, county: County, report: ProgressReport
    ) -> None:
        request = self.cut(report, self.token(county.officer("甲镇")))
        ending = b"\r\n--x--\r\n"
        body = request.partition(b"\r\n\r\n")[2]
        rest = b"x" * (300_000 - len(body) - len(ending)) + ending
        assert Server(application).ask(request + rest) == 201
        assert Evidence.objects.get().size > 100_000

    def test_a_line_that_breaks_is_no_fault_of_ours(
        self, county: County, report: ProgressReport, root: Path
    ) -> None:
        """Where the server learns of it, it raises; the CSRF check of a session hears it first,
        and passes over it: then there is no file in the request."""
        for strict, code in ((False, "cut"), (True, "invalid")):
            client = Client(enforce_csrf_checks=strict)
            client.force_login(county.officer("甲镇"))
            client.cookies["csrftoken"] = secret = "a" * 32
            answer = client.generic(
                "POST",
                f"/api/v1/reports/{report.pk}/evidence/",
                headers={"If-Match": f'"{report.pk}-1"', "X-CSRFToken": secret},
                CONTENT_TYPE="multipart/form-data; boundary=x",
                CONTENT_LENGTH="3000000",
                **{"wsgi.input": Breaking()},  # type: ignore[arg-type]
            )
            assert (answer.status_code, answer.json()["code"]) == (400, code)
            assert nothing_kept(root)
