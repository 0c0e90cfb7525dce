"""A token is got with name and password, opens what its person may see, and ends."""

import base64
import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.directory import add_person
from accounts.models import AccessToken, CalendarFeed, User
from tests.api_requests import Api
from tests.county import County
from tests.page_requests import browser, text_of

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
    assert answer.json().keys() == {"id", "token", "expiry"}
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
    assert AccessToken.objects.count() == 0


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
    AccessToken.objects.update(expiry=timezone.now() - dt.timedelta(seconds=1))
    assert bearer(token).get("/me/").status_code == 401


def test_a_token_makes_no_token(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    assert bearer(token).post("/tokens/").status_code == 401


def test_only_its_hash_is_kept(person: User) -> None:
    token = ask_token(basic(person.username)).json()["token"]
    (row,) = AccessToken.objects.values()
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
    assert AccessToken.objects.count() == 0


def made(person: User, **body: Any) -> Any:
    answer = ask_token(basic(person.username), body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


class TestTerms:
    def test_a_token_that_reads_may_not_write(self, person: User) -> None:
        api = bearer(made(person, scope="read")["token"])
        assert api.get("/me/").status_code == 200
        for method, path in (("put", "/me/wishes/"), ("post", "/me/calendar-feed/")):
            answer = api.send(method, path)
            assert (answer.status_code, answer.json()["code"]) == (403, "token_reads_only")
        assert not CalendarFeed.objects.exists()

    def test_a_token_that_writes_may(self, person: User) -> None:
        assert bearer(made(person)["token"]).send("put", "/me/wishes/").status_code == 200

    def test_a_token_that_reads_revokes_no_other_but_gives_itself_back(self, person: User) -> None:
        other = made(person)
        api = bearer(made(person, scope="read")["token"])
        assert api.send("delete", f"/tokens/{other['id']}/").status_code == 403
        assert api.send("delete", "/tokens/").status_code == 204
        assert [row.pk for row in AccessToken.objects.all()] == [other["id"]]

    def test_it_lasts_until_the_chosen_end(self, person: User) -> None:
        end = timezone.now() + dt.timedelta(days=89)
        assert dt.datetime.fromisoformat(made(person, expiry=end.isoformat())["expiry"]) - end < (
            dt.timedelta(seconds=1)
        )

    @pytest.mark.parametrize("days", [91, 0, -1])
    def test_and_for_no_longer_than_is_set(self, person: User, days: int) -> None:
        end = timezone.now() + dt.timedelta(days=days)
        answer = ask_token(basic(person.username), {"expiry": end.isoformat()})
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_expiry")
        assert not AccessToken.objects.exists()

    def test_a_scope_that_there_is_not_makes_none(self, person: User) -> None:
        assert ask_token(basic(person.username), {"scope": "admin"}).status_code == 400

    def test_fifty_are_enough(self, person: User) -> None:
        for _turn in range(50):
            AccessToken.objects.create(user=person)
        answer = ask_token(basic(person.username))
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tokens")


class TestListing:
    def test_ones_own_are_listed_with_their_last_use_and_never_shown(self, person: User) -> None:
        token = made(person, name="门户", scope="read")
        AccessToken.objects.create(user=add_person("other", name="其他", email=""))
        [row] = bearer(token["token"]).get("/tokens/").json()
        assert (row["id"], row["name"], row["scope"]) == (token["id"], "门户", "read")
        assert row.keys() == {"id", "name", "scope", "created", "expiry", "last_used_at"}
        assert dt.datetime.fromisoformat(row["last_used_at"]) > timezone.now() - dt.timedelta(
            minutes=1
        )

    def test_a_use_is_noted_once_a_minute(self, person: User) -> None:
        api = bearer(made(person)["token"])
        api.get("/me/")
        row = AccessToken.objects.get()
        api.get("/me/")
        assert AccessToken.objects.get().last_used_at == row.last_used_at
        AccessToken.objects.update(last_used_at=timezone.now() - dt.timedelta(minutes=2))
        api.get("/me/")
        assert AccessToken.objects.get().last_used_at > row.last_used_at

    def test_a_revoked_token_is_dead_on_the_next_request(self, person: User) -> None:
        first, second = made(person), made(person)
        assert bearer(first["token"]).send("delete", f"/tokens/{second['id']}/").status_code == 204
        assert bearer(second["token"]).get("/me/").status_code == 401

    def test_nobody_revokes_what_is_not_theirs(self, person: User) -> None:
        foreign, _token = AccessToken.objects.create(user=add_person("o", name="其他", email=""))
        answer = bearer(made(person)["token"]).send("delete", f"/tokens/{foreign.pk}/")
        assert answer.status_code == 404
        assert AccessToken.objects.filter(pk=foreign.pk).exists()

    def test_on_the_page_they_are_seen_and_revoked(self, person: User) -> None:
        token = made(person, name="门户", scope="read")
        client = browser(person)
        assert "门户 read only" in text_of(client.get("/me/"))
        answer = client.post(reverse("revoke-token", args=[token["id"]]), follow=True)
        assert "The token is revoked." in text_of(answer)
        assert "You have none." in text_of(answer)
        assert bearer(token["token"]).get("/me/").status_code == 401
