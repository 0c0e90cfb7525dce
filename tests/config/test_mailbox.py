"""The demo's mail catcher: what a real SMTP client hands over is kept whole and shown safely."""

import smtplib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from config.demo.mailbox import Mailbox, catching, serve_pages
from config.demo.supervision import free_port

EVIL = "<script>alert(1)</script>\"'&"


@dataclass
class Catching:
    mailbox: Mailbox
    smtp_port: int
    web_port: int

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.send_message(message)

    def get(self, path: str, *, host: str = "", method: str = "GET") -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        connection.request(method, path, headers={"Host": host} if host else {})
        return connection.getresponse()

    def page(self, path: str) -> str:
        return self.get(path).read().decode()


@pytest.fixture
def caught(tmp_path: Path) -> Iterator[Catching]:
    mailbox = Mailbox(tmp_path / "邮件")
    found = Catching(mailbox, free_port(), free_port())
    with catching(mailbox, found.smtp_port), serve_pages(mailbox, found.web_port) as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        yield found
        pages.shutdown()
        thread.join()


def mail(subject: str, *, html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "luoshi@localhost", "司法局-联络员 <office@localhost>"
    message["Subject"], message["Message-ID"] = subject, "<7@localhost>"
    message.set_content(f"今天到期 {EVIL}\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def test_a_mail_is_kept_as_it_came_before_it_is_accepted(caught: Catching) -> None:
    caught.send(mail("提醒"))
    kept = caught.mailbox.newest_first()
    assert len(kept) == 1
    assert kept[0].suffix == ".eml"
    assert b"Message-ID: <7@localhost>" in kept[0].read_bytes()


def test_the_list_shows_the_newest_first(caught: Catching) -> None:
    for subject in ("第一封", "第二封"):
        caught.send(mail(subject))
    page = caught.page("/")
    assert "Mail (2)" in page
    assert page.index("第二封") < page.index("第一封")
    assert "司法局-联络员" in page


def test_a_mail_page_shows_text_and_html_and_runs_neither(caught: Catching) -> None:
    caught.send(mail(f"提醒 {EVIL}", html=f"<p>红灯</p>{EVIL}"))
    name = caught.mailbox.newest_first()[0].stem
    answer = caught.get(f"/mails/{name}")
    page = answer.read().decode()
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "今天到期 &lt;script&gt;" in page
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="' in page
    assert "&lt;p&gt;红灯&lt;/p&gt;" in page
    assert "<script" not in page
    assert caught.page("/").count("<script") == 0


def test_a_mail_can_be_had_as_it_came(caught: Catching) -> None:
    caught.send(mail("提醒"))
    path = caught.mailbox.newest_first()[0]
    answer = caught.get(f"/raw/{path.stem}")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.read() == path.read_bytes()


@pytest.mark.parametrize("path", ["/mails/nothing", "/raw/../../secret", "/elsewhere", "/mails/"])
def test_what_is_no_mail_is_not_here(caught: Catching, path: str) -> None:
    (caught.mailbox.folder.parent / "secret.eml").write_text("secret")
    answer = caught.get(path)
    assert answer.status == 404
    assert answer.read() == b"Not here."


def test_another_host_name_gets_nothing(caught: Catching) -> None:
    caught.send(mail("提醒"))
    answer = caught.get("/", host="mails.example")
    assert answer.status == 421
    assert "提醒" not in answer.read().decode()


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_nothing_can_be_changed_through_the_pages(caught: Catching, method: str) -> None:
    assert caught.get("/", method=method).status == 501
