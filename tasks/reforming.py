"""机构改革: units close, change their name, merge or split, and their open shares go on.

A reform is prepared with a list of transfers, looked at before it is executed, and executed in
one transaction; after that it is never changed (FAILURES 4.8). What a unit has finished stays
with it, and so does everything that was said. ``issued_to`` of a share stays the unit that it
was issued to.

Locks, in the written order: the reform's own row, which nobody else asks for; every plan that is
not closed, by id, so that no share can be made or moved meanwhile; the unit tree; the shares of
the key tasks concerned, from the leaves to the roots.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import units_coordinated
from accounts.errors import Conflict, Invalid, NotAllowed
from accounts.locking import lock_unit_tree
from accounts.models import Unit, User
from accounts.reforming import end_unit, rename_unit, split_unit
from accounts.versioning import require_version
from plans.locking import lock_plans_not_closed
from plans.models import KeyTaskOwner, Plan
from tasks.locking import lock_shares_of
from tasks.models import ShareTransfer, Task, UnitEnding, UnitReform
from tasks.reform_rights import reach_of, require_nothing_gained
from tasks.reform_shares import (
    Followers,
    Unsettled,
    default_targets,
    ends,
    followers_of,
    is_moving,
    regrouped,
    shares_to_move,
    stands_on,
    targets_of,
    unsettled,
)
from tasks.regrouping import Regrouping
from tasks.transferring import save_regrouping


@dataclass(frozen=True)
class Ending:
    """What happens to a unit: a new name, or the units that follow it, or neither, and it closes.

    Successors are units of the directory, in force from the day of the reform; a unit among its
    own successors goes on, and gives off a part.
    """

    unit: Unit
    new_name: str = ""
    successors: Sequence[Unit] = ()


@transaction.atomic
def prepare_reform(
    title: str, endings: Sequence[Ending], *, on: dt.date, actor: User, at: dt.datetime
) -> UnitReform:
    """Writes the reform down with the transfers that follow by themselves; moves nothing.

    Open shares go to the only successor, and where there is none to the unit of the share above.
    Those of a unit that splits wait for ``change_transfer``.
    """
    _require_sound(title, endings)
    _require_running([ending.unit for ending in endings], on)
    reform = UnitReform.objects.create(title=title, on=on, prepared_by=actor, prepared_at=at)
    for ending in endings:
        row = UnitEnding.objects.create(
            reform=reform, unit=ending.unit, new_name=ending.new_name.strip()
        )
        row.successors.set(ending.successors)
    followers = followers_of(reform)
    _require_reformer(actor, reform, timezone.localdate(at))
    for ending in endings:
        _require_stands(ending.successors, reform, followers)
    _add_transfers(reform, followers)
    return reform


@transaction.atomic
def complete_transfers(
    reform_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> UnitReform:
    """Adds what has become a share of an ending unit since the reform was prepared."""
    reform = _lock_prepared(reform_id, version)
    _require_reformer(actor, reform, timezone.localdate(at))
    _add_transfers(reform, followers_of(reform))
    return _changed(reform)


@transaction.atomic
def change_transfer(
    reform_id: int,
    task_ids: Collection[int],
    to_unit: Unit,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> UnitReform:
    """A person says where shares go; of a unit that goes on, also that they stay with it."""
    reform = _lock_prepared(reform_id, version)
    _require_reformer(actor, reform, timezone.localdate(at), also=[to_unit.pk])
    followers = followers_of(reform)
    _require_stands([to_unit], reform, followers)
    known = set(shares_to_move(followers).filter(pk__in=task_ids).values_list("pk", flat=True))
    if missing := set(task_ids) - known:
        raise Conflict(
            "not_in_reform",
            _("These shares are not open shares of units of this reform."),
            {"shares": sorted(missing)},
        )
    ShareTransfer.objects.bulk_create(
        [ShareTransfer(reform=reform, task_id=pk, to_unit=to_unit) for pk in sorted(known)],
        update_conflicts=True,
        unique_fields=["reform", "task"],
        update_fields=["to_unit"],
    )
    return _changed(reform)


@transaction.atomic
def execute_reform(
    reform_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> UnitReform:
    """Does all of it or nothing; a second call returns the reform as it is.

    Refused (``Conflict``) before its day, and while anything is unsettled, which is then named;
    and to whoever would gain rights by it (``NotAllowed``).
    """
    reform = _lock(reform_id)
    on = timezone.localdate(at)
    _require_reformer(actor, reform, on)
    if reform.state == UnitReform.State.EXECUTED:
        return reform
    require_version(reform, version)
    if on < reform.on:
        raise Conflict("too_early", _("The reform is executed on its day or later."))
    lock_plans_not_closed()
    lock_unit_tree()
    followers = followers_of(reform)
    _require_in_sight(actor, followers, on)
    before = reach_of(actor, on)
    grouping = _settled_shares(reform, followers)
    _reform_units(reform)
    _follow_in_plans(followers)
    save_regrouping(grouping, reform, actor=actor, at=at)
    moved = [task.pk for task in grouping.changed()]
    require_nothing_gained(actor, on, before=before, moved=moved)
    reform.state = UnitReform.State.EXECUTED
    reform.executed_by = actor
    reform.executed_at = at
    reform.version += 1
    reform.save()
    return reform


def _require_sound(title: str, endings: Sequence[Ending]) -> None:
    """What is wrong with a reform whatever the rows are."""
    units = [ending.unit.pk for ending in endings]
    if not title.strip() or not endings:
        raise Invalid("empty_reform", _("Give the reform a title and at least one unit."))
    if len(units) != len(set(units)):
        raise Invalid("unit_twice", _("A unit is named once in a reform."))
    if any(ending.new_name.strip() and ending.successors for ending in endings):
        raise Invalid(
            "renamed_and_followed", _("A unit that only changes its name has no successors.")
        )


def _require_running(units: Collection[Unit], on: dt.date) -> None:
    """Only what was there before the day, and is not gone by then, can be reformed on it."""
    day_before = on - dt.timedelta(days=1)
    running = Unit.objects.valid_on(day_before).filter(pk__in=[unit.pk for unit in units])
    running_ids = set(running.exclude(valid_to=day_before).values_list("pk", flat=True))
    if gone := [unit.name for unit in units if unit.pk not in running_ids]:
        raise Conflict(
            "not_in_force", _("The unit is not in force before that day."), {"units": gone}
        )


def _require_reformer(
    user: User, reform: UnitReform, on: dt.date, *, also: Collection[int] = ()
) -> None:
    """Raises ``NotAllowed`` unless the person coordinates the part of the tree concerned."""
    concerned = {*reform.endings.values_list("unit_id", flat=True), *also}
    through = UnitEnding.successors.through.objects.filter(unitending__reform=reform)
    concerned.update(through.values_list("unit_id", flat=True))
    if units_coordinated(user, on).filter(pk__in=concerned).count() != len(concerned):
        raise NotAllowed(
            "not_reformer",
            _("Only a coordinator whose part of the tree has all these units may reform them."),
        )


def _require_in_sight(user: User, followers: Followers, on: dt.date) -> None:
    """Shares of a plan of another office are moved by somebody who sees them."""
    moving = shares_to_move(followers)
    unseen = moving.exclude(pk__in=moving.visible_to(user, on).values("pk"))
    if count := unseen.count():
        raise NotAllowed(
            "shares_out_of_sight",
            _("Some of these units' shares are in plans that you do not see."),
            {"count": count},
        )


def _require_stands(units: Collection[Unit], reform: UnitReform, followers: Followers) -> None:
    gone = [unit.name for unit in units if not stands_on(unit, reform, followers)]
    if gone:
        raise Conflict(
            "ends_too", _("These units are not in force from the day on."), {"units": gone}
        )


def _add_transfers(reform: UnitReform, followers: Followers) -> None:
    moving = shares_to_move(followers).select_related("unit", "parent__unit", "plan__issuing_unit")
    tasks = list(moving.order_by("depth", "id"))
    targets = default_targets(tasks, followers, targets_of(reform, tasks))
    ShareTransfer.objects.bulk_create(
        ShareTransfer(reform=reform, task_id=pk, to_unit=unit) for pk, unit in targets.items()
    )


def _lock(reform_id: int) -> UnitReform:
    reform: UnitReform = UnitReform.objects.select_for_update(no_key=True).get(pk=reform_id)
    return reform


def _lock_prepared(reform_id: int, version: int | None) -> UnitReform:
    reform = _lock(reform_id)
    require_version(reform, version)
    if reform.state != UnitReform.State.PREPARED:
        raise Conflict("executed", _("The reform was executed and does not change any more."))
    return reform


def _changed(reform: UnitReform) -> UnitReform:
    reform.version += 1
    reform.save(update_fields=["version"])
    return reform


def _settled_shares(reform: UnitReform, followers: Followers) -> Regrouping:
    """The shares concerned, locked and regrouped. ``Conflict`` names what is not settled."""
    key_tasks = set(shares_to_move(followers).values_list("key_task_id", flat=True))
    shares = [task for task in lock_shares_of(*key_tasks) if task.state != Task.State.CANCELLED]
    moving = [task for task in shares if is_moving(task, followers)]
    targets = targets_of(reform, moving)
    grouping = regrouped(shares, targets)
    found = unsettled(moving, targets, grouping, followers, reform)
    if found:
        raise Conflict(
            "unsettled",
            _("Some things must be settled before the reform can be executed."),
            {"unsettled": [_named(row) for row in found]},
        )
    return grouping


def _named(row: Unsettled) -> dict[str, Any]:
    return {
        "code": row.code,
        "unit": row.unit.name,
        "shares": [task.pk for task in row.tasks],
    }


def _reform_units(reform: UnitReform) -> None:
    """Villages before their township, and names are given when those that end have left them."""
    endings = reform.endings.select_related("unit").prefetch_related("successors")
    for ending in endings.filter(new_name="").order_by("-unit__depth", "id"):
        successors = list(ending.successors.all())
        if ending.unit in successors:
            split_unit(ending.unit_id, successors, on=reform.on)
        else:
            end_unit(ending.unit_id, successors, on=reform.on)
    for ending in endings.exclude(new_name="").order_by("id"):
        rename_unit(ending.unit_id, ending.new_name, on=reform.on)


def _follow_in_plans(followers: Followers) -> None:
    """Plans that are not closed know the successors: as issuer, as reader, as owner in a draft.

    An owner in a draft that has not one successor is matched by a person again.
    """
    plans = Plan.objects.exclude(state=Plan.State.CLOSED)
    for unit_id, units in followers.items():
        for plan in plans.filter(recipients=unit_id):
            plan.recipients.add(*units)
        if not ends(unit_id, followers):
            continue
        only = units[0] if len(units) == 1 else None
        drafted = KeyTaskOwner.objects.filter(key_task__plan__state=Plan.State.DRAFT, unit=unit_id)
        drafted.update(unit=only)
        for plan in plans.filter(issuing_unit=unit_id):
            plan.issuing_unit = units[0]
            plan.version += 1
            plan.save(update_fields=["issuing_unit", "version"])
