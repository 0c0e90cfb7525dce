"""Children that never outlive this process: how they are started, stopped and explained."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).resolve().with_name("launcher.py")

Child = subprocess.Popen[bytes]


def launch_command(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    identity: str = "self",
) -> list[str]:
    """The command, wrapped so that it gets ``death_signal`` when this process ends.

    ``identity`` is one of the launcher's. Raises RuntimeError outside the main thread: the kernel
    would send the signal as soon as that thread ends.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Children that die with their parent start from the main thread.")
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
    wishes = [str(os.getpid()), str(int(death_signal)), identity]
    return [*launcher, *wishes, *map(str, command)]


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    death_signal: signal.Signals = signal.SIGKILL,
    identity: str = "self",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Starts a child that dies with this process, in a session of its own.

    The terminal's Ctrl-C reaches this process alone, which then stops its children in order.
    """
    return subprocess.Popen(  # noqa: S603 - our own commands
        launch_command(command, death_signal=death_signal, identity=identity),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )


def stop(child: Child, *signals: signal.Signals, seconds: float = 10) -> None:
    """Sends the signals in turn, waiting so long after each, and at last SIGKILL."""
    for number in signals:
        child.send_signal(number)
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()
    child.wait()


def tail(log: Path, lines: int = 15) -> str:
    """The log's last lines, for an error message; empty when there is no log."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
