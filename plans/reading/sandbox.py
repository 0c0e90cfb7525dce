"""Reading in a process of its own, with limits on memory and time, and no way out.

Office files and patterns can be made to take all the memory or time there is (FAILURES D26, D27),
and the web process must not notice. The child gets the bytes, answers a draft or a refusal, and
ends; whatever kills it is a refusal too.
"""

import contextlib
import ctypes
import json
import logging
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from plans.reading.blocks import Cell
from plans.reading.details import ItemDetails, Reading
from plans.reading.draft import PlanDraft, ReadingRefused
from plans.reading.kinds import require_kind_that_is_read

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
#: Bytes of address space, seconds of processor, seconds on the clock.
MEMORY, CPU, PATIENCE = 512 * 1024 * 1024, 10, 18
#: Bytes of a document; more is refused before it is opened.
LARGEST = 20 * 1024 * 1024
#: For Linux's unshare(2): a user and a network of its own, in which nothing is reachable.
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def read_apart(content: bytes, filename: str | None, year: int | None) -> Reading:
    """What is read in a file, or of UTF-8 text where ``filename`` is ``None``.

    Costs a process start, about half a second; a kind of file that is not read costs none.
    Raises ``ReadingRefused``.
    """
    if len(content) > LARGEST:
        raise ReadingRefused("too_large", _("A document may have 20 MB."))
    if filename is not None:
        require_kind_that_is_read(content, filename)
    answer = _answer(content, filename=filename, year=year, cells_only=False)
    details = [ItemDetails.from_json(row) for row in answer["details"]]
    return Reading(PlanDraft.from_json(answer["draft"]), details)


def read_cells_apart(content: bytes, filename: str) -> list[list[Cell]]:
    """The first sheet of a workbook, row by row; otherwise as ``read_apart``."""
    if len(content) > LARGEST:
        raise ReadingRefused("too_large", _("A document may have 20 MB."))
    require_kind_that_is_read(content, filename)
    cells: list[list[Cell]] = _answer(content, filename=filename, cells_only=True)["cells"]
    return cells


def _answer(content: bytes, **request: Any) -> dict[str, Any]:
    """What the child answers. Raises ``ReadingRefused`` with what it refuses."""
    request["language"] = translation.get_language()
    request["locale_paths"] = [str(path) for path in settings.LOCALE_PATHS]
    answer = _ask(json.dumps(request).encode() + b"\n" + content)
    if "refused" in answer:
        raise ReadingRefused(*answer["refused"])
    return answer


def _ask(message: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", "plans.reading"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no word of the user's in the command
            command, input=message, capture_output=True, timeout=PATIENCE, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired:
        return _too_heavy()
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        logger.warning("Reading a document ended with status %s: %s", done.returncode, reason)
        return _too_heavy()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _too_heavy() -> dict[str, Any]:
    return {
        "refused": [
            "too_heavy",
            _("This file is too large or too complicated to read. Please split it."),
        ]
    }


def confine() -> None:
    """Takes memory, time and network from this process, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    leave_the_network()


def leave_the_network() -> None:
    """Where the system knows no such thing or refuses, nothing here opens a connection either."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
