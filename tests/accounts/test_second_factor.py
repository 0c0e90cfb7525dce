"""The code besides the password: set up, asked for, used once, counted, and demanded."""

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.directory import add_person
from accounts.errors import Invalid
from accounts.models import AccessToken, User
from accounts.second_factor import check_code, enrol, propose_secret
from tests.api_requests import Api
from tests.county import County
from tests.faults.racing import at_once, refusals
from tests.page_requests import browser, text_of

PASSWORD = "one-password-for-all"
PAGE, CODE = "/me/second-factor/", "/login/code/"


def code_of(secret: str, steps: int = 0) -> str:
    """As an app on a phone computes it (RFC 6238), so many steps of 30 seconds from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


@pytest.fixture
def person(db: None) -> User:
    return add_person("司法局-联络员", name="联络员", email="", password=PASSWORD)


def set_up(person: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the code of the step before this one is used up."""
    secret = propose_secret()
    return secret, enrol(person, secret, code_of(secret, -1), at=timezone.now())


def give_password(person: User, next_url: str = "") -> Client:
    client = browser()
    fields = {"username": person.username, "password": PASSWORD, "next": next_url}
    answer = client.post("/login/", fields)
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


class TestSettingUp:
    def test_a_person_scans_types_and_gets_recovery_codes(self, person: User) -> None:
        client = browser(person)
        page = client.get(PAGE)
        assert 'src="data:image/svg+xml;base64,' in page.content.decode()
        found = re.search(r"Key\s*: (\w{32})", text_of(page))
        assert found is not None
        answer = client.post(PAGE, {"code": code_of(found[1])})
        codes = re.findall(r"<code>(\d{8})</code>", answer.content.decode())
        assert len(set(codes)) == 10
        assert "no-store" in answer["Cache-Control"]
        again = text_of(client.get(PAGE))
        assert "unused recovery codes: 10" in again
        assert codes[0] not in again

    def test_the_secret_is_kept_encrypted(self, person: User) -> None:
        secret, codes = set_up(person)
        kept = str(list(Authenticator.objects.values()))
        assert secret not in kept
        assert not any(code in kept for code in codes)

    def test_a_wrong_code_sets_nothing_up_and_the_picture_stays(self, person: User) -> None:
        client = browser(person)
        before = client.get(PAGE).context["secret"]
        answer = client.post(PAGE, {"code": "000000"})
        assert answer.status_code == 400
        assert answer.context["secret"] == before
        assert not Authenticator.objects.exists()

    def test_a_foreign_secret_cannot_be_planted(self, person: User) -> None:
        secret = propose_secret()
        answer = browser(person).post(PAGE, {"code": code_of(secret), "secret": secret})
        assert answer.status_code == 400
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize(("action", "left"), [("renew", 2), ("end", 0)])
    def test_changing_it_takes_a_code(self, person: User, action: str, left: int) -> None:
        secret, codes = set_up(person)
        client = browser(person)
        assert client.post(PAGE, {"code": "000000", "action": action}).status_code == 400
        assert Authenticator.objects.count() == 2
        client.post(PAGE, {"code": code_of(secret), "action": action})
        assert Authenticator.objects.count() == left
        with pytest.raises(Invalid):
            check_code(person, codes[0], network="", at=timezone.now())

    def test_who_lost_the_phone_is_helped_by_a_command(self, person: User) -> None:
        set_up(person)
        call_command("end_second_factor", person.username)
        assert not Authenticator.objects.exists()
        with pytest.raises(CommandError):
            call_command("end_second_factor", "nobody-at-all")


class TestLoggingIn:
    def test_the_password_alone_opens_nothing(self, person: User) -> None:
        set_up(person)
        client = give_password(person)
        assert not is_in(client)
        assert client.get(CODE).status_code == 200

    def test_the_code_opens_under_a_new_session_and_leads_on(self, person: User) -> None:
        secret, _codes = set_up(person)
        client = give_password(person, next_url="/plans/")
        before = client.session.session_key
        answer = client.post(CODE, {"code": code_of(secret)})
        assert (answer.status_code, answer["Location"]) == (302, "/plans/")
        assert client.session.session_key != before
        assert is_in(client)

    def test_to_no_other_site(self, person: User) -> None:
        secret, _codes = set_up(person)
        client = give_password(person, next_url="https://elsewhere.example/")
        assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/"

    def test_a_code_opens_once(self, person: User) -> None:
        secret, _codes = set_up(person)
        code = code_of(secret)
        assert give_password(person).post(CODE, {"code": code}).status_code == 302
        again = give_password(person).post(CODE, {"code": code})
        assert again.status_code == 400
        assert "This code is not right, or it has been used." in text_of(again)

    def test_so_does_a_recovery_code(self, person: User) -> None:
        _secret, codes = set_up(person)
        assert give_password(person).post(CODE, {"code": codes[3]}).status_code == 302
        assert give_password(person).post(CODE, {"code": codes[3]}).status_code == 400

    @pytest.mark.parametrize("steps", [-3, 3])
    def test_codes_of_other_minutes_open_nothing(self, person: User, steps: int) -> None:
        secret, _codes = set_up(person)
        answer = give_password(person).post(CODE, {"code": code_of(secret, steps)})
        assert answer.status_code == 400

    def test_guesses_are_counted_and_a_new_password_entry_does_not_help(self, person: User) -> None:
        secret, _codes = set_up(person)
        found = [
            give_password(person).post(CODE, {"code": f"00000{n}"}).status_code for n in range(6)
        ]
        assert found == [400] * 5 + [429]
        assert give_password(person).post(CODE, {"code": code_of(secret)}).status_code == 429

    @pytest.mark.parametrize(
        "change",
        [
            lambda client, person: User.objects.filter(pk=person.pk).update(is_active=False),
            lambda client, person: User.objects.filter(pk=person.pk).update(password="!"),
            lambda client, person: _grow_old(client),
        ],
        ids=["disabled", "another password", "eleven minutes"],
    )
    def test_what_has_changed_in_between_ends_it(
        self, person: User, change: Callable[[Client, User], object]
    ) -> None:
        secret, _codes = set_up(person)
        client = give_password(person)
        change(client, person)
        answer = client.post(CODE, {"code": code_of(secret)})
        assert answer["Location"] == "/login/"
        assert not is_in(client)

    def test_one_code_at_once_opens_once(self, transactional_db: None, settings: Settings) -> None:
        settings.LUOSHI_GUESSES_PER_ACCOUNT = 20
        person = add_person("p", name="联络员", email="", password=PASSWORD)
        secret, _codes = set_up(person)
        code = code_of(secret)
        jobs: list[Callable[[], object]] = [
            lambda: check_code(person, code, network="", at=timezone.now())
        ] * 8
        assert len(refusals(at_once(jobs))) == 7


def _grow_old(client: Client) -> None:
    session = client.session
    session["held"] = session["held"] | {"at": session["held"]["at"] - 660}
    session.save()


class TestTokens:
    def ask(self, person: User, **body: Any) -> Any:
        basic = base64.b64encode(f"{person.username}:{PASSWORD}".encode()).decode()
        return Api(authorization=f"Basic {basic}").post("/tokens/", body)

    def test_a_token_takes_the_code_as_well(self, person: User) -> None:
        secret, _codes = set_up(person)
        answer = self.ask(person)
        assert (answer.status_code, answer.json()["code"]) == (403, "code_needed")
        answer = self.ask(person, code="000000")
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_code")
        assert not AccessToken.objects.exists()
        assert self.ask(person, code=code_of(secret)).status_code == 200

    def test_who_must_set_it_up_gets_none_before(self, person: User, settings: Settings) -> None:
        settings.LUOSHI_SECOND_FACTOR = "all"
        answer = self.ask(person)
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")


class TestDemanded:
    def test_of_all(self, county: County, settings: Settings) -> None:
        settings.LUOSHI_SECOND_FACTOR = "all"
        client = browser(county.officer("甲镇"))
        assert client.get("/plans/")["Location"] == PAGE
        refused = client.get("/api/v1/me/")
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
        page = client.get(PAGE)
        assert "Your role wants a second factor." in text_of(page)
        client.post(PAGE, {"code": code_of(page.context["secret"])})
        assert client.get("/plans/").status_code == 200
        assert client.get("/api/v1/me/").status_code == 200

    def test_of_coordinators_only(self, county: County, settings: Settings) -> None:
        settings.LUOSHI_SECOND_FACTOR = "coordinators"
        assert browser(county.coordinator).get("/plans/")["Location"] == PAGE
        assert browser(county.officer("甲镇")).get("/plans/").status_code == 200

    def test_one_may_leave_and_change_the_language(
        self, county: County, settings: Settings
    ) -> None:
        settings.LUOSHI_SECOND_FACTOR = "all"
        client = browser(county.officer("甲镇"))
        assert client.post("/language/", {"language": "en"})["Location"] == "/"
        assert client.post("/logout/")["Location"] == "/login/"

    def test_by_default_of_nobody(self, county: County) -> None:
        assert browser(county.coordinator).get("/plans/").status_code == 200
