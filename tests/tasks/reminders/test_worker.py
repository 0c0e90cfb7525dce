"""A real Celery worker is killed in the middle of a mail: what is lost, what is said twice."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone
from kombu import Queue

from accounts.models import OutgoingMail
from config import app
from tasks.models import Reminder
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, make_house, make_mail

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    """The test database, for a process outside of the tests."""
    known = connection.settings_dict
    secret = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    place = quote(known["HOST"], safe="") + (f":{known['PORT']}" if known["PORT"] else "")
    return f"postgres://{known['USER']}{secret}@{place}/{known['NAME']}"


def start_worker(
    application: str, queue: str, relay: MailRelay, log: Path, die: str = ""
) -> subprocess.Popen[bytes]:
    """A worker of our own queue, so that no other installation on this Redis takes our jobs."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "LUOSHI_EMAIL_HOST": "127.0.0.1",
        "LUOSHI_EMAIL_PORT": str(relay.port),
        "DIE": die,
    }
    command = [sys.executable, "-m", "celery", "-A", application, "worker"]
    command += ["-P", "solo", "-Q", queue, "-l", "info"]
    with log.open("ab") as out:
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)


def wait_for(what: str, look: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + 60
    while not look():
        assert time.monotonic() < until, f"waited for {what}; the worker's log:\n{log.read_text()}"
        time.sleep(0.05)


def make_mails_due_now(house: House) -> set[str]:
    """One for each of the eight people, about a share of their unit; the Message-IDs."""
    now = timezone.now()
    today = timezone.localdate(now)
    ids = set()
    for key, person in house.people.items():
        unit = key.partition("-")[0]
        task = house.add_share(unit, due_on=today, issued_at=now - dt.timedelta(days=30))
        reminder = Reminder.objects.create(
            task=task,
            unit=task.unit,
            rule=Reminder.Rule.ON_THE_DAY,
            step=Reminder.Step.OFFICER,
            on=today,
            deadline_version=1,
            planned_at=now,
        )
        mail = make_mail(person, today, next_try_at=now)
        reminder.mails.add(mail)
        ids.add(mail.message_id)
    return ids


def copies_after_a_kill(die: str, relay: MailRelay, log: Path) -> dict[str, int]:
    """How often the relay took each of eight mails, one worker having died over the first.

    A mail that was never taken counts 0.
    """
    ids = make_mails_due_now(make_house())
    queue = f"mail-{uuid.uuid4().hex}"
    dying = start_worker("tests.tasks.reminders.dying_worker", queue, relay, log, die)
    app.send_task("tasks.jobs.send_mails", queue=queue)
    assert dying.wait(timeout=60) == -signal.SIGKILL, log.read_text()
    # The lease of the dead would end by itself in five minutes.
    OutgoingMail.objects.filter(state="leased").update(lease_until=timezone.now())
    healthy = start_worker("config", queue, relay, log)
    try:
        app.send_task("tasks.jobs.send_mails", queue=queue)
        unsent = OutgoingMail.objects.exclude(state="sent")
        wait_for("the rest to be sent", lambda: not unsent.exists(), log)
    finally:
        healthy.kill()
        healthy.wait()
        with app.connection_for_write() as broker:
            Queue(queue, channel=broker.default_channel).delete()
    copies = Counter(str(message["Message-ID"]) for _addresses, message in relay.accepted)
    return {message_id: copies[message_id] for message_id in ids}


def test_killed_between_send_and_mark_one_extra_copy_and_none_lost(
    relay: MailRelay, tmp_path: Path
) -> None:
    copies = copies_after_a_kill("between_send_and_mark", relay, tmp_path / "worker.log")
    assert sorted(copies.values()) == [1, 1, 1, 1, 1, 1, 1, 2]


def test_control_marked_first_a_mail_is_lost(relay: MailRelay, tmp_path: Path) -> None:
    copies = copies_after_a_kill("between_mark_and_send", relay, tmp_path / "worker.log")
    assert sorted(copies.values()) == [0, 1, 1, 1, 1, 1, 1, 1]
