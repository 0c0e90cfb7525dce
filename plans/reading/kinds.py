"""Which kind of file it is, by its first bytes and its name: no parser is needed. Pure."""

from pathlib import PurePath

from django.utils.translation import gettext as _

from plans.reading.draft import ReadingRefused

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def suffix_of(filename: str) -> str:
    return PurePath(filename).suffix.lower()


def require_kind_that_is_read(content: bytes, filename: str) -> None:
    """Raises ``ReadingRefused`` for what is not a .docx, .xlsx, .txt, .csv or .tsv."""
    suffix = suffix_of(filename)
    if not content.strip():
        raise ReadingRefused("empty", _("This file is empty. Please choose another one."))
    if content.startswith(OLE) or suffix in (".doc", ".wps", ".xls", ".et"):
        raise ReadingRefused(
            "old_word",
            _("Old Office formats are not read. Please save the file as .docx or .xlsx."),
        )
    if content.startswith(PDF) or suffix == ".pdf":
        raise ReadingRefused(
            "pdf", _("PDF is not read. Please upload the Word file (.docx) that it was made of.")
        )
    if content.startswith(IMAGES) or suffix in (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif"):
        raise ReadingRefused(
            "image",
            _("Pictures are not read. Please upload the Word file (.docx), or paste the text."),
        )
    zipped = suffix in (".docx", ".xlsx")
    if not (zipped or suffix in (".txt", ".csv", ".tsv")) or zipped != content.startswith(ZIP):
        raise ReadingRefused(
            "unknown_format",
            _("This kind of file is not read. Please save it as .docx, .xlsx or .txt."),
        )
