"""The installation as it really runs: web, worker, beat and a mail server, each a process."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent

#: How PostgreSQL knows the one web process of all browser tests, which outlives each of them.
SHARED_BY_BROWSERS = "browsers"

Found = TypeVar("Found")


class MailServer:
    """A real SMTP server on loopback that keeps what it accepted."""

    def __init__(self) -> None:
        self.accepted: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        message = message_from_bytes(content, policy=policy.default)
        self.accepted.append((list(envelope.rcpt_tos), message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for addresses, message in self.accepted if address in addresses]


@dataclass
class Installation:
    """Where the running installation is reached, and its processes by name."""

    base_url: str
    mails: MailServer
    zone: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)


def noon_zone(now: dt.datetime) -> str:
    """A zone in which it is about noon, so that no test sees the local date change."""
    offset = 12 - now.astimezone(dt.UTC).hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float = 60) -> Found:
    """Looks again until something is found; fails loudly when the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s for {what}")


def database_url() -> str:
    """The test database's own address, for processes outside pytest."""
    known = connection.settings_dict
    host, port = quote(str(known["HOST"]), safe=""), known["PORT"]
    place = f"{host}:{port}" if port else host
    secret = f":{quote(str(known['PASSWORD']))}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{secret}@{place}/{known['NAME']}"


def environment_of(base_url: str, **environment: str) -> dict[str, str]:
    """For a process that serves the test's database at the address."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "LUOSHI_BASE_URL": base_url,
        **environment,
    }


def web_command(port: int, *options: str) -> list[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}"]
    return [*gunicorn, *options]


@contextmanager
def web_process(work: Path, **environment: str) -> Iterator[str]:
    """The address of a web process alone, stopped at the end."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    # A browser holds connections open: one of them must not keep the others waiting.
    command = web_command(port, "--threads", "4")
    process = start("web", command, environment_of(address, **environment), work)
    try:
        wait_for("the web process", lambda: answers(f"{address}/healthz/ready"))
        yield address
    finally:
        stop(process)


@contextmanager
def installation(work: Path, **environment: str) -> Iterator[Installation]:
    """Web, worker, beat and mail server on the test database, stopped at the end."""
    mails = MailServer()
    smtp = Controller(mails, hostname="127.0.0.1", port=free_port())
    smtp.start()
    port = free_port()
    zone = noon_zone(dt.datetime.now(dt.UTC))
    base_url = f"http://127.0.0.1:{port}"
    env = environment_of(
        base_url,
        LUOSHI_TIME_ZONE=zone,
        LUOSHI_EMAIL_HOST="127.0.0.1",
        LUOSHI_EMAIL_PORT=str(smtp.port),
        **environment,
    )
    running = Installation(base_url, mails, zone)
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    commands = {
        "web": web_command(port),
        "worker": [*celery, "worker", "-P", "solo", "-l", "info"],
        "beat": [*celery, "beat", "-l", "info", "-s", str(work / "beat")],
    }
    try:
        for name, command in commands.items():
            running.processes[name] = start(name, command, env, work)
        wait_for("the web process", lambda: answers(f"{base_url}/healthz/ready"))
        yield running
    finally:
        for process in reversed(running.processes.values()):
            stop(process)
        smtp.stop()


def start(
    name: str, command: list[str], env: dict[str, str], work: Path
) -> subprocess.Popen[bytes]:
    with (work / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback, our own
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
