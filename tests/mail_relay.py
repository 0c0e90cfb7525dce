"""A real SMTP server on loopback that keeps what it accepts and fails as it is told to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailRelay:
    """``refused`` maps an address to the answer it gets; ``answer`` is for the final dot."""

    def __init__(self) -> None:
        self.accepted: list[tuple[list[str], EmailMessage]] = []
        self.refused: dict[str, str] = {}
        self.answer = "250 OK"
        self.cut_after_data = False
        self.goodbye_takes = 0.0
        #: After so many mails it drops the connection before it answers the next MAIL.
        self.hang_up_after = 0
        self.conversations = 0
        self.port = free_port()

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.conversations += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        if self.hang_up_after and len(self.accepted) == self.hang_up_after:
            self.hang_up_after = 0
            if server.transport:
                server.transport.close()
            return "421 idle"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.cut_after_data and server.transport:
            server.transport.close()
            return "421 cut"
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            self.accepted.append((list(envelope.rcpt_tos), message))
        return self.answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.goodbye_takes)
        return "221 Bye"

    def addresses(self) -> list[str]:
        return [address for addresses, _message in self.accepted for address in addresses]

    def to(self, address: str) -> list[EmailMessage]:
        return [message for addresses, message in self.accepted if address in addresses]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_relay(relay: MailRelay) -> Iterator[MailRelay]:
    server = Controller(relay, hostname="127.0.0.1", port=relay.port)
    server.start()
    try:
        yield relay
    finally:
        server.stop()
