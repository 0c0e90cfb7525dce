"""The launcher: the program it becomes has the identity and the death signal asked for."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import launcher
from config.processes import LAUNCHER, launch_command, tail

#: Says as whom it runs, which signal its parent's end sends, and whether it reaches a directory.
WITNESS = (
    "import ctypes, os, sys; found = ctypes.c_int();"
    "ctypes.CDLL(None).prctl(2, ctypes.byref(found), 0, 0, 0);"
    "print(os.geteuid(), found.value, os.access(sys.argv[1], os.W_OK | os.X_OK))"
)
NOBODY = pwd.getpwnam("nobody").pw_uid
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it changes the user")


def launch(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("identity", "user"),
    [
        ("self", os.geteuid()),
        pytest.param("namespace", NOBODY, marks=needs_root),
        pytest.param("nobody", NOBODY, marks=needs_root),
    ],
)
def test_the_program_has_its_identity_signal_and_reach(
    tmp_path: Path, identity: str, user: int
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    witness = [sys.executable, "-I", "-S", "-c", WITNESS, str(private)]
    said = launch(*launch_command(witness, death_signal=signal.SIGQUIT, identity=identity))
    if said.returncode == launcher.REFUSED:
        pytest.skip(f"not allowed on this machine: {said.stderr.strip()}")
    assert said.stdout == f"{user} {int(signal.SIGQUIT)} True\n"


def test_a_program_that_is_not_there_is_named() -> None:
    said = launch(*launch_command(["/no/such/program"]))
    assert said.returncode == launcher.REFUSED
    assert said.stderr == "/no/such/program as self: [Errno 2] No such file or directory\n"


def test_a_parent_that_has_ended_meanwhile_gets_no_program(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = [sys.executable, "-I", "-S", str(LAUNCHER), "1", "9", "self", "touch", str(started)]
    assert launch(*command).returncode == launcher.REFUSED
    assert not started.exists()


def test_whose_parent_is_another_is_told_to_end() -> None:
    with pytest.raises(SystemExit):
        launcher.die_with(os.getpid(), 0)
    launcher.die_with(os.getppid(), 0)


def test_the_end_of_a_log_for_an_error_message(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == ""
    log.write_bytes(b"\xff\n" + "四\n五\n".encode())
    assert tail(log, 2) == "四\n五"
    assert tail(log) == "\ufffd\n四\n五"
