"""What planning costs as the table grows, and how near sending comes to a bare loop.

    python -m config.local_services --data var/bench-services -- python -m bench.reminders

Planning: the same 10,000 due shares among ever more others; then fewer due ones among the most;
beside it the same plan by hand-written SQL around the same rules.
Sending: a bare loop gives the relay mails that were written before, with two durable commits for
each, and in turn with it the outbox sends the same mails: claims, reads the facts again, writes,
sends, marks.
Both on an empty database of its own beside the one that DATABASE_URL names. Ratios are taken in one
run; the seconds are this machine's. The figures go to ``bench/results.json``.
"""

import datetime as dt
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import django


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ |= {"LUOSHI_EMAIL_HOST": "127.0.0.1", "LUOSHI_EMAIL_PORT": str(free_port())}
os.environ["LUOSHI_MAILS_PER_MINUTE"] = "0"
django.setup()

from django.conf import settings  # noqa: E402 - read by then
from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.db.models import QuerySet  # noqa: E402

from accounts.calendar import load_calendar  # noqa: E402
from accounts.emails import make_message  # noqa: E402
from accounts.models import OutgoingMail  # noqa: E402
from accounts.outbox import message_id_for  # noqa: E402
from bench.limits.planning import plan_by_hand  # noqa: E402
from bench.many_shares import NOW, ONE_DAY, TODAY, ManyShares  # noqa: E402
from bench.recording import record  # noqa: E402
from tasks.models import Reminder  # noqa: E402
from tasks.reminders.daily import send_the_mails  # noqa: E402
from tasks.reminders.digest import compose, make_mails  # noqa: E402
from tasks.reminders.keys import ReminderKey  # noqa: E402
from tasks.reminders.planning import plan_reminders  # noqa: E402

DUE = 10_000
SIZES = (10_000, 100_000, 1_000_000)
FEWER_DUE = (1_000, 100)
MAILS = (10, 100, 1_000)
#: Reminders in a mail of the second half.
IN_A_MAIL = 10
TRIES = 3
#: How often bare loop and outbox take turns.
TURNS = 5
#: As docker-compose.yml runs them: a worker of two processes, woken twice at each tick.
SENDERS = 2


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def one_morning() -> dict[str, float]:
    """A first look, a second one that finds nothing new, and the mails; all taken back.

    ``limit`` is the first look by hand-written SQL, which must plan the same.
    """
    with transaction.atomic():
        seconds = {
            "plan": seconds_of(lambda: plan_reminders(on=TODAY, at=NOW)),
            "look_again": seconds_of(lambda: plan_reminders(on=TODAY, at=NOW)),
        }
        planned = _planned()
        seconds["make_mails"] = seconds_of(lambda: make_mails(on=TODAY, at=NOW))
        transaction.set_rollback(True)
    with transaction.atomic():
        by_hand = partial(plan_by_hand, on=TODAY, at=NOW, calendar=load_calendar())
        seconds["limit"] = seconds_of(by_hand)
        if _planned() != planned:
            raise SystemExit("The limit plans something else.")
        transaction.set_rollback(True)
    return seconds


def _planned() -> set[tuple[Any, ...]]:
    """The reminders of this morning by what makes them the same."""
    return set(Reminder.objects.filter(planned_at=NOW).values_list(*ReminderKey._fields))


def quickest_morning() -> dict[str, float]:
    """The best of some: other work of the machine only ever adds to one."""
    tries = [one_morning() for _again in range(TRIES)]
    return {name: min(seconds[name] for seconds in tries) for name in tries[0]}


def planning(house: ManyShares, sizes: tuple[int, ...]) -> list[dict[str, float]]:
    rows = []
    for size in sizes:
        if others := size - house.count:
            house.add_others(others)
        house.settle()
        rows.append({"shares": size, "due": DUE, **quickest_morning()})
    for due in FEWER_DUE:
        house.leave_due(due)
        house.settle()
        rows.append({"shares": house.count, "due": due, **quickest_morning()})
    return rows


@contextmanager
def relay() -> Iterator[None]:
    """An SMTP server in a process of its own that takes everything and keeps nothing."""
    place = ("127.0.0.1", settings.EMAIL_PORT)
    words = ["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", "{}:{}".format(*place)]
    child = subprocess.Popen([sys.executable, *words])  # noqa: S603 - Python's own
    try:
        until = time.monotonic() + 30
        while not answers(place):
            if time.monotonic() > until or child.poll() is not None:
                raise SystemExit("The mail server did not start.")
            time.sleep(0.05)
        yield
    finally:
        child.terminate()
        child.wait()


def answers(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, timeout=1):
            return True
    except OSError:
        return False


def add_mails(house: ManyShares, count: int) -> list[OutgoingMail]:
    """Mails that wait, each with reminders of its reader's own unit."""
    people = house.readers()
    mails = []
    for number in range(count):
        person = people[number % len(people)]
        on = TODAY - (number // len(people)) * ONE_DAY
        mails.append(
            OutgoingMail(
                recipient=person,
                kind=OutgoingMail.Kind.DIGEST,
                on=on,
                message_id=message_id_for(person.pk, "digest", on),
                next_try_at=NOW - ONE_DAY,
                created_at=NOW - ONE_DAY,
            )
        )
    OutgoingMail.objects.bulk_create(mails)
    for mail in mails:
        unit = mail.reader.memberships.get().unit_id
        mail.reminders.add(*Reminder.objects.filter(unit=unit, planned_at=NOW)[:IN_A_MAIL])
    return mails


def send_barely(written: list[tuple[int, EmailMultiAlternatives]]) -> None:
    """What no sender can do without: claim, commit, send, mark, commit."""
    with get_connection() as kept:
        for pk, message in written:
            row = OutgoingMail.objects.filter(pk=pk)
            row.update(state="leased", lease_until=NOW + ONE_DAY)
            kept.send_messages([message])
            row.update(state="sent", sent_at=NOW, lease_until=None)


def send_by_the_outbox() -> None:
    """Round after round, as a worker does at each tick."""
    started = time.monotonic()
    while send_the_mails(clock=lambda: NOW + dt.timedelta(seconds=time.monotonic() - started)):
        pass


@contextmanager
def senders(count: int) -> Iterator[Callable[[], None]]:
    """Processes as those of a worker; what is given lets them send until nothing is left."""
    processes = multiprocessing.get_context("fork")
    connections.close_all()  # a child must not speak on its parent's line
    pairs = [processes.Pipe() for _one in range(count)]
    children = [processes.Process(target=serve, args=[there]) for _here, there in pairs]
    for child in children:
        child.start()

    def send() -> None:
        for here, _there in pairs:
            here.send("send")
        for here, _there in pairs:
            here.recv()

    send()  # opens their connections
    yield send
    for here, _there in pairs:
        here.send(None)
    for child in children:
        child.join()


def serve(line: Connection) -> None:
    while line.recv():
        send_by_the_outbox()
        line.send("done")


def written(mails: list[OutgoingMail]) -> list[tuple[int, EmailMultiAlternatives]]:
    found = []
    for mail in mails:
        letter = compose(mail, at=NOW)
        if letter is None:
            raise SystemExit(f"Mail {mail.pk} has nothing to say.")
        message = make_message(letter, to=mail.reader.email, message_id=mail.message_id)
        found.append((mail.pk, message))
    return found


def sending(house: ManyShares, counts: tuple[int, ...]) -> list[dict[str, float]]:
    """Mails a second of the bare loop, of one sender and of as many as a worker has.

    They take turns, so that what else the machine does meets all of them; the medians of the turns.
    """
    house.add_due(IN_A_MAIL * len(house.towns))
    plan_reminders(on=TODAY, at=NOW)
    with senders(1) as one, senders(SENDERS) as several:
        return [_sending(house, count, one, several) for count in counts]


def _sending(
    house: ManyShares, count: int, one: Callable[[], None], several: Callable[[], None]
) -> dict[str, float]:
    mails = add_mails(house, count)
    letters = written(mails)
    house.settle()
    ways = {
        "bare_loop": lambda: send_barely(letters),
        "one_sender": one,
        f"{SENDERS}_senders": several,
    }
    ours = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails])
    turns = [
        {way: count / seconds_to_send(ours, send) for way, send in ways.items()}
        for _turn in range(TURNS)
    ]
    OutgoingMail.reminders.through.objects.filter(outgoingmail__in=ours).delete()
    ours.delete()
    return {"mails": count} | {way: median(turn[way] for turn in turns) for way in ways}


def seconds_to_send(mails: QuerySet[OutgoingMail], send: Callable[[], object]) -> float:
    mails.update(state="waiting", sent_at=None, attempts=0)
    seconds = seconds_of(send)
    if mails.exclude(state="sent").exists():
        raise SystemExit("Not every mail was sent.")
    return seconds


def print_table(rows: list[dict[str, Any]]) -> None:
    out = sys.stdout.write
    out("".join(f"{name:>18}" for name in rows[0]) + "\n")
    for row in rows:
        cells = [f"{value:18,.2f}" if value % 1 else f"{value:18,.0f}" for value in row.values()]
        out("".join(cells) + "\n")
    out("\n")


def add_ratios(found: dict[str, list[dict[str, Any]]]) -> None:
    """Planning a due share, against the smallest table and against the limit; mails a second,
    against the bare loop.
    """
    base = found["planning"][0]
    for row in found["planning"]:
        row["growth"] = round(row["plan"] / base["plan"] / (row["due"] / base["due"]), 2)
        row["ratio"] = round(row["plan"] / row["limit"], 2)
    for row in found["sending"]:
        for way in [way for way in row if way.endswith(("sender", "senders"))]:
            row[f"{way}_ratio"] = round(row[way] / row["bare_loop"], 2)


def main() -> None:
    own = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        house = ManyShares()
        house.add_due(DUE)
        found = {"planning": planning(house, SIZES)}
        with relay():
            found["sending"] = sending(house, MAILS)
    finally:
        connection.creation.destroy_test_db(own, verbosity=0)
    add_ratios(found)
    for rows in found.values():
        print_table(rows)
    record("reminders", found)


if __name__ == "__main__":
    main()
