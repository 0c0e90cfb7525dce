"""What planning costs as the table grows, and how near sending comes to a bare loop.

    python -m config.local_services --data var/bench-services -- python -m bench.reminders

Planning: the same 10,000 due shares among ever more others; then fewer due ones among the most.
Sending: a bare loop gives the relay mails that were written before, with two durable commits for
each, and then the outbox sends the same mails: claims, reads the facts again, writes, sends, marks.
Both on an empty database of its own beside the one that DATABASE_URL names. Ratios are taken in one
run; the seconds are this machine's. The figures go to ``bench/results/reminders.json``.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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
from django.core.mail import EmailMultiAlternatives  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.emails import make_message  # noqa: E402
from accounts.models import OutgoingMail  # noqa: E402
from accounts.outbox import conversation, hand_over, message_id_for, send_due  # noqa: E402
from bench.many_shares import NOW, ONE_DAY, TODAY, ManyShares  # noqa: E402
from tasks.models import Reminder  # noqa: E402
from tasks.reminders.digest import compose, make_mails  # noqa: E402
from tasks.reminders.planning import plan_reminders  # noqa: E402

RESULTS = Path(__file__).parent / "results" / "reminders.json"
DUE = 10_000
SIZES = (10_000, 100_000, 1_000_000)
FEWER_DUE = (1_000, 100)
MAILS = (10, 100, 1_000)
#: Reminders in a mail of the second half.
IN_A_MAIL = 10
TRIES = 3


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def one_morning() -> dict[str, float]:
    """A first look, a second one that finds nothing new, and the mails; all taken back."""
    with transaction.atomic():
        seconds = {
            "plan": seconds_of(lambda: plan_reminders(on=TODAY, at=NOW)),
            "look_again": seconds_of(lambda: plan_reminders(on=TODAY, at=NOW)),
            "make_mails": seconds_of(lambda: make_mails(on=TODAY, at=NOW)),
        }
        transaction.set_rollback(True)
    return seconds


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
    with conversation() as kept:
        kept.open()
        for pk, message in written:
            row = OutgoingMail.objects.filter(pk=pk)
            row.update(state="leased", lease_until=NOW + ONE_DAY)
            hand_over(message, kept)
            row.update(state="sent", sent_at=NOW, lease_until=None)


def send_by_the_outbox() -> None:
    started = time.monotonic()
    while send_due(compose, clock=lambda: NOW + ONE_DAY * ((time.monotonic() - started) / 86_400)):
        pass


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
    house.add_due(IN_A_MAIL * len(house.towns))
    plan_reminders(on=TODAY, at=NOW)
    rows = []
    for count in counts:
        mails = add_mails(house, count)
        letters = written(mails)
        house.settle()
        barely = count / seconds_of(lambda letters=letters: send_barely(letters))  # type: ignore[misc]
        ours = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails])
        ours.update(state="waiting", sent_at=None)
        by_outbox = count / seconds_of(send_by_the_outbox)
        if ours.exclude(state="sent").exists():
            raise SystemExit("Not every mail was sent.")
        rows.append({"mails": count, "bare_per_second": barely, "outbox_per_second": by_outbox})
        OutgoingMail.reminders.through.objects.filter(outgoingmail__in=ours).delete()
        ours.delete()
    return rows


def print_table(rows: list[dict[str, Any]], ratio: Callable[[dict[str, Any]], float]) -> None:
    out = sys.stdout.write
    out("".join(f"{name:>18}" for name in (*rows[0], "ratio")) + "\n")
    for row in rows:
        row["ratio"] = round(ratio(row), 2)
        cells = [f"{value:18,.2f}" if value % 1 else f"{value:18,.0f}" for value in row.values()]
        out("".join(cells) + "\n")
    out("\n")


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
    base = found["planning"][0]
    print_table(found["planning"], lambda row: row["plan"] / base["plan"] / (row["due"] / DUE))
    print_table(found["sending"], lambda row: row["outbox_per_second"] / row["bare_per_second"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
