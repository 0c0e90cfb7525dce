"""A token is got with name and password, opens what its person may see, and ends."""

import base64
import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from knox.models import get_token_model

from accounts.directory import add_person
from accounts.models import User
from tests.api_requests import Api
from tests.county import County

PASSWORD = "one-password-for-all"


@pytest.fixture
def person(county: County) -> User:
    officer = county.officer("甲镇")
    officer.set_password(PASSWORD)
    officer.save()
    return officer


def basic(username: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def ask_token(header: str, body: Any = None) -> Any:
    return Api(authorization=header).post("/tokens/", body)


def bearer(token: str) -> Api:
    return Api(authorization=f"Token {token}")


def test_name_and_password_make_a_token(person: User) -> None:
    before = timezone.now()
    answer = ask_token(basic(person.username))
    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "expiry"}
    expiry = dt.datetime.fromisoformat(answer.json()["expiry"])
    assert abs(expiry - before - dt.timedelta(hours=10)) < dt.timedelta(minutes=1)
    me = bearer(answer.json()["token"]).get("/me/")
    assert (me.status_code, me.json()["username"]) == (200, person.username)


def test_a_chinese_name_and_password_are_read_as_utf_8(county: County) -> None:
    add_person("司法局-联络员", name="联络员", email="", password="密码-一二三四五")
    assert ask_token(basic("司法局-联络员", "密码-一二三四五")).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        basic("甲镇-officer", "wrong"),
        basic("nobody-at-all"),
        basic("甲镇\0officer"),
        "Basic",
        "Basic !!!",
        "Basic a b",
        "Token " + "a" * 64,
        "",
    ],
)
def test_anything_else_makes_none(person: User, header: str) -> None:
    answer = ask_token(header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert answer.json().keys() == {"code", "message", "details"}
    assert get_token_model().objects.count() == 0


def test_a_disabled_person_gets_no_token_and_the_old_one_is_dead(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert ask_token(basic(person.username)).status_code == 401
    assert bearer(token).get("/me/").status_code == 401


def test_a_token_is_given_back(person: User) -> None:
    token, other = (ask_token(basic(person.username)).json()["token"] for _ in range(2))
    answer = bearer(token).send("delete", "/tokens/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert bearer(token).get("/me/").status_code == 401
    assert bearer(other).get("/me/").status_code == 200


def test_a_token_ends_by_itself(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    get_token_model().objects.update(expiry=timezone.now() - dt.timedelta(seconds=1))
    assert bearer(token).get("/me/").status_code == 401


def test_a_token_makes_no_token(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    assert bearer(token).post("/tokens/").status_code == 401


def test_only_its_hash_is_kept(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    (row,) = get_token_model().objects.values()
    assert token not in str(row)


@pytest.mark.parametrize(
    "header",
    ["Token", "Token a b", "Token x\0y", "Token é", "Token " + "f" * 64, "Token " + "a" * 5000],
)
def test_a_token_that_opens_nothing(county: County, header: str) -> None:
    answer = Api(authorization=header).get("/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] == "authentication_failed"


def test_a_body_that_says_something_makes_none(person: User) -> None:
    answer = ask_token(basic(person.username), {"expiry": "never"})
    assert answer.status_code == 400
    assert get_token_model().objects.count() == 0
