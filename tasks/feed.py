"""A person's deadlines as a calendar (RFC 5545): all-day events that keep their identity."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.access import WORKING_ROLES, units_acted_for
from accounts.emails import absolute_url
from accounts.models import User
from tasks.models import Task

ONE_DAY = dt.timedelta(days=1)
#: More would not be looked at in a calendar.
MOST_EVENTS = 2_000


def calendar_of(user: User, *, on: dt.date, at: dt.datetime) -> bytes:
    """The open shares of the person's units, each on the day that its light follows."""
    calendar = Calendar()
    calendar.add("prodid", "-//Luoshi//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Luoshi: deadlines"))
    for task in _dated_shares(user, on):
        calendar.add_component(_event(task, at))
    content: bytes = calendar.to_ical()
    return content


def _dated_shares(user: User, on: dt.date) -> list[Task]:
    units = units_acted_for(user, WORKING_ROLES, on)
    shares = Task.objects.open().filter(unit__in=units.values("pk"), next_due_on__isnull=False)
    return list(shares.select_related("unit").order_by("next_due_on", "id")[:MOST_EVENTS])


def _event(task: Task, at: dt.datetime) -> Event:
    """RFC 5545: an all-day event ends on the day after; the UID is the share's for ever."""
    event = Event()
    event.add("uid", f"share-{task.pk}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", at)
    event.add("dtstart", task.next_due_on)
    event.add("dtend", (task.next_due_on or dt.date.max) + ONE_DAY)
    event.add("summary", f"{task.title}（{task.unit}）")
    event.add("url", absolute_url(f"/tasks/{task.pk}/"))
    event.add("sequence", task.deadline_version)
    event.add("transp", "TRANSPARENT")
    return event
