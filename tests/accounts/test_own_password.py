"""A password that the office set by hand opens one page, until its person has chosen another."""

import base64
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.directory import add_person
from accounts.models import AccessToken, User
from accounts.passwords import choose_password
from tests.county import County
from tests.page_requests import browser, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.admin_urls")]

GIVEN, OWN = "given-by-the-office-1", "chosen-by-myself-2"
PAGE = "/me/password/"


@pytest.fixture
def admin(county: County) -> Client:
    person = add_person("keeper", name="管理员", email="")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    return browser(User.objects.get(pk=person.pk))


@pytest.fixture
def person(county: County, admin: Client) -> User:
    """甲镇's officer, to whom the administrator has given a password."""
    user = county.officer("甲镇")
    path = f"/admin/accounts/user/{user.pk}/password/"
    answer = admin.post(path, {"password1": GIVEN, "password2": GIVEN})
    assert answer.status_code == 302
    return User.objects.get(pk=user.pk)


def logged_in(user: User, password: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    said = {"username": user.username, "password": password}
    assert client.post("/login/", said).status_code == 302
    return client


def change(client: Client, old: str, new: str) -> Any:
    said = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PAGE, said)


def ask_token(user: User, password: str) -> Any:
    pair = base64.b64encode(f"{user.username}:{password}".encode()).decode()
    headers = {"authorization": f"Basic {pair}"}
    return Client().post("/api/v1/tokens/", {}, content_type="application/json", headers=headers)


def test_every_page_leads_to_the_one_that_settles_it(person: User) -> None:
    client = logged_in(person, GIVEN)
    for path in ("/", "/plans/", "/me/", "/directory/"):
        assert client.get(path)["Location"] == PAGE
    assert client.post("/me/").headers["Location"] == PAGE
    told = text_of(client.get(PAGE))
    assert "您的密码由他人设置" in told
    assert "返回我的设置" not in told
    assert client.post("/language/", {"language": "en"}).status_code == 302
    assert change(client, GIVEN, GIVEN).status_code == 400
    assert change(client, GIVEN, OWN)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_programs_are_told_so_until_then(person: User) -> None:
    token = AccessToken.objects.create(user=person)[1]
    by_token = {"authorization": f"Token {token}"}
    session = logged_in(person, GIVEN)
    asked = [
        Client().get("/api/v1/units/", headers=by_token),
        session.get("/api/v1/units/"),
        ask_token(person, GIVEN),
    ]
    assert [(a.status_code, a.json()["code"]) for a in asked] == [
        (403, "password_change_needed")
    ] * 3
    assert AccessToken.objects.filter(user=person).count() == 1
    change(session, GIVEN, OWN)
    assert session.get("/api/v1/units/").status_code == 200
    assert ask_token(person, OWN).status_code == 200


def test_a_token_may_be_given_back_meanwhile(person: User) -> None:
    token = AccessToken.objects.create(user=person)[1]
    answer = Client().delete("/api/v1/tokens/", headers={"authorization": f"Token {token}"})
    assert answer.status_code == 204


def test_a_link_by_mail_settles_it_too(person: User) -> None:
    choose_password(person, OWN)
    assert logged_in(person, OWN).get("/").status_code == 200


def test_an_account_made_with_a_password_owes_one_of_its_own(admin: Client) -> None:
    said = {"username": "new", "name": "新", "email": "", "usable_password": "true",
            "password1": GIVEN, "password2": GIVEN, "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0"}  # fmt: skip
    assert admin.post("/admin/accounts/user/add/", said).status_code == 302
    assert User.objects.get(username="new").must_change_password
    without = said | {"username": "none", "usable_password": "false"}
    assert admin.post("/admin/accounts/user/add/", without).status_code == 302
    assert not User.objects.get(username="none").must_change_password


def test_a_password_taken_away_asks_for_nothing(person: User, admin: Client) -> None:
    path = f"/admin/accounts/user/{person.pk}/password/"
    admin.post(path, {"usable_password": "false", "unset-password": "1"})
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert not person.must_change_password


def test_where_passwords_open_nothing_none_is_asked_for(person: User, settings: Settings) -> None:
    client = logged_in(person, GIVEN)
    settings.LUOSHI_PASSWORDS = "staff"
    assert client.get("/").status_code == 200


def test_the_second_factor_is_set_up_first_and_neither_page_sends_round(
    person: User, settings: Settings
) -> None:
    settings.LUOSHI_SECOND_FACTOR = "all"
    client = logged_in(person, GIVEN)
    assert client.get("/")["Location"] == "/me/second-factor/"
    assert client.get("/me/second-factor/").status_code == 200


def test_nobody_else_is_asked(county: County) -> None:
    client = browser(county.officer("乙乡"))
    assert client.get("/").status_code == 200
    assert "Somebody else set" not in text_of(client.get(PAGE))
