"""Redis is flushed, killed and filled up: it only wakes, so no mail is lost (FAILURES A2, A3)."""

import datetime as dt
import itertools
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from accounts.models import OutgoingMail
from tasks.models import Reminder
from tests.faults.chance import chance
from tests.faults.clerk import writing_clerk
from tests.faults.counts import count
from tests.faults.crowd import Crowd, make_crowd
from tests.faults.post_office import PostOffice, open_post_office
from tests.faults.processes import (
    HURRIED,
    UNGUARDED,
    Crew,
    OwnValkey,
    crew,
    own_valkey,
    pass_the_pauses,
    unsettled,
)

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = count(100, 5000)
KILLS = count(1, 30)
#: The longest that Redis is away; in between any time from a fifth of a second.
LONGEST_AWAY = count(1, 10)
#: Seconds for which it takes nothing because it is full.
FULL_FOR = count(2, 20)
#: In the full run it ticks each minute, as everywhere else.
BEAT = HURRIED if MAILS < 1000 else "config"
LONGEST_PAUSE = 120
#: Seconds that each mail takes at the relay, so that the mails outlast the faults.
DELAY = count(7, 4) / 100
NAME = "A2 A3 Redis flushed, killed and full"

Say = Callable[[str, object], None]


def kill_again_and_again(valkey: OwnValkey, dice: random.Random) -> None:
    for _ in range(KILLS):
        valkey.kill()
        time.sleep(0.2 * (LONGEST_AWAY / 0.2) ** dice.random())
        valkey.start()
        time.sleep(dice.random())


def fill_up(valkey: OwnValkey) -> None:
    """Every write is refused, as where the memory is full, and everybody has to connect anew."""
    with valkey.client() as client:
        client.config_set("maxmemory", "1")
        client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(FULL_FOR)
        client.config_set("maxmemory", "0")


def longest_pause(office: PostOffice) -> float:
    times = [arrival.at.timestamp() for arrival in office.arrivals]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def live_through(team: Crew, valkey: OwnValkey, office: PostOffice) -> None:
    keep_one_for_later()
    valkey.wake(20)
    team.wait_for("the first mails", lambda: office.has(MAILS // 50))
    with valkey.client() as client:
        client.flushall()
    fill_up(valkey)
    kill_again_and_again(valkey, chance("Redis away"))
    assert unsettled() > 1, "the mails were to last longer than the faults"
    while not office.has(MAILS - 1):
        another = partial(office.has, len(office.arrivals) + 1)
        team.wait_for("another mail", another, seconds=LONGEST_PAUSE)
    team.wait_for("the rounds to end", lambda: not team.sending(office))
    pass_the_pauses()
    team.wait_for("the last mail", lambda: not unsettled(), seconds=LONGEST_PAUSE)


def keep_one_for_later() -> None:
    """Due when all is over: only who is still woken then can send it."""
    last = OutgoingMail.objects.order_by("id").last()
    assert last is not None
    last.next_try_at += dt.timedelta(days=1)
    last.save(update_fields=["next_try_at"])


@pytest.mark.fault(suite="reminders", name=NAME)
def test_nothing_is_lost_and_every_write_succeeds(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(MAILS)
    with (
        open_post_office(PostOffice(before_answering=DELAY)) as office,
        own_valkey() as valkey,
        crew(office, valkey.url, crowd.zone, tmp_path) as team,
    ):
        crowd.plan()
        team.beat(BEAT)
        team.worker()
        with writing_clerk(team, crowd.coordinator, crowd.shares[0]) as clerk:
            live_through(team, valkey, office)
    lost = len(set(crowd.addresses) - office.reached())
    record_property("mails waiting when Redis was flushed", MAILS - MAILS // 50)
    record_property("kills of Redis", KILLS)
    record_property("lost", lost)
    record_property("extra copies", len(office.arrivals) - MAILS)
    record_property("web writes", len(clerk.statuses))
    record_property("web writes failed", clerk.failed)
    record_property("slowest web write, seconds", round(max(clerk.seconds), 1))
    record_property("longest pause of sending, seconds", round(longest_pause(office), 1))
    assert lost == 0
    assert Reminder.objects.counted_by_end() == {"sent": MAILS}
    assert len(office.arrivals) == MAILS
    assert clerk.statuses
    assert clerk.failed == 0
    assert longest_pause(office) <= LONGEST_PAUSE


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_what_only_redis_knows_is_lost(tmp_path: Path, record_property: Say) -> None:
    crowd = make_crowd(MAILS)
    with (
        open_post_office(PostOffice()) as office,
        own_valkey() as valkey,
        crew(office, valkey.url, crowd.zone, tmp_path) as team,
    ):
        crowd.plan()
        # A message for each mail, and no tick: this worker sends one mail each time it is woken.
        valkey.wake(MAILS)
        team.worker(app=UNGUARDED, WITHOUT="tick")
        team.wait_for("the first mails", lambda: office.has(5))
        with valkey.client() as client:
            client.flushall()
            team.wait_for("the last jobs", lambda: _at_rest(valkey, office))
    record_property("lost by a flush where only Redis knows", unsettled())
    assert unsettled() > 0
    assert len(office.arrivals) + unsettled() == MAILS


def _at_rest(valkey: OwnValkey, office: PostOffice) -> bool:
    """No message waits and no mail is being sent."""
    with valkey.client() as client:
        queued = client.llen("mail")
    return not queued and not OutgoingMail.objects.filter(state="leased").exists()


@pytest.mark.fault(suite="reminders", name=NAME, control=True)
def test_control_writes_that_need_redis_fail_with_it(tmp_path: Path, record_property: Say) -> None:
    crowd: Crowd = make_crowd(1)
    with (
        open_post_office(PostOffice()) as office,
        own_valkey() as valkey,
        crew(office, valkey.url, crowd.zone, tmp_path) as team,
        writing_clerk(team, crowd.coordinator, crowd.shares[0], WITHOUT="nudge") as clerk,
    ):
        team.wait_for("a write", lambda: clerk.statuses[:1] == [201])
        valkey.kill()
        team.wait_for("a write that fails", lambda: clerk.failed > 0)
    record_property("web writes failed without the guard", clerk.failed)
    assert clerk.failed > 0
