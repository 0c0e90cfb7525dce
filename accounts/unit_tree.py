"""Where a unit stands: its place below another, and its name among those beside it."""

import datetime as dt

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Q, Value, When
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.locking import lock_unit_tree
from accounts.models import Unit


def place_new_unit(unit: Unit) -> None:
    """Sets the path of a unit that is not yet saved, read under the lock of the tree."""
    lock_unit_tree()
    above = Unit.objects.get(pk=unit.parent_id) if unit.parent_id else None
    unit.ancestors = above.path if above else "/"
    unit.depth = above.depth + 1 if above else 0


@transaction.atomic
def move_unit(unit_id: int, parent_id: int | None, *, on: dt.date) -> Unit:
    """Puts the unit and all below it under another one; the places of all change together.

    Refused (``Conflict``): below itself, or beside a unit of its name.
    """
    lock_unit_tree()
    unit = Unit.objects.get(pk=unit_id)
    parent = Unit.objects.get(pk=parent_id) if parent_id else None
    if unit.parent_id != parent_id:
        require_name_free(unit.name, parent, on=on, besides=unit)
        hang_below(unit, parent)
    return unit


def hang_below(unit: Unit, parent: Unit | None) -> None:
    """Rewrites the paths of the unit and of all below it in one statement.

    To be called under the lock of the tree, with both as they are under it.
    """
    if parent and (parent.pk == unit.pk or parent.ancestors.startswith(unit.path)):
        raise Conflict("cycle", _("A unit cannot stand below itself."))
    path, depth = (parent.path, parent.depth + 1) if parent else ("/", 0)
    Unit.objects.within(unit).update(
        ancestors=Concat(Value(path), Substr("ancestors", len(unit.ancestors) + 1)),
        depth=F("depth") + (depth - unit.depth),
        parent=Case(
            When(pk=unit.pk, then=Value(parent and parent.pk)),
            default=F("parent"),
            output_field=BigIntegerField(),
        ),
    )
    unit.parent, unit.ancestors, unit.depth = parent, path, depth


def require_name_free(
    name: str, parent: Unit | None, *, on: dt.date, besides: Unit | None = None
) -> None:
    """Raises ``Conflict`` where a unit beside it bears the name on that day or later.

    The database refuses two that are open; this also refuses one whose end is still to come. To
    be called under the lock of the tree.
    """
    bearers = Unit.objects.filter(parent=parent, name=name)
    bearers = bearers.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    if besides:
        bearers = bearers.exclude(pk=besides.pk)
    if bearers.exists():
        raise Conflict(
            "name_taken", _("There is already a unit of this name here."), {"name": name}
        )
