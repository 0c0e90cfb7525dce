"""Fixtures of the local engines' tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory with blanks and Chinese in its name, too long for any socket's path.

    The run's own engines are out of sight, and the sockets stand in a directory of the test's own.
    """
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    sockets = tempfile.mkdtemp(prefix="luoshi-test-")
    monkeypatch.setenv("XDG_RUNTIME_DIR", sockets)
    yield tmp_path / "落实 的 数据" / ("long" * 30)
    shutil.rmtree(sockets)
