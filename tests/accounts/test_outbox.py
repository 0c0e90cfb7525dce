"""The outbox against a real PostgreSQL and a real SMTP server."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.mail import BadHeaderError
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.emails import Letter, absolute_url, make_message
from accounts.leases import BACK_OFF, LEASE, MAX_ATTEMPTS, RELAY_PAUSE, Outcome, mark_sent
from accounts.models import OutgoingMail, User
from accounts.outbox import ROUND, message_id_for, send_due
from accounts.relay import LAST_ANSWER
from config import queues
from tests.mail_relay import MailRelay
from tests.reminder_rows import DUE, House, at, make_house, make_mail
from tests.sending import claim_next, send_one

NINE = at(9, 30)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def letter(mail: OutgoingMail, *, at: dt.datetime) -> Letter:
    return Letter("今日事项", f"{mail.recipient}:清理", f"<p>{mail.recipient}:清理</p>")


def clock_at(*instants: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that shows these instants in turn and then stands still."""
    left = list(instants)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def fresh(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


class TestSending:
    def test_a_mail_is_sent_and_marked(self, house: House, relay: MailRelay) -> None:
        mail = make_mail(house.person("镇-officer"))
        assert send_one(letter, at=NINE) is Outcome.SENT
        [(addresses, message)] = relay.accepted
        assert addresses == [house.person("镇-officer").email]
        assert message["Subject"] == "今日事项"
        assert message["Message-ID"] == mail.message_id
        assert message["Auto-Submitted"] == "auto-generated"
        parts = [(p.get_content_type(), p.get_content().strip()) for p in message.iter_parts()]
        assert parts == [
            ("text/plain", "镇-officer:清理"),
            ("text/html", "<p>镇-officer:清理</p>"),
        ]
        mail = fresh(mail)
        assert (mail.state, mail.sent_at, mail.attempts) == ("sent", NINE, 1)
        assert (mail.subject, mail.body) == ("今日事项", "镇-officer:清理")
        assert (mail.lease_token, mail.lease_until, mail.last_error) == (None, None, "")

    def test_nothing_is_due(self, house: House, relay: MailRelay) -> None:
        make_mail(house.person("镇-officer"), next_try_at=at(9, 30, 9, 1))
        make_mail(house.person("镇-head"), state="failed")
        assert send_one(letter, at=NINE) is None
        assert relay.accepted == []

    def test_a_mail_with_nothing_left_to_say_is_superseded(
        self, house: House, relay: MailRelay
    ) -> None:
        mail = make_mail(house.person("镇-officer"))
        assert send_one(lambda mail, *, at: None, at=NINE) is Outcome.SUPERSEDED
        assert (fresh(mail).state, relay.accepted) == ("superseded", [])

    def test_a_broken_good_bye_makes_no_second_copy(
        self, house: House, relay: MailRelay, settings: Settings
    ) -> None:
        relay.goodbye_takes, settings.EMAIL_TIMEOUT = 1.0, 0.3
        mail = make_mail(house.person("镇-officer"))
        assert send_one(letter, at=NINE) is Outcome.SENT
        assert send_one(letter, at=NINE + LEASE) is None
        assert (fresh(mail).state, len(relay.accepted)) == ("sent", 1)

    def test_due_mails_go_out_oldest_first(self, house: House, relay: MailRelay) -> None:
        make_mail(house.person("镇-officer"), next_try_at=at(9, 30, 8, 30))
        make_mail(house.person("镇-head"), next_try_at=at(9, 30, 8, 10))
        assert send_due(letter, clock=lambda: NINE) == 2
        assert relay.addresses() == [house.person(p).email for p in ("镇-head", "镇-officer")]

    def test_a_round_ends_in_time_for_the_next_tick(self, house: House, relay: MailRelay) -> None:
        for person in ("镇-officer", "镇-head", "局-head"):
            make_mail(house.person(person))
        later = NINE + ROUND
        # its end, may it go on, its claim; the first mail: may it go on, is it fresh, its turn,
        # and that of the next one
        clock = clock_at(*[NINE] * 7, later)
        assert send_due(letter, clock=clock) == 1
        assert len(relay.accepted) == 1

    def test_one_mail_costs_few_queries(
        self, house: House, relay: MailRelay, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_mail(house.person("镇-officer"))
        # savepoint, turn, those under way, claim, its reader, release; mark
        with django_assert_num_queries(7):
            send_one(letter, at=NINE)


class TestLease:
    def test_a_leased_mail_is_nobody_elses(self, house: House) -> None:
        make_mail(house.person("镇-officer"))
        mail = claim_next(NINE)
        assert mail is not None
        assert (mail.state, mail.lease_until, mail.attempts) == ("leased", NINE + LEASE, 1)
        assert claim_next(NINE + LEASE) is None

    def test_a_dead_sender_s_mail_is_taken_over_and_its_mark_does_not_count(
        self, house: House
    ) -> None:
        make_mail(house.person("镇-officer"))
        late = claim_next(NINE)
        second = claim_next(NINE + LEASE + dt.timedelta(seconds=1))
        assert late is not None
        assert second is not None
        assert (second.pk, second.attempts) == (late.pk, 2)
        mark_sent(late, at=NINE + 2 * LEASE)
        assert (fresh(late).state, fresh(late).lease_token) == ("leased", second.lease_token)
        mark_sent(second, at=NINE + LEASE)
        assert (fresh(second).state, fresh(second).sent_at) == ("sent", NINE + LEASE)

    def test_the_lease_outlives_every_timeout_of_a_conversation(self, settings: Settings) -> None:
        conversation = dt.timedelta(seconds=10 * settings.EMAIL_TIMEOUT + LAST_ANSWER)
        assert ROUND + conversation < LEASE
        assert ROUND + conversation < dt.timedelta(seconds=queues.task_soft_time_limit)

    def test_a_mail_that_kills_its_senders_fails_alone(
        self, house: House, relay: MailRelay
    ) -> None:
        mail = make_mail(
            house.person("镇-officer"), state="leased", lease_until=at(9, 30, 8), attempts=10
        )
        assert send_one(letter, at=NINE) is Outcome.FAILED
        assert fresh(mail).state == "failed"
        assert fresh(mail).last_error == "abandoned by every sender that took it"
        assert relay.accepted == []

    @pytest.mark.django_db(transaction=True)
    def test_many_senders_at_once_take_each_mail_once(self, relay: MailRelay) -> None:
        house = make_house()
        for day in range(1, 9):
            for person in house.people.values():
                make_mail(person, dt.date(2026, 9, day))

        def drain() -> None:
            try:
                send_due(letter, clock=lambda: NINE)
            finally:
                connection.close()

        senders = [threading.Thread(target=drain) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        ids = [message["Message-ID"] for _addresses, message in relay.accepted]
        assert len(ids) == len(set(ids)) == 64
        assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("sent", 1)}


class TestFailures:
    @pytest.mark.parametrize("code", [450, 451])
    def test_a_temporary_answer_is_tried_again_later(
        self, house: House, relay: MailRelay, code: int
    ) -> None:
        person = house.person("镇-officer")
        relay.refused[person.email] = f"{code} come back later"
        mail = make_mail(person)
        assert send_one(letter, at=NINE) is Outcome.POSTPONED
        assert fresh(mail).last_error == f"{code} come back later"
        assert (fresh(mail).state, fresh(mail).next_try_at) == ("waiting", at(9, 30, 9, 1))
        relay.refused.clear()
        assert send_one(letter, at=NINE) is None
        assert send_one(letter, at=at(9, 30, 9, 1)) is Outcome.SENT
        assert fresh(mail).last_error == ""

    def test_the_pauses_grow_and_end(self, house: House, relay: MailRelay) -> None:
        relay.answer = "451 not now"
        mail = make_mail(house.person("镇-officer"))
        pauses = []
        now = NINE
        while send_one(letter, at=now) is Outcome.POSTPONED:
            pauses.append(fresh(mail).next_try_at - now)
            now = fresh(mail).next_try_at
        assert pauses == [*BACK_OFF, BACK_OFF[-1]]
        assert (fresh(mail).state, fresh(mail).attempts) == ("failed", MAX_ATTEMPTS)
        assert fresh(mail).last_error == "SMTPDataError: (451, b'not now')"

    def test_a_mailbox_that_does_not_exist_fails_at_once(
        self, house: House, relay: MailRelay
    ) -> None:
        person = house.person("镇-officer")
        relay.refused[person.email] = "550 no such mailbox"
        mail = make_mail(person)
        assert send_one(letter, at=NINE) is Outcome.FAILED
        assert (fresh(mail).state, fresh(mail).last_error) == ("failed", "550 no such mailbox")
        assert send_one(letter, at=NINE + LEASE * 100) is None

    def test_a_person_whose_address_is_gone_got_no_mail(
        self, house: House, relay: MailRelay
    ) -> None:
        mail = make_mail(house.person("镇-officer"))
        User.objects.filter(pk=mail.reader_id).update(email="")
        assert send_one(letter, at=NINE) is Outcome.FAILED
        assert (fresh(mail).state, fresh(mail).sent_at) == ("failed", None)
        assert fresh(mail).last_error == "the account has no address"
        assert relay.accepted == []

    def test_content_that_is_refused_fails_at_once(self, house: House, relay: MailRelay) -> None:
        relay.answer = "554 refused"
        mail = make_mail(house.person("镇-officer"))
        assert send_one(letter, at=NINE) is Outcome.FAILED
        assert fresh(mail).last_error == "SMTPDataError: (554, b'refused')"

    def test_a_connection_cut_after_the_data_is_tried_again(
        self, house: House, relay: MailRelay
    ) -> None:
        relay.cut_after_data = True
        mail = make_mail(house.person("镇-officer"))
        assert send_one(letter, at=NINE) is Outcome.POSTPONED
        assert (fresh(mail).state, fresh(mail).attempts) == ("waiting", 1)

    def test_a_relay_that_is_away_fails_no_mail(self, house: House, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "accounts.relay.RelayBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        first = make_mail(house.person("镇-officer"))
        second = make_mail(house.person("镇-head"))
        assert send_due(letter, clock=lambda: NINE) == 0
        assert (fresh(first).state, fresh(first).attempts) == ("waiting", 0)
        assert fresh(first).next_try_at == NINE + RELAY_PAUSE
        assert "ConnectionRefusedError" in fresh(first).last_error
        assert (fresh(second).state, fresh(second).last_error) == ("waiting", "")

    def test_a_poisoned_mail_fails_alone(self, house: House, relay: MailRelay) -> None:
        poisoned = make_mail(house.person("镇-officer"))
        others = [make_mail(house.person(p)) for p in ("镇-head", "局-head")]

        def compose(mail: OutgoingMail, *, at: dt.datetime) -> Letter:
            if mail.pk == poisoned.pk:
                raise ZeroDivisionError("poison")
            return letter(mail, at=at)

        assert send_due(compose, clock=lambda: NINE) == 3
        assert [fresh(mail).state for mail in others] == ["sent", "sent"]
        assert (fresh(poisoned).state, fresh(poisoned).attempts) == ("waiting", 1)
        now = NINE
        while fresh(poisoned).state == "waiting":
            now = fresh(poisoned).next_try_at
            send_due(compose, clock=clock_at(now))
        assert (fresh(poisoned).state, fresh(poisoned).attempts) == ("failed", MAX_ATTEMPTS)
        assert fresh(poisoned).last_error == "ZeroDivisionError: poison"


class TestMessages:
    @pytest.mark.parametrize(
        ("subject", "to"),
        [
            ("a\nBcc: x@evil.example", "p@county.example"),
            ("a", "p@county.example\r\nBcc: x@evil.example"),
        ],
    )
    def test_a_second_header_line_is_refused(self, subject: str, to: str) -> None:
        with pytest.raises(BadHeaderError):
            make_message(Letter(subject, "", ""), to=to, message_id="<1@county.example>")

    def test_links_lead_to_the_configured_base(self, settings: Settings) -> None:
        settings.BASE_URL = "https://luoshi.county.example/"
        assert absolute_url("/tasks/7/") == "https://luoshi.county.example/tasks/7/"

    def test_a_message_id_is_the_same_for_every_copy(self, settings: Settings) -> None:
        settings.DEFAULT_FROM_EMAIL = "落实 <luoshi@county.example>"
        first = message_id_for(7, "digest", DUE)
        assert first == message_id_for(7, "digest", DUE)
        assert first.endswith("@county.example>")
        others = {message_id_for(8, "digest", DUE), message_id_for(7, "digest", NINE.date().min)}
        assert first not in others
