"""The draft and its contract: what travels, and what is refused at which place."""

import datetime as dt
from copy import deepcopy
from typing import Any

import pytest
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from plans.reading.draft import (
    KINDS,
    NO_DEADLINE,
    ROLES,
    DeadlineDraft,
    DraftInvalid,
    ItemDraft,
    OwnerDraft,
    PlanDraft,
    ReadingRefused,
)


def _object(**fields: Any) -> dict[str, Any]:
    """A JSON object with exactly these fields."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _or_null(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": [kind, "null"], **more}


TEXTS = {"type": "array", "items": {"type": "string"}}
OWNER = _object(
    name={"type": "string"},
    role={"enum": ["lead", "responsible", "supporting"]},
    group={"type": "boolean"},
    open_ended={"type": "boolean"},
)
DEADLINE = _object(
    text=_or_null("string"),
    kind={
        "enum": [
            "date", "recurring", "whole_year", "ongoing", "relative",
            "milestones", "ambiguous", "invalid", "none",
        ]
    },
    due_on=_or_null("string", format="date"),
)  # fmt: skip
ITEM = _object(
    number=_or_null("string"),
    section=_or_null("string"),
    title={"type": "string"},
    text={"type": "string"},
    owners={"type": "array", "items": OWNER},
    deadline=DEADLINE,
    line={"type": "integer"},
    questions=TEXTS,
)
DRAFT = _object(
    title=_or_null("string"),
    document_number=_or_null("string"),
    issued_on=_or_null("string", format="date"),
    year=_or_null("integer"),
    first_unit_leads=_or_null("boolean"),
    items={"type": "array", "items": ITEM},
    questions=TEXTS,
)
CONTRACT = Draft202012Validator(DRAFT, format_checker=Draft202012Validator.FORMAT_CHECKER)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
days = st.none() | st.dates()
owners = st.builds(OwnerDraft, texts, st.sampled_from(ROLES), st.booleans(), st.booleans())
deadlines = st.builds(DeadlineDraft, st.none() | texts, st.sampled_from(KINDS), days)
items = st.builds(
    ItemDraft,
    st.none() | texts,
    st.none() | texts,
    texts,
    texts,
    st.lists(owners, max_size=3),
    deadlines,
    st.integers(1, 2**31 - 1),
    st.lists(texts, max_size=2),
)
drafts = st.builds(
    PlanDraft,
    st.none() | texts,
    st.none() | texts,
    days,
    st.none() | st.integers(1, 9999),
    st.none() | st.booleans(),
    st.lists(items, max_size=3),
    st.lists(texts, max_size=2),
)


@given(drafts)
def test_a_draft_survives_its_json_and_obeys_the_contract(draft: PlanDraft) -> None:
    value = draft.to_json()
    CONTRACT.validate(value)
    assert PlanDraft.from_json(value) == draft


ONE: dict[str, Any] = PlanDraft(
    title="要点",
    document_number="甲发〔2026〕1号",
    issued_on=dt.date(2026, 3, 2),
    year=2026,
    first_unit_leads=None,
    items=[
        ItemDraft(
            "1.", "一、", "甲", "甲。", [OwnerDraft("县司法局", "lead", False, False)],
            DeadlineDraft("6月底", "date", dt.date(2026, 6, 30)), 3, ["?"],
        ),
        ItemDraft(None, None, "乙", "乙。", [], NO_DEADLINE, 4, []),
    ],
    questions=[],
).to_json()  # fmt: skip

REMOVE = object()


def changed(path: str, value: object) -> Any:
    """The draft with one place changed; ``REMOVE`` takes the field away."""
    draft = deepcopy(ONE)
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place: Any = draft
    for step in steps:
        place = place[step]
    if value is REMOVE:
        del place[last]
    else:
        place[last] = value
    return draft


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("title", 3, "title"),
        ("title", "甲\0", "title"),
        ("title", "\ud800", "title"),
        ("title", REMOVE, "draft.title"),
        ("colour", "red", "draft.colour"),
        ("document_number", [], "document_number"),
        ("issued_on", "2026-02-30", "issued_on"),
        ("issued_on", 20260302, "issued_on"),
        ("year", "2026", "year"),
        ("year", 0, "year"),
        ("year", 2**31, "year"),
        ("year", True, "year"),
        ("year", 2026.0, "year"),
        ("first_unit_leads", "yes", "first_unit_leads"),
        ("items", {}, "items"),
        ("items.0", "甲", "items[0]"),
        ("items.1.line", REMOVE, "items[1].line"),
        ("items.1.line", -1, "items[1].line"),
        ("items.0.extra", 1, "items[0].extra"),
        ("items.0.number", 1, "items[0].number"),
        ("items.0.section", 1, "items[0].section"),
        ("items.0.title", None, "items[0].title"),
        ("items.0.text", None, "items[0].text"),
        ("items.0.owners", None, "items[0].owners"),
        ("items.0.owners.0", [], "items[0].owners[0]"),
        ("items.0.owners.0.name", None, "items[0].owners[0].name"),
        ("items.0.owners.0.role", "boss", "items[0].owners[0].role"),
        ("items.0.owners.0.group", 1, "items[0].owners[0].group"),
        ("items.0.owners.0.open_ended", None, "items[0].owners[0].open_ended"),
        ("items.0.deadline", None, "items[0].deadline"),
        ("items.0.deadline.text", 1, "items[0].deadline.text"),
        ("items.0.deadline.kind", "soon", "items[0].deadline.kind"),
        ("items.0.deadline.kind", [], "items[0].deadline.kind"),
        ("items.0.deadline.due_on", "soon", "items[0].deadline.due_on"),
        ("items.0.questions", [None], "items[0].questions[0]"),
        ("questions", "?", "questions"),
    ],
)
def test_what_the_contract_does_not_allow_is_refused_with_its_place(
    path: str, value: object, where: str
) -> None:
    with pytest.raises(DraftInvalid) as refusal:
        PlanDraft.from_json(changed(path, value))
    assert refusal.value.path == where
    assert str(refusal.value) == f"{where}: {refusal.value.message}"


@pytest.mark.parametrize("value", [None, [], "draft", 3])
def test_what_is_no_object_is_no_draft(value: object) -> None:
    with pytest.raises(DraftInvalid) as refusal:
        PlanDraft.from_json(value)
    assert refusal.value.path == "draft"


def test_parts_name_themselves_when_they_are_read_alone() -> None:
    for kind, name in ((OwnerDraft, "owner"), (DeadlineDraft, "deadline"), (ItemDraft, "item")):
        with pytest.raises(DraftInvalid) as refusal:
            kind.from_json(None)
        assert refusal.value.path == name


def test_a_refusal_is_its_sentence() -> None:
    refusal = ReadingRefused("pdf", lazystr("Not read."))
    assert (refusal.code, str(refusal)) == ("pdf", "Not read.")
