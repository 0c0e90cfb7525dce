"""PostgreSQL and Valkey without a server: real processes, started, shared, killed and stopped."""

import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg
import pytest
import redis
from kombu import Connection

from config.engines.base import EngineError, Place
from config.engines.postgres import Postgres, processes_in
from config.local_services import in_use, main, running
from config.processes import launch_command
from config.queues import broker_url_of
from tests.config.places import ROOT, command, descendants, is_alive, wait_for


def connect(url: str) -> psycopg.Connection:
    """As Django would: through what dj-database-url makes of the address."""
    known = dj_database_url.parse(url)
    return psycopg.connect(
        host=known["HOST"], user=known["USER"], dbname=known["NAME"], autocommit=True
    )


def ask(url: str, question: str) -> object:
    with connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def make_table(url: str) -> None:
    with connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")


def services(data: Path, *line: str) -> list[str]:
    return ["-m", "config.local_services", "--data", str(data), "--", *line]


def test_a_cold_start_gives_two_engines_whose_addresses_work(data: Path) -> None:
    with running(data, durable=False) as urls:
        assert ask(urls["DATABASE_URL"], "SELECT current_database()") == "luoshi"
        assert ask(urls["DATABASE_URL"], "SHOW server_encoding") == "UTF8"
        assert ask(urls["DATABASE_URL"], "SHOW listen_addresses") == ""
        assert ask(urls["DATABASE_URL"], "SHOW fsync") == "off"
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.ping() is True
            assert client.config_get("port") == {"port": "0"}
        with Connection(broker_url_of(urls["REDIS_URL"])) as broker:
            broker.SimpleQueue("look").put("look")
            assert broker.SimpleQueue("look").get(timeout=5).payload == "look"
        assert {name: os.environ[name] for name in urls} == urls
        assert in_use(data)
    assert "DATABASE_URL" not in os.environ
    assert processes_in(data / "postgres") == []
    assert not in_use(data)


def test_a_warm_start_finds_what_was_kept(data: Path) -> None:
    with running(data) as urls:
        make_table(urls["DATABASE_URL"])
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            client.set("kept", "7")
        assert ask(urls["DATABASE_URL"], "SHOW fsync") == "on"
    with running(data) as urls:
        assert ask(urls["DATABASE_URL"], "SELECT n FROM kept") == 7
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.get("kept") == b"7"


def test_given_addresses_are_used_and_nothing_is_started(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"DATABASE_URL": "postgres://a@b/c", "REDIS_URL": "redis://d/1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with running(data) as urls:
        assert urls == given
    assert not data.exists()
    assert os.environ["DATABASE_URL"] == "postgres://a@b/c"


def test_one_given_address_leaves_the_other_engine_to_us(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a@b/c")
    with running(data) as urls:
        with redis.Redis.from_url(urls["REDIS_URL"]) as client:
            assert client.ping() is True
        assert not (data / "postgres").exists()


def test_a_kill_leaves_no_process_and_the_next_start_recovers(data: Path, tmp_path: Path) -> None:
    with command(*services(data, "sleep", "600"), output=tmp_path / "log") as owner:
        wait_for("the command", lambda: "sleep" in names_of(descendants(owner.pid)))
        with running(data) as urls:
            make_table(urls["DATABASE_URL"])
        family = descendants(owner.pid)
        assert {"postgres", "valkey-server", "sleep"} <= set(names_of(family))
        owner.kill()
        owner.wait()
        wait_for("the last process to end", lambda: not any(map(is_alive, family)))
    with running(data) as urls:
        assert ask(urls["DATABASE_URL"], "SELECT n FROM kept") == 7


def names_of(processes: list[int]) -> list[str]:
    names = []
    for process in processes:
        path = Path(f"/proc/{process}/comm")
        if path.exists():
            names.append(path.read_text().strip())
    return names


def test_a_lock_file_that_names_another_living_process_is_stale(data: Path) -> None:
    with running(data, durable=False):
        left = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    left[0] = str(os.getppid())
    (data / "postgres" / "postmaster.pid").write_text("\n".join(left))
    with running(data, durable=False) as urls:
        assert ask(urls["DATABASE_URL"], "SELECT 1") == 1


def test_a_second_process_shares_the_engines_and_the_owner_leaves_last(
    data: Path, tmp_path: Path
) -> None:
    go, log = tmp_path / "go", tmp_path / "log"
    others = descendants(os.getpid())
    # A pipe, at which the shell waits without a process that comes and goes.
    os.mkfifo(go)
    wait = f'read line < "{go}"'
    with command(*services(data, "sh", "-c", wait), output=log) as owner:
        wait_for("the owner", lambda: "sh" in names_of(descendants(owner.pid)))
        with running(data) as urls:
            started = [pid for pid in descendants(os.getpid()) if pid not in others]
            assert started == [owner.pid, *descendants(owner.pid)]
            go.write_text("\n")
            wait_for("the owner's word", lambda: b"waiting for them" in log.read_bytes())
            assert ask(urls["DATABASE_URL"], "SELECT 1") == 1
            assert owner.poll() is None
        assert owner.wait(timeout=30) == 0
    assert processes_in(data / "postgres") == []


@pytest.fixture
def own_signals() -> Iterator[None]:
    """The command line sets handlers; afterwards the run has its own again."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 7", 7),
        ("kill -KILL $$", 137),
        ('test -n "$DATABASE_URL" && test -n "$REDIS_URL"', 0),
        ("kill -TERM $PPID; exec sleep 600", 143),
    ],
)
def test_the_command_decides_the_exit_status(
    data: Path, monkeypatch: pytest.MonkeyPatch, script: str, status: int
) -> None:
    monkeypatch.setattr("sys.argv", ["local_services", *services(data, "sh", "-c", script)[2:]])
    assert main() == status
    assert not in_use(data)


@pytest.mark.usefixtures("own_signals")
def test_a_command_is_not_run_where_no_engine_can(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data.parent.mkdir(parents=True)
    data.touch()
    monkeypatch.setattr("sys.argv", ["local_services", *services(data, "touch", "ran")[2:]])
    assert main() == 1
    assert capsys.readouterr().err == f"{data} is not a directory.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_command_and_the_engines_stop(
    data: Path, tmp_path: Path, number: signal.Signals
) -> None:
    script = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(9))\n"
        "print('ready', flush=True)\ntime.sleep(600)"
    )
    log = tmp_path / "log"
    with command(*services(data, sys.executable, "-c", script), output=log) as process:
        wait_for("the command", lambda: b"ready" in log.read_bytes())
        process.send_signal(number)
        assert process.wait(timeout=30) == 9
    assert processes_in(data / "postgres") == []


def test_data_of_another_version_is_refused_with_what_to_do(data: Path) -> None:
    with running(data, durable=False):
        pass
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EngineError, match=r"made by PostgreSQL 9, .*make demo-reset"):
        running(data, durable=False).__enter__()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(data: Path) -> None:
    with running(data, durable=False):
        pass
    (data / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EngineError, match="no_such_setting"):
        running(data, durable=False).__enter__()
    assert not in_use(data)


def test_a_socket_directory_that_others_can_enter_is_refused(data: Path) -> None:
    with running(data, durable=False):
        sockets = next(Path(os.environ["XDG_RUNTIME_DIR"]).iterdir())
    sockets.chmod(0o777)
    with pytest.raises(EngineError, match="not a private directory"):
        running(data, durable=False).__enter__()


def test_children_that_die_with_us_start_from_the_main_thread_only() -> None:
    raised: list[BaseException] = []

    def try_it() -> None:
        try:
            launch_command(["true"])
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    assert [type(error) for error in raised] == [RuntimeError]


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it changes the user")

#: Root until its imports are done, then the user given first; the launcher runs in the Python
#: given second, since the checkout's own may lie where only root can go. redis-py imports
#: ``secrets`` when it first connects.
AS_USER = (
    "import os, secrets, sys; from config.local_services import main; user = int(sys.argv.pop(1));"
    "sys.executable = sys.argv.pop(1);"
    "os.setgroups([]); os.setresgid(user, user, user); os.setresuid(user, user, user);"
    "sys.exit(main())"
)


@needs_root
@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("user", [pwd.getpwnam("nobody").pw_uid, 54321], ids=["known", "unknown"])
def test_an_ordinary_user_runs_the_engines_with_and_without_an_account(
    tmp_path: Path, user: int
) -> None:
    log = tmp_path / "log"
    # The test's own directory lets nobody but root through; the sockets' stands in /tmp.
    home = Path(os.environ["XDG_RUNTIME_DIR"])
    os.chown(home, user, user)
    data = home / "有 空格"
    python = next((python for python in PYTHONS if may_run(user, python)), None)
    if python is None:
        pytest.skip(f"user {user} may run none of {PYTHONS} here")
    line = ["sh", "-c", 'id -u; echo "$DATABASE_URL"']
    arguments = [str(user), python, *services(data, *line)[2:]]
    with command("-c", AS_USER, *arguments, output=log) as process:
        assert process.wait(timeout=60) == 0, log.read_text()
    said = log.read_text().splitlines()
    assert said[0] == str(user)
    assert said[1].startswith("postgres://luoshi@%2Ftmp%2F")
    assert (data / "postgres").stat().st_uid == user


PYTHONS = (sys.executable, "/usr/bin/python3")


def may_run(user: int, python: str) -> bool:
    try:
        subprocess.run(
            [python, "-I", "-S", "-c", ""], user=user, group=user, extra_groups=[], check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@needs_root
def test_root_without_namespaces_gets_postgresql_as_nobody(data: Path, tmp_path: Path) -> None:
    """A changed root forbids user namespaces; there the second way is taken, and back again."""
    data.mkdir(parents=True)
    root, log = tmp_path / "root", tmp_path / "log"
    root.mkdir()
    changed = 'mount --rbind / "$0" && cd / && exec chroot "$0" sh -c \'cd "$0" && exec "$@"\' "$@"'
    line = [sys.executable, *services(data, "true")]
    command_line = ["unshare", "--mount", "sh", "-c", changed, str(root), str(ROOT), *line]
    with log.open("wb") as output:
        ended = subprocess.run(command_line, check=False, stdout=output, stderr=output)
    if b"ermission denied" in log.read_bytes() or b"not permitted" in log.read_bytes():
        pytest.skip(f"this machine does not let root change its root: {log.read_text()}")
    assert ended.returncode == 0, log.read_text()
    assert Postgres(Place(data, data, durable=True)).data.owner() == "nobody"
    with running(data) as urls:
        assert ask(urls["DATABASE_URL"], "SELECT 1") == 1
    assert data.stat().st_uid == 0
