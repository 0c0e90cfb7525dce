"""Whole documents in the manner of offices, each with the reading that a careful official gives it.

Under ``%%%%`` each document says what is expected: the head as ``name: value``, then one line for
each task, ``number | section | title | owners | deadline``. Owners are ``L:``, ``R:``, ``S:`` by
role, ``*`` for a group and ``+`` for an open list; a slash divides readings that are both right;
a line with ``?`` in front may be missing; ``zero`` is a document without tasks.
"""

from pathlib import Path

import pytest

from plans.reading.draft import ItemDraft, OwnerDraft, PlanDraft
from plans.reading.formats import blocks_of_text
from plans.reading.grammar import read_blocks
from plans.reading.text import squeezed

DOCUMENTS = sorted((Path(__file__).parent / "documents").glob("*.txt"))


def owner_line(owner: OwnerDraft) -> str:
    group, open_ended = "*" if owner.group else "", "+" if owner.open_ended else ""
    return f"{owner.role[0].upper()}:{squeezed(owner.name)}{group}{open_ended}"


def item_lines(item: ItemDraft) -> list[str]:
    due_on = f" {item.deadline.due_on}" if item.deadline.due_on else ""
    return [
        squeezed(item.number or "-"),
        squeezed(item.section or "-"),
        squeezed(item.title),
        " ".join(owner_line(owner) for owner in item.owners),
        item.deadline.kind + due_on,
    ]


def head_lines(draft: PlanDraft) -> dict[str, str]:
    return {
        "title": squeezed(draft.title or "-"),
        "number": draft.document_number or "-",
        "issued_on": str(draft.issued_on or "-"),
        "year": str(draft.year or "-"),
        "first_unit_leads": str(draft.first_unit_leads).lower() if draft.first_unit_leads else "-",
    }


def differences(draft: PlanDraft, expected: str) -> list[str]:
    """What the draft says otherwise than expected, one line for each field."""
    found: list[str] = []
    lines = expected.strip().splitlines()
    tasks = [line for line in lines if " | " in line]
    head = dict(line.split(": ", 1) for line in lines if ": " in line and line not in tasks)
    said = head_lines(draft)
    for name in said:
        wanted = head.get(name, "-")
        if squeezed(said[name]) not in [squeezed(wanted), *squeezed(wanted).split("/")]:
            found.append(f"{name}: {said[name]} instead of {wanted}")
    items = [item_lines(item) for item in draft.items]
    for line in tasks:
        wanted_fields = [field.strip() for field in line.removeprefix("?").split("|")]
        wanted_fields[:3] = [squeezed(field) for field in wanted_fields[:3]]
        wanted_fields[3] = " ".join(squeezed(owner) for owner in wanted_fields[3].split())
        match = next(
            (i for i in items if (i[0], i[2]) == (wanted_fields[0], wanted_fields[2])), None
        )
        if match is None:
            if not line.startswith("?"):
                found.append(f"missing: {line}")
            continue
        items.remove(match)
        for said_field, wanted in zip(match, wanted_fields, strict=True):
            if said_field != wanted and said_field not in wanted.split("/"):
                found.append(f"{match[0]} {match[2]}: {said_field} instead of {wanted}")
    return found + [f"invented: {' | '.join(item)}" for item in items]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_reads_as_a_careful_official_reads_it(path: Path) -> None:
    document, expected = path.read_text(encoding="utf-8").split("%%%%\n")
    assert not differences(read_blocks(blocks_of_text(document)), expected)
