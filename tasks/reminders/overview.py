"""What people see of the reminders: each with its end, and what somebody must mend."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.access import Role, units_coordinated
from accounts.calendar import load_calendar
from accounts.holding import hold_in_force
from accounts.models import Membership, OutgoingMail, Unit, User
from accounts.querysets import UnitQuerySet
from plans.models import Plan
from tasks.models import Reminder, Task
from tasks.querysets import ReminderQuerySet
from tasks.reminders.status import MailStatus, status_of_mail, uncovered_years

#: What waits while the mail is held.
HELD, WAITING = "held", "waiting"


@dataclass(frozen=True)
class Wanted:
    """The filters of the page; ``None`` or an empty word asks for everything."""

    end: str = ""
    rule: str = ""
    plan: int | None = None
    unit: int | None = None


@dataclass(frozen=True)
class Oversight:
    """What the people see who keep the installation going. Figures are of the whole house."""

    mail: MailStatus
    units_with_nobody: list[Unit]
    dead_addresses: list[User]
    uncovered_years: list[int]


def reminders_in_sight(user: User, on: dt.date, wanted: Wanted) -> ReminderQuerySet:
    """The newest first, each with its ``end``, its share, and the mails that say it."""
    conditions = {"rule": wanted.rule, "task__plan": wanted.plan, "unit": wanted.unit}
    reminders = Reminder.objects.visible_to(user, on).with_end()
    reminders = reminders.filter(**{name: value for name, value in conditions.items() if value})
    mails = Prefetch("mails", OutgoingMail.objects.select_related("recipient").order_by("pk"))
    return (
        _with_end(reminders, wanted.end)
        .select_related("task__unit", "unit")
        .prefetch_related(mails)
        .order_by("-on", "-id")
    )


def _with_end(reminders: ReminderQuerySet, end: str) -> ReminderQuerySet:
    """What waits while the mail is held is held, and nothing else is."""
    if end in (HELD, WAITING) and (end == HELD) != (hold_in_force() is not None):
        return reminders.none()
    end = WAITING if end == HELD else end
    return reminders.filter(end=end) if end else reminders  # type: ignore[misc] # annotated


def oversight_for(user: User, on: dt.date, at: dt.datetime) -> Oversight | None:
    """For coordinators and for those who run the installation; ``None`` for everybody else."""
    if not user.is_staff and not _coordinates(user, on):
        return None
    return Oversight(
        mail=status_of_mail(at),
        units_with_nobody=list(_units_with_nobody(user, on)),
        dead_addresses=list(_dead_addresses(user, on)),
        uncovered_years=uncovered_years(load_calendar(), on),
    )


def _coordinates(user: User, on: dt.date) -> bool:
    held = Membership.objects.in_force(on).filter(user=user, role=Role.COORDINATOR)
    return held.exists()


def _units_with_nobody(user: User, on: dt.date) -> UnitQuerySet:
    """Of the reminders in sight, or of all for those who run the installation; with ``count``."""
    reminders = Reminder.objects.filter(superseded_at=None).exclude(fault="")
    if not user.is_staff:
        reminders = reminders.visible_to(user, on)
    stuck = Count("reminders", filter=Q(reminders__in=reminders.values("pk")))
    return Unit.objects.filter(pk__in=reminders.values("unit_id")).annotate(count=stuck)


def _dead_addresses(user: User, on: dt.date) -> QuerySet[User]:
    """People whose address the relay refused, in units that the person answers for."""
    roles = Membership.objects.in_force(on).select_related("unit")
    people = User.objects.exclude(email_refusal="").filter(is_active=True)
    if not user.is_staff:
        tasks = Task.objects.filter(plan__in=Plan.objects.coordinated_by(user, on).values("pk"))
        units = Q(unit__in=tasks.values("unit_id")) | Q(
            unit__in=units_coordinated(user, on).values("pk")
        )
        people = people.filter(pk__in=roles.filter(units).values("user_id"))
    return people.prefetch_related(Prefetch("memberships", roles)).order_by("name", "pk")
