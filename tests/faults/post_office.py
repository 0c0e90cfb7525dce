"""A real SMTP server that notes when each mail came, and is slow or breaks off as it is told."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mail_relay import MailRelay, running_relay


@dataclass(frozen=True)
class Arrival:
    address: str
    message: EmailMessage
    at: dt.datetime

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class PostOffice(MailRelay):
    """``before_data`` seconds pass before it takes a recipient, and ``before_answering`` before
    it says that it has a mail.

    By address: ``late`` is how many seconds later still the answer comes, ``postponed`` and
    ``cut`` how many more times a recipient is answered 450 or the connection breaks off after
    the data.
    """

    def __init__(self, *, before_data: float = 0, before_answering: float = 0) -> None:
        super().__init__()
        self.before_data = before_data
        self.before_answering = before_answering
        self.late: dict[str, float] = {}
        self.postponed: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self.arrivals: list[Arrival] = []

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        await asyncio.sleep(self.before_data)
        if self.postponed[address] > 0:
            self.postponed[address] -= 1
            return "450 come back later"
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        if self.cut[address] > 0 and server.transport:
            self.cut[address] -= 1
            server.transport.close()
            return "421 cut"
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.arrivals.append(Arrival(address, message, dt.datetime.now(dt.UTC)))
        await asyncio.sleep(self.before_answering + self.late.get(address, 0))
        return "250 OK"

    def has(self, number: int) -> bool:
        return len(self.arrivals) >= number

    def copies(self) -> Counter[str]:
        """How often each mail came, by its Message-ID."""
        return Counter(arrival.message_id for arrival in list(self.arrivals))

    def copies_by_address(self) -> Counter[str]:
        return Counter(arrival.address for arrival in list(self.arrivals))

    def reached(self) -> set[str]:
        """The addresses that got anything."""
        return {arrival.address for arrival in list(self.arrivals)}


@contextmanager
def open_post_office(office: PostOffice) -> Iterator[PostOffice]:
    with running_relay(office):
        yield office
