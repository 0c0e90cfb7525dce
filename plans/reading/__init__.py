"""Reading: a document in, a draft out, for a person to confirm. Nothing here is saved.

``formats`` turns a file into blocks, ``grammar`` turns blocks into a draft, ``matching`` turns
printed names into units.
"""

from plans.reading.draft import DraftInvalid, PlanDraft, ReadingRefused
from plans.reading.formats import WRONG_TYPE, blocks_of_file, blocks_of_text
from plans.reading.grammar import read_blocks

__all__ = [
    "WRONG_TYPE",
    "DraftInvalid",
    "PlanDraft",
    "ReadingRefused",
    "read_document",
    "read_text",
]


def read_document(content: bytes, filename: str, *, year: int | None = None) -> PlanDraft:
    """Reads a file. ``year`` is used where the document itself names none.

    Raises ``ReadingRefused`` for what is not a document that we read.
    """
    return read_blocks(blocks_of_file(content, filename), year=year)


def read_text(text: str, *, year: int | None = None) -> PlanDraft:
    """Reads pasted text."""
    return read_blocks(blocks_of_text(text), year=year)
