"""Directories and processes for the tests of the local engines, apart from the run's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent.parent
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float = 30) -> Found:
    """Looks again until something is found; fails loudly when the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")


def parent_and_state(process: int) -> tuple[int, str] | None:
    """As the kernel tells them; None for a process that is gone."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    # The name before them stands in brackets and may hold anything.
    state, parent = stat.rpartition(")")[2].split()[:2]
    return int(parent), state


def is_alive(process: int) -> bool:
    """Whether it runs; one that only waits to be noticed by its parent does not."""
    known = parent_and_state(process)
    return known is not None and known[1] != "Z"


def descendants(process: int) -> list[int]:
    """The processes below this one, at any depth."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if known := parent_and_state(int(entry.name)):
            parents[int(entry.name)] = known[0]
    below: list[int] = []
    reached = {process}
    while reached := {child for child, parent in parents.items() if parent in reached}:
        below += sorted(reached)
    return below


@contextmanager
def command(*arguments: str, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of ours, ended at the latest with the block; it writes into ``output``."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
