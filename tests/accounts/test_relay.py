"""How long the relay's answers are waited for, over real connections."""

import pytest
from pytest_django import Settings

from accounts import relay
from accounts.leases import Outcome, claim
from accounts.models import OutgoingMail
from accounts.outbox import Sender
from tests.accounts.test_outbox import NINE, letter
from tests.faults.post_office import PostOffice, open_post_office
from tests.reminder_rows import House, make_house, make_mail
from tests.sending import send_one


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def office(settings: Settings) -> PostOffice:
    office = PostOffice()
    settings.EMAIL_BACKEND = "accounts.relay.RelayBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    settings.EMAIL_TIMEOUT = 0.5
    return office


def test_a_late_answer_to_a_mail_is_waited_for(house: House, office: PostOffice) -> None:
    person = house.person("镇-officer")
    make_mail(person)
    office.late[person.email] = 1
    with open_post_office(office):
        assert send_one(letter, at=NINE) is Outcome.SENT
    assert len(office.arrivals) == 1


def test_no_other_step_is_waited_for_as_long(house: House, office: PostOffice) -> None:
    make_mail(house.person("镇-officer"))
    office.before_data = 1
    with open_post_office(office):
        assert send_one(letter, at=NINE) is Outcome.POSTPONED
    assert OutgoingMail.objects.get().last_error == (
        "SMTPServerDisconnected: Connection unexpectedly closed: timed out"
    )


def test_a_mail_without_an_answer_is_not_sent_again_at_once(
    house: House, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a connection that was kept too: the relay may have it."""
    monkeypatch.setattr(relay, "LAST_ANSWER", 0.5)
    first, second = (house.person(name) for name in ("镇-officer", "镇-head"))
    for person in (first, second):
        make_mail(person)
    office.late[second.email] = 1
    with open_post_office(office), Sender(letter, lambda: NINE) as sender:
        assert sender.send(*claim(NINE, most=1), at=NINE) is Outcome.SENT
        assert sender.send(*claim(NINE, most=1), at=NINE) is Outcome.POSTPONED
    assert office.copies_by_address() == {first.email: 1, second.email: 1}
    assert OutgoingMail.objects.get(recipient=second).last_error == (
        "Unanswered: Connection unexpectedly closed: timed out"
    )


def test_a_step_after_an_answered_mail_has_its_own_time_again(
    house: House, office: PostOffice
) -> None:
    for name in ("镇-officer", "镇-head"):
        make_mail(house.person(name))
    with open_post_office(office), Sender(letter, lambda: NINE) as sender:
        assert sender.send(*claim(NINE, most=1), at=NINE) is Outcome.SENT
        office.before_data = 1.2
        assert sender.send(*claim(NINE, most=1), at=NINE) is Outcome.POSTPONED
