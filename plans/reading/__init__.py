"""Reading: a document in, a draft out, for a person to confirm. Nothing here is saved.

``formats`` turns a file into blocks, ``grammar`` turns blocks into a draft, both in a process of
their own (``sandbox``); ``matching`` turns printed names into units.
"""

from plans.reading.details import ItemDetails, Reading
from plans.reading.draft import DraftInvalid, PlanDraft, ReadingRefused
from plans.reading.sandbox import read_apart, read_cells_apart

#: Refusals because of the kind of file; the others are about what is inside one.
WRONG_TYPE = frozenset({"unknown_format", "old_word", "pdf", "image"})

__all__ = [
    "WRONG_TYPE",
    "DraftInvalid",
    "ItemDetails",
    "PlanDraft",
    "Reading",
    "ReadingRefused",
    "read_apart",
    "read_cells_apart",
    "read_document",
    "read_text",
]


def read_document(content: bytes, filename: str, *, year: int | None = None) -> PlanDraft:
    """The draft of a file: .docx, .xlsx, .txt, .csv. ``year`` where it names none itself.

    Raises ``ReadingRefused`` for what is not a document that we read.
    """
    return read_apart(content, filename, year).draft


def read_text(text: str, *, year: int | None = None) -> PlanDraft:
    """The draft of pasted text. Raises ``ReadingRefused``."""
    return read_apart(text.encode("utf-8", "replace"), None, year).draft
