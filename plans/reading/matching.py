"""From a name as printed to the unit or the group that it means. The only reader with an ORM.

A name is matched when exactly one unit bears it on the plan's date, as its name or as an alias;
failing that, with the place's own name left out or written out (县司法局, 司法局, 酉阳县司法局).
Full and half width, traditional and simplified characters are the same. When two fit, nothing is
chosen: both become candidates, for a person to decide. For the rest the nearest names are.
"""

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opencc import OpenCC
from rapidfuzz import fuzz, process

from accounts.models import Unit, UnitAlias, UnitGroup
from accounts.querysets import in_force
from plans.reading.draft import PlanDraft

#: How the names of places end; a department of the place may be named by this sign alone.
LEVELS = ("县", "区", "市", "省", "州", "旗")
MOST_CANDIDATES = 5
#: Out of 100 by rapidfuzz; 发改委 and 发展改革委 have 75, two names that share only 局 some 30.
NEAR_ENOUGH = 50

_SIMPLIFIED = OpenCC("t2s")
_BETWEEN_PLACES = re.compile(r"[()\[\]、,;/]|以及|和|及")


@dataclass(frozen=True)
class OwnerMatch:
    """What one printed name was taken for. At most one of ``unit`` and ``group`` is set."""

    name: str
    is_group: bool
    unit: Unit | None = None
    group: UnitGroup | None = None
    candidates: list[Unit] = field(default_factory=list)


def normalised(name: str) -> str:
    """One form for full and half width, blanks left out, and simplified characters."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return str(_SIMPLIFIED.convert(plain))


def match_owners(draft: PlanDraft, on: dt.date) -> list[OwnerMatch]:
    """One match for each distinct owner of the draft, in printed order. Three queries."""
    directory = Directory(on)
    owners = dict.fromkeys((o.name, o.group) for item in draft.items for o in item.owners)
    return [directory.match(name, is_group) for name, is_group in owners]


class Directory:
    """The names of the units and groups as of one day, read once."""

    def __init__(self, on: dt.date) -> None:
        self._units = {unit.pk: unit for unit in Unit.objects.valid_on(on)}
        aliases = UnitAlias.objects.filter(in_force(on)).values_list("unit_id", "name")
        named = [(pk, unit.name) for pk, unit in self._units.items()]
        named += [(pk, name) for pk, name in aliases if pk in self._units]
        names = [(pk, normalised(name)) for pk, name in named]
        self._prefixes = _prefixes_of(
            name for pk, name in names if self._units[pk].parent_id is None
        )
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._without_place: dict[str, set[int]] = defaultdict(set)
        for pk, name in names:
            self._exact[name].add(pk)
            for variant in self._variants(name):
                self._without_place[variant].add(pk)
        self._groups: dict[str, set[UnitGroup]] = defaultdict(set)
        for group in UnitGroup.objects.all():
            for name in [group.name, *group.aliases]:
                self._groups[_of_places(normalised(name))].add(group)

    def match(self, name: str, is_group: bool) -> OwnerMatch:
        """What the printed name means; ``is_group``: it is a word for many units."""
        groups = self._groups_called(name)
        if groups or is_group:
            return OwnerMatch(name, is_group, group=groups.pop() if len(groups) == 1 else None)
        found = self._units_called(name)
        if len(found) == 1:
            return OwnerMatch(name, is_group, unit=found[0])
        return OwnerMatch(name, is_group, candidates=found or self._near(name))

    def _groups_called(self, name: str) -> set[UnitGroup]:
        plain = normalised(name)
        exact = self._groups.get(_of_places(plain), set())
        whole = [f"全{prefix}" for prefix in self._prefixes]
        left = [plain.removeprefix(w) for w in (*whole, *self._prefixes) if plain.startswith(w)]
        return set(exact) or {g for n in left for g in self._groups.get(_of_places(n), set())}

    def _units_called(self, name: str) -> list[Unit]:
        """Units of exactly this name; failing that, of the name with or without its place."""
        plain = normalised(name)
        found = self._exact.get(plain) or {
            pk for variant in self._variants(plain) for pk in self._without_place.get(variant, ())
        }
        return self._in_order(found)

    def _in_order(self, keys: Iterable[int]) -> list[Unit]:
        wanted = set(keys)
        return [unit for pk, unit in self._units.items() if pk in wanted]

    def _variants(self, name: str) -> Iterator[str]:
        """The name as it is, and without the place before it where enough is left of it."""
        yield name
        bare = name.removeprefix("中共")
        for prefix in self._prefixes:
            if bare.startswith(prefix) and len(bare) > len(prefix) + 1:
                yield bare.removeprefix(prefix)
                return

    def _near(self, name: str) -> list[Unit]:
        """The units whose names are nearest, at most five, the nearest first."""
        *_longer, bare = self._variants(normalised(name))
        found: dict[int, None] = {}
        ranked = process.extract(
            bare, list(self._without_place), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=20
        )
        for near, _score, _position in ranked:
            found |= dict.fromkeys(sorted(self._without_place[near]))
        return [self._units[pk] for pk in list(found)[:MOST_CANDIDATES]]


def _prefixes_of(names: Iterable[str]) -> list[str]:
    """What may stand before a department's own name: the place's names and its level alone.

    Only of the directory's own place: in a county 市财政局 is not 县财政局.
    """
    places = {name for name in names if name.endswith(LEVELS)}
    levels = {place[-1] for place in places}
    stems = {place[:-1] for place in places if len(place) > 2}
    return sorted(places | stems | levels, key=len, reverse=True)


def _of_places(name: str) -> str:
    """各乡镇(街道), 各乡镇、街道 and 各乡镇和街道 in one form."""
    return _BETWEEN_PLACES.sub("", name)
