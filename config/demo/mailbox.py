"""The demo's mail catcher: a real SMTP server on loopback, and pages to read what it accepted.

``python -m config.demo.mailbox --smtp-port N --web-port N --folder DIRECTORY`` keeps each mail as
one ``.eml`` file. Nothing leaves the machine, and nothing can be changed through the pages.
"""

import argparse
import email
import html
import itertools
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
#: The page lists the newest mails only; all of them stay in the directory.
LISTED = 500
MAX_BYTES = 20 * 1024 * 1024
#: A mail is somebody's text: nothing in it may run, load from elsewhere or frame another page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'none'"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em 1em .3em 0;"
    "border-bottom:1px solid #ccc;vertical-align:top}pre{white-space:pre-wrap}"
    "iframe{width:100%;height:40em;border:1px solid #ccc}"
)


class Mailbox:
    """Mails as files in a directory; a name sorts by the time of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> Path:
        """Writes the mail; whoever lists the directory sees all of it or nothing."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        part = self.folder / f"{name}.part"
        part.write_bytes(content)
        return part.rename(self.folder / f"{name}.eml")

    def newest_first(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"), reverse=True)

    def path_of(self, name: str) -> Path | None:
        """The mail of that name; None for anything else, a path out of here included."""
        return next((path for path in self.newest_first() if path.stem == name), None)


class Catcher:
    """aiosmtpd's handler: accepts every recipient and keeps the mail before it says so."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        content = envelope.original_content or b""
        self.mailbox.keep(content)
        return "250 Kept"


@contextmanager
def catching(mailbox: Mailbox, port: int) -> Iterator[None]:
    """Takes mail on the loopback port; ready when the block begins."""
    controller = Controller(
        Catcher(mailbox), hostname=HOST, port=port, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def header(message: EmailMessage, name: str) -> str:
    return html.escape(str(message.get(name, "")))


def body(message: EmailMessage, kind: str) -> str | None:
    """The text of the part of that kind ("plain" or "html"); None without one."""
    part = message.get_body((kind,))
    return str(part.get_content()) if part else None


def page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>{content}</html>"
    )


def list_page(mailbox: Mailbox) -> str:
    paths = mailbox.newest_first()
    rows = "".join(map(list_row, itertools.islice(paths, LISTED)))
    return page(
        f"邮件 Mail ({len(paths)})",
        f"<table><tr><th>收件人 To<th>主题 Subject<th>日期 Date</tr>{rows}</table>",
    )


def list_row(path: Path) -> str:
    message = read(path)
    link = f'<a href="/mails/{path.stem}">{header(message, "Subject") or "–"}</a>'
    return f"<tr><td>{header(message, 'To')}<td>{link}<td>{header(message, 'Date')}</tr>"


def mail_page(path: Path) -> str:
    message = read(path)
    names = ("From", "To", "Date", "Message-ID")
    facts = "".join(f"<tr><th>{name}<td>{header(message, name)}</tr>" for name in names)
    parts = [f"<table>{facts}</table>"]
    if (text := body(message, "plain")) is not None:
        parts.append(f"<h2>文本 Text</h2><pre>{html.escape(text)}</pre>")
    if (markup := body(message, "html")) is not None:
        parts.append(f"<h2>HTML</h2>{frame(markup)}")
    parts.append(f'<p><a href="/raw/{path.stem}">.eml</a> · <a href="/">← Mail</a></p>')
    return page(header(message, "Subject") or "–", "".join(parts))


def frame(markup: str) -> str:
    """The HTML part in a frame without scripts, forms or an origin; links open a new tab."""
    source = html.escape(f'<base target="_blank">{markup}')
    allowed = "allow-popups allow-popups-to-escape-sandbox"
    return f'<iframe sandbox="{allowed}" srcdoc="{source}"></iframe>'


class Pages(BaseHTTPRequestHandler):
    """GET only: the list, a mail, and a mail as it came."""

    mailbox: Mailbox
    hosts: frozenset[str]

    def do_GET(self) -> None:
        if self.headers.get("Host") not in self.hosts:
            # Another site's name may lead here; its scripts must not read the mails.
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "Unknown host.")
            return
        folder, _, name = unquote(self.path.split("?")[0]).strip("/").partition("/")
        path = self.mailbox.path_of(name)
        if folder == "":
            self._answer(HTTPStatus.OK, "text/html", list_page(self.mailbox))
        elif folder == "mails" and path:
            self._answer(HTTPStatus.OK, "text/html", mail_page(path))
        elif folder == "raw" and path:
            self._answer(HTTPStatus.OK, "text/plain", path.read_bytes())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "Not here.")

    def _answer(self, status: HTTPStatus, kind: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


def serve_pages(mailbox: Mailbox, port: int) -> ThreadingHTTPServer:
    """The server for the pages, bound and not yet serving."""
    known = frozenset({f"{HOST}:{port}", f"localhost:{port}"})
    handler = type("MailboxPages", (Pages,), {"mailbox": mailbox, "hosts": known})
    return ThreadingHTTPServer((HOST, port), handler)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.demo.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    wanted = parser.parse_args()
    mailbox = Mailbox(wanted.folder)
    with (
        serve_pages(mailbox, wanted.web_port) as pages,
        catching(mailbox, wanted.smtp_port),
    ):
        pages.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
