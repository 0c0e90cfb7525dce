"""A relay that is late, says no or breaks off, and a mail that cannot be written (A7, A8, A10)."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail, User
from tasks.reminders.status import status_of_reminders
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.crowd import Crowd, make_crowd
from tests.faults.post_office import PostOffice, open_post_office
from tests.faults.processes import (
    UNGUARDED,
    Crew,
    OwnValkey,
    crew,
    own_valkey,
    pass_the_pauses,
    unsettled,
)

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = count(40, 1000)
#: How many addresses have each of the faults that an address can have.
OF_EACH = count(2, 25)
#: Seconds until the relay answers one of the mails.
LATE = count(3, 30)
#: Seconds by which the faults may delay the mails of others.
DELAY = 5
NAME = "A7 A8 A10 a relay that is late, refuses or breaks off, and a poison mail"

Say = Callable[[str, object], None]


@dataclass(frozen=True)
class Troubles:
    """Who has which: addresses, none of them twice."""

    refused: list[str]
    postponed: list[str]
    cut: list[str]
    late: str
    poison: str
    others: list[str]


def make_troubles(crowd: Crowd, office: PostOffice, dice: random.Random) -> Troubles:
    """Spread over the day's mails; the poison is among the first, where it could do most harm."""
    shuffled = iter(dice.sample(crowd.addresses[1:], len(crowd.addresses) - 1))
    refused, postponed, cut = (list(itertools.islice(shuffled, OF_EACH)) for _ in range(3))
    found = Troubles(refused, postponed, cut, next(shuffled), crowd.addresses[0], list(shuffled))
    office.refused.update(dict.fromkeys(refused, "550 no such mailbox"))
    office.postponed.update({address: dice.randint(1, 3) for address in postponed})
    office.cut.update({address: dice.randint(1, 2) for address in cut})
    office.late[found.late] = LATE
    # An address that was imported with the line after it: no message can be made for it.
    User.objects.filter(email=found.poison).update(email=f"{found.poison}\r\nBcc: all@example")
    return found


@contextmanager
def at_work(
    office: PostOffice, crowd: Crowd, folder: Path, *, without: str = "", processes: int = 2
) -> Iterator[tuple[Crew, OwnValkey]]:
    """A worker, woken for the day's mails; a round may end before them."""
    with own_valkey() as valkey, crew(office, valkey.url, crowd.zone, folder) as team:
        app = UNGUARDED if without else "config"
        team.worker(app=app, concurrency=processes, WITHOUT=without)
        valkey.wake(MAILS // 50 + 2)
        yield team, valkey


def drain(team: Crew, valkey: OwnValkey) -> None:
    """Days pass: what waits is due again and again, until every mail has its end."""
    # Looked at first: what changes while the pauses pass is another attempt as well. And looked at
    # once: of no mail that is left no attempt would ever come.
    while before := _attempts():
        pass_the_pauses()
        valkey.wake()
        team.wait_for("another attempt", partial(_differs_from, before))


def _attempts() -> set[tuple[int, int, str]]:
    """The mails without an end, and how far they are."""
    rows = OutgoingMail.objects.filter(state__in=["waiting", "leased"])
    return set(rows.values_list("pk", "attempts", "state"))


def _differs_from(before: set[tuple[int, int, str]]) -> bool:
    return _attempts() != before


def longest_gap(office: PostOffice, addresses: list[str], since: float) -> float:
    """Seconds in which none of these mails came though some were still to come."""
    wanted = set(addresses)
    times = [a.at.timestamp() for a in office.arrivals if a.address in wanted]
    return max(later - earlier for earlier, later in itertools.pairwise([since, *times]))


def silent_failures(office: PostOffice) -> int:
    """Mails that did not come, and of which nobody is told."""
    unsent = OutgoingMail.objects.exclude(recipient__email__in=office.reached())
    return unsent.exclude(state="failed", last_error__gt="").count()


@pytest.mark.fault(suite="reminders", name=NAME)
def test_no_failure_is_silent_and_nobody_else_waits(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(MAILS)
    crowd.plan()
    with open_post_office(PostOffice()) as office:
        troubles = make_troubles(crowd, office, chance("relay faults"))
        with at_work(office, crowd, tmp_path) as (team, valkey):
            team.wait_for("the first mail", lambda: office.has(1))
            others = set(troubles.others)
            team.wait_for("the others' mails", lambda: others <= office.reached())
            gap = longest_gap(office, troubles.others, office.arrivals[0].at.timestamp())
            drain(team, valkey)
    failed = set(OutgoingMail.objects.filter(state="failed").values_list("recipient", flat=True))
    copies = office.copies_by_address()
    now = timezone.now()
    status = status_of_reminders(crowd.today, now)
    record_property("mails", MAILS)
    record_property("refused, postponed and cut, each", OF_EACH)
    record_property("seconds until the late answer", LATE)
    record_property("silent failures", silent_failures(office))
    record_property("longest wait of the others, seconds", round(gap, 2))
    record_property("copies of the mail that was answered late", copies[troubles.late])
    assert silent_failures(office) == 0
    assert gap <= DELAY
    assert {address for address, number in copies.items() if number > 1} == set()
    reached = {*troubles.others, *troubles.postponed, *troubles.cut, troubles.late}
    assert set(copies) == reached
    assert len(failed) == OF_EACH + 1 == status.mail.failed
    refused = User.objects.exclude(email_refusal="").values_list("email", flat=True)
    assert set(refused) == set(troubles.refused)
    assert status.refused_addresses == OF_EACH


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_a_sender_that_overhears_the_answers_fails_silently(
    tmp_path: Path, record_property: Say
) -> None:
    crowd = make_crowd(MAILS)
    crowd.plan()
    with open_post_office(PostOffice()) as office:
        make_troubles(crowd, office, chance("relay faults"))
        office.late.clear()
        with at_work(office, crowd, tmp_path, without="answers") as (team, _valkey):
            team.wait_for("the end", lambda: not unsettled())
    record_property("silent failures of a sender that overhears", silent_failures(office))
    assert silent_failures(office) > 0


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_a_poison_in_a_batch_keeps_everybody_waiting(tmp_path: Path) -> None:
    crowd = make_crowd(MAILS)
    crowd.plan()
    with open_post_office(PostOffice()) as office:
        make_troubles(crowd, office, chance("relay faults"))
        # One process, since of two the other one might take a batch without the poison.
        alone = at_work(office, crowd, tmp_path, without="one_by_one", processes=1)
        with alone as (team, _valkey):
            leased = OutgoingMail.objects.filter(state="leased")
            team.wait_for("the batch", leased.exists)
            with pytest.raises(AssertionError, match="waited"):
                team.wait_for("any mail", lambda: office.has(1), seconds=DELAY)


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_without_patience_the_late_mail_is_sent_again(
    tmp_path: Path, record_property: Say
) -> None:
    crowd = make_crowd(1)
    crowd.plan()
    with open_post_office(PostOffice()) as office:
        office.late[crowd.addresses[0]] = 3
        with at_work(office, crowd, tmp_path, without="patience") as (team, valkey):
            team.wait_for("the first copy", lambda: office.has(1))
            office.late.clear()
            drain(team, valkey)
    record_property("copies of a late mail without patience", len(office.arrivals))
    assert len(office.arrivals) > 1
