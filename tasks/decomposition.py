"""逐级分解: a unit breaks its share down to itself, to the units below it, or among a group."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import Unit, UnitGroup, User
from accounts.querysets import UnitQuerySet
from plans.models import DeadlineKind
from tasks.access import require_worker
from tasks.completion import roll_up
from tasks.history import record
from tasks.locking import lock_chain, lock_shape
from tasks.models import MAX_DEPTH, Task, TaskEvent
from tasks.steps import Dated, foresee_steps, require_steps_within, save_steps
from tasks.transitions import require_in_progress


@dataclass(frozen=True)
class StepPart:
    """A milestone that the share to be made will have."""

    label: str
    due_on: dt.date


@dataclass(frozen=True)
class Part:
    """One share to be made. What is left out is taken from the share that is broken down."""

    unit: Unit
    title: str = ""
    due_on: dt.date | None = None
    weight: Decimal = Decimal(1)
    steps: Sequence[StepPart] = ()
    reporting_period: str = ""


def units_below(task: Task, on: dt.date) -> UnitQuerySet:
    """The units that a share may be broken down to, besides its own.

    Those below the share's unit in the unit tree; for a root share also the units that the
    office sent the plan to, since the lead of a key task leads its equals.
    """
    below = Unit.objects.within(task.unit)
    if task.parent_id is None:
        below = below | Unit.objects.filter(
            pk__in=task.plan.recipients.through.objects.filter(plan=task.plan).values("unit_id")
        )
    return below.valid_on(on).exclude(pk=task.unit_id)


@transaction.atomic
def decompose(
    task_id: int,
    parts: Sequence[Part],
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> list[Task]:
    """Makes one share below for each part: all of them, or none and a refusal that names why.

    Refused: units out of reach or that already have a share (``Conflict``), a date after the
    share's own with the rows named (``Invalid``), a sixth level.
    """
    lock_shape(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    chain = lock_chain(task_id, version)
    task = chain[0]
    on = timezone.localdate(at)
    require_worker(actor, task, on)
    require_in_progress(task.state)
    _require_room_below(task)
    _require_sound(task, parts)
    require_reach(task, [part.unit for part in parts], on)
    _require_new(task, parts)
    inherited = list(task.steps.filter(closed_on__isnull=True))
    steps = [_steps_of(part, inherited) for part in parts]
    children = Task.objects.bulk_create(
        _child(task, part, dated, at=at) for part, dated in zip(parts, steps, strict=True)
    )
    save_steps(zip(children, steps, strict=True))
    TaskEvent.objects.bulk_create(
        TaskEvent(task=child, kind=TaskEvent.Kind.ISSUED, actor=actor, at=at, to_state=child.state)
        for child in children
    )
    task.plan.recipients.add(*(part.unit for part in parts))
    task.version += 1
    task.save(update_fields=["version"])
    roll_up(chain)
    data = {"units": [part.unit.name for part in parts]}
    record(task, TaskEvent.Kind.DECOMPOSED, actor=actor, at=at, data=data)
    return children


def split_among(
    task_id: int,
    group: UnitGroup,
    *,
    title: str = "",
    due_on: dt.date | None = None,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> list[Task]:
    """One equal share for each member of the group today, the share's own unit left out."""
    own_unit_id = Task.objects.values_list("unit_id", flat=True).get(pk=task_id)
    members = group.members_on(timezone.localdate(at)).exclude(pk=own_unit_id)
    parts = [Part(unit, title=title, due_on=due_on) for unit in members]
    return decompose(task_id, parts, actor=actor, at=at, version=version)


def _steps_of(part: Part, inherited: Sequence[Dated]) -> Sequence[Dated]:
    """A part's own milestones; without any, and without a date of its own, those from above."""
    return part.steps or (inherited if part.due_on is None else ())


def _child(task: Task, part: Part, steps: Sequence[Dated], *, at: dt.datetime) -> Task:
    own_date = part.due_on is not None
    is_own_part = part.unit.pk == task.unit_id
    child = Task(
        plan=task.plan,
        key_task_id=task.key_task_id,
        parent=task,
        ancestors=[*task.ancestors, task.pk],
        depth=task.depth + 1,
        unit=part.unit,
        issued_to=part.unit,
        role=task.role if is_own_part or _is_supporting(task) else Task.Role.RESPONSIBLE,
        is_own_part=is_own_part,
        title=part.title or task.title,
        deadline_kind=DeadlineKind.DATE if own_date else task.deadline_kind,
        deadline_text="" if own_date else task.deadline_text,
        due_on=part.due_on or task.due_on,
        weight=part.weight,
        reporting_period=part.reporting_period or task.reporting_period,
        issued_at=at,
    )
    foresee_steps(child, steps)
    return child


def _is_supporting(task: Task) -> bool:
    """What is below a supporting share supports too: it can never count upward (DESIGN 1)."""
    return task.role == Task.Role.SUPPORTING


def _require_room_below(task: Task) -> None:
    if task.depth >= MAX_DEPTH:
        raise Conflict("too_deep", _("A share tree has at most five levels."))


def _require_sound(task: Task, parts: Sequence[Part]) -> None:
    """What is wrong with the parts whatever the rows are."""
    if not parts:
        raise Invalid("no_parts", _("Choose at least one unit."))
    if any(part.weight < 0 for part in parts):
        raise Invalid("negative_weight", _("A weight is not negative."))
    if any(len(part.title) > 500 for part in parts):
        raise Invalid("title_too_long", _("A title has at most 500 characters."))
    late = [part for part in parts if part.due_on and task.due_on and part.due_on > task.due_on]
    if late:
        raise Invalid(
            "later_than_parent",
            _("A share below is due on or before this one."),
            {
                "parent_due_on": task.due_on and task.due_on.isoformat(),
                "units": [part.unit.name for part in late],
            },
        )
    for part in parts:
        require_steps_within(part.steps, part.due_on or task.due_on)


def require_reach(task: Task, units: Sequence[Unit], on: dt.date) -> None:
    """Raises ``Conflict`` naming the units to which the share may not be broken down."""
    wanted = {unit.pk: unit for unit in units if unit.pk != task.unit_id}
    reached = units_below(task, on).filter(pk__in=wanted).values_list("pk", flat=True)
    if beyond := wanted.keys() - set(reached):
        raise Conflict(
            "out_of_reach",
            _("A share is broken down to the units below one's own."),
            {"units": [wanted[pk].name for pk in sorted(beyond)]},
        )


def _require_new(task: Task, parts: Sequence[Part]) -> None:
    """One share a unit and key task, besides the own part; also within the parts themselves."""
    units = [part.unit for part in parts]
    twice = {unit.name for unit in units if units.count(unit) > 1}
    held = Task.objects.filter(key_task=task.key_task_id).exclude(state=Task.State.CANCELLED)
    others = [unit for unit in units if unit.pk != task.unit_id]
    twice |= set(
        held.filter(unit__in=others, is_own_part=False).values_list("unit__name", flat=True)
    )
    if len(others) < len(units) and held.filter(parent=task, is_own_part=True).exists():
        twice.add(task.unit.name)
    if twice:
        raise Conflict(
            "share_exists",
            _("These units already have a share of this key task."),
            {"units": sorted(twice)},
        )
