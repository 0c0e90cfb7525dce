"""One installation before a scheduler's gap and after it, and what is missing or double then."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.models import OutgoingMail
from tasks.models import JobRun, Reminder
from tasks.querysets import ReminderQuerySet
from tasks.reminders.keys import ReminderKey
from tests.faults.counts import count
from tests.faults.due_shares import make_due_shares
from tests.faults.shifted_time import Installation
from tests.mail_relay import MailRelay

SHARES = count(100, 2000)
FIRST_HOUR_OF_MAIL = 8
ONE_DAY = dt.timedelta(days=1)
#: How a worker's log says that a job came to its end.
SUCCEEDED = " succeeded in "
JOBS = ("plan_and_remind", "send_mails")


class Gap:
    """The scheduler goes ``down`` after a last look and is ``back`` with a first one."""

    def __init__(
        self, running: Installation, relay: MailRelay, down: dt.datetime, back: dt.datetime
    ) -> None:
        self.running, self.relay, self.down, self.back = running, relay, down, back
        self.read_before = 0
        first, last = down.date() - 3 * ONE_DAY, back.date() + 8 * ONE_DAY
        self.shares = make_due_shares(first, last, SHARES)

    def go_down(self, *, beats: int) -> None:
        """A last look, and what beat writes down for its next start; then nothing runs."""
        self.running.let_it_be(self.down)
        look = self.running.start_look("before")
        files = [self.running.work / f"beat{n}" for n in range(beats)]
        for file in files:
            self.running.start_beat(file.name)
        self.running.end_well(look)
        self.running.wait_for("beat's files", lambda: all(map(_has_content, files)))
        self.running.stop()
        self.read_before = len(self.relay.accepted)

    def wait_until_said(self) -> None:
        self.running.wait_for("the jobs that beat wakes", self._jobs_done)
        self.running.wait_for("the mails", self._all_said)

    def _jobs_done(self) -> bool:
        logs = self.running.work.glob("worker*.log")
        ended = [line for log in logs for line in log.read_text().splitlines() if SUCCEEDED in line]
        return all(any(f"tasks.jobs.{job}[" in line for line in ended) for job in JOBS)

    def _all_said(self) -> bool:
        waiting = OutgoingMail.objects.filter(state__in=["waiting", "leased"])
        return (
            JobRun.objects.filter(job="planning", finished_at__gte=self.back).exists()
            and not Reminder.objects.unsaid().exists()
            and not waiting.filter(next_try_at__lte=self.running.now()).exists()
        )

    def said_before(self) -> set[ReminderKey]:
        if self.down.hour < FIRST_HOUR_OF_MAIL:
            return set()
        return self.shares.expected(self.down.date())

    def expected(self) -> set[ReminderKey]:
        return self.shares.expected(self.back.date())

    def missing(self) -> int:
        """What must be said by now, and is in no mail, or in none that the relay took."""
        taken = [message["Message-ID"] for _to, message in self.relay.accepted]
        sent = Reminder.objects.filter(
            superseded_at=None, mails__state="sent", mails__message_id__in=taken
        )
        unread = self._to_read() - self._read()
        return len(self.expected() - keys_of(sent)) + unread.total()

    def double(self) -> int:
        """What is planned beside the list, or planned twice, or told twice to one person."""
        standing = Reminder.objects.filter(superseded_at=None)
        beside = keys_of(standing) - self.said_before() - self.expected()
        planned = Counter(Reminder.objects.values_list(*ReminderKey._fields))
        links = Reminder.mails.through.objects.filter(outgoingmail__state="sent")
        told = Counter(links.values_list("reminder", "outgoingmail__recipient"))
        copies = Counter(message["Message-ID"] for _to, message in self.relay.accepted)
        again = self._read() - self._to_read()
        return len(beside) + sum(map(beyond_one, (planned, told, copies))) + again.total()

    def digests_too_many(self) -> int:
        """Mails beyond the first to one person on one day."""
        before = self.relay.accepted[: self.read_before]
        after = self.relay.accepted[self.read_before :]
        days = [(self.down.date(), before), (self.back.date(), after)]
        return beyond_one(
            Counter(
                (address, day)
                for day, mails in days
                for addresses, _message in mails
                for address in addresses
            )
        )

    def _to_read(self) -> Counter[tuple[str, str]]:
        return self.shares.titles(self.expected() - self.said_before())

    def _read(self) -> Counter[tuple[str, str]]:
        return self.shares.titles_in(self.relay.accepted[self.read_before :])


def keys_of(reminders: ReminderQuerySet) -> set[ReminderKey]:
    return {ReminderKey(*row) for row in reminders.values_list(*ReminderKey._fields)}


def beyond_one(counted: Counter[Any]) -> int:
    return sum(number - 1 for number in counted.values())


def deadlocks() -> int:
    """How many there have been in this database; a process reports its own when it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        row: Any = cursor.fetchone()
    return int(row[0])


def _has_content(file: Path) -> bool:
    """Whatever ending the database of Python's shelve gives it."""
    return any(found.stat().st_size for found in file.parent.glob(f"{file.name}[!0-9]*"))
