"""Word, Excel and OFD files: archives whose parts say what they are.

Sizes that an archive declares may be forged, so its bytes are counted as they stream through
(FAILURES M14, M15).
"""

import lzma
import zipfile
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.errors import Invalid

MOST_ENTRIES = 10_000
#: Unpacked bytes of the whole, ten times what a file may have packed.
MOST_UNPACKED = 500 * 1024 * 1024
PIECE = 64 * 1024

#: The entry that says what an archive is, and what it then holds.
SIGNS = {
    "docx": ("[Content_Types].xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("[Content_Types].xml", b"spreadsheetml.sheet.main+xml"),
    "ofd": ("OFD.xml", b"OFD"),
}
#: Bytes of that entry.
LARGEST_SIGN = 1024 * 1024

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
)


def require_document(kind: str, file: BinaryIO) -> None:
    """Raises ``Invalid`` unless the file is a sound archive of the kind, and nothing besides."""
    try:
        with zipfile.ZipFile(file) as archive:
            _require_sound(kind, archive)
    except _BROKEN as error:
        raise Invalid(
            "file_broken", _("This file is damaged or locked. Please open it and save it anew.")
        ) from error


def _require_sound(kind: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    # Something before the first entry, or in the comment at the end, makes it two files in one.
    if not _is_of(kind, archive) or archive.comment or min(e.header_offset for e in entries) > 0:
        raise Invalid(
            "file_content_differs", _("The content of this file is not what its ending says.")
        )
    if any(_is_macro(entry) for entry in entries):
        raise Invalid("file_macros", _("This file holds macros. Please save it without them."))
    _require_light(archive, entries)


def _is_of(kind: str, archive: zipfile.ZipFile) -> bool:
    name, sign = SIGNS[kind]
    if name not in archive.namelist():
        return False
    with archive.open(name) as entry:
        return sign in entry.read(LARGEST_SIGN)


def _is_macro(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith("vbaproject.bin")


def _require_light(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    left = MOST_UNPACKED
    for entry in entries if len(entries) <= MOST_ENTRIES else ():
        with archive.open(entry) as stream:
            while left >= 0 and (piece := stream.read(PIECE)):
                left -= len(piece)
    if left < 0 or len(entries) > MOST_ENTRIES:
        raise Invalid(
            "file_too_heavy", _("This file unpacks to more than is taken. Please split it.")
        )
