"""One mail at a time through the product's sender, for tests that look at a single one."""

import datetime as dt

from accounts.calendar import load_calendar
from accounts.emails import Letter
from accounts.leases import Outcome, claim
from accounts.models import OutgoingMail
from accounts.outbox import Compose, Sender
from tasks.reminders.daily import Composer


def claim_next(at: dt.datetime) -> OutgoingMail | None:
    return next(iter(claim(at, most=1)), None)


def send_one(compose: Compose, *, at: dt.datetime) -> Outcome | None:
    """Claims one mail and brings it as far as it goes; ``None``: nothing is due."""
    with Sender(compose, lambda: at) as sender:
        mail = claim_next(at)
        return sender.send(mail, at=at) if mail else None


def compose_any(mail: OutgoingMail, *, at: dt.datetime) -> Letter | None:
    """Whatever the mail's kind has to say."""
    return Composer(load_calendar())(mail, at=at)
