"""What an operator is told, and that every reminder has an end."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.holding import hold_mail
from tasks.models import Reminder
from tasks.reminders.planning import plan_reminders
from tasks.reminders.status import status_of_reminders
from tests.reminder_rows import DUE, House, at, make_house, make_mail

NOW = at(9, 30, 9)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def test_every_reminder_has_an_end(house: House) -> None:
    for _ in range(3):
        house.add_share("镇")
    plan_reminders(on=DUE, at=NOW)
    sent, failed, _waiting = Reminder.objects.order_by("pk")
    person = house.person("镇-officer")
    sent.mails.add(make_mail(person, state="sent", sent_at=NOW))
    failed.fault = "nobody_to_write_to"
    failed.save()
    make_mail(house.person("镇-head"), state="failed")
    make_mail(house.person("局-head"))
    house.person("局-officer", email_refusal="550 no such user")
    status = status_of_reminders(DUE, NOW)
    assert status.reminders == {"sent": 1, "superseded": 0, "failed": 1, "waiting": 1}
    assert (status.total, status.unaccounted, status.units_with_nobody) == (3, 0, 1)
    assert (status.mail.failed, status.refused_addresses) == (1, 1)
    assert (status.mail.last_sent, status.mail.oldest_waiting) == (NOW, at(9, 30, 8))
    assert status.mail.hold is None
    assert status.uncovered_years == []


def test_a_year_of_an_open_deadline_that_nobody_entered(house: House) -> None:
    house.add_share("镇", due_on=DUE.replace(year=2028))
    assert status_of_reminders(DUE, NOW).uncovered_years == [2028]


def test_the_command_says_it_and_fails_where_somebody_must_look(
    house: House, capsys: Any, tmp_path: Path
) -> None:
    call_command("reminders", "status")
    assert "without an end: 0" in capsys.readouterr().out
    call_command("reminders", "hold", "恢复")
    house.add_share("镇", due_on=DUE.replace(year=2028))
    with pytest.raises(SystemExit) as ended:
        call_command("reminders", "status")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "HELD since" in said
    assert "2028" in said
    log = tmp_path / "sent.log"
    log.write_text(make_mail(house.person("镇-officer")).message_id + "\n", encoding="utf-8")
    call_command("reminders", "release", "--sent-log", str(log))
    assert "1 mails marked" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not_held"):
        call_command("reminders", "release")
    hold_mail("再", at=NOW)
    with pytest.raises(CommandError):
        call_command("reminders", "release", "--sent-log", str(tmp_path / "none"))
