"""The mail held after a restored backup, and let go by what the relay's log knows."""

from typing import Any

import pytest

from accounts.emails import Letter
from accounts.errors import Conflict
from accounts.holding import hold_in_force, hold_mail, release_mail
from accounts.models import MailHold, OutgoingMail
from accounts.outbox import send_due
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, at, make_house, make_mail
from tests.sending import claim_next

NINE = at(9, 30, 9)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def letter(mail: OutgoingMail, **_facts: Any) -> Letter:
    return Letter("今日事项", "清理", "<p>清理</p>")


def test_nothing_is_sent_while_the_mail_is_held(house: House, relay: MailRelay) -> None:
    make_mail(house.person("镇-officer"))
    hold = hold_mail("数据库已恢复到两小时前", at=NINE)
    assert send_due(letter, clock=lambda: NINE) == 0
    assert hold_mail("再次", at=NINE) == hold == hold_in_force()
    assert release_mail(at=NINE) == 0
    assert hold_in_force() is None
    assert send_due(letter, clock=lambda: NINE) == 1


def test_what_the_relay_has_taken_is_not_sent_again(house: House, relay: MailRelay) -> None:
    taken = make_mail(house.person("镇-officer"))
    untaken = make_mail(house.person("镇-head"))
    hold_mail("恢复", at=NINE)
    log = [f" {taken.message_id.strip('<>')}\n", "<somebody-else@example>"]
    assert release_mail(sent_ids=log, at=NINE) == 1
    taken.refresh_from_db()
    assert (taken.state, taken.sent_at) == ("sent", NINE)
    assert claim_next(NINE) == untaken


def test_only_what_is_held_is_released(house: House) -> None:
    with pytest.raises(Conflict) as refused:
        release_mail(at=NINE)
    assert refused.value.code == "not_held"
    hold_mail("一", at=NINE)
    release_mail(at=NINE)
    hold_mail("二", at=NINE)
    assert MailHold.objects.count() == 2


class TestRate:
    def test_no_more_than_the_minutes_share(
        self, house: House, relay: MailRelay, settings: Any
    ) -> None:
        settings.LUOSHI_MAILS_PER_MINUTE = 2
        for key in ("镇-officer", "镇-head", "局-officer"):
            make_mail(house.person(key))
        assert send_due(letter, clock=lambda: NINE) == 2
        assert send_due(letter, clock=lambda: at(9, 30, 9, 1)) == 1

    def test_what_is_under_way_takes_a_place(self, house: House, settings: Any) -> None:
        settings.LUOSHI_MAILS_PER_MINUTE = 1
        for key in ("镇-officer", "镇-head"):
            make_mail(house.person(key))
        assert claim_next(NINE) is not None
        assert claim_next(NINE) is None


class TestWays:
    def test_a_refused_address_is_marked_and_not_tried_again(
        self, house: House, relay: MailRelay
    ) -> None:
        person = house.person("镇-officer")
        relay.refused[person.email] = "550 no such user"
        first = make_mail(person)
        second = make_mail(person, on=at(10, 8).date())
        assert send_due(letter, clock=lambda: at(10, 8, 9)) == 2
        person.refresh_from_db()
        assert person.email_refused_at == at(10, 8, 9)
        assert "no such user" in person.email_refusal
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("failed", "failed")
        assert relay.addresses() == []

    def test_who_wants_it_here_only_gets_no_mail(self, house: House, relay: MailRelay) -> None:
        person = house.person("镇-officer", email="")
        house.mail_settings(person, in_app_only=True)
        mail = make_mail(person)
        assert send_due(letter, clock=lambda: NINE) == 1
        mail.refresh_from_db()
        assert (mail.state, mail.channel, mail.body) == ("sent", "in_app", "清理")
        assert relay.accepted == []

    def test_one_conversation_for_many_mails_and_again_after_a_hang_up(
        self, house: House, relay: MailRelay
    ) -> None:
        for key in ("镇-officer", "镇-head", "局-officer"):
            make_mail(house.person(key))
        relay.hang_up_after = 2
        assert send_due(letter, clock=lambda: NINE) == 3
        assert len(relay.accepted) == 3
        assert relay.conversations == 2
