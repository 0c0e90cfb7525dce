"""PostgreSQL and Valkey without a server: ours alone, for the demo, the tests and ``manage.py``.

``with running(folder) as urls:`` gives the addresses of both engines and exports them as
``DATABASE_URL`` and ``REDIS_URL``. A variable that is set already is used, and that engine is not
started. One process owns an engine: it starts it as its direct child and stops it at the end, and
the engine dies with it. Another process on the same folder shares what runs there; the owner goes
last.

``REDIS_URL`` has the form that redis-py takes, ``unix:///PATH?db=0``. Celery's transport writes
the same address as ``redis+socket:///PATH?virtual_host=0``.

``python -m config.local_services [--test] -- COMMAND…`` runs a command with both engines up and
ends with its exit status. ``--test`` keeps its data apart and gives up safety against power loss
for speed.
"""

import argparse
import fcntl
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from config.engines.base import START_SECONDS, Engine, EngineError, Place
from config.engines.postgres import Postgres
from config.engines.valkey import Valkey
from config.processes import Child, launch_command

ROOT = Path(__file__).resolve().parent.parent
DEMO_DATA = ROOT / "var" / "services"
TEST_DATA = ROOT / "var" / "test-services"

#: In the order of starting.
ENGINES: tuple[type[Engine], ...] = (Postgres, Valkey)
INTERRUPTED = 130


@contextmanager
def running(folder: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Both engines up; yields and exports ``DATABASE_URL`` and ``REDIS_URL``.

    ``folder`` is made where it is missing. Call it from the main thread. Raises EngineError, which
    says what to do. A first start takes some seconds, a later one less than one. An owner whose
    block ends waits for those who share its engines, except after a KeyboardInterrupt.
    """
    with ExitStack() as stack:
        urls = {}
        for engine in ENGINES:
            given = os.environ.get(engine.variable)
            urls[engine.variable] = given or stack.enter_context(_served(engine, folder, durable))
        stack.enter_context(_exported(urls))
        yield urls


@contextmanager
def _served(kind: type[Engine], folder: Path, durable: bool) -> Iterator[str]:
    """The engine's address, owned by this process or by another one."""
    place = Place(_prepared(folder), _socket_folder(folder), durable)
    with (
        (folder / f"{kind.name}.lock").open("a") as ownership,
        (folder / f"{kind.name}.users").open("a") as use,
    ):
        # Held before looking: an owner on its way out lets nobody in any more.
        fcntl.flock(use, fcntl.LOCK_SH)
        shared = _shared(kind, place, ownership)
        if shared:
            yield shared.url()
        else:
            yield from _owned(kind(place), use)


def _shared(kind: type[Engine], place: Place, ownership: IO[str]) -> Engine | None:
    """The other process's engine, once it answers; None when this process now owns it."""
    until = time.monotonic() + 2 * START_SECONDS
    while not _locked(ownership):
        known = _sockets_file(kind, place)
        if known.exists():
            engine = kind(Place(place.folder, Path(known.read_text()), place.durable))
            if engine.answers():
                return engine
        if time.monotonic() > until:
            raise EngineError(f"Another process holds {ownership.name}; its engine is silent.")
        time.sleep(0.1)
    return None


def _owned(engine: Engine, use: IO[str]) -> Iterator[str]:
    """Starts the engine, tells others where it is, and stops it when the last one is done."""
    known = _sockets_file(type(engine), engine.place)
    known.unlink(missing_ok=True)
    child = engine.start()
    try:
        known.write_text(str(engine.place.sockets))
        with _leaving_last(use):
            yield engine.url()
    finally:
        known.unlink(missing_ok=True)
        engine.stop(child)


@contextmanager
def _leaving_last(use: IO[str]) -> Iterator[None]:
    """Ends when nobody else uses the engine; at once after a KeyboardInterrupt."""
    hurried = False
    try:
        yield
    except KeyboardInterrupt:
        hurried = True
        raise
    finally:
        if not hurried:
            _wait_for_others(use)


def _wait_for_others(use: IO[str]) -> None:
    if not _locked(use):
        sys.stderr.write(
            "Other commands still use this one's PostgreSQL or Valkey; waiting for them. "
            "Ctrl-C stops the engines now.\n"
        )
        fcntl.flock(use, fcntl.LOCK_EX)


def _locked(file: IO[str]) -> bool:
    """Takes the file's lock for this process alone, if nobody else has a share in it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def in_use(folder: Path) -> bool:
    """Whether any process runs an engine on the data directory now."""
    for kind in ENGINES:
        lock = folder / f"{kind.name}.lock"
        if lock.exists():
            with lock.open("a") as ownership:
                if not _locked(ownership):
                    return True
    return False


def _sockets_file(kind: type[Engine], place: Place) -> Path:
    """Where the owner writes down the directory of its socket."""
    return place.folder / f"{kind.name}.sockets"


def _prepared(folder: Path) -> Path:
    """The data directory, made and writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
    except PermissionError:
        usable = False
    except FileExistsError:
        raise EngineError(f"{folder} is not a directory.") from None
    if not usable:
        raise EngineError(
            f"{folder} belongs to another user. Go on as that user, or work in a copy of your own."
        )
    return folder


def _socket_folder(folder: Path) -> Path:
    """A short private directory that belongs to this user and this data directory.

    A socket's path may have 107 bytes at most, which a checkout's own path can exceed. Raises
    EngineError when somebody else stands in the place.
    """
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    sockets = _runtime_folder() / f"luoshi-{os.geteuid()}-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    found = sockets.lstat()
    if sockets.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EngineError(f"{sockets} is not a private directory of this user; remove it.")
    return sockets


def _runtime_folder() -> Path:
    """The session's own directory when it is one and fits into a socket's path, else /tmp."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if re.fullmatch(r"/[A-Za-z0-9/._-]{1,50}", given):
        folder = Path(given)
        if folder.is_dir() and folder.stat().st_uid == os.geteuid():
            return folder
    return Path("/tmp")  # noqa: S108 - the directory made in it is checked


@contextmanager
def _exported(urls: dict[str, str]) -> Iterator[None]:
    """The addresses in the environment, for as long as they lead anywhere."""
    before = {name: os.environ.get(name) for name in urls}
    os.environ.update(urls)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def interrupt_on_termination() -> None:
    """From now on SIGTERM and SIGHUP unwind like Ctrl-C, so that the engines are stopped."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


class Run:
    """A command in the foreground of this one's terminal, which gets the signals sent here."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.passed: list[signal.Signals] = []

    def __call__(self, command: Sequence[str]) -> int:
        """Runs the command to its end; its exit status as a shell would say it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._pass)
        self.child = subprocess.Popen(launch_command(command))
        for number in self.passed:
            self.child.send_signal(number)
        status = self.child.wait()
        return status if status >= 0 else 128 - status

    def _pass(self, number: int, frame: FrameType | None) -> None:
        self.passed.append(signal.Signals(number))
        if self.child and not (number == signal.SIGINT and self._in_foreground()):
            self.child.send_signal(number)

    @staticmethod
    def _in_foreground() -> bool:
        """Whether the terminal has sent its Ctrl-C to the command as well."""
        try:
            return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except (OSError, ValueError):
            return False


def main() -> int:
    """The command line: the command's exit status, 1 when the engines do not run."""
    parser = argparse.ArgumentParser(
        prog="python -m config.local_services",
        description="Run a command with PostgreSQL and Valkey up, their addresses in "
        "DATABASE_URL and REDIS_URL.",
    )
    parser.add_argument("--test", action="store_true", help="data for tests: apart, and faster")
    parser.add_argument("--data", type=Path, help="another data directory")
    parser.add_argument("command", nargs="+")
    wanted = parser.parse_args()
    folder = wanted.data or (TEST_DATA if wanted.test else DEMO_DATA)
    interrupt_on_termination()
    run, status = Run(), INTERRUPTED
    try:
        with running(folder.absolute(), durable=not wanted.test):
            status = run(wanted.command)
            if run.passed:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        return status
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
