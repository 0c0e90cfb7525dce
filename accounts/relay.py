"""Django's way to the mail relay, with the patience that a mail's last answer needs.

A relay may look through a mail before it says that it took it. Whoever hangs up meanwhile sends a
second copy, since the relay has the first (RFC 5321, 4.5.3.2.6 asks for minutes; FAILURES A7).
"""

import smtplib
from typing import Any

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
