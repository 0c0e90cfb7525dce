"""The outgoing mail: lease some, send one after the other, mark each after the server took it.

PostgreSQL remembers what is to be sent; whoever calls here only wakes. A process that dies
between the server's answer and the mark leaves a lease that runs out, and the mail goes out a
second time with the same Message-ID. Nothing is ever marked before it was sent (FAILURES M1).
"""

import datetime as dt
import hashlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from email.utils import parseaddr
from typing import NamedTuple, Protocol, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.emails import Letter, make_message
from accounts.leases import (
    MAX_ATTEMPTS,
    Outcome,
    claim,
    end_unsent,
    give_back,
    give_up,
    mark_sent,
    postpone,
    supersede,
    take_up,
)
from accounts.models import OutgoingMail, User
from accounts.relay import Conversation
from accounts.robots import Failed, post

logger = logging.getLogger(__name__)

#: How long one caller of ``send_due`` goes on; with one more mail it still fits into a lease.
ROUND = dt.timedelta(seconds=50)
#: Mails that a sender takes at once, so that what they rest on is read at once.
BATCH = 10
#: How old what was read may be when a mail is sent; what is left then is read again.
FRESH = dt.timedelta(seconds=1)
#: Seconds after which a sender goes on with others while the relay thinks about a mail.
SLOW = 2.0
#: A relay that thinks about so many is given no more by this sender.
MOST_UNANSWERED = 2


class Compose(Protocol):
    """Reads the facts again and writes the letter, or answers ``None``: nothing left to say."""

    def __call__(self, mail: OutgoingMail, *, at: dt.datetime) -> Letter | None: ...


class ReadAhead(Protocol):
    """Reads the facts of several mails at once, after they were taken, for ``Compose`` to use."""

    def __call__(self, mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None: ...


class Handed(NamedTuple):
    """A mail that the relay has and thinks about; ``at`` is the instant of which it tells."""

    mail: OutgoingMail
    at: dt.datetime
    answer: Future[None]
    conversation: Conversation


def message_id_for(recipient: int | str, kind: str, on: dt.date) -> str:
    """Equal for every attempt and every copy, so that receivers and the support desk can tell.

    ``recipient`` is the person's id, or the channel of a post.
    """
    key = f"{settings.BASE_URL}|{kind}|{recipient}|{on.isoformat()}"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def read_nothing(mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None:
    """For letters that each read what they need."""


def send_due(
    compose: Compose, *, clock: Callable[[], dt.datetime], read_ahead: ReadAhead = read_nothing
) -> int:
    """Sends what is due, one mail after the other; returns how many were handled.

    Ends early when the relay is away, or after ``ROUND``: the next tick goes on.
    """
    with Sender(compose, clock, read_ahead) as sender:
        while sender.may_go_on():
            at = clock()
            mails = claim(at, most=1 if sender.unanswered else BATCH)
            if not mails:
                break
            sender.send_all(mails, taken_at=at)
    return sender.handled


class Sender:
    """Brings mails that were taken as far as they go, for the length of a round.

    No error of composing or sending gets out of here: it belongs to the mail, which shows it.
    ``unanswered`` are the mails about which the relay still thinks; leaving waits for them.
    """

    def __init__(
        self,
        compose: Compose,
        clock: Callable[[], dt.datetime],
        read_ahead: ReadAhead = read_nothing,
    ) -> None:
        self._compose, self._read_ahead, self._clock = compose, read_ahead, clock
        self._ends_at = clock() + ROUND
        self._conversation = Conversation()
        self._is_away = False
        self._left: deque[OutgoingMail] = deque()
        self.unanswered: list[Handed] = []
        self.handled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for handed in self.unanswered:
            wait([handed.answer])
            _end(handed.mail, handed.answer, at=handed.at)
            handed.conversation.end()
        self._conversation.end()

    def may_go_on(self) -> bool:
        is_stuck = self._is_away or len(self.unanswered) == MOST_UNANSWERED
        return not is_stuck and self._clock() < self._ends_at

    def send_all(self, mails: Sequence[OutgoingMail], *, taken_at: dt.datetime) -> None:
        """One after the other; those that it does not come to are there for whoever comes next."""
        self._left = deque(mails)
        self._read(mails, at=taken_at)
        while self._left and self.may_go_on() and self._clock() - taken_at <= FRESH:
            mail = self._left.popleft()
            if not take_up(mail, at=self._clock()):
                continue
            if self.send(mail, at=taken_at) is Outcome.UNANSWERED:
                break
        give_back(self._left)

    def _read(self, mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None:
        try:
            self._read_ahead(mails, at=at)
        except Exception:
            # One of them has facts that cannot be read. Which, each finds out for itself.
            logger.exception("the facts of %s mails could not be read", len(mails))

    def send(self, mail: OutgoingMail, *, at: dt.datetime) -> Outcome:
        """``at`` is the instant whose facts the mail tells: that at which it was taken."""
        outcome = self._send(mail, at=at)
        self._is_away = outcome is Outcome.RELAY_AWAY
        self.handled += not self._is_away
        return outcome

    def _send(self, mail: OutgoingMail, *, at: dt.datetime) -> Outcome:
        if reason := _why_hopeless(mail):
            return give_up(mail, reason)
        try:
            letter = self._compose(mail, at=at)
            if letter is None:
                return supersede(mail)
            mail.subject, mail.body = letter.subject, "" if letter.secret else letter.text
            if mail.recipient is None:
                return _post(mail, letter, at=at)
            if _stays_here(mail):
                return mark_sent(mail, at=at, channel=OutgoingMail.Channel.IN_APP)
            message = make_message(letter, to=mail.recipient.email, message_id=mail.message_id)
        except Exception as error:
            logger.exception("mail %s could not be composed", mail.pk)
            return postpone(mail, error, at=at)
        return self._hand_over(mail, message, at=at)

    def _hand_over(
        self, mail: OutgoingMail, message: EmailMultiAlternatives, *, at: dt.datetime
    ) -> Outcome:
        """A relay that thinks is left to it, and the next mail begins another conversation."""
        answer = self._conversation.say(message)
        if self._left:
            # While the relay works; it costs nothing then.
            take_up(self._left[0], at=self._clock())
        if not wait([answer], timeout=SLOW).done:
            self.unanswered.append(Handed(mail, at, answer, self._conversation))
            self._conversation = Conversation()
            return Outcome.UNANSWERED
        return _end(mail, answer, at=at)


def _end(mail: OutgoingMail, answer: Future[None], *, at: dt.datetime) -> Outcome:
    """Marks the mail by what the relay answered."""
    if error := answer.exception():
        logger.warning("mail %s was not taken: %s", mail.pk, error)
        return end_unsent(mail, error, at=at)
    return mark_sent(mail, at=at)


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
        return postpone(mail, error, at=at)
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
