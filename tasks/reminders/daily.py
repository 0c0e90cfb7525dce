"""One look at the day: what must be said, and, once people are at work, the mails that say it."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from tasks.reminders.digest import make_mails
from tasks.reminders.planning import plan_reminders


def plan_the_day(*, at: dt.datetime) -> None:
    """Safe to run at any time, any number of times, in any number of processes."""
    local = timezone.localtime(at)
    plan_reminders(on=local.date(), at=at)
    if local.hour >= settings.LUOSHI_MAIL_HOUR:
        make_mails(on=local.date(), at=at)
