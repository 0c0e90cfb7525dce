"""逐级分解: a unit breaks its share down to itself, to the units below it, or among a group."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, Refusal, told_by_row
from accounts.fixed_query import FixedQuery, Given
from accounts.models import Unit, UnitGroup, User
from accounts.querysets import UnitQuerySet
from plans.models import DeadlineKind
from tasks.access import require_worker
from tasks.changing import require_valid_fields
from tasks.completion import roll_up
from tasks.history import event_of, record
from tasks.inserting import insert_rows
from tasks.locking import lock_shape_and_chain
from tasks.models import MAX_DEPTH, Step, Task, TaskEvent
from tasks.querysets import IsAmong
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


@dataclass(frozen=True)
class PlannedShare:
    """A share as it would be made, not saved; ``refusals`` say why it cannot be."""

    task: Task
    steps: Sequence[Dated]
    refusals: list[Refusal]


@dataclass(frozen=True)
class Decomposition:
    """What breaking a share down would make; ``refusals`` are against doing it at all."""

    rows: list[PlannedShare]
    refusals: list[Refusal]

    @property
    def is_sound(self) -> bool:
        return not self.refusals and not any(row.refusals for row in self.rows)


def preview_decomposition(task: Task, parts: Sequence[Part], on: dt.date) -> Decomposition:
    """What ``decompose`` would make that day, and everything for which it would refuse.

    Reads only; a constant number of queries. Who may break the share down is for
    ``tasks.access`` to say.
    """
    units = [part.unit for part in parts]
    beyond = beyond_reach(task, units, on)
    taken = _units_with_a_share(task, units)
    inherited = list(task.steps.filter(closed_on__isnull=True)) if task.steps_total else []
    rows = []
    for position, part in enumerate(parts):
        steps = _steps_of(part, inherited)
        child = _child(task, part, steps)
        twice = part.unit in units[:position]
        refusals = [
            *_against_part(task, part, child),
            *_against_unit(part.unit, beyond=beyond, taken=taken, twice=twice),
        ]
        rows.append(PlannedShare(child, steps, refusals))
    return Decomposition(rows, list(_against_all(task, parts)))


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
    chain = lock_shape_and_chain(task_id, version)
    task = chain[0]
    on = timezone.localdate(at)
    require_worker(actor, task, on)
    planned = preview_decomposition(task, parts, on)
    _require_sound(planned)
    for row in planned.rows:
        row.task.issued_at = at
    children = insert_rows(row.task for row in planned.rows)
    save_steps((row.task, row.steps) for row in planned.rows)
    insert_rows(event_of(child, TaskEvent.Kind.ISSUED, actor=actor, at=at) for child in children)
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
    task = Task.objects.get(pk=task_id)
    parts = parts_of_group(task, group, on=timezone.localdate(at), title=title, due_on=due_on)
    return decompose(task_id, parts, actor=actor, at=at, version=version)


def parts_of_group(
    task: Task, group: UnitGroup, *, on: dt.date, title: str = "", due_on: dt.date | None = None
) -> list[Part]:
    """An equal part for each member of the group that day, the share's own unit left out."""
    members = group.members_on(on).exclude(pk=task.unit_id)
    return [Part(unit, title=title, due_on=due_on) for unit in members]


def _steps_of(part: Part, inherited: Sequence[Dated]) -> Sequence[Dated]:
    """A part's own milestones; without any, and without a date of its own, those from above."""
    return part.steps or (inherited if part.due_on is None else ())


def _child(task: Task, part: Part, steps: Sequence[Dated]) -> Task:
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
    )
    foresee_steps(child, steps)
    return child


def _is_supporting(task: Task) -> bool:
    """What is below a supporting share supports too: it can never count upward (DESIGN 1)."""
    return task.role == Task.Role.SUPPORTING


def _against_all(task: Task, parts: Sequence[Part]) -> Iterator[Refusal]:
    """What stands against breaking the share down, whatever the parts are."""
    yield from _refusal_of(partial(require_in_progress, task.state))
    if task.depth >= MAX_DEPTH:
        yield Conflict("too_deep", _("A share tree has at most five levels."))
    if not parts:
        yield Invalid("no_parts", _("Choose at least one unit."))


def _against_part(task: Task, part: Part, child: Task) -> Iterator[Refusal]:
    """What is wrong with a part whatever the other rows are."""
    if part.weight < 0:
        yield Invalid("negative_weight", _("A weight is not negative."))
    elif len(part.title) > 500:
        yield Invalid("title_too_long", _("A title has at most 500 characters."))
    else:
        yield from _refusal_of(partial(_require_valid, part, child))
    if part.due_on and task.due_on and part.due_on > task.due_on:
        yield Invalid(
            "later_than_parent",
            _("A share below is due on or before this one."),
            {"parent_due_on": task.due_on.isoformat()},
        )
    yield from _refusal_of(partial(require_steps_within, part.steps, child.due_on))


def _against_unit(
    unit: Unit, *, beyond: Collection[int], taken: Collection[int], twice: bool
) -> Iterator[Refusal]:
    if unit.pk in beyond:
        yield Conflict("out_of_reach", _("A share is broken down to the units below one's own."))
    if unit.pk in taken or twice:
        yield Conflict("share_exists", _("These units already have a share of this key task."))


def _refusal_of(check: Callable[[], None]) -> Iterator[Refusal]:
    try:
        check()
    except Refusal as refusal:
        yield refusal


def _require_valid(part: Part, child: Task) -> None:
    """The models' own rules for what a person gave."""
    require_valid_fields(child, ("title", "weight", "reporting_period"))
    for step in part.steps:
        require_valid_fields(Step(label=step.label, due_on=step.due_on), ("label", "due_on"))


def _require_sound(planned: Decomposition) -> None:
    """Raises the first refusal, with the units that it concerns and the code of every row."""
    for refusal in planned.refusals:
        raise refusal
    found = [(row.task.unit.name, refusal) for row in planned.rows for refusal in row.refusals]
    if not found:
        return
    first = min((refusal for _name, refusal in found), key=lambda r: isinstance(r, Conflict))
    units = [name for name, refusal in found if refusal.code == first.code]
    rows = {number: row.refusals[0] for number, row in enumerate(planned.rows, 1) if row.refusals}
    details = {**first.details, "units": sorted(set(units)), "rows": told_by_row(rows)}
    raise type(first)(first.code, first.message, details)


def beyond_reach(task: Task, units: Iterable[Unit], on: dt.date) -> set[int]:
    """Those of the units, by id, to which the share may not be broken down."""
    wanted = {unit.pk for unit in units if unit.pk != task.unit_id}
    return wanted - set(units_below(task, on).filter(pk__in=wanted).values_list("pk", flat=True))


def _units_with_a_share(task: Task, units: Iterable[Unit]) -> set[int]:
    """One share a unit and key task, besides the own part of the share that is broken down."""
    others = [unit.pk for unit in units if unit.pk != task.unit_id]
    taken = TAKEN(key_task=task.key_task_id, share=task.pk, units=others)
    return {share.unit_id for share in taken}


TAKEN = FixedQuery(
    lambda: (
        Task.objects.filter(
            Q(IsAmong(F("unit"), Given("units")), is_own_part=False)
            | Q(parent=Given("share"), is_own_part=True),
            key_task=Given("key_task"),
        )
        .exclude(state=Task.State.CANCELLED)
        .only("unit")
        .order_by()
    )
)
