"""Files on the disk: whole or not at all, whatever happens on the way."""

import errno
import hashlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.errors import Invalid, NoRoom
from tasks.files.storage import EVIDENCE, full_disk_refused

ROOT = Path(__file__).resolve().parents[3]
MOST = 50 * 1024**2


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.fixture
def small_files_only() -> Iterator[None]:
    """The kernel lets this process write no file longer than 100 kB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_is_kept_under_a_random_name(root: Path) -> None:
    content = os.urandom(200_000)
    stored = EVIDENCE.store(io.BytesIO(content), most=MOST)
    assert (stored.size, stored.sha256) == (200_000, hashlib.sha256(content).hexdigest())
    assert files_in(root) == [EVIDENCE.path_of(stored.stored_as)]
    assert EVIDENCE.path_of(stored.stored_as).is_relative_to(root)
    assert len(stored.stored_as) == 32
    assert EVIDENCE.store(io.BytesIO(content), most=MOST).stored_as != stored.stored_as
    with EVIDENCE.open_stored(stored.stored_as) as found:
        assert found.read() == content


def test_nobody_else_on_the_machine_reads_it(root: Path) -> None:
    stored = EVIDENCE.store(io.BytesIO(b"x"), most=MOST)
    assert EVIDENCE.path_of(stored.stored_as).parent.stat().st_mode & 0o077 == 0


def test_the_last_byte_allowed_and_the_first_too_many(root: Path) -> None:
    assert EVIDENCE.store(io.BytesIO(bytes(100_000)), most=100_000).size == 100_000
    before = files_in(root)
    with pytest.raises(Invalid) as refused:
        EVIDENCE.store(io.BytesIO(bytes(100_001)), most=100_000)
    assert (refused.value.code, files_in(root)) == ("file_too_large", before)


def test_what_has_no_end_is_not_read_to_it(root: Path) -> None:
    with Path("/dev/zero").open("rb") as endless, pytest.raises(Invalid):
        EVIDENCE.store(endless, most=1_000_000)
    assert files_in(root) == []


class Broken(io.RawIOBase):
    """A stream that breaks off after its first piece."""

    def __init__(self) -> None:
        self.pieces = 0

    def read(self, size: int = -1) -> bytes:
        self.pieces += 1
        if self.pieces > 1:
            raise ConnectionResetError
        return bytes(size)


def test_a_cut_stream_leaves_nothing(root: Path) -> None:
    with pytest.raises(ConnectionResetError):
        EVIDENCE.store(Broken(), most=MOST)
    assert files_in(root) == []


def test_without_room_nothing_is_left(root: Path, small_files_only: None) -> None:
    with pytest.raises(NoRoom) as refused:
        EVIDENCE.store(io.BytesIO(bytes(150_000)), most=MOST)
    assert (refused.value.code, files_in(root)) == ("storage_full", [])
    assert EVIDENCE.store(io.BytesIO(bytes(90_000)), most=MOST).size == 90_000


def test_a_full_device_is_a_refusal() -> None:
    with pytest.raises(NoRoom) as refused, full_disk_refused():
        Path("/dev/full").write_bytes(b"x")
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC


def test_another_fault_of_the_disk_is_not_hidden() -> None:
    with pytest.raises(NotADirectoryError), full_disk_refused():
        Path("/dev/null/x").read_bytes()


ON_A_SMALL_DISK = """
import io, subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", sys.argv[1]], check=True)
from django.conf import settings
settings.configure(LUOSHI_EVIDENCE_ROOT=sys.argv[1], USE_I18N=False)
from accounts.errors import NoRoom
from tasks.files.storage import EVIDENCE
kept = EVIDENCE.store(io.BytesIO(bytes(600_000)), most=10**9)
try:
    EVIDENCE.store(io.BytesIO(bytes(600_000)), most=10**9)
except NoRoom as refusal:
    print(refusal.code)
print([path.name for path in Path(sys.argv[1]).rglob("*") if path.is_file()] == [kept.stored_as])
EVIDENCE.store(io.BytesIO(bytes(300_000)), most=10**9)
"""


def own_mounts(*command: str) -> subprocess.CompletedProcess[str]:
    """The command where it may mount what only itself sees."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_full_disk_keeps_what_it_had_and_nothing_more(tmp_path: Path) -> None:
    mounted = own_mounts("mount", "-t", "tmpfs", "-o", "size=1m", "none", str(tmp_path))
    if mounted.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {mounted.stderr.strip()}")
    done = own_mounts(sys.executable, "-c", ON_A_SMALL_DISK, str(tmp_path))
    assert done.stdout.splitlines() == ["storage_full", "True"], done.stderr
    assert done.returncode == 0


def test_old_files_are_told_from_new_ones(root: Path) -> None:
    old, new = (EVIDENCE.store(io.BytesIO(b"x"), most=MOST).stored_as for _n in range(2))
    os.utime(EVIDENCE.path_of(old), (1_000, 1_000))
    found = [name for names in EVIDENCE.stored_before(2_000) for name in names]
    assert found == [old]
    EVIDENCE.discard(old)
    EVIDENCE.discard(old)
    assert files_in(root) == [EVIDENCE.path_of(new)]


def test_before_the_first_file_there_is_nothing_old(root: Path) -> None:
    assert list(EVIDENCE.stored_before(2_000)) == []
