"""One look at the day: what must be said, and, once people are at work, the mails that say it."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils import timezone

from accounts.calendar import WorkCalendar, load_calendar
from accounts.emails import Letter
from accounts.models import OutgoingMail
from accounts.outbox import Compose, send_due
from accounts.passwords import answer_requests, compose_link
from tasks.models import JobRun
from tasks.reminders.digest import ReadMail, compose, make_mails, read_mails
from tasks.reminders.group_post import compose_post, make_group_posts
from tasks.reminders.planning import plan_reminders

#: The jobs by the names under which their runs are noted.
PLANNING, SENDING = "planning", "sending"

#: What is no digest.
COMPOSERS: dict[str, Compose] = {
    OutgoingMail.Kind.GROUP_POST: compose_post,
    OutgoingMail.Kind.PASSWORD: compose_link,
    OutgoingMail.Kind.INVITATION: compose_link,
}


def plan_the_day(*, at: dt.datetime) -> None:
    """Safe to run at any time, any number of times, in any number of processes."""
    local = timezone.localtime(at)
    plan_reminders(on=local.date(), at=at)
    if local.hour >= settings.LUOSHI_MAIL_HOUR:
        make_mails(on=local.date(), at=at)
        make_group_posts(on=local.date(), at=at)
    note_run(PLANNING, at)


def send_the_mails(*, clock: Callable[[], dt.datetime]) -> int:
    """One round of sending; returns how many mails were handled.

    The calendar is that of the round's beginning: the rounds are short, and it changes seldom.
    """
    answer_requests(at=clock())
    composer = Composer(load_calendar())
    handled = send_due(composer, clock=clock, read_ahead=composer.read_ahead)
    note_run(SENDING, clock())
    return handled


class Composer:
    """Writes the letters of a round, for which it reads what several digests rest on at once."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._read: dict[int, ReadMail] = {}

    def read_ahead(self, mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None:
        digests = [mail for mail in mails if mail.kind == OutgoingMail.Kind.DIGEST]
        self._read = read_mails(digests, self._calendar, timezone.localdate(at))

    def __call__(self, mail: OutgoingMail, *, at: dt.datetime) -> Letter | None:
        if mail.kind == OutgoingMail.Kind.DIGEST:
            read = self._read.pop(mail.pk, None)
            return compose(mail, at=at, calendar=self._calendar, read=read)
        return COMPOSERS[mail.kind](mail, at=at)


def note_run(job: str, at: dt.datetime) -> None:
    """Writes down that the job came to its end, for whoever watches the installation."""
    JobRun.objects.update_or_create(job=job, defaults={"finished_at": at})
