"""Workers, beats and senders as processes of their own, on the test's database and a Valkey.

All of them die with the test's process, and so do the engine and a worker's own children.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import redis
from celery import Celery
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingMail
from config.engines.base import Place
from config.engines.valkey import Valkey
from config.processes import Child, spawn, tail
from config.queues import broker_url_of
from tests.faults.post_office import PostOffice
from tests.story.processes import SHARED_BY_BROWSERS, database_url

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
#: The product's Celery with a beat of one second, so that a test need not wait for the minute.
HURRIED = "tests.faults.hurried"
#: The product's Celery without the guard that WITHOUT names.
UNGUARDED = "tests.faults.unguarded"
#: Seconds that anything may take before a test gives up.
PATIENCE = 120.0


@dataclass
class Hand:
    """A process that can be killed and started again."""

    command: list[str]
    env: dict[str, str]
    log: Path
    process: Child | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = spawn(self.command, log=log, env=self.env, cwd=ROOT)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """The ids of its own processes, as a worker's pool."""
        try:
            return [int(pid) for pid in _children_of(self.pid).read_text().split()]
        except FileNotFoundError:
            return []

    def kill(self) -> None:
        """``kill -9``, of its own processes as well."""
        if self.process is None:
            return
        own = self.children()
        self.process.kill()
        for pid in own:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def _children_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/task/{pid}/children")


def is_connected(pid: int, port: int) -> bool:
    """Whether the process holds a connection to that port of this machine."""
    sockets = _sockets_to(port)
    try:
        return any(str(fd.readlink()) in sockets for fd in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # it has ended, or closed what was listed
        return False


def _sockets_to(port: int) -> set[str]:
    """As /proc names them among a process's files; a line is number, local, remote, state …"""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if row[2].endswith(f":{port:04X}")}


@dataclass
class Crew:
    """Who works on the test's database: the hands by name, and how to hire them."""

    env: dict[str, str]
    folder: Path
    hands: dict[str, Hand] = field(default_factory=dict)

    def hire(self, name: str, *command: str, **env: str) -> Hand:
        hand = Hand([PYTHON, *command], self.env | env, self.folder / f"{name}.log")
        self.hands[name] = hand
        hand.start()
        return hand

    def worker(
        self, name: str = "worker", *, app: str = "config", concurrency: int = 2, **env: str
    ) -> Hand:
        celery = ["-m", "celery", "-A", app, "worker", "-n", f"{name}@test", "-l", "info"]
        return self.hire(name, *celery, "--concurrency", str(concurrency), **env)

    def beat(self, app: str = HURRIED) -> Hand:
        schedule = ["-s", str(self.folder / "beat.db")]
        return self.hire("beat", "-m", "celery", "-A", app, "beat", "-l", "info", *schedule)

    def sending(self, office: PostOffice) -> list[tuple[Hand, int]]:
        """Processes that talk to the post office now, each with the hand that it belongs to."""
        pairs = [(h, pid) for h in self.hands.values() for pid in (h.pid, *h.children())]
        return [(hand, pid) for hand, pid in pairs if is_connected(pid, office.port)]

    def kill_all(self) -> None:
        for hand in self.hands.values():
            hand.kill()

    def wait_for(self, what: str, look: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Looks until it is so. When the time is up, says how each of the hands came to its end."""
        until = time.monotonic() + seconds
        while not look():
            if time.monotonic() > until:
                raise AssertionError(f"waited {seconds} s for {what}\n{self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        return "\n".join(f"== {name}\n{tail(hand.log)}" for name, hand in self.hands.items())


@contextmanager
def crew(office: PostOffice, redis_url: str, zone: str, folder: Path) -> Iterator[Crew]:
    """Nobody yet. All who are hired work at any hour, without a limit of mails a minute."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
        "LUOSHI_TIME_ZONE": zone,
        "LUOSHI_MAIL_HOUR": "0",
        "LUOSHI_MAILS_PER_MINUTE": "0",
        "LUOSHI_EMAIL_HOST": "127.0.0.1",
        "LUOSHI_EMAIL_PORT": str(office.port),
    }
    hired = Crew(dict(env), folder)
    try:
        yield hired
    finally:
        hired.kill_all()
        # PostgreSQL needs a moment to see that they are gone; then the tables can be emptied.
        hired.wait_for("their sessions to end", lambda: not sessions_of_others())


class OwnValkey:
    """A Valkey of the test alone, which may be flushed, filled and killed."""

    def __init__(self, folder: Path) -> None:
        self._engine = Valkey(Place(folder, folder, durable=True))
        self._child = self._engine.start()

    @property
    def url(self) -> str:
        return self._engine.url()

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._engine.socket))

    def kill(self) -> None:
        self._child.send_signal(signal.SIGKILL)
        self._child.wait()

    def start(self) -> None:
        self._child = self._engine.start()

    def wake(self, times: int = 1) -> None:
        """So many messages in the queue, each no more than "look"."""
        with Celery(broker=broker_url_of(self.url), set_as_current=False) as app:
            for _ in range(times):
                app.send_task("tasks.jobs.send_mails", queue="mail")


@contextmanager
def own_valkey() -> Iterator[OwnValkey]:
    # Not the test's own folder: the path of a socket must be short.
    with TemporaryDirectory(prefix="luoshi-") as folder:
        valkey = OwnValkey(Path(folder))
        try:
            yield valkey
        finally:
            valkey.kill()


def sessions_of_others() -> int:
    """How many of the crew are connected to the test's database: not this process, and not the
    one that browsers share."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name <> %s",
            [SHARED_BY_BROWSERS],
        )
        [found] = cursor.fetchone() or [0]
    return int(found)


def unsettled() -> int:
    """How many mails still wait or are being sent."""
    return OutgoingMail.objects.filter(state__in=["waiting", "leased"]).count()


def pass_the_pauses() -> int:
    """What waits for a later attempt is due at once; returns how many mails waited so."""
    now = timezone.now()
    later = OutgoingMail.objects.filter(state="waiting", next_try_at__gt=now)
    return later.update(next_try_at=now)


def bury_the_dead() -> int:
    """Ends the leases of senders that were killed, as five minutes would; returns how many.

    Only for a moment at which nobody sends.
    """
    leased = OutgoingMail.objects.filter(state="leased")
    return leased.update(lease_until=timezone.now())
