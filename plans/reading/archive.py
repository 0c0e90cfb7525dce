"""What a .docx or .xlsx may unpack to. Pure.

The sizes that an archive declares may be forged, so its bytes are counted while they stream
through (FAILURES M14, M15), before any parser sees them.
"""

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from plans.reading.draft import ReadingRefused

MOST_ENTRIES = 1_000
#: Unpacked bytes for each packed one; Office files of plain text reach some 20.
MOST_RATIO = 100
#: Unpacked bytes of the whole; a plan of 5,000 items has some 15 MB.
MOST_BYTES = 100 * 1024 * 1024
#: Small archives compress better than the ratio allows.
FREE_BYTES = 4 * 1024 * 1024
MOST_SHEET_ROWS = 20_000
PIECE = 64 * 1024
#: How Office packs; other ways unpack to far more for each packed byte.
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

#: What a damaged, locked or strangely packed archive makes the library raise.
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
    zlib.error,
)

XML = (".xml", ".rels")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def require_sound_archive(content: bytes) -> None:
    """Raises ``ReadingRefused`` for archives that are broken, nested, have macros or are bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_sound(archive, len(content))
    except BROKEN as error:
        raise ReadingRefused(
            "broken_file", _("This file is damaged or locked. Please open it and save it anew.")
        ) from error


def _require_sound(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise too_heavy()
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise ReadingRefused(
            "macros", _("This file holds macros. Please save it without them as .docx or .xlsx.")
        )
    if any(entry.compress_type not in PACKED for entry in entries):
        raise zipfile.BadZipFile
    allowed = min(MOST_BYTES, max(FREE_BYTES, packed * MOST_RATIO))
    for entry in entries:
        allowed -= _unpacked(archive, entry, allowed)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int) -> int:
    """The bytes of one entry, counted; refused as soon as they are more than is allowed.

    Office writes no document type; one is there to define entities that grow or reach outside.
    """
    size, rows, tail = 0, 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            joined = tail + piece
            rows += len(_ROW.findall(joined)) - len(_ROW.findall(tail))
            tail = joined[-16:]
            if entry.filename.endswith(XML) and _ENTITIES.search(joined):
                raise ReadingRefused(
                    "entities", _("This file refers to others in its text. Please save it anew.")
                )
            if size > allowed or rows > MOST_SHEET_ROWS:
                raise too_heavy()
    return size


def too_heavy() -> ReadingRefused:
    return ReadingRefused(
        "too_heavy", _("This file is too large or too complicated to read. Please split it.")
    )
