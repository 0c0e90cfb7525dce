"""Senders and workers die at any moment: no mail is lost, and few come twice (FAILURES A1, M1)."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from accounts.models import OutgoingMail
from tasks.models import Reminder
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.crowd import Crowd, make_crowd
from tests.faults.post_office import PostOffice, open_post_office
from tests.faults.processes import UNGUARDED, Crew, bury_the_dead, crew, own_valkey, unsettled

pytestmark = pytest.mark.django_db(transaction=True)

REMINDERS = count(25, 1000)
KILLS = count(6, 60)
#: Rounds in which the sender that nobody kills must have come to the end.
MOST_ROUNDS = 4
#: Named as the issue names it.
NAME = "A1 senders and workers killed at any moment"

Say = Callable[[str, object], None]


def kill_one(team: Crew, office: PostOffice, dice: random.Random) -> None:
    """``kill -9`` of a process that is sending, or now and then of the worker above it."""
    team.wait_for("somebody who sends", lambda: bool(team.sending(office)))
    # At any moment of a mail's way, which takes a fifth of a second.
    time.sleep(dice.random() / 5)
    hand, pid = dice.choice(team.sending(office) or [(team.hands["worker"], 0)])
    if pid in hand.children() and dice.random() < 0.75:
        # Of the pool; it may have ended by itself. The worker starts another.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return
    hand.kill()
    hand.start()


def storm(team: Crew, office: PostOffice, dice: random.Random) -> None:
    """Kills spread over the sending; the last two are of everybody who is left."""
    for arrived in sorted(dice.sample(range(REMINDERS * 4 // 5), KILLS - 2)):
        team.wait_for("mails to arrive", partial(office.has, arrived))
        kill_one(team, office, dice)
    waiting = OutgoingMail.objects.filter(state="waiting")
    team.wait_for("the rest to be taken", lambda: not waiting.exists())
    team.kill_all()


def run(office: PostOffice, crowd: Crowd, folder: Path, *, app: str, loop: list[str]) -> int:
    """The storm, and then a sender that nobody kills; how many mails were in dead hands."""
    with own_valkey() as valkey, crew(office, valkey.url, crowd.zone, folder) as team:
        team.env["WITHOUT"] = "mark_after"
        team.beat()
        # One process in its pool: whoever is killed has one mail in hand at most.
        team.worker(app=app, concurrency=1)
        team.hire("loop", *loop, "run_reminders")
        storm(team, office, chance("killed senders"))
        abandoned = bury_the_dead()
        for number in range(MOST_ROUNDS):
            # What a dead sender held goes out one by one, which may take longer than one round.
            healthy = team.hire(f"healthy {number}", "manage.py", "run_reminders", "--once")
            team.wait_for("the healthy sender", lambda hand=healthy: not hand.is_alive)  # type: ignore[misc]
            if not unsettled():
                break
    return abandoned


def lost(crowd: Crowd, office: PostOffice) -> int:
    return len(set(crowd.addresses) - office.reached())


@pytest.mark.fault(suite="reminders", name=NAME)
def test_nothing_is_lost_and_little_is_said_twice(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(REMINDERS)
    with open_post_office(PostOffice(before_data=0.05, before_answering=0.1)) as office:
        abandoned = run(office, crowd, tmp_path, app="config", loop=["manage.py"])
    copies = office.copies()
    extra = copies.total() - len(copies)
    record_property("reminders", REMINDERS)
    record_property("kills", KILLS)
    record_property("mails in dead hands", abandoned)
    record_property("lost", lost(crowd, office))
    record_property("extra copies", extra)
    record_property("most copies of one mail", max(copies.values()))
    assert lost(crowd, office) == 0
    assert Reminder.objects.counted_by_end() == {"sent": REMINDERS}
    assert len(copies) == REMINDERS
    assert max(copies.values()) <= 2
    assert extra <= KILLS
    assert abandoned > 0


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_a_sender_that_marks_first_loses_some(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(REMINDERS)
    with open_post_office(PostOffice(before_data=0.2)) as office:
        loop = ["-m", UNGUARDED]
        run(office, crowd, tmp_path, app=UNGUARDED, loop=loop)
    record_property("lost by a sender that marks first", lost(crowd, office))
    assert OutgoingMail.objects.exclude(state="sent").count() == 0
    assert lost(crowd, office) > 0
