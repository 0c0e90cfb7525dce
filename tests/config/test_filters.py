"""Every field of what is listed can be asked about, or it is said here why nobody would."""

from typing import Any

import pytest

from accounts.api.filters import UnitFilters
from plans.api.filters import KeyTaskFilters, PlanFilters
from tasks.api.filters import (
    EventFilters,
    ExtensionRequestFilters,
    PaperFilters,
    ReminderFilters,
    ReportFilters,
    TaskFilters,
)
from tasks.api.supervision import SupervisionNoticeFilters

LISTS = [
    UnitFilters,
    PlanFilters,
    KeyTaskFilters,
    TaskFilters,
    ReportFilters,
    EventFilters,
    ExtensionRequestFilters,
    ReminderFilters,
    SupervisionNoticeFilters,
    PaperFilters,
]

#: Fields that a filter of another name asks about.
BY_ANOTHER = {
    "Unit": {"name": "text", "ancestors": "subtree_of", "valid_from": "valid_on"}
    | {"valid_to": "valid_on"},
    "Plan": {"title": "text", "document_number": "text"},
    "KeyTask": {"title": "text", "text": "text"},
    "Task": {"title": "text", "acknowledged_at": "acknowledged"},
    "ProgressReport": {"narrative": "text", "reason": "text"},
    "ExtensionRequest": {"reason": "text", "answer": "text"},
    "Reminder": {"superseded_at": "end", "is_said": "end", "mails": "end"},
    "SupervisionNotice": {"plan": "plan", "text": "text", "lifted_because": "text"},
}

OF_A_ROW = "found by its own address"
FOR_WRITES = "what a write compares, not what anybody looks for"
A_NUMBER = "a setting of the plan or the share, read beside it"
REASONS = {
    "Unit": {"position": "the order of the list", "successors": "asked of unit reforms"},
    "Plan": {
        "created_by": "whoever drafts a plan shares it with the office",
        "created_at": "issued_at is the day that counts",
        **dict.fromkeys(
            ["objection_days", "acknowledgement_days", "yellow_days", "yellow_points"], A_NUMBER
        ),
        **dict.fromkeys(["report_day", "approval_inside_unit"], A_NUMBER),
    },
    "KeyTask": {
        "position": "the order of the list",
        "source_line": "of the document, for whoever checks how it was read",
        "deadline_text": "due_on and deadline_kind say what it means",
        "weight": A_NUMBER,
    },
    "Task": {
        "ancestors": "parent and subtree_of ask about the tree",
        "deadline_text": "due_on and deadline_kind say what it means",
        "steps_total": "next_due_on and completion say where it stands",
        "steps_closed": "next_due_on and completion say where it stands",
        "deadline_version": FOR_WRITES,
        "weight": A_NUMBER,
        "reported_percent": "completion is the figure that counts",
    },
    "ProgressReport": {
        "percent": "asked of the share, as completion",
        "steps": "asked of the share",
        "let_out_by": "the unit's own affair",
    },
    "TaskEvent": {
        "data": "its form differs by kind",
        "standing": "kept to rebuild past days; never shown",
        "transaction": "what after= goes by",
    },
    "ExtensionRequest": {"old_due_on": "the share's due_on until it is decided"},
    "Reminder": {"deadline_version": FOR_WRITES},
    "Paper": {
        "asked": "its form differs by kind",
        "asked_by": "everybody sees their own only",
        **dict.fromkeys(["done", "total"], "progress, gone in a minute"),
        **dict.fromkeys(["attempts", "lease_until", "lease_token"], "the makers' own affair"),
        **dict.fromkeys(["name", "size", "sha256", "stored_as"], "of the file, read beside it"),
        "kept_until": "made_at and the days of the installation say it",
    },
}


@pytest.mark.parametrize("filters", LISTS, ids=lambda filters: filters.__name__)
def test_every_field_has_a_filter_or_a_reason(filters: Any) -> None:
    model = filters._meta.model
    known = filters.get_filters()
    direct = {found.field_name.partition("__")[0] for found in known.values()}
    by_another = BY_ANOTHER.get(model.__name__, {})
    reasons = {"id": OF_A_ROW, "version": FOR_WRITES} | REASONS.get(model.__name__, {})
    fields = {field.name for field in (*model._meta.fields, *model._meta.many_to_many)}
    assert set(by_another.values()) <= known.keys()
    assert fields - direct - by_another.keys() - reasons.keys() == set()
    stale = (by_another.keys() | reasons.keys() - {"id", "version"}) - fields
    assert stale == set(), "no such field any more"
    assert all(reasons.values())
