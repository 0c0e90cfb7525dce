"""What an engine is, and where it stands: on a unix socket, in the foreground, as our child."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from config.processes import Child, stop, tail

#: An engine may have to recover after a kill, on a slow disk.
START_SECONDS = 60
#: What to do where no engine can run.
CONTAINERS = "run everything in containers:\n    docker compose up --build --detach"


class EngineError(Exception):
    """An engine cannot run here; the text says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where an engine keeps its data and its log, and where its socket stands.

    ``folder`` may have any name; ``sockets`` is short, private and without blanks.
    """

    folder: Path
    sockets: Path
    durable: bool

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, found without running any of its code."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def wait_until_ready(child: Child, log: Path, ready: Callable[[], bool]) -> None:
    """Returns when the engine answers; EngineError with the log's end when it will not."""
    until = time.monotonic() + START_SECONDS
    try:
        while not ready():
            if child.poll() is not None or time.monotonic() > until:
                raise EngineError(f"The engine did not start. The end of {log}:\n{tail(log)}")
            time.sleep(0.05)
    except BaseException:
        stop(child)
        raise


class Engine(ABC):
    """A server that may run at a place. ``variable`` names the setting that makes it needless."""

    name: ClassVar[str]
    variable: ClassVar[str]

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def url(self) -> str:
        """Its address, in the form of the environment variable."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves now. One connection."""

    @abstractmethod
    def start(self) -> Child:
        """The server, answering. The caller has made sure that nobody else starts it.

        Raises EngineError, which says what to do.
        """

    @abstractmethod
    def stop(self, child: Child) -> None:
        """Ends it; clients lose their connections."""
