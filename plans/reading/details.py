"""What the reader understood beside the draft: what the contract has no place for. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from plans.reading.draft import PlanDraft
from plans.reading.recurrence import StepDraft


@dataclass(frozen=True)
class ItemDetails:
    """Of one item: names and labels as printed, and what its deadline means day by day.

    ``persons`` stand behind labels such as 责任领导 and are never units. ``recurrence`` are the
    printed words of a recurring deadline; ``steps`` its occurrences, or the milestones.
    """

    persons: list[str]
    labels: list[str]
    recurrence: str | None
    steps: list[StepDraft]

    def to_json(self) -> dict[str, Any]:
        steps = [{"label": step.label, "due_on": step.due_on.isoformat()} for step in self.steps]
        return {**asdict(self), "steps": steps}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ItemDetails:
        """What ``to_json`` of this same version wrote."""
        steps = [
            StepDraft(step["label"], dt.date.fromisoformat(step["due_on"])) for step in row["steps"]
        ]
        return cls(**{**row, "steps": steps})


@dataclass(frozen=True)
class Reading:
    """The draft, and the details of its items in the same order."""

    draft: PlanDraft
    details: list[ItemDetails]
