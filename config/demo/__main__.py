"""``python -m config.demo``: the whole of Luoshi with a county in it, until Ctrl-C.

PostgreSQL, Valkey, the web process, a worker, beat and a mail catcher run as children of this
process and die with it. ``--forget`` removes the demo's data instead. ``var/demo.json`` says to
scripts where everything is, from the moment it serves until it stops.
"""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import launcher
from config.demo.supervision import Failed, Process, Supervisor, free_port, is_free
from config.engines.base import EngineError
from config.local_services import DEMO_DATA, ROOT, in_use, interrupt_on_termination, running
from config.processes import spawn, stop

#: Where the mails are read, when nobody else has the port.
MAIL_PAGES_PORT = 8025


@dataclass(frozen=True)
class Rooms:
    """What the demo keeps, all of it below one directory."""

    var: Path

    @property
    def services(self) -> Path:
        return self.var / DEMO_DATA.name

    @property
    def folder(self) -> Path:
        """Mails, logs, the document and beat's schedule."""
        return self.var / "demo"

    @property
    def users(self) -> Path:
        """The log-ins, as the loader wrote them down."""
        return self.var / "demo-users.json"

    @property
    def announcement(self) -> Path:
        return self.var / "demo.json"


class Refused(Exception):
    """The demo cannot do what was asked; the text says why."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def only_demo(rooms: Rooms) -> Iterator[None]:
    """Holds the demo's place here; Refused when another process has it."""
    rooms.var.mkdir(exist_ok=True)
    with (rooms.var / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"The demo runs already; {rooms.announcement} says where.") from None
        yield


def run_step(title: str, *arguments: str, env: dict[str, str]) -> None:
    """Runs one preparation with its output on the terminal; Failed when it fails."""
    say(f"==> {title}")
    child = spawn([sys.executable, *arguments], log=sys.stdout.buffer, env=env, cwd=ROOT)
    try:
        status = child.wait()
    except BaseException:
        stop(child)
        raise
    if status:
        raise Failed(f"{title}: ended with status {status}.")


def secret_key(rooms: Rooms) -> str:
    """The demo's own key, kept so that log-ins survive a restart."""
    path = rooms.folder / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def environment(rooms: Rooms, port: int, smtp_port: int) -> dict[str, str]:
    """What the demo's processes get besides the engines' addresses, which are exported."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "LUOSHI_DEBUG": "",
        "LUOSHI_SECRET_KEY": secret_key(rooms),
        "LUOSHI_BASE_URL": f"http://127.0.0.1:{port}",
        "LUOSHI_STATIC_ROOT": str(rooms.var / "static"),
        "LUOSHI_EMAIL_HOST": "127.0.0.1",
        "LUOSHI_EMAIL_PORT": str(smtp_port),
        # A demo is looked at by night as well: its mails do not wait for the morning.
        "LUOSHI_MAIL_HOUR": "0",
    }


def processes(rooms: Rooms, port: int, smtp_port: int, mail_port: int) -> Iterator[Process]:
    """In the order of starting. None has a child that could outlive it."""
    python = [sys.executable, "-m"]
    ports = ["--smtp-port", str(smtp_port), "--web-port", str(mail_port)]
    mails = ["--folder", str(rooms.folder / "mail")]
    yield Process("mailbox", [*python, "config.demo.mailbox", *ports, *mails])
    web = ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    waits = ["--graceful-timeout", "3", "--no-control-socket"]
    # SIGQUIT: gunicorn takes its worker process along.
    yield Process("web", [*python, *web, *waits], signal.SIGQUIT)
    celery = [*python, "celery", "-A", "config"]
    pool = ["--pool", "threads", "--concurrency", "2", "--loglevel", "info"]
    yield Process("worker", [*celery, "worker", *pool])
    schedule = ["--schedule", str(rooms.folder / "beat"), "--loglevel", "info"]
    yield Process("beat", [*celery, "beat", *schedule])


def announcement(rooms: Rooms, port: int, mail_port: int) -> dict[str, Any]:
    """What a script needs to use the demo."""
    loaded = json.loads(rooms.users.read_text(encoding="utf-8"))
    return {
        "base_url": f"http://127.0.0.1:{port}",
        "plan_id": loaded["plan_id"],
        "mail_url": f"http://127.0.0.1:{mail_port}/",
        "users": loaded["users"],
    }


@contextmanager
def announced(place: Path, facts: dict[str, Any]) -> Iterator[None]:
    """The facts in that file while the block runs; the owner's alone: there are passwords."""
    part = place.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    part.rename(place)
    try:
        yield
    finally:
        place.unlink(missing_ok=True)


def print_announcement(facts: dict[str, Any]) -> None:
    say("")
    for user in facts["users"]:
        say(f"    {user['role']:<12}{user['username']}  {user['password']}  ({user['unit']})")
    say("")
    say(f"Luoshi 落实:  {facts['base_url']}")
    say(f"Mails 邮件:   {facts['mail_url']}")
    say("Ctrl-C stops everything; the next make demo goes on with the same data.")


def prepare(rooms: Rooms, env: dict[str, str]) -> None:
    """The database migrated and loaded, the static files in their place."""
    run_step("Database", "manage.py", "migrate", env=env)
    run_step("Static files", "manage.py", "collectstatic", "--noinput", env=env)
    load = ["-m", "config.demo.load", "--folder", str(rooms.var)]
    run_step("The county and its plan", *load, env=env)


def serve(rooms: Rooms, port: int) -> None:
    """Prepares and runs the demo until it is interrupted (KeyboardInterrupt) or fails."""
    rooms.announcement.unlink(missing_ok=True)
    rooms.folder.mkdir(parents=True, exist_ok=True)
    smtp_port, mail_port = free_port(), free_port(wished=MAIL_PAGES_PORT)
    say("==> PostgreSQL and Valkey")
    with running(rooms.services):
        env = environment(rooms, port, smtp_port)
        prepare(rooms, env)
        with Supervisor(rooms.folder / "log", env, ROOT) as supervisor:
            say("==> Web, worker, beat and mail catcher")
            for process in processes(rooms, port, smtp_port, mail_port):
                supervisor.start(process)
            supervisor.wait_for_port("mailbox", mail_port)
            facts = announcement(rooms, port, mail_port)
            supervisor.wait_for_page("web", f"{facts['base_url']}/healthz/ready")
            with announced(rooms.announcement, facts):
                print_announcement(facts)
                supervisor.watch()


def forget(rooms: Rooms) -> None:
    """Removes what the demo made: its database, queue, mails, log-ins and logs."""
    if in_use(rooms.services):
        raise Refused("Another command uses the demo's database; end it first.")
    for folder in (rooms.folder, rooms.services):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
    for file in (rooms.users, rooms.announcement):
        file.unlink(missing_ok=True)
    say("The demo's data is gone; make demo makes it anew.")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the pages; 8000")
    parser.add_argument("--forget", action="store_true", help="remove the demo's data")
    parser.add_argument("--with-parent", action="store_true", help="stop when the caller ends")
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="where it keeps its data")
    wanted = parser.parse_args()
    interrupt_on_termination()
    if wanted.with_parent:
        launcher.die_with(os.getppid(), signal.SIGTERM)
    try:
        with only_demo(Rooms(wanted.var.absolute())):
            return act(wanted)
    except (Refused, Failed, EngineError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        say("\nStopped; nothing is left running.")
        return 0


def act(wanted: argparse.Namespace) -> int:
    """What the command line asks for; 0 when it is done."""
    if wanted.forget:
        forget(Rooms(wanted.var.absolute()))
        return 0
    if not is_free(wanted.port):
        raise Refused(
            f"Another program listens on 127.0.0.1:{wanted.port}. "
            "Stop it, or choose another port: PORT=8001 make demo"
        )
    serve(Rooms(wanted.var.absolute()), wanted.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
