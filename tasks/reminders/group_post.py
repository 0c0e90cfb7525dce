"""What the group of the operator's robot hears each working day: figures and a link.

Who sits in such a group nobody here can know, so it is told no title and no unit.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.calendar import WorkCalendar, load_calendar
from accounts.emails import Letter, absolute_url
from accounts.models import OutgoingMail
from accounts.outbox import message_id_for
from tasks.models import ExtensionRequest, ProgressReport, Task
from tasks.querysets import TaskQuerySet

State = OutgoingMail.State
GROUP_POST = OutgoingMail.Kind.GROUP_POST

#: Deadlines of so many working days ahead are spoken of.
NEAR = 5


def make_group_posts(*, on: dt.date, at: dt.datetime) -> None:
    """One post a working day for each robot that is set. Safe to run any number of times."""
    channels = sorted(settings.LUOSHI_ROBOTS)
    if not channels or not load_calendar().is_working_day(on):
        return
    posts = [_new_post(channel, on, at) for channel in channels]
    with transaction.atomic():
        OutgoingMail.objects.bulk_create(posts, ignore_conflicts=True)
        _end_older(on)


def compose_post(mail: OutgoingMail, *, at: dt.datetime) -> Letter | None:
    """The day's figures as of now, in the installation's language; ``None`` on a quiet day."""
    on = timezone.localdate(at)
    with override(settings.LANGUAGE_CODE):
        lines = _lines(load_calendar(), on)
        if not lines:
            return None
        day = date_format(on, "DATE_FORMAT")
        heading = _("Luoshi, as of %(day)s") % {"day": day}
    return Letter(heading, "\n".join([heading, *lines, absolute_url("/")]), html="")


def _new_post(channel: str, on: dt.date, at: dt.datetime) -> OutgoingMail:
    return OutgoingMail(
        kind=GROUP_POST,
        channel=channel,
        on=on,
        message_id=message_id_for(channel, GROUP_POST, on),
        next_try_at=at,
        created_at=at,
    )


def _end_older(on: dt.date) -> None:
    """Today's post says what an earlier one could not; its attempts go along, as a digest's do."""
    older = OutgoingMail.objects.filter(kind=GROUP_POST, state=State.WAITING, on__lt=on)
    for old in older.order_by("pk").select_for_update(skip_locked=True, no_key=True):
        todays = OutgoingMail.objects.filter(kind=GROUP_POST, channel=old.channel, on=on)
        todays.update(attempts=Greatest("attempts", old.attempts))
        old.state = State.SUPERSEDED
        old.save(update_fields=["state"])


def _lines(calendar: WorkCalendar, on: dt.date) -> list[str]:
    """One for each figure that is not zero. Five queries."""
    shares = Task.objects.open()
    late = shares.filter(next_due_on__lt=on)
    last = calendar.add_working_days(on, NEAR)
    soon = shares.filter(next_due_on__gte=on, next_due_on__lte=last)
    figures = {"late": _count(late, "unit", "key_task"), "units": _count(late, "unit")}
    figures |= {"soon": _count(soon, "unit", "key_task"), "days": NEAR, "waiting": _waiting()}
    lines = {
        "late": _("Overdue: %(late)d (units: %(units)d)"),
        "soon": _("Due within %(days)d working days: %(soon)d"),
        "waiting": _("Waiting for a decision: %(waiting)d"),
    }
    return [line % figures for name, line in lines.items() if figures[name]]


def _count(shares: TaskQuerySet, *fields: str) -> int:
    """A unit's share and its own part of the same key task are one thing to people."""
    found: int = shares.values(*fields).distinct().count()
    return found


def _waiting() -> int:
    reports = ProgressReport.objects.filter(state=ProgressReport.State.SUBMITTED)
    requests = ExtensionRequest.objects.filter(state=ExtensionRequest.State.SUBMITTED)
    return reports.count() + requests.count()
