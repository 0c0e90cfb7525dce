"""Query sets of the directory that read as sentences."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Protocol

from django.db import models
from django.db.models import Exists, Q

if TYPE_CHECKING:
    from accounts.models import Membership, OutgoingMail, Unit, UnitGroup, User  # noqa: F401


def in_force(on: dt.date, prefix: str = "") -> Q:
    """Rows whose validity, both ends inclusive, contains the day ``on``."""
    started = Q(**{f"{prefix}valid_from__lte": on})
    not_ended = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": on})
    return started & not_ended


class Place(Protocol):
    """Where a unit stands in the tree: ``path`` is that of its ancestors and its own id."""

    @property
    def pk(self) -> int: ...

    @property
    def path(self) -> str: ...


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid_on(self, on: dt.date) -> UnitQuerySet:
        return self.filter(in_force(on))

    def within(self, *tops: Place) -> UnitQuerySet:
        """The given units and everything below them. No query of its own."""
        wanted = Q(pk__in=[])
        for top in tops:
            wanted |= Q(pk=top.pk) | Q(ancestors__startswith=top.path)
        return self.filter(wanted)

    def not_ended(self, on: dt.date) -> UnitQuerySet:
        """Those in force that day, and those that begin later."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))

    def called_like(self, words: str) -> UnitQuerySet:
        """Units with the words in their name or in another name of any day."""
        found = Q(name__icontains=words) | Q(aliases__name__icontains=words)
        return self.filter(found).distinct()

    def named(self, name: str, on: dt.date) -> UnitQuerySet:
        """Units called so on that day, by their name or by an alias."""
        alias = Q(aliases__name=name) & in_force(on, "aliases__")
        return self.valid_on(on).filter(Q(name=name) | alias).distinct()

    def visible_to(self, user: User, on: dt.date) -> UnitQuerySet:
        """Open to everyone who holds a role on that day and to its keepers, and to nobody else."""
        if not user.is_active:
            return self.none()
        if user.keeps_directory:
            return self.all()
        return self.filter(Exists(user.memberships.filter(in_force(on))))


class UnitGroupQuerySet(models.QuerySet["UnitGroup"]):
    def named(self, name: str) -> UnitGroupQuerySet:
        return self.filter(Q(name=name) | Q(aliases__contains=[name]))

    def visible_to(self, user: User, on: dt.date) -> UnitGroupQuerySet:
        """As open as the directory of which they are words."""
        if not user.is_active:
            return self.none()
        if user.keeps_directory:
            return self.all()
        return self.filter(Exists(user.memberships.filter(in_force(on))))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: dt.date) -> MembershipQuerySet:
        """Roles that hold on that day, of people who may still log in."""
        return self.filter(in_force(on), user__is_active=True)

    def not_ended(self, on: dt.date) -> MembershipQuerySet:
        """Roles that hold on that day or later, of people who may still log in."""
        lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        return self.filter(lasting, user__is_active=True)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def claim(
        self, at: dt.datetime, *, most: int, until: dt.datetime, token: uuid.UUID
    ) -> list[OutgoingMail]:
        """Leases mails that are due, those that are due longest first: one statement.

        Due are those that wait past their time, and those leased by the dead. Rows that others are
        claiming are passed over; while the mail is held there is nothing to claim. Together come
        only mails that nobody has tried before; where there is none of these, one of the others.
        """
        if not most:
            return []
        words = {"at": at, "until": until, "token": token}
        fresh = list(self.raw(CLAIM, words | {"most": most, "tries": 0}))
        found = fresh or list(self.raw(CLAIM, words | {"most": 1, "tries": None}))
        return sorted(found, key=lambda mail: (not mail.urgent, mail.next_try_at, mail.pk))


#: One journey to the database and one commit. The first part is materialised, since a row that it
#: locks must be chosen once.
CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM accounts_outgoingmail
        WHERE (state = 'waiting' AND next_try_at <= %(at)s
               OR state = 'leased' AND lease_until < %(at)s)
          AND attempts <= coalesce(%(tries)s, attempts)
          AND NOT EXISTS (SELECT FROM accounts_mailhold WHERE released_at IS NULL)
        ORDER BY urgent DESC, next_try_at, id
        LIMIT %(most)s
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE accounts_outgoingmail AS mail
    SET state = 'leased', lease_until = %(until)s, lease_token = %(token)s, attempts = attempts + 1
    FROM chosen WHERE mail.id = chosen.id
    RETURNING mail.*
"""
