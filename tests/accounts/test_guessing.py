"""Passwords and links cannot be guessed at: counted by account and network, before comparing."""

import base64
import datetime as dt
import http.client
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from ipaddress import ip_network
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.directory import add_person
from accounts.errors import TooMany
from accounts.guessing import Guess, count_guess, take_back
from accounts.models import GuessCount, User
from tests.faults.racing import at_once, refusals
from tests.page_requests import browser, text_of

PASSWORD = "one-password-for-all"
NAME = "司法局-联络员"
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
UNGUARDED = ["django.contrib.auth.backends.ModelBackend"]


@pytest.fixture
def person(db: None) -> User:
    return add_person(NAME, name="联络员", email="", password=PASSWORD)


def seconds(count: int) -> dt.timedelta:
    return dt.timedelta(seconds=count)


def wait_of(guess: Guess, at: dt.datetime) -> int:
    """The seconds to wait; 0 where the guess was counted."""
    try:
        count_guess(guess, at=at)
    except TooMany as refusal:
        return refusal.retry_after
    return 0


class TestCounting:
    def test_after_five_one_waits_for_the_rest_of_ten_minutes(self, db: None) -> None:
        guess = Guess("password", NAME, "")
        waits = [wait_of(guess, NOON + seconds(n)) for n in range(6)]
        assert waits == [0, 0, 0, 0, 0, 595]
        assert wait_of(guess, NOON + seconds(599)) == 1
        assert wait_of(guess, NOON + seconds(600)) == 0

    def test_who_is_locked_is_not_locked_for_longer_by_trying(self, db: None) -> None:
        guess = Guess("password", NAME, "192.0.2.1")
        for n in range(50):
            wait_of(guess, NOON + seconds(n))
        assert set(GuessCount.objects.values_list("count", flat=True)) == {5}
        assert wait_of(guess, NOON + seconds(600)) == 0

    def test_a_right_guess_is_none(self, db: None) -> None:
        guess = Guess("password", NAME, "192.0.2.1")
        for _turn in range(20):
            count_guess(guess, at=NOON)
            take_back(guess)
        assert set(GuessCount.objects.values_list("count", flat=True)) == {0}

    def test_one_password_at_many_accounts_ends_with_the_network(
        self, db: None, settings: Settings
    ) -> None:
        settings.LUOSHI_GUESSES_PER_NETWORK = 7
        waits = [wait_of(Guess("password", f"n{n}", "192.0.2.1"), NOON) for n in range(8)]
        assert waits == [0] * 7 + [600]
        assert wait_of(Guess("password", "n9", "192.0.2.2"), NOON) == 0

    def test_what_is_written_in_another_way_is_the_same_account(self, db: None) -> None:
        waits = [wait_of(Guess("password", n, ""), NOON) for n in ["ab", "AB", "ab", "aB", "Ab"]]
        assert waits == [0] * 5
        assert wait_of(Guess("password", "ab", ""), NOON) == 600

    def test_codes_and_passwords_are_counted_apart(self, db: None) -> None:
        for _turn in range(5):
            count_guess(Guess("code", NAME, "192.0.2.1"), at=NOON)
        assert wait_of(Guess("password", NAME, "192.0.2.1"), NOON) == 0

    def test_what_was_typed_is_not_kept(self, db: None) -> None:
        count_guess(Guess("password", "Typed-My-Password-Here", "192.0.2.1"), at=NOON)
        assert "typed" not in str(list(GuessCount.objects.values())).lower()

    def test_old_counts_go(self, db: None) -> None:
        for n in range(4):
            count_guess(Guess("password", f"n{n}", ""), at=NOON)
        count_guess(Guess("password", "later", ""), at=NOON + seconds(601))
        assert GuessCount.objects.count() == 1

    def test_fifty_at_once_are_five(self, transactional_db: None) -> None:
        guess = Guess("password", NAME, "192.0.2.1")
        jobs: list[Callable[[], object]] = [lambda: count_guess(guess, at=NOON)] * 50
        assert len(refusals(at_once(jobs))) == 45

    def test_counted_after_comparing_it_would_be_fifty(self, transactional_db: None) -> None:
        """The control: look, compare, count, as one would write it without thinking."""

        def guess() -> None:
            row = GuessCount.objects.get()
            if row.count >= 5:
                raise TooMany("too_many_attempts", "", retry_after=1)
            time.sleep(0.05)  # what a comparison takes
            row.count += 1
            row.save()

        GuessCount.objects.create(subject="x", since=NOON)
        assert len(refusals(at_once([guess] * 50))) < 45


@dataclass
class Answer:
    status: int
    headers: Message
    text: str


@dataclass
class Caller:
    """A client of the running server, which may say anything about where it comes from."""

    host: str

    def log_in(self, name: str, password: str, **headers: str) -> Answer:
        """At the page, with a form as a browser sends it."""
        page = self._ask("GET", "/login/")
        token = page.headers["Set-Cookie"].partition("csrftoken=")[2].partition(";")[0]
        fields = {"username": name, "password": password, "csrfmiddlewaretoken": token}
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={token}",
            **headers,
        }
        return self._ask("POST", "/login/", urlencode(fields), sent)

    def make_token(self, name: str, password: str, **headers: str) -> Answer:
        basic = base64.b64encode(f"{name}:{password}".encode()).decode()
        return self._ask(
            "POST", "/api/v1/tokens/", "", {"Authorization": f"Basic {basic}"} | headers
        )

    def _ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        sent = {"Accept-Language": "zh-hans"} | (headers or {})
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        found = Answer(answer.status, answer.headers, answer.read().decode())
        connection.close()
        return found


@pytest.fixture
def caller(live_server: LiveServer, person: User) -> Caller:
    return Caller(urlsplit(live_server.url).netloc)


class TestOverHTTP:
    def test_the_sixth_waits_and_is_told_so_whoever_is_named(self, caller: Caller) -> None:
        for name in (NAME, "nobody-at-all"):
            found = [caller.log_in(name, f"wrong-{n}") for n in range(6)]
            assert [answer.status for answer in found] == [200] * 5 + [429]
            assert 590 <= int(found[-1].headers["Retry-After"]) <= 600
            assert "请10分钟后再试。" in found[-1].text
        assert caller.log_in(NAME, PASSWORD).status == 429

    def test_a_forged_address_neither_escapes_nor_locks_others_out(
        self, caller: Caller, settings: Settings
    ) -> None:
        settings.LUOSHI_GUESSES_PER_NETWORK = 4
        found = [
            caller.log_in(f"n{n}", "wrong", **{"X-Forwarded-For": f"198.51.100.{n}"}).status
            for n in range(6)
        ]
        assert found == [200] * 4 + [429] * 2
        assert wait_of(Guess("password", "x", "198.51.100.0"), timezone.now()) == 0

    def test_where_a_header_of_anybody_is_believed_it_escapes(
        self, caller: Caller, settings: Settings
    ) -> None:
        """The control: the same run with every caller taken for a proxy."""
        settings.LUOSHI_GUESSES_PER_NETWORK = 4
        settings.LUOSHI_PROXIES = [ip_network("0.0.0.0/0")]
        found = [
            caller.log_in(f"n{n}", "wrong", **{"X-Forwarded-For": f"198.51.100.{n}"}).status
            for n in range(6)
        ]
        assert found == [200] * 6

    def test_tokens_and_the_page_are_one_count(self, caller: Caller) -> None:
        found = [caller.make_token(NAME, f"wrong-{n}").status for n in range(3)]
        found += [caller.log_in(NAME, f"wrong-{n}").status for n in range(2)]
        assert found == [401] * 3 + [200] * 2
        refused = caller.make_token(NAME, PASSWORD)
        assert refused.status == 429
        assert refused.headers["Retry-After"]
        assert '"code":"too_many_attempts"' in refused.text

    def test_twenty_at_once_are_five(self, caller: Caller) -> None:
        statuses: list[int] = []
        at_once([lambda: statuses.append(caller.make_token(NAME, "wrong").status)] * 20)
        assert sorted(statuses) == [401] * 5 + [429] * 15

    def test_with_the_guard_off_nobody_waits(self, caller: Caller, settings: Settings) -> None:
        """The control."""
        settings.AUTHENTICATION_BACKENDS = UNGUARDED
        found = [caller.make_token(NAME, f"wrong-{n}").status for n in range(12)]
        assert found == [401] * 12
        assert caller.make_token(NAME, PASSWORD).status == 200

    def test_a_name_that_nobody_has_takes_as_long(self, caller: Caller, settings: Settings) -> None:
        settings.LUOSHI_GUESSES_PER_ACCOUNT = 100

        def median(name: str) -> float:
            taken = []
            for _turn in range(7):
                started = time.perf_counter()
                assert caller.make_token(name, "wrong").status == 401
                taken.append(time.perf_counter() - started)
            return statistics.median(taken)

        median("warm-up")
        assert 0.6 < median("nobody-at-all") / median(NAME) < 1.7


class TestOtherDoors:
    def test_the_password_of_today_is_counted_with_the_others(self, person: User) -> None:
        client = browser(person)
        fields = {"new_password1": "落实-2026-long", "new_password2": "落实-2026-long"}
        path = reverse("change-password")
        for _turn in range(5):
            answer = client.post(path, fields | {"old_password": "wrong"})
            assert answer.status_code == 400
            assert "The password of today is not right." in text_of(answer)
        answer = client.post(path, fields | {"old_password": PASSWORD})
        assert answer.status_code == 429
        assert "Too many attempts. Please try again in 10 minutes." in text_of(answer)

    def test_a_password_is_changed_and_this_session_goes_on(self, person: User) -> None:
        client, other = browser(person), browser(person)
        before = client.session.session_key
        fields = {"old_password": PASSWORD, "new_password1": "落实-2026-long"}
        answer = client.post(
            reverse("change-password"), fields | {"new_password2": "落实-2026-long"}, follow=True
        )
        assert "The password is changed." in text_of(answer)
        assert client.session.session_key != before
        assert other.get("/me/").status_code == 302
        person.refresh_from_db()
        assert person.check_password("落实-2026-long")

    def test_requests_for_a_link_are_counted(self, person: User) -> None:
        path = reverse("forgotten-password")
        found = [browser().post(path, {"name": NAME}).status_code for _turn in range(6)]
        assert found == [200] * 5 + [429]

    def test_links_are_counted_by_network(self, db: None, settings: Settings) -> None:
        settings.LUOSHI_GUESSES_PER_NETWORK = 3
        path = reverse("set-password", args=["MQ", "of-nobody"])
        assert [browser().get(path).status_code for _turn in range(4)] == [200] * 3 + [429]

    @pytest.mark.urls("tests.accounts.admin_urls")
    def test_the_admin_pages_have_no_door_of_their_own(self, person: User) -> None:
        answer = browser().post("/admin/login/?next=/admin/", {"username": NAME, "password": "x"})
        assert answer["Location"] == "/login/?next=/admin/"
        assert browser(person).get("/admin/login/").status_code == 403
        assert browser(person).get("/admin/password_change/")["Location"] == "/me/password/"
