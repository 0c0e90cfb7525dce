"""The loop that needs no Redis."""

import datetime as dt
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from tests.mail_relay import MailRelay
from tests.reminder_rows import make_house

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db(transaction=True)
def test_one_look_plans_and_sends(relay: MailRelay, settings: Settings) -> None:
    settings.LUOSHI_MAIL_HOUR = 0
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    house = make_house()
    now = timezone.now()
    house.add_share("镇", due_on=timezone.localdate(now), issued_at=now - dt.timedelta(days=9))
    out = StringIO()
    call_command("run_reminders", "--once", stdout=out)
    assert out.getvalue() == "mails handled: 1\n"
    assert relay.addresses() == [house.person("镇-officer").email]


def test_the_loop_outlives_a_database_that_is_away(tmp_path: Path) -> None:
    env = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    errors = tmp_path / "errors.txt"
    with errors.open("wb") as out:
        command = [sys.executable, "manage.py", "run_reminders"]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 30
        while "could not look" not in errors.read_text() and time.monotonic() < until:
            time.sleep(0.05)
        assert "could not look: connection" in errors.read_text()
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
