"""The product's worker and sender with one guard taken out, which WITHOUT names.

For the controls. Production code knows nothing of it: the guard is replaced here, from outside.
``python -m tests.faults.unguarded COMMAND`` is ``manage.py COMMAND`` without the guard.
"""

import datetime as dt
import os
import sys
from collections.abc import Callable
from typing import Any

import django
from django.utils import timezone

django.setup()

from django.core.mail import get_connection  # noqa: E402 - needs the settings
from django.core.management import call_command  # noqa: E402

from accounts import leases, outbox, relay  # noqa: E402 - their models need the registry
from accounts.emails import Letter, make_message  # noqa: E402
from accounts.models import OutgoingMail  # noqa: E402
from config.celery import app  # noqa: E402
from tasks import jobs  # noqa: E402
from tasks.querysets import PaperQuerySet  # noqa: E402
from tasks.reminders import daily, digest  # noqa: E402

__all__ = ["app"]

hand_over = relay.hand_over


def mark_then_hand_over(message: Any, connection: Any) -> None:
    """What a sender does that marks before it sends."""
    mail = OutgoingMail.objects.filter(message_id=message.extra_headers["Message-ID"])
    mail.update(state="sent", sent_at=timezone.now(), lease_until=None, lease_token=None)
    hand_over(message, connection)


def mark_after() -> None:
    relay.hand_over = mark_then_hand_over


def send_one_only(*, clock: Callable[[], dt.datetime]) -> int:
    with outbox.Sender(digest.compose, clock) as sender:
        at = clock()
        sender.send_all(leases.claim(at, most=1), taken_at=at)
    return sender.handled


def tick() -> None:
    """One message, one mail: who has been told nothing does nothing."""
    vars(jobs)["send_the_mails"] = send_one_only


def answers() -> None:
    """Whatever the relay says, the mail is marked as sent, as by ``fail_silently``."""

    def overhear(mail: OutgoingMail, error: BaseException, *, at: dt.datetime) -> leases.Outcome:
        return leases.mark_sent(mail, at=at)

    vars(outbox).update(end_unsent=overhear, postpone=overhear)


def send_a_batch(*, clock: Callable[[], dt.datetime]) -> int:
    mails = leases.claim(clock(), most=1_000_000)
    letters = [digest.compose(mail, at=clock()) for mail in mails]
    pairs = [(mail, letter) for mail, letter in zip(mails, letters, strict=True) if letter]
    messages = [
        make_message(letter, to=mail.recipient.email, message_id=mail.message_id)
        for mail, letter in pairs
        if mail.recipient
    ]
    with get_connection() as connection:
        return connection.send_messages(messages)


def one_by_one() -> None:
    """All mails are written, then all are sent: one that cannot be written stops them all."""
    vars(jobs)["send_the_mails"] = send_a_batch


def patience() -> None:
    relay.LAST_ANSWER = 1


def reread() -> None:
    """The letters are written at the first mail, and sent as they stand."""
    written: dict[int, Letter | None] = {}

    def from_memory(mail: OutgoingMail, *, at: dt.datetime, **_calendar: object) -> Letter | None:
        if not written:
            for waiting in OutgoingMail.objects.filter(state__in=["waiting", "leased"]):
                written[waiting.pk] = digest.compose(waiting, at=at)
        return written.get(mail.pk)

    vars(daily)["compose"] = from_memory


def end_of_leases() -> None:
    """What a dead maker has begun is not begun again."""

    def waiting(papers: PaperQuerySet, at: dt.datetime) -> PaperQuerySet:
        return papers.filter(state="waiting").order_by("asked_at", "id")

    PaperQuerySet.due = waiting  # type: ignore[assignment,method-assign]


GUARDS = (mark_after, tick, answers, one_by_one, patience, reread, end_of_leases)

next(guard for guard in GUARDS if guard.__name__ == os.environ["WITHOUT"])()

if __name__ == "__main__":
    call_command(*sys.argv[1:])
