"""How a mail of ours is built, whatever it says. One ``make_message`` for all of them."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives


@dataclass(frozen=True)
class Letter:
    """What a mail says, in the recipient's language: as plain text and as HTML.

    The text of a ``secret`` one is kept nowhere.
    """

    subject: str
    text: str
    html: str
    secret: bool = False


def make_message(letter: Letter, *, to: str, message_id: str) -> EmailMultiAlternatives:
    """The letter, addressed. Raises ``BadHeaderError`` where a header would get a second line."""
    if any(mark in value for mark in "\r\n" for value in (letter.subject, to, message_id)):
        raise BadHeaderError("a header of a mail is one line")
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[to],
        # Auto-Submitted keeps absence replies from answering (RFC 3834).
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def absolute_url(path: str) -> str:
    """The address of a page for use in a mail: always below the configured base, never a Host."""
    return settings.BASE_URL.rstrip("/") + path
