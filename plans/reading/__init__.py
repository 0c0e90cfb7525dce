"""Reading: a document in, a draft out, for a person to confirm. Nothing here is saved."""

from plans.reading.draft import DraftInvalid, PlanDraft, ReadingRefused

#: Refusals because of the kind of file; the others are about what is inside one.
WRONG_TYPE = frozenset({"unknown_format", "old_word", "pdf", "image"})

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
    return read_text(content.decode(), year=year)


def read_text(text: str, *, year: int | None = None) -> PlanDraft:
    """Reads pasted text."""
    return PlanDraft(None, None, None, year, None, [], [text[:10]])
