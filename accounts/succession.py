"""What hangs on a unit with dates of its own, and goes to its successors when it ends.

Roles and hosted bodies follow where there is one successor. Where a unit splits, who works in
which part is for a person to say, so that nobody gets a right that nobody gave. Its place in
groups goes to every part.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Membership, Unit, UnitGroupMembership, UnitHosting

ONE_DAY = dt.timedelta(days=1)


def hand_on(unit: Unit, successors: Sequence[Unit], *, on: dt.date) -> None:
    """Everything of the unit that is dated ends the day before and begins anew, as above."""
    for successor in successors:
        carry_groups(unit, successor, on=on)
    if len(successors) == 1:
        _carry_roles(unit, successors[0], on=on)
        _carry_hosted(unit, successors[0], on=on)
        _carry_hosts(unit, successors[0], on=on)
    for rows in (
        UnitGroupMembership.objects.filter(unit=unit),
        Membership.objects.filter(unit=unit),
        UnitHosting.objects.filter(Q(unit=unit) | Q(host=unit)),
    ):
        _end(rows, on)


def carry_groups(unit: Unit, successor: Unit, *, on: dt.date) -> None:
    known = _lasting(successor.group_memberships.all(), on).values("group_id")
    rows = _lasting(unit.group_memberships.all(), on).exclude(group__in=known)
    _copy(rows, on, unit=successor)


def _carry_roles(unit: Unit, successor: Unit, *, on: dt.date) -> None:
    """Whoever holds the role there already keeps what they hold."""
    known = set(_lasting(successor.memberships.all(), on).values_list("user_id", "role"))
    rows = _lasting(unit.memberships.all(), on)
    new = [row for row in rows if (row.user_id, row.role) not in known]
    _copy(rows.filter(pk__in=[row.pk for row in new]), on, unit=successor)


def _carry_hosted(unit: Unit, successor: Unit, *, on: dt.date) -> None:
    """The bodies that the unit ran are run by its successor."""
    known = _lasting(successor.hosted.all(), on).values("unit_id")
    rows = _lasting(unit.hosted.all(), on).exclude(unit__in=known).exclude(unit=successor)
    _copy(rows, on, host=successor)


def _carry_hosts(unit: Unit, successor: Unit, *, on: dt.date) -> None:
    """A body keeps its host, except where its successor is the host or has one."""
    if not _lasting(successor.hostings.all(), on).exists():
        _copy(_lasting(unit.hostings.exclude(host=successor), on), on, unit=successor)


def _lasting(rows: QuerySet[Any], on: dt.date) -> QuerySet[Any]:
    """The rows that are in force on that day or will be later."""
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def _copy(rows: QuerySet[Any], on: dt.date, **changes: Unit) -> None:
    copies = list(rows)
    for row in copies:
        row.pk = None
        row.valid_from = max(row.valid_from, on)
        for name, value in changes.items():
            setattr(row, name, value)
    rows.model.objects.bulk_create(copies)


def _end(rows: QuerySet[Any], on: dt.date) -> None:
    """What was to begin later never does."""
    rows.filter(valid_from__gte=on).delete()
    _lasting(rows, on).update(valid_to=on - ONE_DAY)
