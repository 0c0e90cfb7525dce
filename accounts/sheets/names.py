"""Units by the words that a sheet has for them."""

import datetime as dt
from collections import defaultdict

from django.utils.translation import gettext as _

from accounts.models import Unit
from accounts.sheets.layout import CellFault


class UnitNames:
    """A unit is written with its name; where several have it, with the unit above before it:
    甲镇/新建村. All units that have not ended that day are held in memory. One query.
    """

    def __init__(self, on: dt.date) -> None:
        self._by_id: dict[int, Unit] = {}
        self._by_name: dict[str, list[Unit]] = defaultdict(list)
        self._before: dict[str, int] = {}
        for unit in Unit.objects.not_ended(on).order_by("depth", "position", "id"):
            self.add(unit)

    def add(self, unit: Unit) -> None:
        self._by_id[unit.pk] = unit
        self._by_name[unit.name].append(unit)

    def forget(self, unit: Unit) -> None:
        """As it was; the other rows of the sheet may still call it so."""
        self._before[self.written(unit.pk)] = unit.pk
        self._by_name[unit.name].remove(self._by_id.pop(unit.pk))

    def get(self, pk: int) -> Unit | None:
        return self._by_id.get(pk)

    def written(self, pk: int | None) -> str:
        unit = self._by_id.get(pk or 0)
        if unit is None:
            return ""
        above = self._by_id.get(unit.parent_id or 0)
        alone = len(self._by_name[unit.name]) == 1 or above is None
        return unit.name if alone else f"{above}/{unit.name}"

    def among(self, name: str, parent: Unit | None) -> Unit | None:
        """The unit of that name directly below the other."""
        above = parent.pk if parent else None
        return next((unit for unit in self._by_name[name] if unit.parent_id == above), None)

    def find(self, text: str, column: int) -> Unit | None:
        """What is meant; ``None`` for an empty cell. Raises ``CellFault`` for none or several."""
        if not text:
            return None
        above, _slash, name = text.rpartition("/")
        found = self._by_name.get(text) or [
            unit
            for unit in self._by_name.get(name.strip(), [])
            if not above or str(self._by_id.get(unit.parent_id or 0, "")) == above.strip()
        ]
        if not found and (before := self._by_id.get(self._before.get(text, 0))):
            return before
        if not found:
            raise CellFault(column, _("No unit of the directory or of a row above is called so."))
        if len(found) > 1:
            raise CellFault(
                column, _("Several units are called so: write the unit above before it, as A/B.")
            )
        return found[0]
