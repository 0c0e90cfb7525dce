"""The page on which people set for themselves how reminders reach them."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.addresses import trust_again
from accounts.feeds import make_feed, reader_of_feed
from accounts.models import CalendarFeed, MailSettings, User
from accounts.wishes import Wishes, set_wishes, wishes_of
from tests.page_requests import browser, queries_of, text_of
from tests.reminder_rows import House, at, make_house

PAGE = "/me/"


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def test_wishes_are_set_and_shown(house: House) -> None:
    officer, head = house.person("镇-officer"), house.person("镇-head")
    client = browser(officer)
    fields = {
        "hour": "0",
        "in_app_only": "on",
        "away_from": "2026-10-08",
        "away_until": "2026-10-09",
        "deputy": head.pk,
    }
    answer = client.post(PAGE, fields)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert wishes_of(officer) == Wishes(0, True, dt.date(2026, 10, 8), dt.date(2026, 10, 9), head)
    page = client.get(PAGE)
    markup = page.content.decode()
    assert '<option value="0" selected>' in markup
    assert 'value="2026-10-08"' in markup
    assert f'<option value="{head.pk}" selected>' in markup
    assert "Saved." in text_of(page)
    client.post(PAGE, {})
    assert wishes_of(officer) == Wishes()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"away_from": "2026-10-08"}, "Say from when until when you are away."),
        (
            {"away_from": "2026-10-08", "away_until": "2026-10-07"},
            "The last day away is not before the first.",
        ),
        ({"hour": "24"}, "Select a valid choice."),
        ({"away_from": "soon", "away_until": "later"}, "Enter a valid date."),
    ],
)
def test_wishes_that_cannot_be(house: House, fields: dict[str, str], said: str) -> None:
    answer = browser(house.person("镇-officer")).post(PAGE, fields)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not MailSettings.objects.exists()


def test_deputies_are_colleagues(house: House) -> None:
    """And whoever is named already, by another door."""
    officer = house.person("镇-officer")

    def offered() -> list[str]:
        page = browser(officer).get(PAGE)
        return sorted(person.username for person in page.context["form"].fields["deputy"].queryset)

    assert offered() == ["镇-head"]
    set_wishes(officer, Wishes(deputy=house.person("局-head")))
    assert offered() == ["局-head", "镇-head"]
    house.person("镇-head", is_active=False)
    assert offered() == ["局-head"]
    stranger = house.person("村-head").pk
    assert browser(officer).post(PAGE, {"deputy": stranger}).status_code == 400


def test_the_office_s_hour_is_told(house: House, settings: Any) -> None:
    settings.LUOSHI_MAIL_HOUR = 7
    assert "at the office's hour, 7:00" in text_of(browser(house.person("镇-officer")).get(PAGE))


class TestFeed:
    def test_the_address_is_shown_once_and_opens(self, house: House, settings: Any) -> None:
        settings.BASE_URL = "https://luoshi.county.example"
        client = browser(house.person("镇-officer"))
        answer = client.post(f"{PAGE}calendar-feed/")
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
        address = answer.context["feed_url"]
        assert f'value="{address}"' in answer.content.decode()
        path = address.removeprefix("https://luoshi.county.example")
        assert browser().get(path).status_code == 200
        later = client.get(PAGE)
        assert "There is one, made on" in text_of(later)
        assert path not in later.content.decode()

    def test_a_new_one_ends_the_old_and_revoking_ends_it(self, house: House) -> None:
        officer = house.person("镇-officer")
        old = make_feed(officer, at=at(9, 30))
        client = browser(officer)
        client.post(f"{PAGE}calendar-feed/")
        assert reader_of_feed(old) is None
        assert CalendarFeed.objects.count() == 1
        assert "Revoke the address" in text_of(client.get(PAGE))
        answer = client.post(f"{PAGE}calendar-feed/revoke/", follow=True)
        assert "The address of the feed is revoked." in text_of(answer)
        assert not CalendarFeed.objects.exists()

    def test_reading_changes_nothing(self, house: House) -> None:
        client = browser(house.person("镇-officer"))
        for path in (f"{PAGE}calendar-feed/", f"{PAGE}calendar-feed/revoke/"):
            assert client.get(path).status_code == 405


def test_a_dead_address_is_told_to_its_owner_and_mended_by_the_directory(house: House) -> None:
    officer = house.person("镇-officer", email_refusal="550 gone", email_refused_at=timezone.now())
    assert "refuses your address: 550 gone" in text_of(browser(officer).get(PAGE))
    assert trust_again([officer, house.person("镇-head")]) == 1
    officer.refresh_from_db()
    assert (officer.email_refusal, officer.email_refused_at) == ("", None)


@pytest.mark.urls("tests.accounts.admin_urls")
def test_a_corrected_address_is_written_to_again(house: House) -> None:
    keeper = house.person("县-coordinator", is_staff=True, is_superuser=True)
    person = house.person("镇-officer", email_refusal="550 gone", email_refused_at=timezone.now())
    client = browser(keeper)
    fields = {"username": person.username, "name": person.name, "language": "zh-hans"}
    fields |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    path = f"/admin/accounts/user/{person.pk}/change/"
    same = client.post(path, fields | {"email": person.email, "is_active": "on"})
    assert same.status_code == 302
    assert User.objects.get(pk=person.pk).email_refusal == "550 gone"
    client.post(path, fields | {"email": "new@county.example", "is_active": "on"})
    assert User.objects.get(pk=person.pk).email_refusal == ""
    house.person("镇-head", email_refusal="552 full")
    body = {"action": "write_again", "_selected_action": [house.person("镇-head").pk]}
    answer = client.post("/admin/accounts/user/", body, follow=True)
    assert "Written to again: 1." in text_of(answer)


def test_the_page_takes_a_fixed_number_of_queries(house: House) -> None:
    client = browser(house.person("镇-officer"))
    few = queries_of(client, PAGE)
    for number in range(5):
        house.add_person("镇", "viewer", f"-{number}")
    assert queries_of(client, PAGE) == few == 8


def test_the_name_leads_there(house: House) -> None:
    markup = browser(house.person("镇-officer")).get("/").content.decode()
    assert f'href="{PAGE}"' in markup
