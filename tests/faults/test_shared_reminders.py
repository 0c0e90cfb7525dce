"""Mails of two people with the same reminders in them, and two processes that make mails (M8)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import OutgoingMail
from tasks.models import Reminder, Task
from tasks.reminders.digest import compose, make_mails
from tasks.reminders.planning import plan_reminders
from tests.reminder_rows import DUE, House, at, make_house, make_mail
from tests.story.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return run


def waiting_for_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row: Any = cursor.fetchone()
    return int(row[0])


def untrue_reminders(house: House) -> list[Reminder]:
    """Three that need not be said any more, for two reasons: moved, done, moved."""
    shares = [house.add_share("镇") for _ in range(3)]
    Task.objects.filter(pk=shares[1].pk).update(state="submitted")
    moved = (2, 1, 2)
    return [
        Reminder.objects.create(
            task=share,
            unit=share.unit,
            rule="on_the_day",
            step=0,
            on=DUE,
            deadline_version=version,
            planned_at=at(9, 30),
        )
        for share, version in zip(shares, moved, strict=True)
    ]


def test_the_mails_of_two_people_wait_for_each_other_in_one_order() -> None:
    house = make_house()
    first, second, third = untrue_reminders(house)
    officer, head = (make_mail(house.person(key)) for key in ("镇-officer", "镇-head"))
    # Read in the order of their shares, the reasons come in opposite order.
    officer.reminders.add(second, third)
    head.reminders.add(first, second, third)
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Reminder.objects.select_for_update().get(pk=second.pk)
            held.set()
            let_go.wait(timeout=30)

    def write(mail: OutgoingMail) -> object:
        return compose(OutgoingMail.objects.get(pk=mail.pk), at=at(9, 30))

    with ThreadPoolExecutor(3) as pool:
        holding = pool.submit(in_a_thread(hold))
        held.wait(timeout=30)
        letters = []
        for n, mail in enumerate((officer, head), 1):
            letters.append(pool.submit(in_a_thread(lambda mail=mail: write(mail))))  # type: ignore[misc]
            wait_for("the mail to wait", lambda n=n: waiting_for_locks() == n)  # type: ignore[misc]
        let_go.set()
        holding.result(timeout=30)
        # A deadlock would be raised here; neither mail has anything left to say.
        assert [letter.result(timeout=30) for letter in letters] == [None, None]
    assert set(Reminder.objects.values_list("superseded_because", flat=True)) == {
        "deadline_moved",
        "submitted",
    }


def test_a_mail_is_taken_with_all_of_the_day_in_it() -> None:
    """The other half of a mail that went out half full would be told a day later (A6)."""
    house = make_house()
    first, second = (house.add_share("镇", due_on=DUE) for _ in range(2))
    plan_reminders(on=DUE, at=at(9, 30))
    held, let_go = threading.Event(), threading.Event()

    def look_at_the_second() -> None:
        with transaction.atomic():
            Reminder.objects.select_for_update(no_key=True).get(task=second)
            held.set()
            let_go.wait(timeout=30)

    def make() -> int:
        return make_mails(on=DUE, at=at(9, 30))

    with ThreadPoolExecutor(3) as pool:
        looking = pool.submit(in_a_thread(look_at_the_second))
        held.wait(timeout=30)
        making = pool.submit(in_a_thread(make))
        wait_for("the mails to wait", lambda: waiting_for_locks() == 1)
        assert not OutgoingMail.objects.exists()
        # Whoever comes meanwhile leaves it to the first one.
        assert pool.submit(in_a_thread(make)).result(timeout=30) == 0
        let_go.set()
        looking.result(timeout=30)
        assert making.result(timeout=30) == 2
    mail = OutgoingMail.objects.get()
    assert {reminder.task for reminder in mail.reminders.all()} == {first, second}
