"""What an operator must know: is everything said, what waits, what failed, and why."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from accounts.calendar import WorkCalendar, load_calendar
from accounts.holding import hold_in_force
from accounts.models import MailHold, OutgoingMail, User
from tasks.models import Reminder, Task
from tasks.reminders.keys import STILL_OPEN

State = OutgoingMail.State
ENDS = ("sent", "superseded", "failed", "waiting")


@dataclass(frozen=True)
class MailStatus:
    """``oldest_waiting`` is since when the mail that waited longest could have been sent."""

    oldest_waiting: dt.datetime | None
    last_sent: dt.datetime | None
    failed: int
    hold: MailHold | None


@dataclass(frozen=True)
class Status:
    """``reminders`` counts them by their end; together they are all there are.

    ``uncovered_years`` are those with open deadlines whose holidays nobody has entered.
    """

    reminders: dict[str, int]
    total: int
    mail: MailStatus
    refused_addresses: int
    units_with_nobody: int
    uncovered_years: list[int]

    @property
    def unaccounted(self) -> int:
        return self.total - sum(self.reminders.values())


def status_of_reminders(on: dt.date, at: dt.datetime) -> Status:
    """A constant number of queries."""
    ends = Reminder.objects.counted_by_end()
    nobody = Reminder.objects.filter(superseded_at=None).exclude(fault="")
    return Status(
        reminders={end: ends.get(end, 0) for end in ENDS},
        total=Reminder.objects.count(),
        mail=status_of_mail(at),
        refused_addresses=User.objects.exclude(email_refusal="").filter(is_active=True).count(),
        units_with_nobody=nobody.values("unit").distinct().count(),
        uncovered_years=uncovered_years(load_calendar(), on),
    )


def status_of_mail(at: dt.datetime) -> MailStatus:
    """Two queries."""
    mails = OutgoingMail.objects.aggregate(
        oldest=Min("next_try_at", filter=Q(state=State.WAITING, next_try_at__lte=at)),
        last=Max("sent_at"),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
    return MailStatus(mails["oldest"], mails["last"], mails["failed"], hold_in_force())


def uncovered_years(calendar: WorkCalendar, on: dt.date) -> list[int]:
    """This year, and those of open deadlines ahead, that the office's table says nothing of."""
    ahead = Task.objects.filter(state__in=STILL_OPEN, next_due_on__gte=on)
    years = set(ahead.values_list("next_due_on__year", flat=True).distinct())
    return sorted(year for year in {on.year, *years} if year and not calendar.covers(year))
