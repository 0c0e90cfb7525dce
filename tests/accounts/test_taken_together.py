"""Mails that a sender takes together: each has its own turn, its own end and its own lease."""

import datetime as dt
from collections.abc import Sequence

import pytest
from pytest_django import Settings

from accounts import outbox
from accounts.emails import Letter
from accounts.leases import LEASE, SHORT_LEASE, claim, give_back, take_up
from accounts.models import OutgoingMail
from accounts.outbox import BATCH, FRESH, MOST_UNANSWERED, SLOW, Sender, send_due
from tests.accounts.test_outbox import NINE, clock_at, fresh, letter
from tests.faults.post_office import PostOffice, open_post_office
from tests.mail_relay import MailRelay
from tests.reminder_rows import House, make_house, make_mail

PEOPLE = ("镇-officer", "镇-head", "局-officer", "局-head")


@pytest.fixture
def house(db: None) -> House:
    return make_house()


@pytest.fixture
def mails(house: House) -> list[OutgoingMail]:
    return [make_mail(house.person(name)) for name in PEOPLE]


@pytest.fixture
def office(settings: Settings) -> PostOffice:
    office = PostOffice()
    settings.EMAIL_BACKEND = "accounts.relay.RelayBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
    return office


def states(mails: Sequence[OutgoingMail]) -> list[tuple[str, int]]:
    return [(fresh(mail).state, fresh(mail).attempts) for mail in mails]


def test_only_mails_that_nobody_tried_are_taken_together(mails: list[OutgoingMail]) -> None:
    OutgoingMail.objects.filter(pk__in=[mails[0].pk, mails[1].pk]).update(attempts=1)
    assert claim(NINE, most=BATCH) == mails[2:]
    assert claim(NINE, most=BATCH) == [mails[0]]
    assert claim(NINE, most=BATCH) == [mails[1]]
    assert claim(NINE, most=BATCH) == []


def test_what_a_dead_sender_held_is_soon_free(mails: list[OutgoingMail]) -> None:
    taken = claim(NINE, most=BATCH)
    assert take_up(taken[0], at=NINE)
    later = NINE + SHORT_LEASE + dt.timedelta(seconds=1)
    # They were taken once, so that each is alone now.
    assert [claim(later, most=BATCH) for _mail in mails] == [*([mail] for mail in mails[1:]), []]
    assert fresh(taken[0]).lease_until == NINE + LEASE
    assert not take_up(taken[1], at=later)


def test_a_short_lease_outlives_what_is_waited_for() -> None:
    assert FRESH + dt.timedelta(seconds=SLOW) < SHORT_LEASE / 2


def test_what_another_one_took_is_not_sent(house: House, relay: MailRelay) -> None:
    make_mail(house.person("镇-officer"))
    taken = claim(NINE, most=BATCH)
    OutgoingMail.objects.update(lease_token=None)
    with Sender(letter, lambda: NINE) as sender:
        sender.send_all(taken, taken_at=NINE)
    assert (relay.accepted, sender.handled) == ([], 0)


def test_what_another_one_took_meanwhile_is_not_sent(
    mails: list[OutgoingMail], relay: MailRelay
) -> None:
    """Of the next mail that is found out while the one before is sent, and remembered."""

    def compose(mail: OutgoingMail, *, at: dt.datetime) -> Letter:
        OutgoingMail.objects.exclude(pk=mail.pk).update(lease_token=None)
        return letter(mail, at=at)

    with Sender(compose, lambda: NINE) as sender:
        sender.send_all(claim(NINE, most=BATCH), taken_at=NINE)
    assert (relay.addresses(), sender.handled) == ([mails[0].reader.email], 1)


def test_what_is_given_back_counts_as_not_tried(mails: list[OutgoingMail]) -> None:
    give_back(claim(NINE, most=BATCH))
    assert states(mails) == [("waiting", 0)] * len(mails)
    give_back([])


def test_what_was_read_too_long_ago_is_read_again(
    mails: list[OutgoingMail], relay: MailRelay
) -> None:
    reads: list[int] = []

    def count(mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None:
        reads.append(len(mails))

    stale = NINE + 2 * FRESH
    # Round's end; may go on, claim; may go on, fresh, its turn, the next one's; may go on.
    clock = clock_at(*[NINE] * 8, stale)
    assert send_due(letter, clock=clock, read_ahead=count) == len(mails)
    assert reads == [len(mails), len(mails) - 1]


def test_facts_that_cannot_be_read_together_are_read_one_by_one(
    mails: list[OutgoingMail], relay: MailRelay
) -> None:
    def fail(mails: Sequence[OutgoingMail], *, at: dt.datetime) -> None:
        raise ZeroDivisionError("poison")

    assert send_due(letter, clock=lambda: NINE, read_ahead=fail) == len(mails)
    assert states(mails) == [("sent", 1)] * len(mails)


def test_a_relay_that_thinks_about_one_mail_keeps_no_other(
    mails: list[OutgoingMail], office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Far above what a busy machine needs for a mail, far below what the slow one takes.
    monkeypatch.setattr(outbox, "SLOW", 1.0)
    slow = mails[0].reader.email
    office.late[slow] = 6
    with open_post_office(office):
        assert send_due(letter, clock=lambda: NINE) == len(mails)
    first, *_others, last = office.arrivals
    assert first.address == slow
    assert last.at - first.at < dt.timedelta(seconds=6)
    assert office.copies_by_address() == dict.fromkeys([m.reader.email for m in mails], 1)
    assert states(mails) == [("sent", 1)] * len(mails)


def test_a_relay_that_thinks_about_everything_is_not_pressed(
    mails: list[OutgoingMail], office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SLOW", 0.2)
    office.late.update({mail.reader.email: 1 for mail in mails})
    with open_post_office(office):
        assert send_due(letter, clock=lambda: NINE) == MOST_UNANSWERED
    assert states(mails) == [("sent", 1)] * MOST_UNANSWERED + [("waiting", 0)] * 2
