"""Where files lie: under random names below the directories of the settings, outside the web root.

A file is whole and on the disk before anybody writes a row about it (FAILURES 4.10); what is cut
or finds no room leaves nothing.
"""

import errno
import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import Invalid, NoRoom

logger = logging.getLogger(__name__)

PIECE = 64 * 1024
#: The disk, the quota of our account, or the limit on one file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class StoredFile:
    """``size`` in bytes; ``sha256`` in hexadecimal."""

    stored_as: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Shelf:
    """The files of one kind, below the directory that the setting of that name says."""

    setting: str

    def store(self, stream: Readable, *, most: int, stored_as: str | None = None) -> StoredFile:
        """Copies the stream to a file of a new random name, and waits until the disk has it.

        ``stored_as`` is a name that nobody has used yet. Raises ``Invalid`` as soon as it is
        longer than ``most`` bytes, ``NoRoom`` on a full disk.
        """
        stored_as = stored_as or secrets.token_hex(16)
        path = self.path_of(stored_as)
        with full_disk_refused():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                size, sha256 = _write(stream, path, most)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return StoredFile(stored_as, size, sha256)

    def path_of(self, stored_as: str) -> Path:
        return self._root / stored_as[:2] / stored_as

    def open_stored(self, stored_as: str) -> BinaryIO:
        return self.path_of(stored_as).open("rb")

    def discard(self, stored_as: str) -> None:
        self.path_of(stored_as).unlink(missing_ok=True)

    def stored_before(self, moment: float) -> Iterator[list[str]]:
        """The names of files last written before that moment (seconds of the epoch), in batches."""
        for directory in self._root.glob("??"):
            yield [path.name for path in directory.iterdir() if _is_older(path, moment)]

    @property
    def _root(self) -> Path:
        return Path(getattr(settings, self.setting))


#: What people hand in, and what is made for them.
EVIDENCE, PAPERS = Shelf("LUOSHI_EVIDENCE_ROOT"), Shelf("LUOSHI_PAPER_ROOT")


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turns the system's "no room" into a refusal that a person can read."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise no_room(error) from error


def no_room(error: OSError) -> NoRoom:
    logger.error("there is no room for a file: %s", error)
    return NoRoom(
        "storage_full",
        _("There is no room left for files. Nothing was saved; please tell the administrator."),
    )


def _write(stream: Readable, path: Path, most: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > most:
                raise too_large(most)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    _sync_directory(path.parent)
    return size, digest.hexdigest()


def too_large(most: int) -> Invalid:
    return Invalid(
        "file_too_large",
        _("A file may have %(most)s MB.") % {"most": most // 1024**2},
        {"most_bytes": most},
    )


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False  # somebody took it away while we looked


def _sync_directory(directory: Path) -> None:
    """A new name is only sure to survive a crash once its directory is on the disk too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
