"""The demo's processes: started in order, watched, and stopped in reverse."""

import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from config.processes import Child, spawn, stop, tail

LOOK_SECONDS = 0.2
START_SECONDS = 60
#: Between asking a process to end and ending it.
STOP_SECONDS = 5


class Failed(Exception):
    """A process ended or never served; the text shows the end of its log."""


@dataclass(frozen=True)
class Process:
    """One process of the demo; ``last_signal`` is what it gets when the demo is killed."""

    name: str
    command: Sequence[str]
    last_signal: signal.Signals = signal.SIGKILL


class Supervisor:
    """A context manager: what was started in it is stopped at its end, the latest first."""

    def __init__(self, logs: Path, env: Mapping[str, str], root: Path) -> None:
        self.logs, self.env, self.root = logs, env, root
        self.children: dict[str, Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self.children.values()):
            stop(child, signal.SIGTERM, seconds=STOP_SECONDS)

    def start(self, process: Process) -> None:
        with self._log(process.name).open("wb") as log:
            self.children[process.name] = spawn(
                process.command,
                log=log,
                death_signal=process.last_signal,
                env=self.env,
                cwd=self.root,
            )

    def check(self) -> None:
        """Raises Failed when any process has ended."""
        for name, child in self.children.items():
            if child.poll() is not None:
                log = self._log(name)
                raise Failed(f"{name} ended by itself. The end of {log}:\n{tail(log)}")

    def wait_for_port(self, name: str, port: int) -> None:
        """Returns when the process takes connections; raises Failed when it does not."""
        self._wait(name, lambda: takes_connections(port))

    def wait_for_page(self, name: str, url: str) -> None:
        """Returns when the address answers 200; raises Failed when it does not."""
        self._wait(name, lambda: answers(url))

    def watch(self) -> None:
        """Raises Failed when a process ends; returns never."""
        while True:
            self.check()
            time.sleep(LOOK_SECONDS)

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + START_SECONDS
        while not ready():
            self.check()
            if time.monotonic() > until:
                log = self._log(name)
                raise Failed(f"{name} does not serve. The end of {log}:\n{tail(log)}")
            time.sleep(LOOK_SECONDS)

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether the address answers 200, asked without any proxy."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port."""
    with socket.socket() as listener:
        # As servers do: a port whose last connections linger is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(*, wished: int = 0) -> int:
    """The wished port when it is free, else any."""
    if wished and is_free(wished):
        return wished
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
