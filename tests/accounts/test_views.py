"""Coming in and going out, the language, and what every answer tells the browser."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

import accounts.urls
import plans.urls
import tasks.urls
from accounts.models import Unit, User
from tests.county import County
from tests.page_requests import browser, text_of

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

#: The pages that anybody may ask for.
OPEN_PAGES = {
    "log-in-code", "sign-on", "sign-on-callback",
    "login", "switch-language", "calendar-feed", "forgotten-password", "set-password",
}  # fmt: skip


@pytest.fixture
def officer(county: County) -> User:
    officer = county.officer("甲镇")
    officer.set_password("a-good-password")
    officer.save()
    return officer


def page_names() -> list[str]:
    """Every page of accounts, plans and tasks."""
    found = [*accounts.urls.urlpatterns, *plans.urls.urlpatterns, *tasks.urls.urlpatterns]
    return [str(pattern.name) for pattern in found]


def address_of(name: str) -> str:
    for arguments in ([], [1], [1, "approve"]):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def test_a_person_logs_in_and_reads_their_language(officer: User) -> None:
    officer.language = "en"
    officer.save()
    client = browser(language="zh-hans")
    answer = client.post(
        reverse("login"), {"username": officer.username, "password": "a-good-password"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "Signed in as 甲镇-officer" in text_of(client.get("/"))


def test_a_wrong_password_says_so_and_keeps_the_name(officer: User) -> None:
    answer = browser().post(reverse("login"), {"username": officer.username, "password": "x"})
    assert answer.status_code == 200
    assert "The user name or the password is not right." in text_of(answer)
    assert f'value="{officer.username}"' in answer.content.decode()


def test_the_log_in_page_speaks_chinese_and_warns_of_secrets(db: None) -> None:
    answer = browser(language="zh-hans").get(reverse("login"))
    assert '<html lang="zh-CN">' in answer.content.decode()
    assert "严禁录入、传输涉密信息" in text_of(answer)


def test_going_out_is_a_post(officer: User) -> None:
    client = browser(officer)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get("/").status_code == 302


def test_the_language_is_switched_and_kept(officer: User) -> None:
    client = browser(officer)
    answer = client.post(reverse("switch-language"), {"language": "zh-hans", "next": "/plans/"})
    assert (answer.status_code, answer["Location"]) == (302, "/plans/")
    assert "我的工作" in text_of(client.get("/"))
    client.post(reverse("switch-language"), {"language": "en", "next": "/"})
    officer.refresh_from_db()
    assert officer.language == "en"


def test_a_language_that_there_is_not_changes_nothing(officer: User) -> None:
    client = browser(officer)
    client.post(reverse("switch-language"), {"language": "xx", "next": "/"})
    officer.refresh_from_db()
    assert officer.language == "zh-hans"
    assert client.get(reverse("switch-language")).status_code == 405


def test_the_switch_leads_to_no_other_site(officer: User) -> None:
    answer = browser(officer).post(
        reverse("switch-language"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/"


@pytest.mark.parametrize("name", sorted(set(page_names()) - OPEN_PAGES))
def test_every_other_page_asks_who_is_there(name: str, db: None) -> None:
    address = address_of(name)
    answer = browser().get(address)
    if answer.status_code != 405:
        assert answer.status_code == 302
        assert answer["Location"] == f"/login/?next={address}"
    else:
        posted = browser().post(address)
        assert (posted.status_code, posted["Location"]) == (302, f"/login/?next={address}")


@pytest.mark.parametrize("path", ["/login/", "/", "/nothing-here/", "/healthz/live"])
def test_every_answer_is_strict(path: str, officer: User) -> None:
    answer = browser(officer if path == "/" else None).get(path)
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_form_from_elsewhere_is_not_taken(officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    answer = client.post(reverse("logout"))
    assert answer.status_code == 403
    assert client.get("/").status_code == 200


def test_what_is_not_there_says_so(officer: User) -> None:
    answer = browser(officer).get("/nothing-here/")
    assert answer.status_code == 404
    assert "There is nothing here for you" in text_of(answer)


def test_the_directory_pages_are_off_by_default(officer: User) -> None:
    officer.is_staff = officer.is_superuser = True
    officer.save()
    assert browser(officer).get("/admin/").status_code == 404


@pytest.mark.urls("tests.accounts.admin_urls")
def test_the_directory_pages_place_a_unit_in_the_tree(officer: User, county: County) -> None:
    officer.is_staff = officer.is_superuser = True
    officer.save()
    parent = county.unit("乙乡")
    nothing = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    fields = {"name": "乙一村", "kind": "village", "parent": str(parent.pk), "position": "1"}
    inlines = {f"{name}-{k}": v for name in ("aliases", "hostings") for k, v in nothing.items()}
    answer = browser(officer).post(
        "/admin/accounts/unit/add/", {**fields, **inlines, "valid_from": "2026-01-01"}
    )
    assert answer.status_code == 302
    added = Unit.objects.get(name="乙一村")
    assert (added.ancestors, added.depth) == (parent.path, parent.depth + 1)


@pytest.mark.urls("tests.accounts.admin_urls")
@pytest.mark.parametrize("model", ["unit", "unitgroup", "user", "membership", "calendarday"])
def test_the_directory_pages_open_and_delete_no_unit(
    model: str, officer: User, county: County
) -> None:
    officer.is_staff = officer.is_superuser = True
    officer.save()
    client = browser(officer)
    assert client.get(f"/admin/accounts/{model}/").status_code == 200
    assert client.get(f"/admin/accounts/{model}/add/").status_code == 200
    if model == "unit":
        pk = county.unit("乙乡").pk
        assert client.get(f"/admin/accounts/unit/{pk}/change/").status_code == 200
        assert client.post(f"/admin/accounts/unit/{pk}/delete/").status_code == 403
