"""Making a plan of a confirmed draft, and settling what its print left open, until it is issued."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import Unit, UnitGroup, User
from accounts.versioning import require_version
from plans.access import require_coordinator
from plans.locking import lock_key_task, lock_plan, require_not_closed
from plans.models import DeadlineKind, KeyTask, KeyTaskOwner, KeyTaskStep, Plan, Section
from plans.reading.draft import DeadlineDraft, ItemDraft, PlanDraft
from plans.reading.matching import OwnerMatch, match_owners
from plans.reading.recurrence import StepDraft, steps_of
from plans.sources import bind_source


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


#: Says "leave this field as it is" where ``None`` is a value of its own.
UNCHANGED = _Unchanged.UNCHANGED
Unchanged = Literal[_Unchanged.UNCHANGED]


@dataclass(frozen=True)
class OwnerChoice:
    """An owner as a person settled it: the printed name, and the unit or group that it means."""

    name: str
    role: str
    unit: Unit | None = None
    group: UnitGroup | None = None
    open_ended: bool = False


@dataclass(frozen=True)
class KeyTaskChanges:
    due_on: dt.date | Unchanged | None = UNCHANGED
    deadline_kind: str | Unchanged = UNCHANGED
    owners: Sequence[OwnerChoice] | Unchanged = UNCHANGED
    steps: Sequence[StepDraft] | Unchanged = UNCHANGED
    weight: Decimal | Unchanged = UNCHANGED


#: What stands in the document itself; the rest are rules of how it is followed.
PROMISED = ("title", "document_number", "issued_on", "recipients")


@dataclass(frozen=True)
class PlanChanges:
    title: str | Unchanged = UNCHANGED
    document_number: str | Unchanged = UNCHANGED
    issued_on: dt.date | Unchanged = UNCHANGED
    decided_by: str | Unchanged = UNCHANGED
    objection_days: int | Unchanged = UNCHANGED
    acknowledgement_days: int | Unchanged = UNCHANGED
    yellow_days: int | Unchanged = UNCHANGED
    yellow_points: int | Unchanged = UNCHANGED
    reporting_period: str | Unchanged = UNCHANGED
    report_day: int | Unchanged = UNCHANGED
    approval_inside_unit: bool | Unchanged = UNCHANGED
    recipients: Sequence[Unit] | Unchanged = UNCHANGED


@transaction.atomic
def make_plan(
    draft: PlanDraft,
    *,
    issuing_unit: Unit,
    issued_on: dt.date,
    actor: User,
    at: dt.datetime,
    recipients: Iterable[Unit] = (),
    source: int | None = None,
) -> Plan:
    """The draft that a person confirmed, saved as a plan that is not yet issued.

    All or nothing; a constant number of queries. Owners are resolved where exactly one unit or
    group bears the name on ``issued_on``; the rest wait for ``settle_key_task``. ``source`` is
    the id of the kept document that it was read from (``plans.sources``). Raises ``Invalid``
    naming the item when a text is longer than a plan's can be.
    """
    require_coordinator(actor, issuing_unit, timezone.localdate(at))
    if not draft.items:
        raise Invalid("no_key_tasks", _("This document holds no key tasks."))
    plan = Plan(
        title=draft.title or "",
        document_number=draft.document_number or "",
        year=draft.year or issued_on.year,
        issued_on=issued_on,
        issuing_unit=issuing_unit,
        created_by=actor,
        created_at=at,
    )
    require_valid_fields(plan, where="plan", exclude=["issuing_unit", "created_by"])
    plan.save()
    plan.recipients.set(recipients)
    _add_key_tasks(plan, draft, issued_on)
    if source is not None:
        bind_source(source, plan, actor=actor)
    return plan


def _add_key_tasks(plan: Plan, draft: PlanDraft, on: dt.date) -> None:
    sections = _add_sections(plan, draft)
    key_tasks = [
        _key_task(plan, sections.get(item.section or ""), position, item)
        for position, item in enumerate(draft.items, 1)
    ]
    KeyTask.objects.bulk_create(key_tasks)
    add_steps(plan, key_tasks)
    matches = {(match.name, match.is_group): match for match in match_owners(draft, on)}
    KeyTaskOwner.objects.bulk_create(
        _owner(key_task, position, owner.name, owner.role, matches[owner.name, owner.group], owner)
        for key_task, item in zip(key_tasks, draft.items, strict=True)
        for position, owner in enumerate(item.owners, 1)
    )


def add_steps(plan: Plan, key_tasks: Sequence[KeyTask]) -> None:
    """The steps that the printed deadlines mean, none of them after the key task's own date.

    Where that is open, the last of them is the last day of all.
    """
    steps: list[KeyTaskStep] = []
    for key_task in key_tasks:
        last = key_task.due_on or dt.date.max
        found = steps_of(_printed_deadline(key_task), plan.year, plan.issued_on)
        dated = [step for step in found if step.due_on <= last]
        steps += _numbered(key_task, dated)
        if dated and key_task.due_on is None:
            key_task.due_on = dated[-1].due_on
    KeyTask.objects.bulk_update(key_tasks, ["due_on"])
    KeyTaskStep.objects.bulk_create(steps)


def _printed_deadline(key_task: KeyTask) -> DeadlineDraft:
    return DeadlineDraft(key_task.deadline_text or None, key_task.deadline_kind, key_task.due_on)


def _numbered(key_task: KeyTask, dated: Iterable[StepDraft]) -> list[KeyTaskStep]:
    return [
        KeyTaskStep(key_task=key_task, position=n, label=step.label, due_on=step.due_on)
        for n, step in enumerate(dated, 1)
    ]


def _add_sections(plan: Plan, draft: PlanDraft) -> dict[str, Section]:
    titles = dict.fromkeys(item.section for item in draft.items if item.section)
    sections = [Section(plan=plan, position=n, title=title) for n, title in enumerate(titles, 1)]
    for section in sections:
        require_valid_fields(section, where=section.title[:40], exclude=["plan"])
    return {section.title: section for section in Section.objects.bulk_create(sections)}


def _key_task(plan: Plan, section: Section | None, position: int, item: ItemDraft) -> KeyTask:
    key_task = KeyTask(
        plan=plan,
        section=section,
        position=position,
        number=item.number or "",
        title=item.title,
        text=item.text,
        source_line=item.line,
        deadline_kind=item.deadline.kind,
        deadline_text=item.deadline.text or "",
        due_on=None if item.deadline.kind == DeadlineKind.ONGOING else item.deadline.due_on,
    )
    require_valid_fields(key_task, where=f"items[{position - 1}]", exclude=["plan", "section"])
    return key_task


def _owner(
    key_task: KeyTask, position: int, name: str, role: str, match: OwnerMatch, printed: Any
) -> KeyTaskOwner:
    owner = KeyTaskOwner(
        key_task=key_task,
        position=position,
        name=name,
        role=role,
        is_group=printed.group,
        open_ended=printed.open_ended,
        unit=match.unit,
        group=match.group,
    )
    require_valid_fields(
        owner, where=f"items[{key_task.position - 1}]", exclude=["key_task", "unit", "group"]
    )
    return owner


@transaction.atomic
def settle_key_task(
    key_task_id: int,
    changes: KeyTaskChanges,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> KeyTask:
    """What a person decided about an item whose print left a date or an owner open.

    The printed words stay as they are. Only before the plan is issued (``Conflict``). What
    becomes ongoing loses its steps.
    """
    key_task = lock_key_task(key_task_id)
    require_coordinator(actor, key_task.plan.issuing_unit, timezone.localdate(at))
    require_version(key_task, version)
    _require_draft(key_task.plan)
    if changes.deadline_kind is not UNCHANGED:
        key_task.deadline_kind = changes.deadline_kind
    if changes.due_on is not UNCHANGED:
        key_task.due_on = changes.due_on
    if changes.weight is not UNCHANGED:
        key_task.weight = changes.weight
    require_valid_fields(key_task, where="key_task", exclude=["plan", "section"])
    if changes.owners is not UNCHANGED:
        _replace_owners(key_task, changes.owners)
    if changes.steps is not UNCHANGED:
        _replace_steps(key_task, changes.steps)
    elif key_task.deadline_kind == DeadlineKind.ONGOING:
        key_task.steps.all().delete()
    require_dated_soundly(key_task)
    key_task.version += 1
    key_task.save()
    return key_task


def _replace_steps(key_task: KeyTask, steps: Sequence[StepDraft]) -> None:
    """The last step's date is the key task's, where none is set and it may have one."""
    dated = sorted(steps, key=lambda step: step.due_on)
    rows = _numbered(key_task, dated)
    for row in rows:
        require_valid_fields(row, where=f"steps[{row.position - 1}]", exclude=["key_task"])
    if dated and key_task.due_on is None:
        key_task.due_on = dated[-1].due_on
    key_task.steps.all().delete()
    KeyTaskStep.objects.bulk_create(rows)


def require_dated_soundly(key_task: KeyTask) -> None:
    """Raises ``Invalid`` for a date of what has none, and for a step after the date."""
    if key_task.deadline_kind == DeadlineKind.ONGOING and key_task.due_on:
        raise Invalid(
            "ongoing_has_no_date", _("An ongoing key task has no date; choose another kind first.")
        )
    if key_task.due_on and key_task.steps.filter(due_on__gt=key_task.due_on).exists():
        raise Invalid("step_after_deadline", _("A step is due on or before the key task itself."))


def _replace_owners(key_task: KeyTask, choices: Sequence[OwnerChoice]) -> None:
    key_task.owners.all().delete()
    add_owners(key_task, choices)


def add_owners(key_task: KeyTask, choices: Sequence[OwnerChoice]) -> None:
    """The owners of a key task that has none, in the order given. Raises ``Invalid``."""
    owners = [
        KeyTaskOwner(
            key_task=key_task,
            position=position,
            name=choice.name,
            role=choice.role,
            is_group=choice.group is not None,
            open_ended=choice.open_ended,
            unit=choice.unit,
            group=choice.group,
        )
        for position, choice in enumerate(choices, 1)
    ]
    for position, owner in enumerate(owners):
        require_valid_fields(
            owner, where=f"owners[{position}]", exclude=["key_task", "unit", "group"]
        )
        if owner.unit and owner.group:
            raise Invalid("owner_is_one_thing", _("An owner is either a unit or a group."))
    KeyTaskOwner.objects.bulk_create(owners)


@transaction.atomic
def change_plan_settings(
    plan_id: int,
    changes: PlanChanges,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Plan:
    """The plan's head before it is issued (``Conflict`` after), its rules until it is closed."""
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    require_version(plan, version)
    require_not_closed(plan.state)
    if any(getattr(changes, name) is not UNCHANGED for name in PROMISED):
        _require_draft(plan)
    for field in fields(changes):
        value = getattr(changes, field.name)
        if value is not UNCHANGED and field.name != "recipients":
            setattr(plan, field.name, value)
    require_valid_fields(plan, where="plan", exclude=["issuing_unit", "created_by"])
    if changes.recipients is not UNCHANGED:
        plan.recipients.set(changes.recipients)
    plan.version += 1
    plan.save()
    return plan


def _require_draft(plan: Plan) -> None:
    if plan.state != Plan.State.DRAFT:
        raise Conflict("plan_issued", _("The plan is issued; it is changed by amendment now."))


def require_valid_fields(row: Model, *, where: str, exclude: list[str]) -> None:
    """The model's own rules for each field; without the rows it refers to, which cost a query."""
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        raise Invalid(
            "invalid", _("Some values cannot be saved as they are."), {where: error.message_dict}
        ) from error
