"""Who may act for which unit. The few functions through which every right is read.

Nothing is cached across requests and nothing is written into a token: a role that ended
yesterday gives nothing today (FAILURES C24, C25).
"""

import datetime as dt
from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import Membership, Unit, User
from accounts.querysets import UnitQuerySet, in_force

Role = Membership.Role

#: Those who do a unit's work: sign for it, break it down, report.
WORKING_ROLES = (Role.OFFICER, Role.HEAD)
ALL_ROLES = tuple(Role)


def units_acted_for(
    user: User | AnonymousUser, roles: Collection[str], on: dt.date
) -> UnitQuerySet:
    """Units in which the person holds one of the roles that day, and the bodies these host."""
    if not user.is_active or user.is_anonymous:
        return Unit.objects.none()
    held = Membership.objects.in_force(on).filter(user=user, role__in=roles).values("unit_id")
    hosted = Q(in_force(on, "hostings__"), hostings__host__in=held)
    return Unit.objects.filter(Q(pk__in=held) | hosted).distinct()


def units_in_sight(user: User | AnonymousUser, on: dt.date) -> UnitQuerySet:
    """The person's part of the unit tree. One query for the tops; the rest is a subquery."""
    return Unit.objects.within(*units_acted_for(user, ALL_ROLES, on))


def units_coordinated(user: User | AnonymousUser, on: dt.date) -> UnitQuerySet:
    """The part of the unit tree that the person may reform: below a unit they coordinate.

    A commission has nothing below it; its coordinator answers for the part in which it stands.
    """
    offices = units_acted_for(user, [Role.COORDINATOR], on).select_related("parent")
    return Unit.objects.within(*map(_part_of, offices))


def _part_of(office: Unit) -> Unit:
    if office.kind == Unit.Kind.WORKING_GROUP and office.parent:
        return office.parent
    return office


def may_act_for(user: User, unit: Unit, roles: Collection[str], on: dt.date) -> bool:
    return units_acted_for(user, roles, on).filter(pk=unit.pk).exists()


def colleagues_of(user: User, on: dt.date) -> QuerySet[User]:
    """The others who hold a role in one of the person's units, or in what these host."""
    units = units_acted_for(user, ALL_ROLES, on)
    held = Membership.objects.in_force(on).filter(unit__in=units.values("pk"))
    others = User.objects.filter(pk__in=held.values("user_id")).exclude(pk=user.pk)
    return others.order_by("name", "pk")


def people_of(unit: Unit, roles: Collection[str], on: dt.date) -> list[User]:
    """Active people holding one of the roles in the unit, or in the unit that hosts it."""
    hosts = unit.hostings.filter(in_force(on)).values("host_id")
    memberships = Membership.objects.in_force(on).filter(
        Q(unit=unit) | Q(unit__in=hosts), role__in=roles
    )
    people = User.objects.filter(pk__in=memberships.values("user_id"))
    return list(people.select_related("mail_settings__deputy__mail_settings").order_by("pk"))
