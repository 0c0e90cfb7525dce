"""The demo's supervisor: what it starts it watches, and takes along whichever way it ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo.__main__ import Rooms, announced, forget, only_demo
from config.demo.supervision import Failed, Process, Supervisor, free_port, is_free
from tests.config.places import ROOT, command, is_alive, wait_for

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


def supervisor(logs: Path) -> Supervisor:
    return Supervisor(logs, {}, ROOT)


def test_processes_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    script = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(order)!r}, 'a').write(sys.argv[1])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
    )
    with supervisor(tmp_path) as running:
        for name in "abc":
            running.start(Process(name, [sys.executable, "-c", script, name]))
        logs = [tmp_path / f"{name}.log" for name in "abc"]
        wait_for("all of them", lambda: all("up" in log.read_text() for log in logs))
        running.check()
        children = [child.pid for child in running.children.values()]
    assert order.read_text() == "cba"
    assert not any(map(is_alive, children))


def test_a_process_that_ends_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; print('没有端口'); sys.exit(3)"]
    with supervisor(tmp_path) as running:
        running.start(Process("worker", SLEEPER))
        running.start(Process("web", failing))
        with pytest.raises(Failed, match=r"(?s)^web ended by itself\..*web\.log:\n没有端口$"):
            running.watch()
        worker = running.children["worker"]
        assert worker.poll() is None
    assert worker.poll() == -signal.SIGTERM


def test_waiting_for_a_process_that_ends_does_not_wait(tmp_path: Path) -> None:
    with supervisor(tmp_path) as running:
        running.start(Process("web", [sys.executable, "-c", ""]))
        with pytest.raises(Failed, match=r"^web ended by itself"):
            running.wait_for_page("web", f"http://127.0.0.1:{free_port()}/healthz/ready")


def test_a_process_that_ignores_the_request_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.demo.supervision.STOP_SECONDS", 0.2)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); time.sleep(600)"
    )
    with supervisor(tmp_path) as running:
        running.start(Process("deaf", [sys.executable, "-c", deaf]))
        wait_for("it", lambda: "up" in (tmp_path / "deaf.log").read_text())
        child = running.children["deaf"]
    assert child.poll() == -signal.SIGKILL


def test_a_port_in_use_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not is_free(port)
        assert free_port(wished=port) != port
    assert is_free(port)
    assert free_port(wished=port) == port


def test_the_demo_says_so_when_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        line = ["-m", "config.demo", "--var", str(tmp_path / "var"), "--port", str(port)]
        with command(*line, output=tmp_path / "log") as demo:
            assert demo.wait(timeout=60) == 1
    assert (tmp_path / "log").read_text() == (
        f"Another program listens on 127.0.0.1:{port}. "
        "Stop it, or choose another port: PORT=8001 make demo\n"
    )


def test_one_demo_runs_at_a_time_and_is_not_forgotten_meanwhile(tmp_path: Path) -> None:
    line = ["-m", "config.demo", "--var", str(tmp_path / "var"), "--forget"]
    with only_demo(Rooms(tmp_path / "var")), command(*line, output=tmp_path / "log") as second:
        assert second.wait(timeout=60) == 1
    assert "The demo runs already" in (tmp_path / "log").read_text()


def test_forgetting_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path)
    for folder in (rooms.folder / "mail", rooms.services, tmp_path / "static"):
        folder.mkdir(parents=True)
    rooms.users.write_text("{}")
    forget(rooms)
    assert [path.name for path in tmp_path.iterdir()] == ["static"]


def test_the_announcement_is_there_whole_and_private_until_the_end(tmp_path: Path) -> None:
    place = tmp_path / "demo.json"
    with announced(place, {"base_url": "http://127.0.0.1:8000", "unit": "司法局"}):
        assert place.stat().st_mode & 0o777 == 0o600
        assert place.read_text(encoding="utf-8") == (
            '{\n  "base_url": "http://127.0.0.1:8000",\n  "unit": "司法局"\n}\n'
        )
    assert list(tmp_path.iterdir()) == []


def test_make_names_no_program_outside_the_directory() -> None:
    """The recipes of both commands, expanded: everything runs out of .venv."""
    shown = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ".venv/bin/python -m config.demo --port 8000 --with-parent" in shown
    assert ".venv/bin/python -m config.local_services --test -- .venv/bin/python -m pytest" in shown
    assert "sudo" not in shown
