"""The outgoing mail: lease one row, send it, and mark it only after the server took it.

PostgreSQL remembers what is to be sent; whoever calls here only wakes. A process that dies
between the server's answer and the mark leaves a lease that runs out, and the mail goes out a
second time with the same Message-ID. Nothing is ever marked before it was sent (FAILURES M1).
"""

import datetime as dt
import hashlib
import logging
import smtplib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from enum import Enum
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from accounts.emails import Letter, make_message
from accounts.locking import lock_rate
from accounts.models import OutgoingMail, User
from accounts.robots import Failed, post

logger = logging.getLogger(__name__)

State = OutgoingMail.State

#: Outlives a round and one more conversation: about ten steps, each as long as EMAIL_TIMEOUT at
#: worst, and the answer to the mail, for which ``accounts.relay`` waits longer.
LEASE = dt.timedelta(minutes=5)
#: Pauses after the first, second … failed attempt; the last one repeats.
BACK_OFF = tuple(dt.timedelta(minutes=n) for n in (1, 5, 15, 60, 120, 240, 480, 1440))
#: A mail that nobody would take so often is shown as failed.
MAX_ATTEMPTS = 10
#: How soon the relay is called again after it could not be reached.
RELAY_PAUSE = dt.timedelta(minutes=1)
#: How long one caller of ``send_due`` goes on; with one more mail it still fits into ``LEASE``.
ROUND = dt.timedelta(seconds=50)

ONE_MINUTE = dt.timedelta(minutes=1)

#: SMTP answers from here on are final.
FIRST_PERMANENT_CODE = 500


class Compose(Protocol):
    """Reads the facts again and writes the letter, or answers ``None``: nothing left to say."""

    def __call__(self, mail: OutgoingMail, *, at: dt.datetime) -> Letter | None: ...


class Outcome(Enum):
    SENT = "sent"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    POSTPONED = "postponed"
    #: The relay did not answer at all, which says nothing about the mail.
    RELAY_AWAY = "relay_away"


def message_id_for(recipient: int | str, kind: str, on: dt.date) -> str:
    """Equal for every attempt and every copy, so that receivers and the support desk can tell.

    ``recipient`` is the person's id, or the channel of a post.
    """
    key = f"{settings.BASE_URL}|{kind}|{recipient}|{on.isoformat()}"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def send_due(compose: Compose, *, clock: Callable[[], dt.datetime]) -> int:
    """Sends what is due, one mail after the other; returns how many were handled.

    Ends early when the relay is away, or after ``ROUND``: the next tick goes on.
    """
    started = clock()
    handled = 0
    with conversation() as connection:
        while clock() - started < ROUND:
            outcome = send_one(compose, at=clock(), connection=connection)
            if outcome in (None, Outcome.RELAY_AWAY):
                break
            handled += 1
    return handled


def send_one(
    compose: Compose, *, at: dt.datetime, connection: BaseEmailBackend | None = None
) -> Outcome | None:
    """Claims one mail and brings it as far as it goes. ``None``: nothing is due, or may be sent.

    No error of composing or sending gets out of here: it belongs to the mail, which shows it.
    """
    mail = claim_next(at)
    if mail is None:
        return None
    if reason := _why_hopeless(mail):
        return _give_up(mail, reason)
    try:
        letter = compose(mail, at=at)
        if letter is None:
            return _settle(mail, Outcome.SUPERSEDED, state=State.SUPERSEDED)
        mail.subject, mail.body = letter.subject, "" if letter.secret else letter.text
        if mail.recipient is None:
            return _post(mail, letter, at=at)
        if _stays_here(mail):
            return mark_sent(mail, at=at, channel=OutgoingMail.Channel.IN_APP)
        message = make_message(letter, to=mail.recipient.email, message_id=mail.message_id)
    except Exception as error:
        logger.exception("mail %s could not be composed", mail.pk)
        return _postpone(mail, error, at=at)
    if connection is not None:
        return deliver(mail, message, connection, at=at)
    with conversation() as own:
        return deliver(mail, message, own, at=at)


def _why_hopeless(mail: OutgoingMail) -> str:
    """Why there is no use in trying, empty where there is."""
    if mail.attempts > MAX_ATTEMPTS:
        # Every sender that took this mail died over it.
        return "abandoned by every sender that took it"
    if mail.recipient is None or _stays_here(mail):
        return ""
    # Django would send it to nobody and report no error.
    return why_unreachable(mail.recipient)


def _post(mail: OutgoingMail, letter: Letter, *, at: dt.datetime) -> Outcome:
    """To the group that the operator's robot stands in."""
    try:
        post(mail.channel, letter.text, at=at)
    except Failed as error:
        logger.warning("the post to the %s group failed: %s", mail.channel, error)
        return _postpone(mail, error, at=at)
    return mark_sent(mail, at=at, channel=mail.channel)


def _stays_here(mail: OutgoingMail) -> bool:
    """A digest can be read on the pages; a link to them cannot."""
    return mail.kind == OutgoingMail.Kind.DIGEST and wants_it_here_only(mail.reader)


def wants_it_here_only(person: User) -> bool:
    return hasattr(person, "mail_settings") and person.mail_settings.in_app_only


def why_unreachable(person: User) -> str:
    """Why no mail can reach the person, empty where one can."""
    if not person.email:
        return "the account has no address"
    return person.email_refusal


def claim_next(at: dt.datetime) -> OutgoingMail | None:
    """Takes the mail that has been due longest, urgent ones first, for the length of ``LEASE``.

    Commits. Rows that others are claiming are passed over, and so is everything while the mail is
    held or the minute's share is used up. The count of attempts grows here, before anything can go
    wrong, so that a mail that kills its senders is found out.
    """
    if not settings.LUOSHI_MAILS_PER_MINUTE:
        return _claim(at)
    with transaction.atomic():
        return _claim(at) if _room_in_this_minute(at) else None


def _claim(at: dt.datetime) -> OutgoingMail | None:
    mail = OutgoingMail.objects.claim_next(at, until=at + LEASE, token=uuid.uuid4())
    if mail and mail.recipient_id:
        people = User.objects.select_related("mail_settings")
        mail.recipient = people.get(pk=mail.recipient_id)
    return mail


def _room_in_this_minute(at: dt.datetime) -> bool:
    """Whether the relay may be given one more mail (FAILURES A9).

    Claims take turns, so that two senders do not both take the last place.
    """
    lock_rate()
    just_sent = Q(state=State.SENT, sent_at__gt=at - ONE_MINUTE)
    under_way = Q(state=State.LEASED, lease_until__gt=at)
    return (
        OutgoingMail.objects.filter(just_sent | under_way).count()
        < settings.LUOSHI_MAILS_PER_MINUTE
    )


def mark_sent(
    mail: OutgoingMail, *, at: dt.datetime, channel: str = OutgoingMail.Channel.MAIL
) -> Outcome:
    """Only after the server's 250, and only while the lease is still ours."""
    return _settle(mail, Outcome.SENT, state=State.SENT, sent_at=at, last_error="", channel=channel)


@contextmanager
def conversation() -> Iterator[BaseEmailBackend]:
    """A connection to the relay that is opened by the first mail and kept for the next ones."""
    connection = get_connection()
    try:
        yield connection
    finally:
        # The server has answered; a broken good-bye changes nothing about any mail.
        with suppress(OSError):
            connection.close()


def hand_over(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> None:
    """Gives the message to the relay over an open connection; returns after its 250."""
    connection.send_messages([message])


def deliver(
    mail: OutgoingMail,
    message: EmailMultiAlternatives,
    connection: BaseEmailBackend,
    *,
    at: dt.datetime,
) -> Outcome:
    """Sends a leased mail and marks it by what the relay answered."""
    try:
        kept = not connection.open()
    except OSError as error:  # smtplib's errors and refused or broken sockets alike
        logger.warning("the mail relay is away: %s", error)
        return _wait_for_relay(mail, error, at=at)
    try:
        _hand_over_once_more_if_kept(message, connection, kept=kept)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        return _refused(mail, error, at=at)
    except Exception as error:
        with suppress(OSError):
            connection.close()
        return _postpone(mail, error, at=at)
    return mark_sent(mail, at=at)


def _hand_over_once_more_if_kept(
    message: EmailMultiAlternatives, connection: BaseEmailBackend, *, kept: bool
) -> None:
    """A relay may have hung up on a connection that was kept: that says nothing about the mail."""
    try:
        hand_over(message, connection)
    except smtplib.SMTPServerDisconnected:
        if not kept:
            raise
        connection.close()
        connection.open()
        hand_over(message, connection)


def _refused(
    mail: OutgoingMail,
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError,
    *,
    at: dt.datetime,
) -> Outcome:
    """For good or for now. An address that is refused for good is not tried again (A8)."""
    if _code_of(error) < FIRST_PERMANENT_CODE:
        return _postpone(mail, error, at=at)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        same_address = User.objects.filter(pk=mail.reader_id, email=mail.reader.email)
        same_address.update(email_refusal=_text_of(error), email_refused_at=at)
    return _give_up(mail, _text_of(error))


def _postpone(mail: OutgoingMail, error: Exception, *, at: dt.datetime) -> Outcome:
    if mail.attempts >= MAX_ATTEMPTS:
        return _give_up(mail, _text_of(error))
    pause = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
    return _settle(
        mail,
        Outcome.POSTPONED,
        state=State.WAITING,
        next_try_at=at + pause,
        last_error=_text_of(error),
    )


def _wait_for_relay(mail: OutgoingMail, error: Exception, *, at: dt.datetime) -> Outcome:
    """The attempt does not count: a relay that is away for a day must not fail a single mail."""
    return _settle(
        mail,
        Outcome.RELAY_AWAY,
        state=State.WAITING,
        attempts=mail.attempts - 1,
        next_try_at=at + RELAY_PAUSE,
        last_error=_text_of(error),
    )


def _give_up(mail: OutgoingMail, error: str) -> Outcome:
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


def _text_of(error: Exception) -> str:
    """What an operator needs to see: the relay's words, or the error's kind and text."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.values()
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in answers)
    return f"{type(error).__name__}: {error}"
