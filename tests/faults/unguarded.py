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

from django.core.management import call_command  # noqa: E402 - needs the settings

from accounts import outbox  # noqa: E402 - its models need the registry
from accounts.models import OutgoingMail  # noqa: E402
from config.celery import app  # noqa: E402
from tasks import jobs  # noqa: E402
from tasks.reminders import digest  # noqa: E402

__all__ = ["app"]

hand_over = outbox.hand_over


def mark_then_hand_over(message: Any, connection: Any) -> None:
    """What a sender does that marks before it sends."""
    mail = OutgoingMail.objects.filter(message_id=message.extra_headers["Message-ID"])
    mail.update(state="sent", sent_at=timezone.now(), lease_until=None, lease_token=None)
    hand_over(message, connection)


def mark_after() -> None:
    outbox.hand_over = mark_then_hand_over


def send_one_only(*, clock: Callable[[], dt.datetime]) -> int:
    return outbox.send_one(digest.compose, at=clock()) is not None


def tick() -> None:
    """One message, one mail: who has been told nothing does nothing."""
    vars(jobs)["send_the_mails"] = send_one_only


GUARDS = {"mark_after": mark_after, "tick": tick}

GUARDS[os.environ["WITHOUT"]]()

if __name__ == "__main__":
    call_command(*sys.argv[1:])
