"""From reminders to one mail a person and day, and what it says when it is sent."""

import datetime as dt
import threading

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Membership, OutgoingMail, User
from accounts.outbox import Outcome, claim_next, mark_sent, send_due, send_one
from tasks.models import Reminder, Task
from tasks.reminders.daily import plan_the_day
from tasks.reminders.digest import compose, make_mails
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, at, make_house


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def ends() -> list[tuple[str, str, str]]:
    """Rule, day and end of every reminder."""
    rows = Reminder.objects.with_end().order_by("on", "task_id", "step")
    return [(row.rule, row.on.isoformat()[5:], vars(row)["end"]) for row in rows]


def mails() -> list[tuple[str, str, str, int]]:
    """Recipient, day, state and number of reminders of every mail."""
    rows = OutgoingMail.objects.order_by("on", "recipient_id").select_related("recipient")
    return [
        (m.recipient.username, m.on.isoformat()[5:], m.state, m.reminders.count()) for m in rows
    ]


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
            with django_assert_num_queries(13):
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


class TestCompose:
    def test_what_became_untrue_leaves_the_mail(self, house: House, relay: MailRelay) -> None:
        closed, moved, kept = (house.add_share("镇") for _ in range(3))
        plan_the_day(at=at(9, 30))
        Task.objects.filter(pk=closed.pk).update(
            state="closed", closed_on=dt.date(2026, 9, 30), completion=100
        )
        Task.objects.filter(pk=moved.pk).update(due_on=dt.date(2026, 12, 31), deadline_version=2)
        assert send_one(compose, at=at(9, 30)) is Outcome.SENT
        reasons = dict(Reminder.objects.values_list("task_id", "superseded_because"))
        assert reasons == {closed.pk: "closed", moved.pk: "deadline_moved", kept.pk: ""}
        [(_addresses, message)] = relay.accepted
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert [t.title in text for t in (closed, moved, kept)] == [False, False, True]
        assert [end for *_r, end in ends()] == ["superseded", "superseded", "sent"]

    def test_a_recipient_who_left_is_not_written_to_and_the_next_one_is(
        self, house: House, relay: MailRelay
    ) -> None:
        house.add_share("镇")
        plan_the_day(at=at(9, 30))
        Membership.objects.filter(user=house.person("镇-officer")).delete()
        assert send_one(compose, at=at(9, 30)) is Outcome.SUPERSEDED
        plan_the_day(at=at(9, 30, 10))
        send_all(at(9, 30, 10))
        assert relay.addresses() == [house.person("镇-head").email]

    def test_a_mail_in_english_word_for_word(self, house: House, settings: Settings) -> None:
        settings.BASE_URL = "https://luoshi.county.example"
        User.objects.update(language="en")
        overdue = house.add_share("镇", title="清理<文件>", due_on=dt.date(2026, 9, 28))
        today = house.add_share("镇", title="编制预算")
        soon = house.add_share("镇", title="法治宣传", due_on=dt.date(2026, 10, 8))
        fresh = house.add_share(
            "镇",
            title="领导学法",
            state="issued",
            due_on=None,
            deadline_kind="ongoing",
            issued_at=at(9, 29),
        )
        dated = house.add_share(
            "镇", title="队伍建设", state="issued", due_on=dt.date(2027, 6, 30), issued_at=at(9, 29)
        )
        plan_the_day(at=at(9, 30))
        mail = claim_next(at(9, 30))
        assert mail is not None
        letter = compose(mail, at=at(9, 30))
        assert letter is not None
        assert letter.subject == "Luoshi: Overdue 1 · Due soon 2 · To sign for 2"
        assert (
            letter.text
            == f"""镇-officer:

Overdue (1)

- 清理<文件>
  镇 · due on 28 Sep 2026 · 2 working days overdue
  https://luoshi.county.example/tasks/{overdue.pk}/

Due soon (2)

- 编制预算
  镇 · due on 30 Sep 2026 · due today
  https://luoshi.county.example/tasks/{today.pk}/

- 法治宣传
  镇 · due on 8 Oct 2026 · 1 working day left
  https://luoshi.county.example/tasks/{soon.pk}/

To sign for (2)

- 队伍建设
  镇 · due on 30 Jun 2027 · 191 working days left
  https://luoshi.county.example/tasks/{dated.pk}/

- 领导学法
  镇 · no date
  https://luoshi.county.example/tasks/{fresh.pk}/

The holidays of 2027 are not in the calendar yet; only weekends were left out of the count.
As of 30 Sep 2026. https://luoshi.county.example/
"""
        )
        assert "清理&lt;文件&gt;" in letter.html
        assert f'href="https://luoshi.county.example/tasks/{soon.pk}/"' in letter.html
        assert '<html lang="en">' in letter.html

    def test_a_mail_in_chinese_word_for_word(self, house: House, settings: Settings) -> None:
        overdue = house.add_share("镇", due_on=dt.date(2026, 9, 28))
        soon = house.add_share("镇", due_on=dt.date(2026, 10, 8))
        unsigned = house.add_share(
            "镇", state="issued", due_on=dt.date(2027, 6, 30), issued_at=at(9, 29)
        )
        plan_the_day(at=at(9, 30))
        mail = claim_next(at(9, 30))
        assert mail is not None
        letter = compose(mail, at=at(9, 30))
        assert letter is not None
        assert letter.subject == "【落实】已超期 1 · 即将到期 1 · 待签收 1"
        lines = [line.strip() for line in letter.text.splitlines() if line.strip()]
        base = settings.BASE_URL
        assert lines == [
            "镇-officer：",
            "已超期（1）",
            f"- {overdue.title}",
            "镇 · 时限：2026年9月28日 · 已超期2个工作日",
            f"{base}/tasks/{overdue.pk}/",
            "即将到期（1）",
            f"- {soon.title}",
            "镇 · 时限：2026年10月8日 · 还剩1个工作日",
            f"{base}/tasks/{soon.pk}/",
            "待签收（1）",
            f"- {unsigned.title}",
            "镇 · 时限：2027年6月30日 · 还剩191个工作日",
            f"{base}/tasks/{unsigned.pk}/",
            "日历中尚无2027年节假日安排，工作日仅按周末推算。",
            f"截至2026年9月30日。 {base}/",
        ]
        assert '<html lang="zh-hans">' in letter.html

    def test_an_overdue_share_still_to_sign_for_and_the_weekend_after_a_deadline(
        self, house: House
    ) -> None:
        User.objects.update(language="en")
        house.add_share("镇", state="issued", due_on=dt.date(2026, 10, 30))
        plan_the_day(at=at(10, 31))  # the Saturday after
        mail = claim_next(at(10, 31))
        assert mail is not None
        letter = compose(mail, at=at(10, 31))
        assert letter is not None
        assert letter.text.count("the deadline has passed") == 2

    def test_a_long_list_is_cut_and_says_so(self, house: House) -> None:
        User.objects.update(language="en")
        for _ in range(53):
            house.add_share("镇")
        plan_the_day(at=at(9, 30))
        mail = claim_next(at(9, 30))
        assert mail is not None
        letter = compose(mail, at=at(9, 30))
        assert letter is not None
        assert letter.subject == "Luoshi: Due soon 53"
        assert letter.text.count("due today") == 50
        assert "and 3 more" in letter.text
        assert "and 3 more" in letter.html

    def test_composing_costs_the_same_for_one_and_for_many(
        self, house: House, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for count, day in ((1, 29), (30, 30)):
            for _ in range(count):
                house.add_share("镇")
            plan_the_day(at=at(9, day))
            mail = claim_next(at(9, day))
            assert mail is not None
            # calendar; savepoint, reminders, people's roles, shares in sight, release
            with django_assert_num_queries(6):
                assert compose(mail, at=at(9, day)) is not None
            mark_sent(mail, at=at(9, day))
