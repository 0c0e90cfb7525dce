"""What the reader understood of one document, before anything is saved. Pure.

The JSON form is the draft contract: every field is always there, nothing else is, and what the
document does not say is ``null``. ``from_json`` checks as if the text came from a stranger, for
it does: a draft travels to the browser and back before a person confirms it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

ROLES = ("lead", "responsible", "supporting")
KINDS = (
    "date",
    "recurring",
    "whole_year",
    "ongoing",
    "relative",
    "milestones",
    "ambiguous",
    "invalid",
    "none",
)

Read = TypeVar("Read")


class ReadingRefused(Exception):
    """The reader will not open this. ``message`` says in one sentence what to do instead."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class DraftInvalid(Exception):
    """What should be a draft is not. ``path`` says where, as ``items[3].deadline.kind``."""

    code = "draft_invalid"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True)
class OwnerDraft:
    """A unit, or a word for many units, as printed; a shared prefix is written out."""

    name: str
    role: str
    group: bool
    open_ended: bool

    @classmethod
    def from_json(cls, value: object, path: str = "owner") -> OwnerDraft:
        row = _object(value, path, cls)
        return cls(
            name=_text(row["name"], f"{path}.name"),
            role=_word(row["role"], f"{path}.role", ROLES),
            group=_truth(row["group"], f"{path}.group"),
            open_ended=_truth(row["open_ended"], f"{path}.open_ended"),
        )


@dataclass(frozen=True)
class DeadlineDraft:
    """A deadline as printed. ``due_on`` is the last day allowed, where the kind gives one."""

    text: str | None
    kind: str
    due_on: dt.date | None

    @classmethod
    def from_json(cls, value: object, path: str = "deadline") -> DeadlineDraft:
        row = _object(value, path, cls)
        return cls(
            text=_optional(row["text"], f"{path}.text", _text),
            kind=_word(row["kind"], f"{path}.kind", KINDS),
            due_on=_optional(row["due_on"], f"{path}.due_on", _day),
        )


NO_DEADLINE = DeadlineDraft(text=None, kind="none", due_on=None)


@dataclass(frozen=True)
class ItemDraft:
    """One key task: its printed number, the chapter above it, what it says, who and by when.

    ``text`` is the whole item without the marks of owner and deadline; ``line`` counts the
    source's lines, paragraphs or rows from 1; ``questions`` are for the person who confirms.
    """

    number: str | None
    section: str | None
    title: str
    text: str
    owners: list[OwnerDraft]
    deadline: DeadlineDraft
    line: int
    questions: list[str]

    @classmethod
    def from_json(cls, value: object, path: str = "item") -> ItemDraft:
        row = _object(value, path, cls)
        return cls(
            number=_optional(row["number"], f"{path}.number", _text),
            section=_optional(row["section"], f"{path}.section", _text),
            title=_text(row["title"], f"{path}.title"),
            text=_text(row["text"], f"{path}.text"),
            owners=_list(row["owners"], f"{path}.owners", OwnerDraft.from_json),
            deadline=DeadlineDraft.from_json(row["deadline"], f"{path}.deadline"),
            line=_whole(row["line"], f"{path}.line"),
            questions=_list(row["questions"], f"{path}.questions", _text),
        )


@dataclass(frozen=True)
class PlanDraft:
    """The whole document as understood. Without items, ``questions`` say why."""

    title: str | None
    document_number: str | None
    issued_on: dt.date | None
    year: int | None
    first_unit_leads: bool | None
    items: list[ItemDraft]
    questions: list[str]

    def to_json(self) -> dict[str, Any]:
        """The draft contract's form: dates as ISO text, everything else as it is."""
        found: dict[str, Any] = asdict(
            self, dict_factory=lambda pairs: {name: _plain(value) for name, value in pairs}
        )
        return found

    @classmethod
    def from_json(cls, value: object) -> PlanDraft:
        """Raises ``DraftInvalid`` at the first thing that the contract does not allow."""
        row = _object(value, "draft", cls)
        return cls(
            title=_optional(row["title"], "title", _text),
            document_number=_optional(row["document_number"], "document_number", _text),
            issued_on=_optional(row["issued_on"], "issued_on", _day),
            year=_optional(row["year"], "year", _whole),
            first_unit_leads=_optional(row["first_unit_leads"], "first_unit_leads", _truth),
            items=_list(row["items"], "items", ItemDraft.from_json),
            questions=_list(row["questions"], "questions", _text),
        )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _object(value: object, path: str, kind: type[Any]) -> Mapping[str, object]:
    """A JSON object with exactly the fields of the dataclass."""
    if not isinstance(value, Mapping):
        raise DraftInvalid(path, _("An object is expected here."))
    wanted, given = set(kind.__dataclass_fields__), set(value)
    if missing := sorted(wanted - given):
        raise DraftInvalid(f"{path}.{missing[0]}", _("This field is missing."))
    if unknown := sorted(map(str, given - wanted)):
        raise DraftInvalid(f"{path}.{unknown[0]}", _("There is no such field."))
    return value


def _optional(value: object, path: str, read: Callable[[object, str], Read]) -> Read | None:
    return None if value is None else read(value, path)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise DraftInvalid(path, _("Text is expected here."))
    if "\0" in value or not _encodable(value):
        raise DraftInvalid(path, _("This text holds characters that cannot be kept."))
    return value


def _encodable(value: str) -> bool:
    """Half a surrogate pair is legal in JSON and nowhere else."""
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


def _word(value: object, path: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise DraftInvalid(path, _("One of these is expected: %(words)s.") % {"words": words})
    return str(value)


def _truth(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise DraftInvalid(path, _("True or false is expected here."))
    return value


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise DraftInvalid(path, _("A whole number above zero is expected here."))
    return value


def _day(value: object, path: str) -> dt.date:
    try:
        return dt.date.fromisoformat(_text(value, path))
    except ValueError:
        raise DraftInvalid(path, _("A day is expected here, as 2026-09-30.")) from None


def _list(value: object, path: str, read: Callable[[object, str], Read]) -> list[Read]:
    if not isinstance(value, list):
        raise DraftInvalid(path, _("A list is expected here."))
    return [read(found, f"{path}[{position}]") for position, found in enumerate(value)]
