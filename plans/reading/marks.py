"""The marks that say who and by when: in brackets, on a line of their own, or after a label.

牵头 in a sentence is no mark (健全由乡镇牵头的联调机制): a mark stands in a bracket that closes an
item, fills a line, or follows a label with a colon. Pure.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from plans.reading.deadlines import read_deadline
from plans.reading.draft import OwnerDraft
from plans.reading.labels import (
    CLAUSES,
    DEADLINE,
    LABEL,
    LABEL_AND_BLANK,
    LEAD,
    OTHER,
    PERSON,
    RESPONSIBLE,
    SUPPORTING,
)
from plans.reading.owners import (
    is_group,
    looks_like_unit,
    read_owners,
    surely_unit,
    written_out,
)
from plans.reading.text import Bracket, after, before, brackets_of, folded, split_outside, without

_BY = re.compile(r"^(?:由|责成|其中)")
_EVERY = re.compile(r"各|全[省市县区]|所有|有关|相关|\d+个.")
_TOGETHER_WITH = re.compile(r"(?<=.)会同(?=.)")
#: 甲牵头乙配合, 甲牵头6月底前完成: the comma that the print left out.
_RUN_ON = re.compile(
    r"(?<=牵头)(?:负责)?(?=会同|联合|[省市县区各])|(?<=配合)(?=[省市县区各])"
    r"|(?<=牵头|负责|配合|参与)(?=\s|20\d\d年|\d{1,2}月|年底|全年)"
    r"|(?<=[局委办厅部院会府])(?=(?:20\d\d年)?\d{1,2}月[^,;。]{0,5}(?:前|完成)$)"
)
#: 县司法局(牵头): the role behind the name.
_ROLE_BEHIND = (
    (LEAD, re.compile(r"\((?:牵头|主办|总牵头|牵头(?:单位|部门|负责)|主责)\)$")),
    (SUPPORTING, re.compile(r"\((?:配合|协办|协助|参与|配合(?:单位|部门))\)$")),
    (RESPONSIBLE, re.compile(r"\((?:负责|责任(?:单位|部门))\)$")),
)
#: What a clause must hold to speak of an end: a year alone (2021年版) does not.
_OF_TIME = re.compile(
    r"前|底|末|内|完成|季度|半年|月|日|全年|长期|持续|常态|每|按季|按年|随时|适时|期间|时限"
)
#: What no name of a unit begins with.
_BEGINS_WITH_TIME = re.compile(
    r"全年|持续|长期|常态|每(?:个|半|两|[年季月周日天旬])|[按逐](?:年|季|月|周|日)|适时|随时|即日|立即|年[内底终末]"
    r"|[上下]半年|第?[一二三四]季度|今年|明年|20\d\d年|\d{1,2}月|[一二三四五六七八九十]{1,2}月"
)
#: When something was adopted is no deadline.
_PASSED = re.compile(r"(?:通过|修[正订]|施行|公布)$(?<!前通过)(?<!前公布)")


@dataclass
class Mark:
    """What the marks of one item say, and the spans of text that they fill.

    ``deadline`` is as printed; ``persons`` are printed names behind their label, never units.
    ``written_out`` are names that got the prefix they share: as printed, as written out.
    """

    owners: list[OwnerDraft] = field(default_factory=list)
    deadline: str | None = None
    persons: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    written_out: list[tuple[str, str]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.owners or self.deadline)

    def add(self, other: "Mark") -> None:
        """Takes in what a further mark of the same item says; each owner once, by name."""
        known = {owner.name for owner in self.owners}
        self.owners += [owner for owner in other.owners if owner.name not in known]
        self.deadline = self.deadline or other.deadline
        self.persons += other.persons
        self.labels += other.labels
        self.written_out += other.written_out
        self.spans += other.spans


def marks_in(text: str, *, numbered: bool = False) -> Mark:
    """All marks of one paragraph together, with the spans that they fill in it.

    ``numbered``: a number stands before the paragraph, so that it cannot be a mark as a whole.
    """
    if not numbered and (whole := read_mark(text, labelled_only=True)) is not None:
        return whole
    mark = Mark()
    tail = _labelled_tail(text)
    for bracket in _closing_brackets(text, tail):
        if (found := _read_bracket(text, bracket)) is not None:
            found.spans = [(bracket.start, bracket.end)]
            mark.add(found)
    rest = _blanked(text, mark.spans)[tail:]
    if rest and (found := read_mark(rest, labelled_only=True)) is not None:
        found.spans = [(tail + a, tail + b) for a, b in found.spans]
        mark.add(found)
    return mark


def _read_bracket(text: str, bracket: Bracket) -> Mark | None:
    plain = folded(text)
    after_stop = before(plain, bracket.start) in ("。", ";", "!", "]", ")")
    in_sentence = after(plain, bracket.end) == ","
    return read_mark(bracket.inner, after_stop=after_stop, labelled_only=in_sentence)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return "".join(characters)


def is_mark_alone(text: str) -> bool:
    """Whether the whole line is a mark: it holds nothing but labels, units, persons, times."""
    inner = [bracket for bracket in brackets_of(text) if read_mark(bracket.inner) is not None]
    left = without(text, [(bracket.start, bracket.end) for bracket in inner]).strip("\u3000 。;；")
    return (bool(inner) and not left) or read_mark(text, labelled_only=True) is not None


def _closing_brackets(text: str, tail: int) -> Iterator[Bracket]:
    """Brackets that end the text or a sentence, or stand before another or a number's sign.

    Where labels begin the ``tail`` brackets belong to names, unless they hold a label themselves.
    """
    plain = folded(text)
    for bracket in brackets_of(text):
        if bracket.start > tail:
            closes = LABEL.search(plain, bracket.start, bracket.end) is not None
        else:
            closes = _closes(plain, bracket)
        if closes:
            yield bracket


def _closes(plain: str, bracket: Bracket) -> bool:
    sign = after(plain, bracket.end)
    ends = sign in "。;,([" or "①" <= sign <= "⒇" or LABEL.match(plain, bracket.end) is not None
    return ends or before(plain, bracket.start) == "。"


def _labelled_tail(text: str) -> int:
    """Where in a paragraph the labels begin, after the end of a sentence; else its end."""
    plain = folded(text)
    nested = iter(brackets_of(text))
    bracket = next(nested, None)
    for found in LABEL.finditer(plain):
        while bracket and bracket.end <= found.start():
            bracket = next(nested, None)
        inside = bracket is not None and bracket.start < found.start()
        if not inside and before(plain, found.start()) in "。;)]!?":
            return found.start()
    return len(text)


def read_mark(text: str, *, labelled_only: bool = False, after_stop: bool = False) -> Mark | None:
    """What a bracket, a line or a tail says; ``None`` where it is no mark.

    ``labelled_only``: as on a line or in a sentence, where a bare list of units proves nothing.
    ``after_stop``: a bracket behind a finished sentence, where even a short name is believed.
    """
    mark = Mark()
    if len(text) > MOST_OF_A_MARK:
        return None
    for part in _labelled(text):
        if part.role is None and labelled_only and not _is_clause_of_units(part.words):
            return None
        if not _take(mark, part.role, part.words, certain=after_stop):
            return None
        mark.labels += [part.label] if part.label else []
        if part.role != PERSON:
            mark.spans.append((part.start, part.end))
    return mark if mark or mark.persons else None


@dataclass(frozen=True)
class _Part:
    """A label, the role it gives, and the words up to the next label."""

    label: str
    role: str | None
    words: str
    start: int
    end: int


def _labelled(text: str) -> Iterator[_Part]:
    plain = folded(text)
    nested = list(brackets_of(text))
    found = [
        match
        for match in LABEL.finditer(plain)
        if not any(bracket.start < match.start() < bracket.end for bracket in nested)
    ]
    if not found and (blank := LABEL_AND_BLANK.match(plain)):
        found = [blank]
    first = found[0].start() if found else len(text)
    if text[:first].strip(_TRIM):
        yield _Part("", None, text[:first], 0, first)
    for match, following in itertools.zip_longest(found, found[1:]):
        end = following.start() if following else len(text)
        label = text[match.start() : match.end()].strip().rstrip(":： ")
        yield _Part(label, match.lastgroup, text[match.end() : end], match.start(), end)


#: Characters; a mark that names two hundred units has some 1,200.
MOST_OF_A_MARK = 3_000
_TRIM = " \u3000,;，；。、"


def _take(mark: Mark, role: str | None, words: str, *, certain: bool = False) -> bool:
    """Adds what the words say to the mark; false where they say nothing that a mark says."""
    if role == PERSON:
        mark.persons.append(words.strip(_TRIM))
    elif role == DEADLINE:
        mark.deadline = mark.deadline or words.strip(_TRIM) or None
    elif role != OTHER:
        return _take_clauses(mark, role, words, certain=certain)
    return True


def read_clauses(text: str, role: str) -> Mark:
    """What a table's cell under a role says: units, and verbs where there are any."""
    mark = Mark()
    if (labelled := read_mark(text)) is not None and labelled.labels:
        return labelled
    _take_clauses(mark, role, text.replace("\n", " "))
    return mark


def _take_clauses(mark: Mark, role: str | None, words: str, *, certain: bool = False) -> bool:
    """Owners and deadline of clauses such as 甲牵头,乙、丙配合,6月底前."""
    waiting: list[str] = []
    for clause in _clauses(words):
        said, units = _role_of(clause)
        if said and not _BEGINS_WITH_TIME.match(folded(clause)):
            _add_owners(mark, "、".join([*waiting, units]), said)
            waiting = []
        elif _is_deadline(clause):
            mark.deadline = f"{mark.deadline},{clause}" if mark.deadline else clause
        else:
            waiting.append(clause)
    rest = "、".join(waiting)
    alone = not mark.owners and not certain
    if rest and role is None and not _is_list_of_units(rest, alone=alone):
        return False
    if rest:
        _add_owners(mark, rest, role or RESPONSIBLE)
    return True


def _clauses(words: str) -> Iterator[str]:
    for piece, _separator in split_outside(words, ",;。"):
        start = 0
        for found in _RUN_ON.finditer(folded(piece)):
            yield piece[start : found.end()].strip()
            start = found.end()
        if rest := piece[start:].strip():
            yield rest


def _role_of(clause: str) -> tuple[str | None, str]:
    """The role that the clause's verb gives, and the units before it."""
    plain = folded(clause)
    if re.match("会同|联合|协调", plain):
        return SUPPORTING, clause[2:]
    for role, pattern in CLAUSES:
        found = pattern.search(plain)
        if found and found.start():
            return role, _BY.sub("", clause[: found.start()])
    return None, clause


def _is_deadline(clause: str) -> bool:
    """A clause that speaks of time and of no unit."""
    plain = folded(clause)
    if not _OF_TIME.search(plain) or _PASSED.search(plain):
        return False
    if looks_like_unit(clause) and not _BEGINS_WITH_TIME.match(plain):
        return False
    kind = read_deadline(clause, None).kind
    return kind not in ("none", "ambiguous") or bool(
        re.search(r"[月节季年]\s?(?:之|以)?前|时限|期限|适时|随时|期间", plain)
    )


def _is_list_of_units(text: str, *, alone: bool) -> bool:
    """Whether every piece is a unit; ``alone``: nothing else says that this is a mark."""
    names = [owner.name for owner in read_owners(text, RESPONSIBLE)]
    alone = alone and not (len(names) > 1 and min(map(len, names)) > 2)
    if alone:
        return bool(names) and all(surely_unit(name) or _EVERY.match(name) for name in names)
    return bool(names) and all(looks_like_unit(name) or is_group(name) for name in names)


def _is_clause_of_units(words: str) -> bool:
    """甲牵头,乙配合 with nothing else: a line that is a mark without a label."""
    said = [_role_of(clause) for clause in _clauses(words)]
    named = [units for role, units in said if role in (LEAD, SUPPORTING)]
    return bool(named) and all(
        _is_list_of_units(units, alone=False) or _is_deadline(units) for _role, units in said
    )


def _add_owners(mark: Mark, words: str, role: str) -> None:
    if together := _TOGETHER_WITH.search(words):
        _add_owners(mark, words[: together.start()], LEAD)
        _add_owners(mark, words[together.end() :], SUPPORTING)
        return
    known = {owner.name for owner in mark.owners}
    owners = [_with_role_behind(owner) for owner in read_owners(words, role)]
    mark.owners += [owner for owner in owners if owner.name not in known]
    mark.written_out += written_out(words)


def _with_role_behind(owner: OwnerDraft) -> OwnerDraft:
    plain = folded(owner.name)
    for role, pattern in _ROLE_BEHIND:
        found = pattern.search(plain)
        if found and found.start():
            return replace(owner, name=owner.name[: found.start()], role=role)
    return owner
