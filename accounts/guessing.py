"""Limits against guessing passwords, codes and links, by account and by network (FAILURES E36).

A guess is counted before it is compared, in a transaction of its own and with the counts locked:
fifty at once are counted as fifty. (django-axes counts a failure after the comparison, so that as
many as come at once are compared; hence this of our own.) A right guess is taken off again. The
names that are typed are counted whether or not they are known here, so that a lock tells nothing.
Counts live in PostgreSQL: a Redis that is away opens no door.
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import TooMany
from accounts.models import GuessCount

#: Counts that nobody needs any more, taken away with each new guess.
SWEPT_AT_ONCE = 100


@dataclass(frozen=True)
class Guess:
    """One try: what is guessed at (password, code, link), at which account, from which network.

    An empty account or network is not counted.
    """

    kind: str
    account: str
    network: str

    def limits(self) -> dict[str, int]:
        """How many guesses each subject has, by its key; keys are sorted, as they are locked."""
        account = unicodedata.normalize("NFKC", self.account).casefold()
        found = {}
        if account:
            found[_key(self.kind, "account", account)] = settings.LUOSHI_GUESSES_PER_ACCOUNT
        if self.network:
            found[_key(self.kind, "network", self.network)] = settings.LUOSHI_GUESSES_PER_NETWORK
        return dict(sorted(found.items()))


def count_guess(guess: Guess, *, at: dt.datetime) -> None:
    """Before the comparison. Raises ``TooMany``, and then counts nothing: a lock ends by itself."""
    wait = _counted(guess.limits(), at)
    if wait is not None:
        minutes = -(-wait // 60)
        message = _("Too many attempts. Please try again in %(minutes)s minutes.")
        raise TooMany("too_many_attempts", message % {"minutes": minutes}, retry_after=wait)


def take_back(guess: Guess) -> None:
    """The guess was right: it is none."""
    counts = GuessCount.objects.filter(count__gt=0)
    for subject in guess.limits():
        counts.filter(pk=subject).update(count=F("count") - 1)


@transaction.atomic
def _counted(limits: dict[str, int], at: dt.datetime) -> int | None:
    """Counts one more of each; or, where one of them is full, says for how many seconds."""
    period = dt.timedelta(minutes=settings.LUOSHI_GUESS_MINUTES)
    new = [GuessCount(subject=subject, since=at) for subject in limits]
    GuessCount.objects.bulk_create(new, ignore_conflicts=True)
    rows = GuessCount.objects.filter(pk__in=limits).order_by("pk").select_for_update(no_key=True)
    counts = [_of_this_period(row, at, period) for row in rows]
    full = [row.since for row in counts if row.count >= limits[row.pk]]
    if full:
        return max(1, int((max(full) + period - at).total_seconds()))
    for row in counts:
        row.count += 1
        row.save()
    _sweep(at - period)
    return None


def _of_this_period(row: GuessCount, at: dt.datetime, period: dt.timedelta) -> GuessCount:
    if row.since <= at - period:
        row.since, row.count = at, 0
    return row


def _sweep(before: dt.datetime) -> None:
    """Without waiting for anybody: what is locked is in use."""
    old = GuessCount.objects.filter(since__lt=before).select_for_update(skip_locked=True)
    GuessCount.objects.filter(pk__in=old.values_list("pk", flat=True)[:SWEPT_AT_ONCE]).delete()


def _key(*words: str) -> str:
    return salted_hmac("accounts.guessing", "\0".join(words), algorithm="sha256").hexdigest()
