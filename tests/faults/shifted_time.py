"""Real processes by whose clock it is another day: Debian's faketime, without a hook of ours.

All of them have the same distance from the true time, so that they agree on what time it is;
what measures waiting (the monotonic clock) is left alone. PostgreSQL and Redis keep the true time.
"""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection

from config.processes import launch_command

ROOT = Path(__file__).resolve().parents[2]
FAKETIME = shutil.which("faketime")

needs_faketime = pytest.mark.skipif(
    FAKETIME is None,
    reason="NOT TESTED what a scheduler does that was down: faketime is missing "
    "(apt-get install faketime); it shifts the time of real processes",
)


def preloaded() -> str:
    """The library that shifts the time, as faketime itself would load it."""
    words = [str(FAKETIME), "-m", "-f", "+0s", "printenv", "LD_PRELOAD"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def database_url() -> str:
    """The test database, for a process outside of the tests."""
    known = connection.settings_dict
    secret = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    place = quote(known["HOST"], safe="") + (f":{known['PORT']}" if known["PORT"] else "")
    return f"postgres://{known['USER']}{secret}@{place}/{known['NAME']}"


def own_redis_url() -> str:
    """A database of Redis that no worker of another test listens on."""
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    given = urlsplit(os.environ["REDIS_URL"])
    if given.scheme == "unix":
        return given._replace(query=f"db={number}").geturl()
    return given._replace(path=f"/{number}").geturl()


@dataclass
class Installation:
    """The processes of one installation, which all think that it is ``now()``."""

    work: Path
    relay_port: int
    offset: dt.timedelta = field(default_factory=dt.timedelta)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.offset

    def let_it_be(self, at: dt.datetime) -> None:
        """From here on processes are started as if it were that time."""
        self.offset = at - dt.datetime.now(dt.UTC)

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "LD_PRELOAD": preloaded(),
            "FAKETIME": f"{self.offset.total_seconds():+.3f}s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": own_redis_url(),
            "LUOSHI_TIME_ZONE": "Asia/Shanghai",
            "LUOSHI_EMAIL_HOST": "127.0.0.1",
            "LUOSHI_EMAIL_PORT": str(self.relay_port),
            "LUOSHI_MAILS_PER_MINUTE": "0",
        }

    def start(self, name: str, *words: str) -> subprocess.Popen[str]:
        """A module as a process that dies with this one; what it prints goes into its log."""
        with self.log(name).open("ab") as log:
            child = subprocess.Popen(
                launch_command([sys.executable, "-m", "tests.faults.shifted_process", *words]),
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.running.append(child)
        return child

    def start_look(self, name: str) -> subprocess.Popen[str]:
        """A scheduler without Celery that looks once and ends."""
        return self.start(name, "django", "run_reminders", "--once")

    def start_beat(self, name: str) -> subprocess.Popen[str]:
        words = ("celery", "-A", "config", "beat", "-l", "info", "-s", str(self.work / name))
        return self.start(name, *words)

    def start_worker(self, name: str) -> subprocess.Popen[str]:
        words = ("celery", "-A", "config", "worker", "-P", "solo", "-l", "info")
        return self.start(name, *words, "-n", f"{name}@%h", "--without-gossip", "--without-mingle")

    def log(self, name: str) -> Path:
        return self.work / f"{name}.log"

    def logs(self) -> str:
        return "\n".join(f"{log.name}:\n{log.read_text()}" for log in self.work.glob("*.log"))

    def wait_for(self, what: str, look: Callable[[], object], seconds: int = 120) -> None:
        until = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < until, f"waited for {what};\n{self.logs()}"
            time.sleep(0.05)

    def end_well(self, child: subprocess.Popen[str]) -> None:
        """Waits for a process that ends by itself, and for its good end."""
        child.communicate(timeout=120)
        assert child.returncode == 0, self.logs()

    def stop(self) -> None:
        for child in self.running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.running:
            end(child)
        self.running.clear()


def end(child: subprocess.Popen[str]) -> None:
    """The process is gone after this, whether it wants to or not."""
    try:
        child.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()


@contextmanager
def installation(work: Path, relay_port: int) -> Iterator[Installation]:
    found = Installation(work, relay_port)
    try:
        yield found
    finally:
        found.stop()
