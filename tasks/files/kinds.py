"""Which kinds of file are taken, and whether the content is what the ending claims.

Nothing is opened to be shown: a file is only recognised, kept, and handed out as it came. There
is no search for viruses here; that belongs to the machines on which files are opened.
"""

import codecs
import re
import zipfile
from collections.abc import Callable
from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from tasks.files.archives import require_document
from tasks.files.names import suffix_of

PIECE = 64 * 1024
#: Parts of a picture that are looked at; a camera makes some thousand.
MOST_PARTS = 100_000
#: Bytes at the end of a PDF within which it must say that it ends.
PDF_TAIL = 4096

KIND_OF_SUFFIX = {
    "pdf": "pdf",
    "docx": "docx",
    "xlsx": "xlsx",
    "ofd": "ofd",
    "jpg": "jpg",
    "jpeg": "jpg",
    "png": "png",
    "txt": "txt",
    "csv": "csv",
}

_PDF_HEAD = re.compile(rb"%PDF-\d\.\d")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
#: What a browser or a shell would take for a program, though its name says text.
_MARKUP = re.compile(
    r"\s*(<(!doctype|!--|html|head|body|svg|script|\?xml|\?php)|#!|%pdf-|\{\\rtf)", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f-\x9f\ufffe\uffff]")
#: What offices save text as; UTF-16 only with its mark.
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_claimed(name: str) -> str:
    """The kind by the name's ending. Raises ``Invalid`` for a kind that is not taken."""
    kind = KIND_OF_SUFFIX.get(suffix_of(name))
    if kind is None:
        raise Invalid(
            "file_kind_not_taken",
            _("Evidence may be PDF, OFD, Word (.docx), Excel (.xlsx), pictures and plain text."),
            {"endings": list(KIND_OF_SUFFIX)},
        )
    return kind


def require_content(kind: str, file: BinaryIO) -> None:
    """Raises ``Invalid`` where the content is empty, or is not (or not only) of the kind."""
    file.seek(0)
    if not file.read(1):
        raise Invalid("file_empty", _("This file is empty. Please choose another one."))
    file.seek(0)
    if kind in ("docx", "xlsx", "ofd"):
        require_document(kind, file)
    elif zipfile.is_zipfile(file) or not _recognised(kind, file):
        raise Invalid(
            "file_content_differs", _("The content of this file is not what its ending says.")
        )


def _recognised(kind: str, file: BinaryIO) -> bool:
    file.seek(0)
    return RECOGNISED_BY[kind](file)


def _is_pdf(file: BinaryIO) -> bool:
    """A PDF from the first byte on, and to the end."""
    head = _PDF_HEAD.match(file.read(16))
    size = file.seek(0, 2)
    file.seek(max(0, size - PDF_TAIL))
    return head is not None and b"%%EOF" in file.read()


def _is_png(file: BinaryIO) -> bool:
    """From its signature, chunk by chunk, to its end; and nothing after it."""
    if file.read(8) != _PNG_HEAD:
        return False
    size, expected = file.seek(0, 2), b"IHDR"
    position = file.seek(8)
    for _part in range(MOST_PARTS):
        head = file.read(8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or expected not in (name, b""):
            return False
        position, expected = file.seek(position + 12 + length), b""
        if name == b"IEND":
            return position == size
    return False


def _is_jpg(file: BinaryIO) -> bool:
    """Segments up to the scan, a frame among them. What a phone adds after it is let be."""
    if file.read(2) != b"\xff\xd8":
        return False
    framed = False
    for _part in range(MOST_PARTS):
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return False
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker == 0xDA:
            return framed
        framed = framed or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC))
        file.seek(max(length - 2, 0), 1)
    return False


def _is_text(file: BinaryIO) -> bool:
    """Readable in one of the encodings, without control characters, and not markup."""
    encodings = ("utf-16",) if file.read(2) in _UTF_16 else _ENCODINGS
    return any(_reads_as(encoding, file) for encoding in encodings)


def _reads_as(encoding: str, file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    position = file.seek(0)
    try:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if _CONTROL.search(text) or (position == 0 and _MARKUP.match(text)):
                return False
            position += len(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


RECOGNISED_BY: dict[str, Callable[[BinaryIO], bool]] = {
    "pdf": _is_pdf,
    "png": _is_png,
    "jpg": _is_jpg,
    "txt": _is_text,
    "csv": _is_text,
}
