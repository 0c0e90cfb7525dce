"""From a name as printed to the unit or the group that it means. The only reader with an ORM.

A name is matched when exactly one unit bears it on the plan's date, as its name, as an alias, or
with the prefix of the place left out or written out (县司法局, 司法局, 酉阳县司法局). When two
fit, nothing is chosen: both become candidates, for a person to decide.
"""

import datetime as dt
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from accounts.models import Unit, UnitAlias, UnitGroup
from accounts.querysets import in_force
from plans.reading.draft import PlanDraft

#: Words for the level of government before a department's own name.
LEVEL_PREFIXES = ("县", "区", "市", "省", "州", "自治县")


@dataclass(frozen=True)
class OwnerMatch:
    """What one printed name was taken for. At most one of ``unit`` and ``group`` is set."""

    name: str
    is_group: bool
    unit: Unit | None = None
    group: UnitGroup | None = None
    candidates: list[Unit] = field(default_factory=list)


def normalised(name: str) -> str:
    """One form for full and half width, brackets and blanks included."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def match_owners(draft: PlanDraft, on: dt.date) -> list[OwnerMatch]:
    """One match for each distinct owner of the draft, in printed order. Three queries."""
    directory = Directory(on)
    owners = dict.fromkeys((o.name, o.group) for item in draft.items for o in item.owners)
    return [directory.match(name, is_group) for name, is_group in owners]


class Directory:
    """The names of the units and groups as of one day, read once."""

    def __init__(self, on: dt.date) -> None:
        self._units: dict[str, dict[int, Unit]] = defaultdict(dict)
        self._groups: dict[str, UnitGroup] = {}
        aliases = UnitAlias.objects.filter(in_force(on)).values_list("unit_id", "name")
        units = {unit.pk: unit for unit in Unit.objects.valid_on(on)}
        named = [(pk, unit.name) for pk, unit in units.items()]
        for pk, name in [*named, *aliases]:
            if pk in units:
                self._units[normalised(name)][pk] = units[pk]
        for group in UnitGroup.objects.all():
            for name in [group.name, *group.aliases]:
                self._groups[normalised(name)] = group

    def match(self, name: str, is_group: bool) -> OwnerMatch:
        if group := self._groups.get(normalised(name)):
            return OwnerMatch(name, is_group, group=group)
        found = [] if is_group else self._units_called(name)
        if len(found) == 1:
            return OwnerMatch(name, is_group, unit=found[0])
        return OwnerMatch(name, is_group, candidates=found)

    def _units_called(self, name: str) -> list[Unit]:
        """Units of exactly this name; failing that, of the name with or without its prefix."""
        plain = normalised(name)
        if exact := self._units.get(plain):
            return list(exact.values())
        variants = [p + plain for p in LEVEL_PREFIXES]
        variants += [plain.removeprefix(p) for p in LEVEL_PREFIXES if plain.startswith(p)]
        found: dict[int, Unit] = {}
        for variant in variants:
            found |= self._units.get(variant, {})
        return list(found.values())
