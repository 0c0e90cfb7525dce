"""Changing the directory: units, their names, groups, people and roles."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from accounts.models import (
    Membership,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMembership,
    UnitHosting,
    User,
)
from accounts.unit_tree import place_new_unit, require_name_free


@transaction.atomic
def add_unit(
    name: str, kind: str, *, parent: Unit | None, valid_from: dt.date, aliases: Iterable[str] = ()
) -> Unit:
    """A unit at the end of its parent's children, with the other names that documents use."""
    unit = Unit(name=name, kind=kind, parent=parent, valid_from=valid_from)
    place_new_unit(unit)
    unit.position = Unit.objects.filter(parent=parent).count() + 1
    unit.full_clean()
    require_name_free(name, parent, on=valid_from)
    unit.save()
    UnitAlias.objects.bulk_create(
        UnitAlias(unit=unit, name=alias, valid_from=valid_from) for alias in aliases
    )
    return unit


def host_unit(unit: Unit, host: Unit, *, valid_from: dt.date) -> UnitHosting:
    """From that day the host's people act for the unit."""
    hosting = UnitHosting(unit=unit, host=host, valid_from=valid_from)
    hosting.full_clean()
    hosting.save()
    return hosting


@transaction.atomic
def add_group(
    name: str, members: Iterable[Unit], *, valid_from: dt.date, aliases: Iterable[str] = ()
) -> UnitGroup:
    """A word for many units; ``members`` belong to it from ``valid_from`` on."""
    group = UnitGroup(name=name, aliases=list(aliases))
    group.full_clean()
    group.save()
    UnitGroupMembership.objects.bulk_create(
        UnitGroupMembership(group=group, unit=unit, valid_from=valid_from) for unit in members
    )
    return group


def add_person(username: str, *, name: str, email: str, password: str | None = None) -> User:
    """An account without any right; without a password nobody can log in with it."""
    user = User(username=username, name=name, email=email)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    return user


def grant_role(user: User, unit: Unit, role: str, *, valid_from: dt.date) -> Membership:
    membership = Membership(user=user, unit=unit, role=role, valid_from=valid_from)
    membership.full_clean()
    membership.save()
    return membership
