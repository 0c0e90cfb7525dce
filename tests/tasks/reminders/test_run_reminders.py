"""The loop that needs no Redis."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from tests.mail_relay import MailRelay
from tests.reminder_rows import make_house


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
