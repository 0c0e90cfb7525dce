"""Single sign-on against a real OpenID Connect provider, over real HTTP with real redirects."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.directory import add_person
from accounts.models import User
from config.processes import spawn, stop
from tests.page_requests import browser, text_of
from tests.story.processes import answers, free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
NAME, PASSWORD = "司法局-联络员", "one-password-for-all"
START, BACK = "/login/sign-on/", "/login/sign-on/back/"
PATIENCE = 30


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the provider; it knows the officer, and an officer by address."""
    port = free_port()
    with (tmp_path_factory.mktemp("provider") / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.sign_on_provider", str(port)]
        process = spawn(command, log=log, env=dict(os.environ), cwd=ROOT)
    issuer = f"http://127.0.0.1:{port}"
    try:
        wait_for("the provider", lambda: answers(f"{issuer}/jwks"))
        yield issuer
    finally:
        stop(process)


def knows(issuer: str, sub: str, **claims: Any) -> None:
    answer = requests.put(f"{issuer}/users/{sub}", json=claims, timeout=PATIENCE)
    assert answer.status_code == 204, answer.text


def spoil(issuer: str, fault: str) -> None:
    requests.put(f"{issuer}/fault", data=fault, timeout=PATIENCE)


def reason_in(caplog: pytest.LogCaptureFixture) -> str:
    [said] = [record for record in caplog.records if record.name == "accounts.adapters"]
    return said.getMessage()


@pytest.fixture
def person(
    provider: str, live_server: LiveServer, settings: Settings, transactional_db: None
) -> User:
    settings.LUOSHI_SIGN_ON_ISSUER = provider
    settings.LUOSHI_SIGN_ON_CLIENT = "luoshi"
    settings.LUOSHI_SIGN_ON_SECRET = "the-secret-of-the-client-" * 2
    settings.BASE_URL = live_server.url
    spoil(provider, "")
    knows(provider, "4711", preferred_username=NAME, email="a@x.example", email_verified=True)
    return add_person(NAME, name="联络员", email="a@x.example", password=PASSWORD)


class Visitor:
    """A browser that follows redirects when it is told to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = "en"

    def get(self, address: str) -> requests.Response:
        target = urljoin(self.url, address)
        return self.session.get(target, allow_redirects=False, timeout=PATIENCE)

    def sent_there(self, next_url: str = "") -> str:
        """The provider's page to which the log-in leads."""
        answer = self.get(f"{START}?next={next_url}")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def say_who(self, page: str, sub: str = "4711") -> str:
        """Answers the provider's question; the address to which it sends the browser back."""
        form = {"sub": sub}
        answer = self.session.post(page, form, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def comes_back(self, sub: str = "4711") -> requests.Response:
        return self.get(self.say_who(self.sent_there(), sub))

    @property
    def is_in(self) -> bool:
        return self.get("/me/").status_code == 200


@pytest.fixture
def visitor(live_server: LiveServer, person: User) -> Visitor:
    return Visitor(live_server.url)


class TestComingIn:
    def test_the_button_leads_there_and_back_under_a_new_session(
        self, visitor: Visitor, person: User, provider: str
    ) -> None:
        assert f'href="{START}?next=' in visitor.get("/login/").text
        page = visitor.sent_there(next_url="/plans/")
        asked = parse_qs(urlsplit(page).query)
        assert page.startswith(f"{provider}/oauth2/authorize?")
        assert asked["redirect_uri"] == [visitor.url + BACK]
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["state"] != asked["nonce"]
        before = visitor.session.cookies["sessionid"]
        answer = visitor.get(visitor.say_who(page))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/plans/")
        assert visitor.session.cookies["sessionid"] != before
        assert visitor.is_in
        assert NAME in visitor.get("/me/").text

    def test_it_counts_as_a_second_factor(self, visitor: Visitor, settings: Settings) -> None:
        settings.LUOSHI_SECOND_FACTOR = "all"
        visitor.comes_back()
        assert visitor.is_in

    def test_to_no_other_site(self, visitor: Visitor) -> None:
        page = visitor.sent_there(next_url="https://elsewhere.example/")
        assert visitor.get(visitor.say_who(page)).headers["Location"] == "/"

    def test_by_a_verified_address_where_that_is_the_claim(
        self, visitor: Visitor, settings: Settings, provider: str
    ) -> None:
        settings.LUOSHI_SIGN_ON_CLAIM = "email"
        visitor.comes_back()
        assert visitor.is_in


class TestRefused:
    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            ("aud", "Audience doesn't match"),
            ("azp", "made for another client"),
            ("iss", "Invalid issuer"),
            ("exp", "Signature has expired"),
            ("no exp", 'missing the "exp" claim'),
            ("nonce", "answers another request"),
            ("no nonce", "answers another request"),
            ("signature", "Signature verification failed"),
            ("foreign key", "Signature verification failed"),
            ("alg none", "alg value is not allowed"),
            ("alg HS256", "alg value is not allowed"),
            ("no token", "Not enough segments"),
            ("claim is a number", "does not name anybody"),
            ("claim is missing", "does not name anybody"),
        ],
    )
    def test_a_token_that_is_not_as_it_must_be(
        self,
        visitor: Visitor,
        provider: str,
        fault: str,
        why: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        spoil(provider, fault)
        answer = visitor.comes_back()
        assert answer.status_code == 403
        assert "The single sign-on did not let you in" in answer.text
        assert not visitor.is_in
        assert why in reason_in(caplog)
        spoil(provider, "")
        visitor.comes_back()
        assert visitor.is_in, "the control: an honest token opens"

    def test_a_state_that_was_not_given_out(self, visitor: Visitor) -> None:
        back = visitor.say_who(visitor.sent_there())
        state = parse_qs(urlsplit(back).query)["state"][0]
        assert visitor.get(back.replace(state, "A" * len(state))).status_code == 403
        assert not visitor.is_in

    def test_a_state_that_was_used(self, visitor: Visitor) -> None:
        back = visitor.say_who(visitor.sent_there())
        visitor.get(back)
        visitor.session.cookies.pop("sessionid")
        assert visitor.get(back).status_code == 403

    def test_the_answer_to_another_browser(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A code that somebody else got, with a state of one's own: the nonce tells."""
        other = Visitor(visitor.url)
        stolen = parse_qs(urlsplit(other.say_who(other.sent_there())).query)["code"][0]
        page = visitor.sent_there()
        state = parse_qs(urlsplit(page).query)["state"][0]
        assert visitor.get(f"{BACK}?code={stolen}&state={state}").status_code == 403
        assert "answers another request" in reason_in(caplog)
        assert not visitor.is_in

    def test_whoever_says_no_there(self, visitor: Visitor) -> None:
        state = parse_qs(urlsplit(visitor.sent_there()).query)["state"][0]
        answer = visitor.get(f"{BACK}?error=access_denied&state={state}")
        assert answer.status_code == 403

    def test_nobody_is_made(self, visitor: Visitor, provider: str) -> None:
        knows(provider, "4712", preferred_username="nobody-here", email="a@x.example")
        assert visitor.comes_back("4712").status_code == 403
        assert User.objects.count() == 1
        assert not SocialAccount.objects.exists()

    def test_a_closed_account(self, visitor: Visitor, person: User) -> None:
        User.objects.update(is_active=False)
        assert visitor.comes_back().status_code == 403

    @pytest.mark.parametrize("verified", [False, "true", None])
    def test_an_address_that_is_not_verified(
        self, visitor: Visitor, settings: Settings, provider: str, verified: object
    ) -> None:
        settings.LUOSHI_SIGN_ON_CLAIM = "email"
        knows(provider, "4713", email="a@x.example", email_verified=verified)
        assert visitor.comes_back("4713").status_code == 403

    def test_an_address_of_two(self, visitor: Visitor, settings: Settings) -> None:
        settings.LUOSHI_SIGN_ON_CLAIM = "email"
        add_person("p", name="其他", email="A@x.example")
        assert visitor.comes_back().status_code == 403

    @pytest.mark.parametrize(
        ("fault", "why"), [("issuer", "names another issuer"), ("redirect", "Exceeded 0 redirects")]
    )
    def test_a_provider_that_is_not_the_one_named(
        self,
        visitor: Visitor,
        provider: str,
        fault: str,
        why: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        page = visitor.sent_there()
        spoil(provider, fault)
        assert visitor.get(visitor.say_who(page)).status_code in (403, 503)
        assert why in reason_in(caplog)
        assert not visitor.is_in

    def test_a_provider_that_is_away(self, visitor: Visitor, settings: Settings) -> None:
        settings.LUOSHI_SIGN_ON_ISSUER = "http://127.0.0.1:1"
        answer = visitor.get(START)
        assert answer.status_code == 503
        assert "The single sign-on cannot be reached" in answer.text


class TestSettings:
    def test_off_by_default(self, db: None) -> None:
        assert browser().get(START).status_code == 404
        assert browser().get(BACK).status_code == 404
        assert START not in browser().get("/login/").content.decode()

    def test_passwords_of_the_administrators_alone(self, db: None, settings: Settings) -> None:
        settings.LUOSHI_PASSWORDS = "staff"
        person = add_person(NAME, name="联络员", email="", password=PASSWORD)
        fields = {"username": NAME, "password": PASSWORD}
        answer = browser().post("/login/", fields)
        assert "The user name or the password is not right." in text_of(answer)
        User.objects.filter(pk=person.pk).update(is_staff=True)
        assert browser().post("/login/", fields).status_code == 302
