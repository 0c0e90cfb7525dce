"""A house with very many shares of which some are due, built by COPY from one row of each table.

Three in ten of the others are open and due in a year, the rest are closed; each has an approved
report, and a reminder that was said in a mail of long ago. None of them may cost a look anything.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from accounts.models import OutgoingMail, Unit, User
from tasks.models import ProgressReport, Reminder, Task
from tests.reminder_rows import House, at, make_house, make_mail

TODAY = dt.date(2026, 9, 23)
NOW = at(9, 23)
ONE_DAY = dt.timedelta(days=1)

#: Townships, with an officer and a head each.
TOWNS = 200
SHARES_OF_PLAN = 1_000
REMINDERS_OF_MAIL = 20
OPEN_IN_TEN = 3
#: Where the numbers of copied rows begin, far from those of the rows that are copied.
BASE = 1_000_000

#: A column, and what stands in it in the row of a number.
Changes = dict[str, Callable[[int], object]]


def copy_like(row: Any, numbers: Iterable[int], changes: Changes) -> None:
    """A row for each number: like the given one but for the columns that change."""
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 - a table of ours
        places = {
            place: changes[column.name]
            for place, column in enumerate(cursor.description)
            if column.name in changes
        }
        # Copies of a row that was checked: neither triggers nor foreign keys are asked again.
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(f"COPY (SELECT * FROM {table} WHERE id = {row.pk}) TO STDOUT") as sample:  # noqa: S608
            values = b"".join(map(bytes, sample)).decode().rstrip("\n").split("\t")
        with cursor.copy(f"COPY {table} FROM STDIN") as rows:
            for number in numbers:
                for place, change in places.items():
                    values[place] = str(change(number))
                rows.write("\t".join(values) + "\n")
        newest = f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}"  # noqa: S608
        cursor.execute(newest, [table])
        cursor.execute("SET session_replication_role = DEFAULT")


class ManyShares:
    """Grows by ``add_due`` and ``add_others``; ``count`` is the number of shares so far."""

    def __init__(self) -> None:
        self.count = 0
        self.house: House = make_house()
        self.towns = [self._add_town(n).pk for n in range(TOWNS)]
        self.people = [p.pk for name, p in self.house.people.items() if name.startswith("乡")]
        share = self.house.add_share("镇", due_on=TODAY + 365 * ONE_DAY)
        self.far = share
        self.closed = self.house.add_share("镇", state="closed", closed_on=TODAY, completion=100)
        officer, head = self.house.person("镇-officer"), self.house.person("镇-head")
        self.report = ProgressReport.objects.create(
            task=share,
            author=officer,
            percent=50,
            state="approved",
            submitted_at=at(3, 9),
            decided_by=head,
            decided_at=at(3, 9),
        )
        self.reminder = Reminder.objects.create(
            task=share,
            unit=share.unit,
            rule="before",
            step=0,
            on=dt.date(2026, 3, 9),
            deadline_version=1,
            planned_at=at(3, 9),
        )
        self.mail = make_mail(officer, dt.date(2026, 3, 9), state="sent", sent_at=at(3, 9))
        self.mail.reminders.add(self.reminder)
        self.link = Reminder.mails.through.objects.get()
        Reminder.objects.update(is_said=True)

    def _add_town(self, number: int) -> Unit:
        unit = self.house.add_unit(f"乡{number}", Unit.Kind.TOWN, "县")
        for role in ("officer", "head"):
            self.house.add_person(unit.name, role)
        return unit

    def add_due(self, count: int) -> None:
        """Shares about which something must be said today: late, due, or due in four weeks."""

        def due_on(number: int) -> dt.date:
            return TODAY + (number % 35 - 10) * ONE_DAY

        numbers = self._next(count)
        self._add_key_tasks(numbers)
        copy_like(self.far, numbers, self._of_share() | {"due_on": due_on, "next_due_on": due_on})

    def add_others(self, count: int) -> None:
        numbers = self._next(count)
        self._add_key_tasks(numbers)
        for sample, wanted in ((self.far, True), (self.closed, False)):
            kind = [n for n in numbers if (n % 10 < OPEN_IN_TEN) is wanted]
            copy_like(sample, kind, self._of_share())
        self._add_history(numbers)

    def _next(self, count: int) -> range:
        first = BASE + self.count
        self.count += count
        return range(first, first + count)

    def _of_share(self) -> Changes:
        return {
            "id": _same,
            "key_task_id": _same,
            "plan_id": _plan,
            "unit_id": self._town,
            "issued_to_id": self._town,
        }

    def _town(self, number: int) -> int:
        return self.towns[number % TOWNS]

    def _add_key_tasks(self, numbers: range) -> None:
        plans = sorted({_plan(number) for number in numbers})
        copy_like(self.house.plan, plans, {"id": _same})
        changes: Changes = {"id": _same, "plan_id": _plan, "position": _same}
        copy_like(self.far.key_task, numbers, changes)

    def _add_history(self, numbers: range) -> None:
        mails = range(_mail(numbers[0]), _mail(numbers[-1]) + 1)
        of_share: Changes = {"id": _same, "task_id": _same}
        copy_like(self.report, numbers, of_share)
        copy_like(self.reminder, numbers, of_share | {"unit_id": self._town})
        copy_like(
            self.mail,
            mails,
            {
                "id": _same,
                "recipient_id": lambda n: self.people[n % len(self.people)],
                "on": lambda n: dt.date(2025, 12, 31) - (n // len(self.people) % 9000) * ONE_DAY,
                "message_id": lambda n: f"<{n}@county.example>",
            },
        )
        copy_like(self.link, numbers, {"id": _same, "reminder_id": _same, "outgoingmail_id": _mail})

    def leave_due(self, count: int) -> None:
        """Of the shares that are due only so many still are; the others are due in a year."""
        due = Task.objects.filter(state="acknowledged", next_due_on__lt=TODAY + 60 * ONE_DAY)
        later = due.filter(pk__in=due.order_by("pk").values("pk")[count:])
        later.update(due_on=self.far.due_on, next_due_on=self.far.due_on)

    def readers(self) -> list[User]:
        """The officers and heads of the townships."""
        return list(User.objects.filter(pk__in=self.people).order_by("pk"))

    def settle(self) -> None:
        """What autovacuum would have done by the morning."""
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for model in (Task, ProgressReport, Reminder, Reminder.mails.through, OutgoingMail):
                cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
            cursor.execute("ANALYZE")


def _same(number: int) -> int:
    return number


def _plan(number: int) -> int:
    return number // SHARES_OF_PLAN


def _mail(number: int) -> int:
    return number // REMINDERS_OF_MAIL
