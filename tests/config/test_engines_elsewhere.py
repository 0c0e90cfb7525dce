"""A machine for which the wheels have nothing: the system's engines, else a word what to do."""

from pathlib import Path

import psycopg
import pytest

from config.engines import postgres, valkey
from config.engines.base import EngineError, package_folder
from config.local_services import in_use, running

SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor for which no wheel was built."""
    for module in (postgres, valkey):
        monkeypatch.setattr(module, "package_folder", lambda name: package_folder("no_such_wheel"))


@pytest.mark.skipif(not SYSTEM, reason="the system has no PostgreSQL in /usr/lib/postgresql")
@pytest.mark.usefixtures("no_wheels")
def test_the_systems_newest_postgresql_is_the_second_choice(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    newest = max(int(path.parent.parent.name) for path in SYSTEM)
    with running(data, durable=False):
        sockets = (data / "postgres.sockets").read_text()
        with psycopg.connect(host=sockets, user="luoshi", dbname="luoshi") as connection:
            assert connection.info.server_version // 10000 == newest


@pytest.mark.usefixtures("no_wheels")
def test_without_any_program_the_way_out_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/luoshi")
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(EngineError, match=r"(?s)Set REDIS_URL .* docker compose up"):
        running(data).__enter__()
    assert not in_use(data)
