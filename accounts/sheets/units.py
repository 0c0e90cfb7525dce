"""A row of the sheet of units: what it would have in the directory, and getting it there."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.directory import add_unit, host_unit
from accounts.locking import lock_unit_tree
from accounts.models import Unit, UnitAlias, UnitHosting
from accounts.reforming import close_unit, rename_unit
from accounts.sheets.layout import (
    ALIASES,
    BETWEEN,
    FROM,
    HOST,
    KIND,
    NAME,
    PARENT,
    UNTIL,
    CellFault,
    SheetRow,
    difference,
)
from accounts.sheets.names import UnitNames
from accounts.unit_tree import move_unit

ONE_DAY = dt.timedelta(days=1)
#: The cell to look at for a refusal of a service; any other is about the name.
COLUMN_OF = {"units_below": UNTIL, "not_in_force": FROM, "cycle": PARENT}


@dataclass(frozen=True)
class WantedUnit:
    """What a row says."""

    name: str
    kind: str
    parent: Unit | None
    aliases: frozenset[str]
    host: Unit | None
    valid_from: dt.date | None
    valid_to: dt.date | None


class UnitRows:
    """Takes rows in their order; a row may speak of units that rows above it have made.

    Changes are in force from the day ``on``. ``busy`` are units that have work: these neither end
    nor move here, since their work would not go along.
    """

    column_of = COLUMN_OF

    def __init__(self, on: dt.date, busy: Collection[int]) -> None:
        lock_unit_tree()
        self.on, self.busy = on, busy
        self.names = UnitNames(on)
        self.aliases: dict[int, dict[str, UnitAlias]] = {}
        for alias in UnitAlias.objects.filter(valid_to__isnull=True):
            self.aliases.setdefault(alias.unit_id, {})[alias.name] = alias
        hostings = UnitHosting.objects.filter(valid_to__isnull=True).order_by("pk")
        self.hostings = {hosting.unit_id: hosting for hosting in hostings}
        self.seen: dict[int, int] = {}

    def read(self, row: SheetRow) -> tuple[Unit | None, WantedUnit]:
        """Raises ``CellFault``."""
        parent = self.names.find(row.text(PARENT), PARENT)
        words = BETWEEN.split(row.text(ALIASES))
        wanted = WantedUnit(
            name=row.needed(NAME),
            kind=row.choice(KIND, Unit.Kind),
            parent=parent,
            aliases=frozenset(word.strip() for word in words if word.strip()),
            host=self.names.find(row.text(HOST), HOST),
            valid_from=row.day(FROM),
            valid_to=row.day(UNTIL),
        )
        unit = self._unit_of(row, wanted)
        if unit:
            self._require_open_to(unit, wanted, row)
        return unit, wanted

    def differences(self, unit: Unit | None, wanted: WantedUnit) -> list[str]:
        """What would change, in words; of a new unit where it would stand."""
        if unit is None:
            return [str(wanted.parent or _("at the top"))]
        hosting = self.hostings.get(unit.pk)
        host = self.names.written(hosting.host_id if hosting else None)
        pairs = [
            (_("Name"), unit.name, wanted.name),
            (_("Kind"), unit.get_kind_display(), str(Unit.Kind(wanted.kind).label)),
            (_("Unit above"), self.names.written(unit.parent_id), self._written(wanted.parent)),
            (_("Other names"), self._aliases_of(unit), _joined(wanted.aliases)),
            (_("Hosted by"), host, self._written(wanted.host)),
            (_("Last day"), str(unit.valid_to or ""), str(wanted.valid_to or "")),
        ]  # fmt: skip
        return [difference(word, old, new) for word, old, new in pairs if old != new]

    def save(self, unit: Unit | None, wanted: WantedUnit) -> str:
        """Calls the directory's services; answers ``new``, ``changed`` or ``ended``."""
        if unit is None:
            self._add(wanted)
            return "new"
        self._change(unit, wanted)
        ends = wanted.valid_to and wanted.valid_to != unit.valid_to
        if wanted.valid_to and ends:
            close_unit(unit.pk, on=wanted.valid_to + ONE_DAY)
        self.names.forget(unit)
        if wanted.valid_to is None or wanted.valid_to >= self.on:
            self.names.add(Unit.objects.get(pk=unit.pk))
        return "ended" if ends else "changed"

    def _unit_of(self, row: SheetRow, wanted: WantedUnit) -> Unit | None:
        key = row.key()
        if key is None:
            unit = self.names.among(wanted.name, wanted.parent)
        elif (unit := self.names.get(key)) is None:
            raise CellFault(NAME, _("The unit of this row is not in the directory any more."))
        if unit and (first := self.seen.setdefault(unit.pk, row.number)) != row.number:
            raise CellFault(NAME, _("Row %(row)d is about the same unit.") % {"row": first})
        return unit

    def _require_open_to(self, unit: Unit, wanted: WantedUnit, row: SheetRow) -> None:
        if wanted.valid_from and wanted.valid_from != unit.valid_from:
            raise CellFault(FROM, _("The first day of what is there already does not change."))
        if unit.valid_to and wanted.valid_to != unit.valid_to:
            raise CellFault(UNTIL, _("What has ended does not begin again."))
        moves = (wanted.parent.pk if wanted.parent else None) != unit.parent_id
        ends = wanted.valid_to and wanted.valid_to != unit.valid_to
        if unit.pk in self.busy and (moves or ends):
            raise CellFault(
                UNTIL if ends else PARENT,
                _("This unit has open shares: write down a reform, so that they go on."),
            )

    def _add(self, wanted: WantedUnit) -> None:
        begins = wanted.valid_from or self.on
        if wanted.valid_to:
            raise CellFault(UNTIL, _("A new unit has no last day."))
        unit = add_unit(
            wanted.name,
            wanted.kind,
            parent=wanted.parent,
            valid_from=begins,
            aliases=sorted(wanted.aliases),
        )
        if wanted.host:
            host_unit(unit, wanted.host, valid_from=begins)
        self.names.add(unit)

    def _change(self, unit: Unit, wanted: WantedUnit) -> None:
        if wanted.name != unit.name:
            rename_unit(unit.pk, wanted.name, on=self.on)
        if wanted.kind != unit.kind:
            Unit.objects.filter(pk=unit.pk).update(kind=wanted.kind)
        if (wanted.parent.pk if wanted.parent else None) != unit.parent_id:
            move_unit(unit.pk, wanted.parent.pk if wanted.parent else None, on=self.on)
        self._change_aliases(unit, wanted.aliases)
        self._change_host(unit, wanted.host)

    def _change_aliases(self, unit: Unit, wanted: frozenset[str]) -> None:
        known = self.aliases.get(unit.pk, {})
        UnitAlias.objects.bulk_create(
            UnitAlias(unit=unit, name=name, valid_from=self.on)
            for name in sorted(wanted - {*known})
        )
        for name in known.keys() - wanted:
            _end(known[name], self.on)

    def _change_host(self, unit: Unit, host: Unit | None) -> None:
        hosting = self.hostings.get(unit.pk)
        if (hosting and hosting.host_id) == (host and host.pk):
            return
        if hosting:
            _end(hosting, self.on)
        if host:
            host_unit(unit, host, valid_from=self.on)

    def _written(self, unit: Unit | None) -> str:
        return self.names.written(unit.pk) if unit else ""

    def _aliases_of(self, unit: Unit) -> str:
        return _joined(self.aliases.get(unit.pk, {}))


def _end(row: UnitAlias | UnitHosting, on: dt.date) -> None:
    """The day before; what was to begin later never does."""
    if row.valid_from >= on:
        row.delete()
    else:
        row.valid_to = on - ONE_DAY
        row.save(update_fields=["valid_to"])


def _joined(names: Collection[str]) -> str:
    return "；".join(sorted(names))
