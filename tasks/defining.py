"""The issuing office says what is counted under a key task, until the plan is closed."""

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from accounts.versioning import require_version
from plans.access import require_coordinator
from plans.editing import require_valid_fields
from plans.locking import lock_plan, require_not_closed
from plans.models import KeyTask
from tasks.indicators import ADDABLE, COMPUTED
from tasks.models import Indicator, IndicatorValue

#: What an indicator says of others, by their ids.
OTHERS = ("numerator", "denominator", "part_of")


@dataclass(frozen=True)
class Definition:
    """All that the office says of an indicator; the others are named by their ids."""

    name: str
    kind: str = Indicator.Kind.COUNT
    measure: str = ""
    definition: str = ""
    direction: str = Indicator.Direction.UP
    numerator: int | None = None
    denominator: int | None = None
    part_of: int | None = None
    parts_make_it: bool = False
    decimals: int = 0
    is_approximate: bool = False
    opening: Decimal | None = None
    target: Decimal | None = None
    last_year: Decimal | None = None


@transaction.atomic
def define_indicator(
    key_task_id: int, definition: Definition, *, actor: User, at: dt.datetime
) -> Indicator:
    """A new one, after those that the key task has. Raises ``Invalid`` for one of that name, and
    for parts that cannot be added or are of another plan."""
    key_task = KeyTask.objects.get(pk=key_task_id)
    _lock(key_task.plan_id, actor, at)
    last = Indicator.objects.filter(key_task=key_task).aggregate(last=Max("position"))["last"]
    row = Indicator(plan_id=key_task.plan_id, key_task=key_task, position=(last or 0) + 1)
    return _save(row, definition)


@transaction.atomic
def redefine_indicator(
    indicator_id: int,
    definition: Definition,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> Indicator:
    """Takes the place of the definition. What was reported keeps its kind: ``Conflict``."""
    row = _locked(indicator_id, actor=actor, at=at, version=version)
    changes_kind = definition.kind != row.kind or (definition.numerator is None) != row.is_reported
    if changes_kind and _is_said(row):
        raise Conflict(
            "indicator_reported",
            _("Units have reported it already; its kind stays. Define another indicator."),
        )
    row.version += 1
    return _save(row, definition)


@transaction.atomic
def remove_indicator(
    indicator_id: int, *, actor: User, at: dt.datetime, version: int | None = None
) -> None:
    """One that nobody has reported and that nothing is computed of; else ``Conflict``."""
    row = _locked(indicator_id, actor=actor, at=at, version=version)
    if _is_said(row):
        raise Conflict("indicator_reported", _("Units have reported it already; it stays."))
    for name in OTHERS:
        if other := Indicator.objects.filter(**{name: row}).first():
            raise Conflict(
                "indicator_used",
                _("“%(name)s” is defined by it.") % {"name": other.name},
                {"indicator": other.pk},
            )
    row.delete()


def _lock(plan_id: int, actor: User, at: dt.datetime) -> None:
    plan = lock_plan(plan_id)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    require_not_closed(plan.state)


def _locked(pk: int, *, actor: User, at: dt.datetime, version: int | None) -> Indicator:
    _lock(Indicator.objects.values_list("plan_id", flat=True).get(pk=pk), actor, at)
    row = Indicator.objects.select_for_update(no_key=True).get(pk=pk)
    require_version(row, version)
    return row


def _is_said(row: Indicator) -> bool:
    """A draft counts as well: its author has seen what is asked."""
    return IndicatorValue.objects.filter(indicator=row).exists()


def _save(row: Indicator, definition: Definition) -> Indicator:
    for field in fields(definition):
        name = f"{field.name}_id" if field.name in OTHERS else field.name
        setattr(row, name, getattr(definition, field.name))
    require_valid_fields(row, where="indicator", exclude=["plan", "key_task", *OTHERS])
    _require_sound(row)
    row.save()
    return row


def _require_sound(row: Indicator) -> None:
    same_name = Indicator.objects.filter(key_task=row.key_task_id, name=row.name)
    if same_name.exclude(pk=row.pk).exists():
        raise Invalid("name_taken", _("This key task already has an indicator of this name."))
    if row.kind not in COMPUTED and (row.numerator_id or row.denominator_id):
        raise Invalid("not_computed", _("A figure of this kind has no numerator or denominator."))
    if row.denominator_id and not row.numerator_id:
        raise Invalid("numerator_missing", _("A denominator needs a numerator."))
    if row.numerator_id and not row.denominator_id and row.kind != Indicator.Kind.RATE:
        raise Invalid("denominator_missing", _("A numerator needs a denominator."))
    named = {getattr(row, f"{name}_id") for name in OTHERS} - {None}
    usable = Indicator.objects.filter(plan=row.plan_id, pk__in=named, kind__in=ADDABLE)
    if row.pk in named or usable.count() != len(named):
        raise Invalid(
            "not_addable",
            _("Numerator, denominator and whole are other counts or stocks of the same plan."),
        )
