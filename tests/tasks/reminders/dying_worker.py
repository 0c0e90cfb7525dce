"""A Celery worker that kills itself at one line of the sender, which is named by DIE.

Production code knows of no such line: it is put in here, from outside.
"""

import os
import signal

import django
from django.utils import timezone

django.setup()

from django.core.mail import EmailMultiAlternatives  # noqa: E402 - needs the settings
from django.core.mail.backends.base import BaseEmailBackend  # noqa: E402

from accounts import leases, outbox, relay  # noqa: E402 - their models need the registry
from accounts.models import OutgoingMail  # noqa: E402
from config.celery import app  # noqa: E402

__all__ = ["app"]


def die(*args: object, **kwargs: object) -> leases.Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def mark_and_die(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> None:
    """What a sender does that marks before it sends."""
    mail = OutgoingMail.objects.filter(message_id=message.extra_headers["Message-ID"])
    mail.update(state="sent", sent_at=timezone.now())
    die()


if os.environ["DIE"] == "between_send_and_mark":
    vars(outbox)["mark_sent"] = die
else:
    relay.hand_over = mark_and_die
