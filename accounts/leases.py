"""A mail belongs to one sender at a time: how it is leased, and the ends that a lease can have.

Every attempt is counted when the mail is taken, before anything can go wrong, so that a mail that
kills its senders is found out.
"""

import datetime as dt
import smtplib
import uuid
from collections.abc import Collection
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.locking import lock_rate
from accounts.models import OutgoingMail, User
from accounts.relay import Away

State = OutgoingMail.State

#: Outlives a round and one more conversation: about ten steps, each as long as EMAIL_TIMEOUT at
#: worst, and the answer to the mail, for which ``accounts.relay`` waits longer.
LEASE = dt.timedelta(minutes=5)
#: Of mails that are taken together, until the turn of each has come: where a sender dies, those
#: that it had not come to are soon there for the next one.
SHORT_LEASE = dt.timedelta(seconds=15)
#: Pauses after the first, second … failed attempt; the last one repeats.
BACK_OFF = tuple(dt.timedelta(minutes=n) for n in (1, 5, 15, 60, 120, 240, 480, 1440))
#: A mail that nobody would take so often is shown as failed.
MAX_ATTEMPTS = 10
#: How soon the relay is called again after it could not be reached.
RELAY_PAUSE = dt.timedelta(minutes=1)

ONE_MINUTE = dt.timedelta(minutes=1)

#: SMTP answers from here on are final.
FIRST_PERMANENT_CODE = 500


class Outcome(Enum):
    SENT = "sent"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    POSTPONED = "postponed"
    #: The relay did not answer at all, which says nothing about the mail.
    RELAY_AWAY = "relay_away"
    #: The relay has the mail and thinks about it; how it ends is heard later.
    UNANSWERED = "unanswered"


def claim(at: dt.datetime, *, most: int) -> list[OutgoingMail]:
    """Takes mails that are due; urgent ones and those due longest first. Commits.

    Nothing is taken while the mail is held or the minute's share is used up. More than one is
    given only of mails that nobody tried before: one that kills its senders must be alone. Each of
    them must be taken up before it is sent.
    """
    if not settings.LUOSHI_MAILS_PER_MINUTE:
        return _claim(at, most)
    with transaction.atomic():
        return _claim(at, min(most, _room_in_this_minute(at)))


def _claim(at: dt.datetime, most: int) -> list[OutgoingMail]:
    lease = SHORT_LEASE if most > 1 else LEASE
    mails = OutgoingMail.objects.claim(at, most=most, until=at + lease, token=uuid.uuid4())
    people = User.objects.select_related("mail_settings").in_bulk(
        [mail.recipient_id for mail in mails if mail.recipient_id]
    )
    for mail in mails:
        mail.recipient = people[mail.recipient_id] if mail.recipient_id else None
    return mails


def _room_in_this_minute(at: dt.datetime) -> int:
    """How many more mails the relay may be given now (FAILURES A9).

    Claims take turns, so that two senders do not both take the last place.
    """
    lock_rate()
    just_sent = Q(state=State.SENT, sent_at__gt=at - ONE_MINUTE)
    under_way = Q(state=State.LEASED, lease_until__gt=at)
    taken = OutgoingMail.objects.filter(just_sent | under_way).count()
    return max(0, settings.LUOSHI_MAILS_PER_MINUTE - taken)


def take_up(mail: OutgoingMail, *, at: dt.datetime) -> bool:
    """Leases the mail for as long as sending it may take. ``False``: it is not ours any more."""
    if mail.lease_until and mail.lease_until > at + SHORT_LEASE:
        return True
    ours = OutgoingMail.objects.filter(
        pk=mail.pk, state=State.LEASED, lease_token=mail.lease_token, lease_until__gt=at
    )
    if not ours.update(lease_until=at + LEASE):
        return False
    mail.lease_until = at + LEASE
    return True


def give_back(mails: Collection[OutgoingMail]) -> None:
    """Ends leases of mails that were not tried: whoever comes next may take them."""
    tokens = {mail.lease_token for mail in mails}
    ours = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails], lease_token__in=tokens)
    if tokens:
        ours.filter(state=State.LEASED).update(
            state=State.WAITING, lease_until=None, lease_token=None, attempts=F("attempts") - 1
        )


def mark_sent(
    mail: OutgoingMail, *, at: dt.datetime, channel: str = OutgoingMail.Channel.MAIL
) -> Outcome:
    """Only after the server's 250, and only while the lease is still ours."""
    return _settle(mail, Outcome.SENT, state=State.SENT, sent_at=at, last_error="", channel=channel)


def supersede(mail: OutgoingMail) -> Outcome:
    """There is nothing left to say."""
    return _settle(mail, Outcome.SUPERSEDED, state=State.SUPERSEDED)


def end_unsent(mail: OutgoingMail, error: BaseException, *, at: dt.datetime) -> Outcome:
    """By what the relay answered: for good or for now."""
    if isinstance(error, Away):
        return _wait_for_relay(mail, error, at=at)
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return _refused(mail, error, at=at)
    return postpone(mail, error, at=at)


def _refused(
    mail: OutgoingMail,
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError,
    *,
    at: dt.datetime,
) -> Outcome:
    """An address that is refused for good is not tried again (A8)."""
    if _code_of(error) < FIRST_PERMANENT_CODE:
        return postpone(mail, error, at=at)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        same_address = User.objects.filter(pk=mail.reader_id, email=mail.reader.email)
        same_address.update(email_refusal=_text_of(error), email_refused_at=at)
    return give_up(mail, _text_of(error))


def postpone(mail: OutgoingMail, error: BaseException, *, at: dt.datetime) -> Outcome:
    if mail.attempts >= MAX_ATTEMPTS:
        return give_up(mail, _text_of(error))
    pause = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
    return _settle(
        mail,
        Outcome.POSTPONED,
        state=State.WAITING,
        next_try_at=at + pause,
        last_error=_text_of(error),
    )


def _wait_for_relay(mail: OutgoingMail, error: Away, *, at: dt.datetime) -> Outcome:
    """The attempt does not count: a relay that is away for a day must not fail a single mail."""
    return _settle(
        mail,
        Outcome.RELAY_AWAY,
        state=State.WAITING,
        attempts=mail.attempts - 1,
        next_try_at=at + RELAY_PAUSE,
        last_error=str(error),
    )


def give_up(mail: OutgoingMail, error: str) -> Outcome:
    return _settle(mail, Outcome.FAILED, state=State.FAILED, last_error=error)


def _settle(mail: OutgoingMail, outcome: Outcome, **fields: object) -> Outcome:
    """Ends the lease if it is still ours; a late holder changes nothing."""
    ours = OutgoingMail.objects.filter(pk=mail.pk, state=State.LEASED, lease_token=mail.lease_token)
    ours.update(lease_until=None, lease_token=None, subject=mail.subject, body=mail.body, **fields)
    return outcome


def _code_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _answer in error.recipients.values())
    return error.smtp_code


def _text_of(error: BaseException) -> str:
    """What an operator needs to see: the relay's words, or the error's kind and text."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.values()
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in answers)
    return f"{type(error).__name__}: {error}"
