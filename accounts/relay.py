"""Django's way to the mail relay, with the patience that a mail's last answer needs.

A relay may look through a mail before it says that it took it. Whoever hangs up meanwhile sends a
second copy, since the relay has the first (RFC 5321, 4.5.3.2.6 asks for minutes; FAILURES A7).
"""

import smtplib
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

#: Seconds for the answer to a mail; each step before it has EMAIL_TIMEOUT.
LAST_ANSWER = 60.0


class Unanswered(smtplib.SMTPException):
    """The relay was silent or broke off after the mail: it may have it, or not."""


class PatientSMTP(smtplib.SMTP):
    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.sock:
            self.sock.settimeout(LAST_ANSWER)
        try:
            answer = super().data(msg)
        except smtplib.SMTPServerDisconnected as error:
            raise Unanswered(str(error)) from error
        if self.sock:
            self.sock.settimeout(self.timeout)
        return answer


class PatientTLS(PatientSMTP, smtplib.SMTP_SSL):
    """The same from the first byte encrypted."""


class RelayBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return PatientTLS if self.use_ssl else PatientSMTP


class Away(Exception):
    """No conversation could be opened, which says nothing about any mail."""


def hand_over(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> None:
    """Gives the message to the relay over an open connection; returns after its 250."""
    connection.send_messages([message])


class Conversation:
    """A talk with the relay that is opened by the first mail and kept for the next ones.

    It is held in a thread of its own, so that a relay which takes its time over one mail keeps no
    other one waiting: whoever sends can begin a second conversation.
    """

    def __init__(self) -> None:
        self._connection = get_connection()
        self._thread = ThreadPoolExecutor(1, "relay")

    def say(self, message: EmailMultiAlternatives) -> Future[None]:
        """Done after the relay's 250; else it holds ``Away`` or the error of this mail."""
        return self._thread.submit(self._say, message)

    def end(self) -> None:
        """After the last answer."""
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _say(self, message: EmailMultiAlternatives) -> None:
        try:
            kept = not self._connection.open()
        except OSError as error:  # smtplib's errors and refused or broken sockets alike
            raise Away(f"{type(error).__name__}: {error}") from error
        try:
            self._hand_over_once_more_if_kept(message, kept=kept)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            raise
        except Exception:
            self._close()
            raise

    def _hand_over_once_more_if_kept(self, message: EmailMultiAlternatives, *, kept: bool) -> None:
        """A relay may have hung up on a kept connection: that says nothing about the mail."""
        try:
            hand_over(message, self._connection)
        except smtplib.SMTPServerDisconnected:
            if not kept:
                raise
            self._connection.close()
            self._connection.open()
            hand_over(message, self._connection)

    def _close(self) -> None:
        # The server has answered; a broken good-bye changes nothing about any mail.
        with suppress(OSError):
            self._connection.close()
