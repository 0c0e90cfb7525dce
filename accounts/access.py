"""Who may act for which unit. The few functions through which every right is read.

Nothing is kept across requests and nothing is written into a token: a role that ended
yesterday gives nothing today (FAILURES C24, C25).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import Membership, Unit, User
from accounts.querysets import UnitQuerySet, in_force

Role = Membership.Role

#: Those who do a unit's work: sign for it, break it down, report.
WORKING_ROLES = (Role.OFFICER, Role.HEAD)
ALL_ROLES = tuple(Role)


@dataclass(frozen=True)
class Post:
    """A role that a person holds in a unit, or in the unit that hosts it.

    ``pk`` and ``path`` are the unit's.
    """

    pk: int
    path: str
    role: str


def posts_of(user: User | AnonymousUser, on: dt.date) -> tuple[Post, ...]:
    """Every post of the person that day. One query; none where they are kept."""
    if user.is_anonymous or not user.is_active:
        return ()
    kept = user.kept_posts
    if kept is None:
        return _read_posts(user, on)
    if on not in kept:
        kept[on] = _read_posts(user, on)
    found: tuple[Post, ...] = kept[on]
    return found


def keep_posts(user: User) -> None:
    """Reads the person's posts once a day at most, for as long as this object lives.

    To be said at a door, where the object was read for one request.
    """
    user.kept_posts = {}


def _read_posts(user: User, on: dt.date) -> tuple[Post, ...]:
    with connection.cursor() as cursor:
        cursor.execute(POSTS, {"user": user.pk, "on": on})
        return tuple(Post(*row) for row in cursor)


#: Written by hand: it is asked before everything else that anybody asks.
POSTS = """
    WITH held AS (
        SELECT post.unit_id, post.role FROM accounts_membership post
        JOIN accounts_user person ON person.id = post.user_id
        WHERE person.id = %(user)s AND person.is_active
          AND post.valid_from <= %(on)s AND coalesce(post.valid_to >= %(on)s, true)
    ), hosted AS (
        SELECT hosting.unit_id, held.role FROM held
        JOIN accounts_unithosting hosting ON hosting.host_id = held.unit_id
        WHERE hosting.valid_from <= %(on)s AND coalesce(hosting.valid_to >= %(on)s, true)
    )
    SELECT unit.id, unit.ancestors || unit.id || '/', post.role
    FROM (TABLE held UNION TABLE hosted) post JOIN accounts_unit unit ON unit.id = post.unit_id
    ORDER BY unit.id, post.role
"""


def units_acted_for(
    user: User | AnonymousUser, roles: Collection[str], on: dt.date
) -> UnitQuerySet:
    """Units in which the person holds one of the roles that day, and the bodies these host."""
    return Unit.objects.filter(pk__in=ids_acted_for(user, roles, on))


def ids_acted_for(user: User | AnonymousUser, roles: Collection[str], on: dt.date) -> set[int]:
    """As ``units_acted_for``, where their ids will do. No query of its own."""
    return {post.pk for post in _held(user, roles, on)}


def _held(user: User | AnonymousUser, roles: Collection[str], on: dt.date) -> list[Post]:
    return [post for post in posts_of(user, on) if post.role in roles]


def units_in_sight(user: User | AnonymousUser, on: dt.date) -> UnitQuerySet:
    """The person's part of the unit tree."""
    return Unit.objects.within(*tops_in_sight(user, on))


def tops_in_sight(user: User | AnonymousUser, on: dt.date) -> list[Post]:
    """The units under which the person's part of the unit tree lies, each once."""
    return list({post.pk: post for post in posts_of(user, on)}.values())


def units_coordinated(user: User | AnonymousUser, on: dt.date) -> UnitQuerySet:
    """The part of the unit tree that the person may reform: below a unit they coordinate.

    A commission has nothing below it; its coordinator answers for the part in which it stands.
    """
    offices = units_acted_for(user, [Role.COORDINATOR], on).select_related("parent")
    return Unit.objects.within(*map(_part_of, offices))


def units_of_known_people(user: User | AnonymousUser, on: dt.date) -> UnitQuerySet:
    """The units of which the person may read who holds a role there.

    Their own part of the unit tree; for a coordinator, whose plans go to all of it, the whole tree
    in which the office stands; for who keeps the directory, all of it.
    """
    if isinstance(user, User) and user.keeps_directory:
        return Unit.objects.all()
    roots = {
        int(office.path.split("/")[1]) for office in units_acted_for(user, [Role.COORDINATOR], on)
    }
    tops = Unit.objects.filter(pk__in=roots)
    return Unit.objects.within(*tops, *units_acted_for(user, ALL_ROLES, on))


def _part_of(office: Unit) -> Unit:
    if office.kind == Unit.Kind.WORKING_GROUP and office.parent:
        return office.parent
    return office


def may_act_for(user: User, unit: Unit, roles: Collection[str], on: dt.date) -> bool:
    return any(post.pk == unit.pk for post in _held(user, roles, on))


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
