"""The directory as people look at it: one branch of the tree open, one unit told in full."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.access import units_of_known_people
from accounts.models import (
    Membership,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMembership,
    UnitHosting,
    User,
)
from accounts.querysets import MembershipQuerySet, UnitQuerySet

#: Rows of each kind that a search answers; who finds more says more.
MOST_FOUND = 50


@dataclass
class Branch:
    """``below`` counts the units one step down; ``branches`` holds them where it is open."""

    unit: Unit
    below: int
    branches: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What a search found, of each kind ``MOST_FOUND`` at most; ``more`` where there is more."""

    units: list[Unit]
    groups: list[UnitGroup]
    people: list[Membership]
    more: bool


def branches_open_at(
    opened: Unit | None, units: UnitQuerySet, on: dt.date, *, ended: bool
) -> list[Branch]:
    """The tops, what is below them, and the way down to ``opened`` and one step on. One query.

    ``ended`` has units that are gone as well; ``opened`` and those above it are always there.
    """
    way = [*_way_to(opened), opened.pk] if opened else []
    shown = units if ended else units.not_ended(on) | units.filter(pk__in=way)
    lasting = Q() if ended else Q(children__valid_to__isnull=True) | Q(children__valid_to__gte=on)
    rows = (
        shown.filter(Q(depth__lte=1) | Q(parent__in=way))
        .annotate(below=Count("children", filter=lasting))
        .order_by("depth", "position", "id")
    )
    found: dict[int | None, list[Branch]] = defaultdict(list)
    row: Any
    for row in rows:
        found[row.parent_id].append(Branch(row, row.below, found[row.pk]))
    return found[None]


def _way_to(unit: Unit) -> list[int]:
    return [int(pk) for pk in unit.ancestors.split("/") if pk]


def chain_above(unit: Unit) -> list[Unit]:
    """The units above it, the top first."""
    return list(Unit.objects.filter(pk__in=_way_to(unit)).order_by("depth"))


def told_in_full(units: UnitQuerySet) -> QuerySet[Unit]:
    """With everything dated that hangs on a unit, the newest first. People are told apart."""
    newest = "-valid_from", "-pk"
    return units.select_related("parent").prefetch_related(
        Prefetch("aliases", UnitAlias.objects.order_by(*newest)),
        Prefetch("hostings", UnitHosting.objects.select_related("host").order_by(*newest)),
        Prefetch("hosted", UnitHosting.objects.select_related("unit").order_by(*newest)),
        Prefetch(
            "group_memberships",
            UnitGroupMembership.objects.select_related("group").order_by(*newest),
        ),
        "predecessors",
        "successors",
    )


def roles_in_sight(user: User, on: dt.date) -> MembershipQuerySet:
    """Who holds which role, of the units whose people the person may know."""
    known = units_of_known_people(user, on)
    return Membership.objects.filter(unit__in=known.values("pk"))


def search(words: str, *, user: User, on: dt.date, ended: bool) -> Found:
    """Units and groups by their names, people by theirs. Three queries and those of the rights."""
    units = Unit.objects.visible_to(user, on).called_like(words)
    units = (units if ended else units.not_ended(on)).select_related("parent")
    groups = UnitGroup.objects.visible_to(user, on)
    named = Q(name__icontains=words) | Q(aliases__icontains=words)
    people = roles_in_sight(user, on).select_related("user", "unit")
    people = people if ended else people.not_ended(on)
    told = Q(user__name__icontains=words) | Q(user__username__icontains=words)
    found = (
        _first(units.order_by("depth", "position", "id")),
        _first(groups.filter(named).order_by("name", "id")),
        _first(people.filter(told).order_by("user__name", "unit__depth", "id")),
    )
    more = any(len(rows) > MOST_FOUND for rows in found)
    units_found, groups_found, people_found = (rows[:MOST_FOUND] for rows in found)
    return Found(units_found, groups_found, people_found, more)


def _first(rows: QuerySet[Any]) -> list[Any]:
    return list(rows[: MOST_FOUND + 1])


def split_by_end(
    rows: Iterable[Membership], on: dt.date
) -> tuple[list[Membership], list[Membership]]:
    """Those that hold or will, and those of earlier days."""
    lasting: list[Membership] = []
    earlier: list[Membership] = []
    for row in rows:
        holds = row.user.is_active and (row.valid_to is None or row.valid_to >= on)
        (lasting if holds else earlier).append(row)
    return lasting, earlier
