"""Every reminder in sight with its end, and what those must mend who keep the house going."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.holding import hold_mail
from accounts.models import User
from tasks.models import Reminder, Task
from tests.page_requests import browser, queries_of, text_of
from tests.reminder_rows import House, make_house, make_mail

PAGE = "/reminders/"
TODAY = timezone.localdate
EVERY_END = ["sent", "waiting", "failed", "failed", "superseded"]


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def remind(task: Task, *, days_ago: int = 0, **fields: Any) -> Reminder:
    values: dict[str, Any] = {"rule": "overdue", "step": 0, "unit": task.unit}
    values |= {"on": TODAY() - dt.timedelta(days=days_ago), "deadline_version": 1}
    return Reminder.objects.create(task=task, planned_at=timezone.now(), **(values | fields))


def one_of_each_end(house: House) -> None:
    """In the order of the page: sent, waiting, failed twice, superseded."""
    task, now = house.add_share("镇", title="清理文件"), timezone.now()
    officer, head = house.person("镇-officer"), house.person("镇-head")
    remind(task).mails.add(make_mail(officer, TODAY(), state="sent", sent_at=now))
    remind(task, days_ago=1).mails.add(make_mail(head, TODAY(), next_try_at=now))
    dead = make_mail(house.person("村-head"), TODAY(), state="failed", last_error="550 unknown")
    remind(task, days_ago=2, rule="before").mails.add(dead)
    remind(task, days_ago=3, fault="nobody_to_write_to")
    remind(task, days_ago=4, superseded_at=now, superseded_because="deadline_moved")


def ends_on(answer: Any) -> list[str]:
    return [vars(reminder)["end"] for reminder in answer.context["page"]]


def asked(user: User, query: str = "") -> Any:
    answer = browser(user).get(PAGE + query)
    assert answer.status_code == 200
    return answer


def test_each_reminder_stands_there_with_its_end(house: House) -> None:
    one_of_each_end(house)
    answer = asked(house.person("镇-officer"))
    assert ends_on(answer) == EVERY_END
    markup, text = answer.content.decode(), text_of(answer)
    assert '<span class="light light-green">sent</span>' in markup
    assert '<span class="light light-red">failed</span>' in markup
    assert "the unit has nobody to write to" in text
    assert "the deadline was moved" in text
    assert "550 unknown" in text
    assert "officer: 镇-officer" in text
    assert "Last mail sent" not in text


def test_a_share_s_own_state_is_a_reason(house: House) -> None:
    remind(house.add_share("镇"), superseded_at=timezone.now(), superseded_because="closed")
    assert "superseded closed" in text_of(asked(house.person("镇-officer")))


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("?end=failed", ["failed", "failed"]),
        ("?end=waiting", ["waiting"]),
        ("?end=held", []),
        ("?rule=before", ["failed"]),
        ("?rule=before&end=sent", []),
        ("?end=x&rule=y&plan=z&unit=&page=99", EVERY_END),
        ("?plan=0", EVERY_END),
        ("?plan=999999", []),
        ("?unit=999999", []),
    ],
)  # fmt: skip
def test_the_filters_live_in_the_address(house: House, query: str, ends: list[str]) -> None:
    one_of_each_end(house)
    assert ends_on(asked(house.person("县-coordinator"), query)) == ends


def test_one_unit_and_one_plan(house: House) -> None:
    one_of_each_end(house)
    remind(house.add_share("局"))
    office = house.person("县-coordinator")
    assert len(ends_on(asked(office, f"?unit={house.unit('局').pk}"))) == 1
    assert len(ends_on(asked(office, f"?plan={house.plan.pk}"))) == 6


def test_what_waits_while_the_mail_is_held_is_held(house: House) -> None:
    one_of_each_end(house)
    hold_mail("数据库已恢复", at=timezone.now())
    office = house.person("县-coordinator")
    answer = asked(office)
    assert '<span class="light light-yellow">held</span>' in answer.content.decode()
    assert "All mail is held since" in text_of(answer)
    assert "数据库已恢复" in text_of(answer)
    assert ends_on(asked(office, "?end=held")) == ["waiting"]
    assert ends_on(asked(office, "?end=waiting")) == []


def test_nobody_sees_another_unit_s_reminders(house: House) -> None:
    one_of_each_end(house)
    for key in ("局-officer", "村-officer"):
        answer = asked(house.person(key))
        assert ends_on(answer) == []
        assert "清理文件" not in text_of(answer)
        assert list(answer.context["units"]) == list(answer.context["plans"]) == []


def test_pages_keep_the_filter(house: House) -> None:
    task = house.add_share("镇")
    for day in range(51):
        remind(task, days_ago=day)
    office = house.person("县-coordinator")
    first = asked(office, "?rule=overdue")
    assert (len(ends_on(first)), "Page 1 of 2" in text_of(first)) == (50, True)
    assert 'href="?rule=overdue&amp;page=2"' in first.content.decode()
    second = asked(office, "?rule=overdue&page=2")
    assert len(ends_on(second)) == 1
    assert 'href="?rule=overdue&amp;page=1"' in second.content.decode()


class TestOversight:
    def test_the_coordinator_sees_what_must_be_mended(self, house: House) -> None:
        one_of_each_end(house)
        house.add_share("镇", due_on=dt.date(TODAY().year + 2, 6, 1))
        now = timezone.now()
        house.person("镇-head", email_refusal="550 no such user", email_refused_at=now)
        found = asked(house.person("县-coordinator")).context["oversight"]
        assert found.mail.failed == 1
        assert found.mail.last_sent is not None
        assert found.mail.oldest_waiting is not None
        assert [(unit.name, unit.count) for unit in found.units_with_nobody] == [("镇", 1)]
        assert found.dead_addresses == [house.person("镇-head")]
        assert TODAY().year + 2 in found.uncovered_years
        text = text_of(asked(house.person("县-coordinator")))
        assert "550 no such user" in text
        assert f"make-up workdays of {TODAY().year + 2} are not all" in text

    def test_the_coordinator_of_another_office_sees_no_address(self, house: House) -> None:
        one_of_each_end(house)
        house.add_unit("邻县", "county", None)
        other = house.add_person("邻县", "coordinator")
        house.person("镇-head", email_refusal="550 no such user")
        found = asked(other).context["oversight"]
        assert (found.units_with_nobody, found.dead_addresses) == ([], [])
        house.person("镇-head", email="x@county.example", email_refusal="")
        house.add_person("邻县", "officer", email_refusal="550 gone")
        assert len(asked(other).context["oversight"].dead_addresses) == 1

    def test_whoever_runs_the_installation_sees_all(self, house: House) -> None:
        one_of_each_end(house)
        keeper = User.objects.create(username="keeper", is_staff=True, password="!")
        house.person("镇-head", email_refusal="550 no such user")
        answer = asked(keeper)
        found = answer.context["oversight"]
        assert [unit.name for unit in found.units_with_nobody] == ["镇"]
        assert len(found.dead_addresses) == 1
        assert ends_on(answer) == []

    def test_nobody_else_sees_it(self, house: House) -> None:
        for key in ("镇-officer", "镇-head"):
            assert asked(house.person(key)).context["oversight"] is None


def test_the_page_takes_the_same_queries_for_any_number_of_reminders(house: House) -> None:
    one_of_each_end(house)
    people = ("县-coordinator", "镇-officer")
    few = {key: queries_of(browser(house.person(key)), PAGE) for key in people}
    for number in range(8):
        task = house.add_share("村")
        fault = "nobody_to_write_to" if number % 2 else ""
        remind(task, fault=fault).mails.add(
            make_mail(house.person("村-officer"), TODAY() - dt.timedelta(days=number))
        )
    house.person("村-head", email_refusal="550 x")
    house.person("镇-head", email_refusal="550 x")
    many = {key: queries_of(browser(house.person(key)), PAGE) for key in people}
    assert few == {"县-coordinator": 18, "镇-officer": 10}
    assert many == {"县-coordinator": 19, "镇-officer": 10}  # the roles of people found


def test_every_page_leads_there(house: House) -> None:
    assert f'href="{PAGE}"' in browser(house.person("镇-officer")).get("/").content.decode()
