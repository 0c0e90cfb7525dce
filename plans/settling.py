"""What the print of a key task leaves open, and a person settles before the plan is issued."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from plans.models import DeadlineKind, KeyTask, KeyTaskOwner, Role


@dataclass(frozen=True)
class Questions:
    """``owners`` still stand for nobody; ``no_owner`` where nobody is named at all.

    What follows may stay open. ``may_lead`` are those of whom none was said to lead, where several
    are responsible: the issuing office coordinates then. ``joint`` are those who lead together:
    the first of them reports. ``goes_on`` are those behind whom the print says 等.
    """

    key_task: KeyTask
    owners: list[KeyTaskOwner]
    no_owner: bool
    deadline: bool
    may_lead: list[KeyTaskOwner] = field(default_factory=list)
    joint: list[KeyTaskOwner] = field(default_factory=list)
    goes_on: list[KeyTaskOwner] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether it keeps the plan from being issued."""
        return bool(self.owners) or self.no_owner or self.deadline

    @property
    def may_be_answered(self) -> bool:
        return bool(self.may_lead or self.joint or self.goes_on)


def questions_of(key_task: KeyTask) -> Questions:
    """Reads the key task's owners; no query where they are prefetched.

    有关单位 may stay open: it is for the lead to name, as long as somebody else is named.
    """
    owners = list(key_task.owners.all())
    open_owners = [owner for owner in owners if not _found(owner)]
    blocking = [owner for owner in open_owners if not owner.open_ended]
    named = any(_found(owner) for owner in owners)
    return Questions(
        key_task=key_task,
        owners=blocking if named else open_owners,
        no_owner=not owners,
        deadline=key_task.due_on is None and key_task.deadline_kind != DeadlineKind.ONGOING,
        may_lead=_may_lead(owners),
        joint=_joint(owners),
        goes_on=[owner for owner in owners if owner.open_ended and not owner.is_group],
    )


def _may_lead(owners: list[KeyTaskOwner]) -> list[KeyTaskOwner]:
    if any(owner.role == Role.LEAD for owner in owners):
        return []
    responsible = [owner for owner in owners if owner.role == Role.RESPONSIBLE]
    return [owner for owner in responsible if not owner.is_group] if len(responsible) > 1 else []


def _joint(owners: list[KeyTaskOwner]) -> list[KeyTaskOwner]:
    leads = [owner for owner in owners if owner.role == Role.LEAD and not owner.is_group]
    return leads if len(leads) > 1 else []


def open_questions(key_tasks: Iterable[KeyTask]) -> list[Questions]:
    """Those of the key tasks about which something is still to be settled."""
    return [found for found in map(questions_of, key_tasks) if found.any]


def questions_left(key_tasks: Iterable[KeyTask]) -> list[Questions]:
    """Those of which nothing is left to settle but what may stay open as well."""
    return [
        found for found in map(questions_of, key_tasks) if found.may_be_answered and not found.any
    ]


def _found(owner: KeyTaskOwner) -> bool:
    return owner.unit_id is not None or owner.group_id is not None
