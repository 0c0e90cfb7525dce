"""机构改革 in the directory: units close, change their name, merge and split on a day.

``on`` is the first day of the new order; what ends has the day before as its last. No unit is
deleted. Shares know nothing of this: a reform with open shares goes through ``tasks.reforming``.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.directory import add_unit
from accounts.errors import Conflict, Invalid
from accounts.locking import lock_unit_tree
from accounts.models import Unit, UnitAlias
from accounts.succession import ONE_DAY, carry_groups, hand_on
from accounts.unit_tree import hang_below, require_name_free


@dataclass(frozen=True)
class NewUnit:
    """A successor to be made once the names of those that end are free."""

    name: str
    kind: str
    parent: Unit | None


@transaction.atomic
def rename_unit(unit_id: int, name: str, *, on: dt.date) -> Unit:
    """The unit goes on under another name; documents of earlier days find it by the old one."""
    lock_unit_tree()
    unit = _running_unit(unit_id, on)
    if not name.strip() or name == unit.name:
        raise Invalid("no_new_name", _("Give the unit another name."))
    require_name_free(name, unit.parent, on=on, besides=unit)
    former = unit.aliases.filter(valid_to__isnull=False, valid_to__lt=on).order_by("-valid_to")
    last = former.values_list("valid_to", flat=True).first()
    UnitAlias.objects.create(
        unit=unit,
        name=unit.name,
        valid_from=last + ONE_DAY if last else unit.valid_from,
        valid_to=on - ONE_DAY,
    )
    unit.name = name
    unit.full_clean()
    unit.save(update_fields=["name"])
    return unit


def close_unit(unit_id: int, *, on: dt.date) -> Unit:
    """The unit ends without a successor. Refused while units below it go on."""
    return end_unit(unit_id, [], on=on)


@transaction.atomic
def merge_units(unit_ids: Collection[int], into: Unit | NewUnit, *, on: dt.date) -> Unit:
    """Several units end, and one follows them: a new one, or one that was there before."""
    lock_unit_tree()
    units = [_end(unit_id, on) for unit_id in unit_ids]
    successor = _made(into, on)
    for unit in units:
        _hand_over(unit, [successor], on)
    return successor


@transaction.atomic
def split_unit(unit_id: int, into: Sequence[Unit | NewUnit], *, on: dt.date) -> list[Unit]:
    """Several units follow one. Where it is one of them itself, it goes on beside the others."""
    lock_unit_tree()
    stays = any(isinstance(part, Unit) and part.pk == unit_id for part in into)
    unit = _running_unit(unit_id, on) if stays else _end(unit_id, on)
    parts = [_made(part, on) for part in into]
    if stays:
        _give_off(unit, parts, on)
    else:
        _hand_over(unit, parts, on)
    return parts


@transaction.atomic
def end_unit(unit_id: int, successors: Sequence[Unit], *, on: dt.date) -> Unit:
    """The unit ends and units that exist follow it: none, one or several."""
    lock_unit_tree()
    unit = _end(unit_id, on)
    _hand_over(unit, [_made(successor, on) for successor in successors], on)
    return unit


def _running_unit(unit_id: int, on: dt.date) -> Unit:
    """The unit as it is under the lock. ``Conflict`` unless it was there before and goes on."""
    unit = Unit.objects.select_related("parent").get(pk=unit_id)
    if unit.valid_from >= on or (unit.valid_to and unit.valid_to < on):
        raise Conflict(
            "not_in_force", _("The unit is not in force before that day."), {"unit": unit.name}
        )
    return unit


def _end(unit_id: int, on: dt.date) -> Unit:
    unit = _running_unit(unit_id, on)
    unit.valid_to = on - ONE_DAY
    unit.save(update_fields=["valid_to"])
    return unit


def _made(unit: Unit | NewUnit, on: dt.date) -> Unit:
    """A successor as a row; one that was there before must be in force, and not only until then."""
    if isinstance(unit, NewUnit):
        return add_unit(unit.name, unit.kind, parent=unit.parent, valid_from=on)
    found = Unit.objects.get(pk=unit.pk)
    if found.valid_from > on or found.valid_to is not None:
        raise Conflict(
            "successor_not_in_force",
            _("A successor is in force from that day on."),
            {"unit": found.name},
        )
    return found


def _give_off(unit: Unit, parts: Sequence[Unit], on: dt.date) -> None:
    """A unit that goes on keeps its people; the new ones stand in the groups that it stands in."""
    others = [part for part in parts if part.pk != unit.pk]
    unit.successors.add(*others)
    for part in others:
        carry_groups(unit, part, on=on)


def _hand_over(unit: Unit, successors: Sequence[Unit], on: dt.date) -> None:
    unit.successors.add(*successors)
    _move_branches(unit, successors, on)
    hand_on(unit, successors, on=on)


def _move_branches(unit: Unit, successors: Sequence[Unit], on: dt.date) -> None:
    """The units below go to the only successor; otherwise a person moves them first."""
    below = list(unit.children.valid_on(on))
    if below and len(successors) != 1:
        raise Conflict(
            "units_below",
            _("Units below this one go on: move them to another unit first."),
            {"unit": unit.name, "units": [child.name for child in below]},
        )
    for child in below:
        successor = Unit.objects.get(pk=successors[0].pk)
        require_name_free(child.name, successor, on=on, besides=child)
        hang_below(child, successor)
