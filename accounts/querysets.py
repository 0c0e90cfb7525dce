"""Query sets of the directory that read as sentences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, Q

if TYPE_CHECKING:
    from accounts.models import Membership, OutgoingMail, Unit, UnitGroup, User  # noqa: F401


def in_force(on: dt.date, prefix: str = "") -> Q:
    """Rows whose validity, both ends inclusive, contains the day ``on``."""
    started = Q(**{f"{prefix}valid_from__lte": on})
    not_ended = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": on})
    return started & not_ended


class UnitQuerySet(models.QuerySet["Unit"]):
    def valid_on(self, on: dt.date) -> UnitQuerySet:
        return self.filter(in_force(on))

    def within(self, *tops: Unit) -> UnitQuerySet:
        """The given units and everything below them. No query of its own."""
        wanted = Q(pk__in=[])
        for top in tops:
            wanted |= Q(pk=top.pk) | Q(ancestors__startswith=top.path)
        return self.filter(wanted)

    def named(self, name: str, on: dt.date) -> UnitQuerySet:
        """Units called so on that day, by their name or by an alias."""
        alias = Q(aliases__name=name) & in_force(on, "aliases__")
        return self.valid_on(on).filter(Q(name=name) | alias).distinct()

    def visible_to(self, user: User, on: dt.date) -> UnitQuerySet:
        """The directory is open to everyone who holds a role on that day, and to nobody else."""
        if not user.is_active:
            return self.none()
        return self.filter(Exists(user.memberships.filter(in_force(on))))


class UnitGroupQuerySet(models.QuerySet["UnitGroup"]):
    def named(self, name: str) -> UnitGroupQuerySet:
        return self.filter(Q(name=name) | Q(aliases__contains=[name]))

    def visible_to(self, user: User, on: dt.date) -> UnitGroupQuerySet:
        """As open as the directory of which they are words."""
        if not user.is_active:
            return self.none()
        return self.filter(Exists(user.memberships.filter(in_force(on))))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: dt.date) -> MembershipQuerySet:
        """Roles that hold on that day, of people who may still log in."""
        return self.filter(in_force(on), user__is_active=True)


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, at: dt.datetime) -> OutgoingMailQuerySet:
        """Mails that somebody should try now: waiting past their time, or leased by the dead."""
        waiting = Q(state="waiting", next_try_at__lte=at)
        abandoned = Q(state="leased", lease_until__lt=at)
        return self.filter(waiting | abandoned, ~Exists(_holds()))


def _holds() -> models.QuerySet[Any]:
    """The hold of the mail that is in force, if any: one row at most."""
    hold: Any = apps.get_model("accounts", "MailHold")
    found: models.QuerySet[Any] = hold.objects.filter(released_at__isnull=True)
    return found
