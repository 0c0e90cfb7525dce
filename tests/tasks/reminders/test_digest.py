"""From reminders to one mail a person and day, and what it says when it is sent."""

import datetime as dt
import threading

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.leases import Outcome
from accounts.models import Membership, OutgoingMail
from accounts.outbox import send_due
from tasks.models import Reminder, Task
from tasks.reminders.daily import plan_the_day
from tasks.reminders.digest import compose, make_mails
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, at, ends, make_house
from tests.sending import send_one


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def mails() -> list[tuple[str, str, str, int]]:
    """Recipient, day, state and number of reminders of every mail."""
    rows = OutgoingMail.objects.order_by("on", "recipient_id").select_related("recipient")
    return [(m.reader.username, m.on.isoformat()[5:], m.state, m.reminders.count()) for m in rows]


def send_all(now: dt.datetime) -> int:
    return send_due(compose, clock=lambda: now)


class TestOneMailAPersonAndDay:
    def test_all_of_a_person_s_reminders_are_in_one_mail(self, house: House) -> None:
        house.add_share("镇")
        house.add_share("镇", state="issued")
        plan_the_day(at=at(9, 30))
        # 镇 has not signed for the second share since March: every step hears of that.
        assert mails() == [
            ("镇-officer", "09-30", "waiting", 3),
            ("镇-head", "09-30", "waiting", 1),
            ("县-coordinator", "09-30", "waiting", 2),
            ("县-coordinator-2", "09-30", "waiting", 2),
        ]
        plan_the_day(at=at(9, 30, 9, 1))
        assert [count for *_mail, count in mails()] == [3, 1, 2, 2]

    def test_before_the_hour_nothing_is_mailed(self, house: House, settings: Settings) -> None:
        house.add_share("镇")
        plan_the_day(at=at(9, 30, 7, 59))
        assert (ends(), mails()) == ([("on_the_day", "09-30", "waiting")], [])
        plan_the_day(at=at(9, 30, 8))
        assert mails() == [("镇-officer", "09-30", "waiting", 1)]

    def test_what_comes_after_the_mail_was_taken_is_in_tomorrow_s(
        self, house: House, relay: MailRelay
    ) -> None:
        house.add_share("镇")
        plan_the_day(at=at(9, 29))
        assert send_all(at(9, 29)) == 1
        house.add_share("镇")
        plan_the_day(at=at(9, 29, 10))
        assert mails() == [
            ("镇-officer", "09-29", "sent", 1),
            ("镇-officer", "09-30", "waiting", 1),
        ]
        assert send_all(at(9, 29, 23)) == 0
        tomorrow = OutgoingMail.objects.get(state="waiting")
        # Ten minutes after the hour, so that the new day's own reminders are in it too.
        assert tomorrow.next_try_at == at(9, 30, 8, 10)
        plan_the_day(at=at(9, 30, 8))
        assert mails()[1] == ("镇-officer", "09-30", "waiting", 3)

    def test_a_mail_that_had_nothing_left_to_say_is_used_again(
        self, house: House, relay: MailRelay
    ) -> None:
        task = house.add_share("镇")
        plan_the_day(at=at(9, 30))
        Task.objects.filter(pk=task.pk).update(state="submitted")
        assert send_one(compose, at=at(9, 30)) is Outcome.SUPERSEDED
        house.add_share("镇")
        plan_the_day(at=at(9, 30, 10))
        assert mails() == [("镇-officer", "09-30", "waiting", 1)]
        assert send_all(at(9, 30, 10)) == 1
        assert ends() == [
            ("on_the_day", "09-30", "superseded"),
            ("on_the_day", "09-30", "sent"),
        ]

    def test_a_mail_that_never_got_out_is_said_in_today_s(
        self, house: House, relay: MailRelay
    ) -> None:
        house.add_share("镇", due_on=dt.date(2026, 10, 20))
        person = house.person("镇-officer")
        relay.refused[person.email] = "451 later"
        for day in (23, 24, 25):  # twenty working days before, and two days after that
            plan_the_day(at=at(9, day))
            send_all(at(9, day))
        assert mails() == [
            ("镇-officer", "09-23", "superseded", 0),
            ("镇-officer", "09-24", "superseded", 0),
            ("镇-officer", "09-25", "waiting", 1),
        ]
        assert OutgoingMail.objects.get(state="waiting").attempts == 3
        relay.refused.clear()
        send_all(at(9, 25, 23))
        assert (len(relay.accepted), ends()) == (1, [("before", "09-17", "sent")])

    def test_a_unit_with_nobody_to_write_to_is_shown_until_somebody_comes(
        self, house: House
    ) -> None:
        house.add_share("镇")
        Membership.objects.update(valid_to=dt.date(2026, 9, 1))
        plan_the_day(at=at(9, 30))
        assert (mails(), Reminder.objects.get().fault) == ([], "nobody_to_write_to")
        assert ends() == [("on_the_day", "09-30", "failed")]
        Membership.objects.filter(user=house.person("镇-head")).update(valid_to=None)
        plan_the_day(at=at(9, 30, 10))
        assert mails() == [("镇-head", "09-30", "waiting", 1)]
        assert (Reminder.objects.get().fault, ends()[0][2]) == ("", "waiting")

    def test_after_thirty_days_everybody_gets_one_digest(
        self, house: House, relay: MailRelay
    ) -> None:
        house.add_share("局")
        for _ in range(3):
            house.add_share("镇", parent=house.add_share("局"))
        plan_the_day(at=at(9, 29))
        assert send_all(at(9, 29)) == 2
        relay.accepted.clear()
        plan_the_day(at=at(10, 29))
        plan_the_day(at=at(10, 29, 9, 1))
        send_all(at(10, 29, 9, 2))
        people = ["局-officer", "局-head", "镇-officer", "镇-head"]
        people += ["县-coordinator", "县-coordinator-2"]
        assert sorted(relay.addresses()) == sorted(house.person(p).email for p in people)
        for person in people:
            [message] = relay.to(house.person(person).email)
            text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            assert "2026年9月30日" in text

    def test_the_number_of_queries_does_not_grow(
        self, house: House, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for count, day in ((20, 29), (40, 30)):
            for _ in range(count):
                house.add_share("镇")
            plan_the_day(at=at(9, day, 7))
            # what is stuck, in a savepoint; the reminders, the officers, the mails made, locked
            # and linked, in a savepoint; the end of the reminders, in a savepoint
            with django_assert_num_queries(12):
                make_mails(on=dt.date(2026, 9, day), at=at(9, day))
            OutgoingMail.objects.update(state="sent", sent_at=at(9, day))

    @pytest.mark.django_db(transaction=True)
    def test_mailers_at_once_make_one_mail_each(self) -> None:
        house = make_house()
        for _ in range(30):
            house.add_share("镇")
            house.add_share("局")
        plan_the_day(at=at(10, 21, 7))
        failures: list[Exception] = []
        together = threading.Barrier(4)

        def mail() -> None:
            try:
                together.wait()
                make_mails(on=dt.date(2026, 10, 21), at=at(10, 21))
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        mailers = [threading.Thread(target=mail) for _ in range(4)]
        for mailer in mailers:
            mailer.start()
        for mailer in mailers:
            mailer.join()
        assert failures == []
        assert [count for *_mail, count in mails()] == [30, 30, 30, 30, 120, 120]
