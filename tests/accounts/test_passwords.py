"""Links to a new password: through the outbox, kept nowhere, telling nobody who is known here."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from pytest_django import Settings

from accounts.errors import Invalid
from accounts.leases import Outcome
from accounts.models import AccessToken, OutgoingMail, PasswordRequest, User
from accounts.passwords import answer_requests, ask_for_link, choose_password, compose_link, invite
from tasks.reminders.daily import send_the_mails
from tests.mail_relay import MailRelay
from tests.page_requests import browser, text_of
from tests.reminder_rows import DUE, House, at, make_house, make_mail
from tests.sending import claim_next, compose_any, send_one

NINE = at(9, 30)
NEW = "落实-2026-long"
PAGE = "/password/"


@pytest.fixture
def house(db: None, settings: Settings) -> House:
    settings.BASE_URL = "https://luoshi.county.example"
    return make_house()


def asked(name: str, now: dt.datetime = NINE) -> int:
    ask_for_link(name, at=now)
    return answer_requests(at=now)


def text_in(relay: MailRelay) -> str:
    [(_addresses, message)] = relay.accepted
    body: Any = message.get_body(("plain",))
    return str(body.get_content())


def path_in(text: str) -> str:
    found = re.search(r"https://luoshi\.county\.example(/password/\S+)", text)
    assert found is not None, text
    return found[1]


def link_for(person: User, tokens: PasswordResetTokenGenerator | None = None) -> str:
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = (tokens or PasswordResetTokenGenerator()).make_token(person)
    return reverse("set-password", args=[uid, token])


def opened(path: str, client: Client | None = None) -> tuple[Client, Any]:
    client = client or browser()
    return client, client.get(path, follow=True)


class TestAsking:
    def test_a_mail_with_a_link_comes_and_the_outbox_does_not_keep_it(
        self, house: House, relay: MailRelay, settings: Settings
    ) -> None:
        person = house.person("镇-officer", language="en")
        assert browser().post(PAGE, {"name": "镇-officer"}).status_code == 200
        now = timezone.now()
        send_the_mails(clock=lambda: now)
        assert relay.addresses() == [person.email]
        text = text_in(relay)
        path = path_in(text)
        until = timezone.localtime(now + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
        assert f"The link opens once, until {until:%-d %b %Y, %H:%M}." in text
        assert "User name: 镇-officer" in text
        assert "If it was not you, do nothing" in text
        [row] = OutgoingMail.objects.values()
        assert (row["state"], row["kind"], row["body"]) == ("sent", "password", "")
        assert path.split("/")[3] not in str(row)
        assert not PasswordRequest.objects.exists()

    @pytest.mark.parametrize("name", ["镇-officer", "P0@County.Example", "p0@county.example"])
    def test_by_user_name_or_address(self, house: House, name: str) -> None:
        house.person("镇-officer", email="p0@county.example")
        house.person("局-officer", email="other@county.example")
        assert asked(name) == 1
        assert OutgoingMail.objects.get().reader == house.person("镇-officer")

    def test_an_address_of_two_accounts_gets_two_mails(self, house: House) -> None:
        for key in ("镇-officer", "镇-head"):
            house.person(key, email="town@county.example")
        assert asked("town@county.example") == 2

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("nobody", {}),
            ("镇-officer", {"is_active": False}),
            ("镇-officer", {"email": ""}),
            ("镇-officer", {"email_refusal": "550 no such user"}),
        ],
    )
    def test_nobody_who_can_be_helped(self, house: House, name: str, changes: Any) -> None:
        house.person("镇-officer", **changes)
        assert asked(name) == 0
        assert not OutgoingMail.objects.exists()
        assert not PasswordRequest.objects.exists()

    def test_who_asks_cannot_tell_who_is_known(self, house: House) -> None:
        house.person("局-officer", email="")
        answers = []
        for name in ("镇-officer", "局-officer", "nobody", "x@nowhere.example"):
            with CaptureQueriesContext(connection) as queries:
                answer = browser().post(PAGE, {"name": name})
            shapes = [re.sub(r"'.*?'|\d+", "…", query["sql"]) for query in queries]
            answers.append((answer.status_code, text_of(answer), shapes))
        assert answers == [answers[0]] * 4
        assert "If there is such an account" in answers[0][1]

    @pytest.mark.parametrize("name", ["", " ", "x" * 255, "a\0b"])
    def test_what_is_no_name(self, house: House, name: str) -> None:
        assert browser().post(PAGE, {"name": name}).status_code == 400
        assert not PasswordRequest.objects.exists()

    def test_the_answer_wakes_the_sender(
        self, house: House, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks() as waking:
            ask_for_link("镇-officer", at=NINE)
        assert len(waking) == 1


class TestThrottle:
    def test_nobody_s_mailbox_is_filled(self, house: House) -> None:
        minutes = [*range(10), 30, 60, 90, 120]
        counts = [asked("镇-officer", NINE + dt.timedelta(minutes=n)) for n in minutes]
        assert counts == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0]
        assert asked("镇-head", NINE) == 1
        assert asked("镇-officer", NINE + dt.timedelta(days=1, minutes=1)) == 1

    def test_many_requests_at_once_are_one_mail(self, house: House) -> None:
        for _n in range(150):
            ask_for_link("镇-officer", at=NINE)
        assert (answer_requests(at=NINE), answer_requests(at=NINE)) == (1, 0)
        assert not PasswordRequest.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_many_processes_at_once_write_one_mail(self) -> None:
        make_house()
        for _n in range(400):
            ask_for_link("镇-officer", at=NINE)

        def answer() -> None:
            try:
                answer_requests(at=NINE)
            finally:
                connection.close()

        threads = [threading.Thread(target=answer) for _n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert OutgoingMail.objects.count() == 1


class TestSending:
    def test_a_link_goes_before_digests(self, house: House) -> None:
        make_mail(house.person("镇-head"))
        asked("镇-officer")
        first = claim_next(NINE)
        assert first is not None
        assert first.kind == "password"

    def test_it_is_mailed_to_who_reads_digests_on_the_pages(
        self, house: House, relay: MailRelay
    ) -> None:
        house.mail_settings(house.person("镇-officer"), in_app_only=True)
        asked("镇-officer")
        assert send_one(compose_any, at=NINE) is Outcome.SENT
        assert len(relay.accepted) == 1

    def test_a_second_try_has_the_same_message_id(self, house: House, relay: MailRelay) -> None:
        asked("镇-officer")
        relay.answer = "451 later"
        assert send_one(compose_any, at=NINE) is Outcome.POSTPONED
        mail = OutgoingMail.objects.get()
        assert mail.body == ""
        relay.answer = "250 OK"
        assert send_one(compose_any, at=at(9, 30, 10)) is Outcome.SENT
        [(_addresses, message)] = relay.accepted
        assert message["Message-ID"] == mail.message_id

    def test_two_on_one_day_are_two_mails(self, house: House, relay: MailRelay) -> None:
        for hour in (9, 10):
            asked("镇-officer", at(9, 30, hour))
            assert send_one(compose_any, at=at(9, 30, hour)) is Outcome.SENT
        assert len({str(message["Message-ID"]) for _a, message in relay.accepted}) == 2

    def test_an_account_closed_meanwhile_gets_none(self, house: House, relay: MailRelay) -> None:
        asked("镇-officer")
        house.person("镇-officer", is_active=False)
        assert send_one(compose_any, at=NINE) is Outcome.SUPERSEDED
        assert relay.accepted == []


class TestChoosing:
    def test_the_link_opens_once(self, house: House) -> None:
        person = house.person("镇-officer")
        path = link_for(person)
        client, page = opened(path)
        assert page.redirect_chain[-1][0].endswith("/chosen/")
        assert "user name 镇-officer" in text_of(page)
        address = page.redirect_chain[-1][0]
        fields = {"new_password1": NEW, "new_password2": NEW}
        done = client.post(address, fields, follow=True)
        assert "The password is set." in text_of(done)
        assert done.redirect_chain == [("/login/", 302)]
        assert client.login(username="镇-officer", password=NEW)
        assert "does not open any more" in text_of(opened(path)[1])

    @pytest.mark.parametrize(
        ("first", "second"), [(NEW, "other"), ("12345678", "12345678"), ("", "")]
    )
    def test_a_password_that_will_not_do(self, house: House, first: str, second: str) -> None:
        client, page = opened(link_for(house.person("镇-officer")))
        fields = {"new_password1": first, "new_password2": second}
        answer = client.post(page.redirect_chain[-1][0], fields)
        assert "field-error" in answer.content.decode()
        house.people["镇-officer"].refresh_from_db()
        assert house.people["镇-officer"].password == "!"

    def test_a_link_that_is_too_old_or_of_another_person(
        self, house: House, settings: Settings
    ) -> None:
        class FourDaysAgo(PasswordResetTokenGenerator):
            def _now(self) -> dt.datetime:
                return dt.datetime.now() - dt.timedelta(days=4)  # noqa: DTZ005 - as Django's own

        person, other = house.person("镇-officer"), house.person("镇-head")
        stolen = link_for(other).split("/")[3]
        uid = urlsafe_base64_encode(force_bytes(person.pk))
        for path in (
            link_for(person, FourDaysAgo()),
            reverse("set-password", args=[uid, stolen]),
            reverse("set-password", args=["????", "chosen"]),
            reverse("set-password", args=[urlsafe_base64_encode(b"\0"), stolen]),
        ):
            client, page = opened(path)
            assert "does not open any more" in text_of(page), path
            client.post(path, {"new_password1": NEW, "new_password2": NEW})
        assert not User.objects.exclude(password="!").exists()

    def test_whoever_knew_the_old_password_is_out(self, house: House) -> None:
        person = house.person("镇-officer")
        inside = browser(person)
        _row, token = AccessToken.objects.create(user=person)
        AccessToken.objects.create(user=house.person("镇-head"))
        assert inside.get("/").status_code == 200
        choose_password(User.objects.get(pk=person.pk), NEW)
        assert inside.get("/").status_code == 302
        headers = {"authorization": f"Token {token}"}
        assert Client(headers=headers).get("/api/v1/me/").status_code == 401
        assert AccessToken.objects.count() == 1

    def test_the_log_in_page_leads_there(self, db: None) -> None:
        assert f'href="{PAGE}"' in browser().get("/login/").content.decode()
        assert "Send the link" in text_of(browser().get(PAGE))


class TestInviting:
    def test_people_are_invited_by_the_command(
        self, house: House, relay: MailRelay, capsys: Any
    ) -> None:
        call_command("invite", "镇-officer", "镇-head")
        assert "invitations in the outbox: 2" in capsys.readouterr().out
        now = timezone.now()
        send_the_mails(clock=lambda: now)
        text = str(relay.to(house.person("镇-officer").email)[0].get_body(("plain",)))
        assert len(relay.accepted) == 2
        assert relay.accepted[0][1]["Subject"] == "落实：您的账号"
        assert "If it was not you" not in text
        assert set(OutgoingMail.objects.values_list("kind", "state", "urgent")) == {
            ("invitation", "sent", False)
        }

    def test_all_or_nobody(self, house: House) -> None:
        house.person("镇-head", email="")
        house.person("局-head", is_active=False)
        with pytest.raises(Invalid) as refused:
            invite(User.objects.order_by("pk"), at=NINE)
        assert refused.value.details == {"usernames": ["局-head", "镇-head"]}
        assert not OutgoingMail.objects.exists()
        with pytest.raises(CommandError, match="no such account: nobody"):
            call_command("invite", "镇-officer", "nobody")
        with pytest.raises(CommandError, match="cannot_be_invited"):
            call_command("invite", "镇-head")

    def test_who_has_been_here_meanwhile_needs_none(self, house: House) -> None:
        invite([house.person("镇-officer")], at=NINE)
        mail = OutgoingMail.objects.get()
        letter = compose_link(mail, at=NINE)
        assert letter is not None
        assert letter.secret
        house.person("镇-officer", last_login=NINE)
        assert compose_link(OutgoingMail.objects.get(), at=NINE) is None

    def test_two_invitations_of_one_moment(self, house: House) -> None:
        """The same person twice in one list is one mail too many, and the database says so."""
        assert invite(User.objects.filter(username="镇-officer"), at=NINE) == 1
        assert invite(User.objects.filter(username="镇-officer"), at=at(9, 30, 10)) == 1
        assert OutgoingMail.objects.filter(on=DUE).count() == 2

    @pytest.mark.urls("tests.accounts.admin_urls")
    def test_the_directory_pages_invite(self, house: House) -> None:
        keeper = house.person("县-coordinator", is_staff=True, is_superuser=True)
        chosen = [house.person("镇-officer").pk, house.person("镇-head").pk]
        body = {"action": "invite_chosen", "_selected_action": chosen}
        answer = browser(keeper).post("/admin/accounts/user/", body, follow=True)
        assert "2 invitations are on their way." in text_of(answer)
        house.person("镇-head", email="")
        answer = browser(keeper).post("/admin/accounts/user/", body, follow=True)
        assert "have no address that takes mail: 镇-head." in text_of(answer)
        assert OutgoingMail.objects.count() == 2
