"""``make demo`` as a newcomer meets it: up, killed, up again on its data, stopped, forgotten."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.demo.supervision import answers, free_port
from tests.config.places import ROOT, command, descendants, is_alive, wait_for

pytestmark = pytest.mark.story

#: The first time the county is loaded.
UP_SECONDS = 180


def demo(var: Path, port: int, *more: str) -> list[str]:
    return ["-m", "config.demo", "--var", str(var), "--port", str(port), *more]


def wait_until_up(
    process: "subprocess.Popen[bytes]", var: Path, port: int, log: Path
) -> dict[str, Any]:
    """What ``demo.json`` says, once it serves; fails with the log when the demo ends before.

    A killed demo's file stays until the next one starts, therefore the port.
    """

    def look() -> dict[str, Any] | None:
        assert process.poll() is None, log.read_text()
        if not answers(f"http://127.0.0.1:{port}/healthz/ready"):
            return None
        found = var / "demo.json"
        facts = dict(json.loads(found.read_text())) if found.exists() else {}
        return facts if facts.get("base_url") == f"http://127.0.0.1:{port}" else None

    return wait_for("the demo", look, seconds=UP_SECONDS)


def wait_until_gone(family: list[int]) -> None:
    wait_for("the last process to end", lambda: not any(map(is_alive, family)))


def test_the_demo_from_its_first_start_to_its_end(data: Path, tmp_path: Path) -> None:
    var, log = data, tmp_path / "log"
    var.parent.mkdir(parents=True)

    with command(*demo(var, port := free_port()), output=log) as process:
        facts = wait_until_up(process, var, port, log)
        assert answers(facts["mail_url"])
        roles = [user["role"] for user in facts["users"]]
        assert set(roles) == {"coordinator", "head", "officer", "viewer"}
        assert roles.count("officer") >= 2
        assert isinstance(facts["plan_id"], int)
        for user in facts["users"]:
            assert f"{user['username']}  {user['password']}" in log.read_text()
        family = descendants(process.pid)
        # postgres and its own, valkey, mailbox, gunicorn and its worker, worker, beat
        assert len(family) > 7
        process.kill()
        process.wait()
        wait_until_gone(family)

    with command(*demo(var, port := free_port()), output=log) as process:
        again = wait_until_up(process, var, port, log)
        assert (again["plan_id"], again["users"]) == (facts["plan_id"], facts["users"])
        family = descendants(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert not any(map(is_alive, family))
        assert not (var / "demo.json").exists()

    with command(*demo(var, port, "--forget"), output=log) as process:
        assert process.wait(timeout=30) == 0
    assert sorted(path.name for path in var.iterdir()) == ["demo.lock", "static"]


def test_a_kill_of_whoever_started_the_demo_ends_it(data: Path, tmp_path: Path) -> None:
    var, log = data, tmp_path / "log"
    var.parent.mkdir(parents=True)
    line = [sys.executable, *demo(var, free_port(), "--with-parent")]
    with log.open("wb") as output:
        # As make does, and then something else, so that the shell stays.
        make = subprocess.Popen(
            ["sh", "-c", '"$@"; true', "make", *line], cwd=ROOT, stdout=output, stderr=output
        )
    wait_for("PostgreSQL", lambda: (var / "services" / "postgres.sockets").exists())
    family = descendants(make.pid)
    assert len(family) > 2
    make.kill()
    make.wait()
    wait_until_gone(family)
