"""Sessions begin anew at the log-in, and end by idleness, by age and with their person."""

import time

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.directory import add_person
from accounts.models import User
from tests.api_requests import Api
from tests.page_requests import browser

PASSWORD = "one-password-for-all"
MINUTE, HOUR = 60, 3600


@pytest.fixture
def person(db: None) -> User:
    return add_person("司法局-联络员", name="联络员", email="", password=PASSWORD)


def set_back(client: Client, **seconds: int) -> None:
    """As if the session had begun, or had been used, so many seconds earlier."""
    session = client.session
    for name, ago in seconds.items():
        session[name] = int(time.time()) - ago
    session.save()


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_a_session_has_a_new_id_after_the_log_in(person: User) -> None:
    client = browser()
    planted = client.session
    planted["before"] = 1
    planted.save()
    client.cookies["sessionid"] = old = str(planted.session_key)
    client.post("/login/", {"username": person.username, "password": PASSWORD})
    assert client.session.session_key != old
    assert is_in(client)
    client.cookies["sessionid"] = old
    assert not is_in(client)


@pytest.mark.parametrize(
    ("begun", "seen", "lives"),
    [
        (HOUR, 119 * MINUTE, True),
        (3 * HOUR, 121 * MINUTE, False),
        (12 * HOUR - MINUTE, MINUTE, True),
        (12 * HOUR + 1, MINUTE, False),
    ],
)
def test_it_ends_by_idleness_and_by_age(person: User, begun: int, seen: int, lives: bool) -> None:
    client = browser(person)
    is_in(client)
    set_back(client, begun_at=begun, seen_at=seen)
    assert is_in(client) is lives
    assert is_in(client) is lives


def test_the_limits_are_settings(person: User, settings: Settings) -> None:
    settings.LUOSHI_SESSION_IDLE_MINUTES = 5
    client = browser(person)
    is_in(client)
    set_back(client, seen_at=6 * MINUTE)
    assert not is_in(client)


def test_use_keeps_it_and_is_noted_once_a_minute(person: User) -> None:
    client = browser(person)
    is_in(client)
    set_back(client, seen_at=30)
    before = client.session["seen_at"]
    is_in(client)
    assert client.session["seen_at"] == before
    set_back(client, seen_at=90)
    is_in(client)
    assert client.session["seen_at"] >= before


def test_the_api_ends_with_it(person: User) -> None:
    client = browser(person)
    assert client.get("/api/v1/me/").status_code == 200
    set_back(client, seen_at=3 * HOUR)
    assert client.get("/api/v1/me/").status_code == 401


def test_whoever_is_disabled_is_out_on_the_next_request(person: User) -> None:
    client, api = browser(person), Api(person)
    assert is_in(client)
    assert api.get("/me/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_in(client)
    assert api.get("/me/").status_code == 401
