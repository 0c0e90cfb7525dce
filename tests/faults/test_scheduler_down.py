"""A scheduler that was down over deadlines, and schedulers that come back together (A5, A6, M7).

Real processes: beat and workers of Celery, and ``manage.py run_reminders``. Debian's faketime tells
them another time, before the gap and after it.
"""

import datetime as dt
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tasks.models import Reminder
from tests.faults.planners import READY
from tests.faults.scheduler_gap import SHARES, Gap, deadlocks
from tests.faults.shifted_time import Installation, installation, needs_faketime
from tests.mail_relay import MailRelay, running_relay
from tests.reminder_rows import SHANGHAI

PLANNERS = 8

pytestmark = [pytest.mark.django_db(transaction=True), needs_faketime]
down = pytest.mark.fault(suite="reminders", name="A5 scheduler down over deadlines")
at_once = pytest.mark.fault(suite="reminders", name="A6 beats and planners at once")

Record = Callable[[str, object], None]


def local(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{day}").replace(tzinfo=SHANGHAI)


#: Over the hour of the mail; over a day before a week of holidays; over a weekend with a make-up
#: Sunday; over a month with that week in it.
GAPS = {
    "1_hour": (local("09-30 07:30"), local("09-30 08:30")),
    "1_day": (local("09-29 09:00"), local("09-30 09:00")),
    "3_days": (local("09-18 09:00"), local("09-21 09:00")),
    "30_days": (local("09-15 09:00"), local("10-15 09:00")),
}


@pytest.fixture
def relay() -> Iterator[MailRelay]:
    with running_relay(MailRelay()) as running:
        yield running


@pytest.fixture
def running(relay: MailRelay, tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, relay.port) as found:
        yield found


def start_planners(running: Installation, guard: str) -> subprocess.Popen[str]:
    """All eight, ready to begin at a line."""
    planners = running.start("planners", "tests.faults.planners", str(PLANNERS), guard)
    running.wait_for("the planners", lambda: READY in running.log("planners").read_text())
    return planners


@down
@pytest.mark.parametrize("name", GAPS)
def test_what_a_gap_kept_back_is_said_once(
    name: str, running: Installation, relay: MailRelay, record_property: Record
) -> None:
    gap = Gap(running, relay, *GAPS[name])
    gap.go_down(beats=1)
    running.let_it_be(gap.back)
    running.start_worker("worker")
    running.start_beat("beat0")
    by_cron = running.start_look("cron")
    gap.wait_until_said()
    running.end_well(by_cron)
    found = {
        "said": len(gap.expected() - gap.said_before()),
        "missing": gap.missing(),
        "double": gap.double(),
        "digests_too_many": gap.digests_too_many(),
    }
    record_property("shares", SHARES)
    for figure, number in found.items():
        record_property(f"{name}_{figure}", number)
    assert found["said"] > 0
    assert (found["missing"], found["double"], found["digests_too_many"]) == (0, 0, 0)


@down.with_args(control=True)
def test_control_a_planner_that_looks_at_todays_tick_only_misses_some(
    running: Installation, relay: MailRelay, record_property: Record
) -> None:
    gap = Gap(running, relay, *GAPS["3_days"])
    gap.go_down(beats=0)
    running.let_it_be(gap.back)
    planner = running.start("ticks", "tests.faults.planners", "1", "only_todays_tick")
    planner.communicate("go\n", timeout=120)
    record_property("control_missing", gap.missing())
    assert gap.missing() > 0


@at_once
def test_two_beats_and_eight_planners_at_once_say_it_once(
    running: Installation, relay: MailRelay, record_property: Record
) -> None:
    gap = Gap(running, relay, *GAPS["30_days"])
    gap.go_down(beats=2)
    before = deadlocks()
    running.let_it_be(gap.back)
    planners = start_planners(running, "guarded")
    for n in range(2):
        running.start_worker(f"worker{n}")
        running.start_beat(f"beat{n}")
    running.wait_for("a beat", lambda: "Sending due task" in running.logs())
    planners.communicate("go\n", timeout=300)
    gap.wait_until_said()
    running.stop()
    found = {
        "missing": gap.missing(),
        "double": gap.double() + gap.digests_too_many(),
        "failed_planners": planners.returncode,
        "deadlocks": deadlocks() - before,
    }
    for figure, number in found.items():
        record_property(figure, number)
    assert found == dict.fromkeys(found, 0), running.logs()


@at_once.with_args(control=True)
def test_control_planners_that_do_not_sort_die_of_deadlock(
    running: Installation, relay: MailRelay, record_property: Record
) -> None:
    gap = Gap(running, relay, *GAPS["30_days"])
    before = deadlocks()
    running.let_it_be(gap.back)
    for _again in range(MOST_MEETINGS):
        Reminder.objects.all().delete()
        start_planners(running, "unsorted").communicate("go\n", timeout=300)
        if deadlocks() > before:
            break
    record_property("control_deadlocks", deadlocks() - before)
    assert deadlocks() > before


#: Whether planners meet head-on is chance: so often they are sent at the same work.
MOST_MEETINGS = 8


@pytest.fixture
def nothing_is_unique(transactional_db: None) -> Iterator[None]:
    """The guard switched off: the database lets the same reminder in any number of times."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_reminder DROP CONSTRAINT said_once")
    yield
    Reminder.mails.through.objects.all().delete()
    Reminder.objects.all().delete()
    with connection.cursor() as cursor:
        columns = 'task_id, rule, "on", deadline_version, unit_id, step'
        cursor.execute(f"ALTER TABLE tasks_reminder ADD CONSTRAINT said_once UNIQUE ({columns})")


@at_once.with_args(control=True)
def test_control_without_the_unique_key_it_is_said_twice(
    nothing_is_unique: None, running: Installation, relay: MailRelay, record_property: Record
) -> None:
    gap = Gap(running, relay, *GAPS["30_days"])
    running.let_it_be(gap.back)
    planners = start_planners(running, "all_look_first")
    planners.communicate("go\n", timeout=300)
    record_property("control_double", gap.double())
    assert gap.double() > 0
