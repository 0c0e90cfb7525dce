"""Holding the mail: nothing is sent until a person has looked, as after a restored backup.

A database that was set back two hours believes that the mails of these two hours are unsent. The
relay's log knows their Message-IDs, which are the same for every attempt (FAILURES A14).
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import MailHold, OutgoingMail

State = OutgoingMail.State


def hold_in_force() -> MailHold | None:
    return MailHold.objects.filter(released_at__isnull=True).first()


@transaction.atomic
def hold_mail(reason: str, *, at: dt.datetime) -> MailHold:
    """From now on no sender claims a mail. A second hold is the first one still."""
    return hold_in_force() or MailHold.objects.create(since=at, reason=reason)


@transaction.atomic
def release_mail(*, sent_ids: Iterable[str] = (), at: dt.datetime) -> int:
    """Lets the mail go on; returns how many were marked as sent by the relay's log.

    ``sent_ids`` are the Message-IDs that the relay has taken, with or without angle brackets.
    """
    hold = MailHold.objects.select_for_update().filter(released_at__isnull=True).first()
    if hold is None:
        raise Conflict("not_held", _("The mail is not held."))
    known = {f"<{message_id.strip().strip('<>')}>" for message_id in sent_ids}
    unsent = OutgoingMail.objects.filter(
        message_id__in=known, state__in=[State.WAITING, State.LEASED]
    )
    marked = unsent.update(state=State.SENT, sent_at=at, lease_until=None, lease_token=None)
    hold.released_at = at
    hold.save(update_fields=["released_at"])
    return marked
