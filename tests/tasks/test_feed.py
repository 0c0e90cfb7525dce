"""The calendar feed, as a calendar program reads it, and one's own wishes over the API."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.errors import Invalid
from accounts.feeds import make_feed, reader_of_feed, revoke_feed
from accounts.models import CalendarFeed, User
from accounts.wishes import Wishes, set_wishes, wishes_of
from tasks.feed import calendar_of
from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld, day_in
from tests.reminder_rows import DUE, House, at, make_house

NOW = at(9, 1)


@pytest.fixture
def house(db: None) -> House:
    return make_house()


def events(user: User) -> list[Any]:
    calendar = Calendar.from_ical(calendar_of(user, on=NOW.date(), at=NOW))
    return list(calendar.walk("VEVENT"))


def test_open_dated_shares_are_all_day_events(house: House) -> None:
    share = house.add_share("镇", title="规范;执法,\n换行")
    house.add_share("镇", due_on=None)
    house.add_share("镇", state="closed", closed_on=DUE, completion=100)
    house.add_share("局")
    [event] = events(house.person("镇-officer"))
    assert event["UID"] == f"share-{share.pk}@127.0.0.1"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (DUE, dt.date(2026, 10, 1))
    assert str(event["SUMMARY"]) == "规范;执法,\n换行（镇）"
    assert str(event["URL"]).endswith(f"/tasks/{share.pk}/")


def test_a_moved_deadline_is_the_same_event(house: House) -> None:
    share = house.add_share("镇")
    [before] = events(house.person("镇-officer"))
    share.next_due_on, share.deadline_version = dt.date(2026, 11, 30), 2
    share.save()
    [after] = events(house.person("镇-officer"))
    assert (before["UID"], before["SEQUENCE"]) == (after["UID"], 1)
    assert (after["SEQUENCE"], after.decoded("DTSTART")) == (2, dt.date(2026, 11, 30))


def test_a_viewer_has_no_deadlines(house: House) -> None:
    house.add_share("镇")
    assert events(house.add_person("镇", "viewer")) == []


def test_the_address_is_secret_and_can_be_revoked(house: House, client: Client) -> None:
    person = house.person("镇-officer")
    house.add_share("镇", due_on=timezone.localdate())
    first = make_feed(person, at=NOW)
    token = make_feed(person, at=NOW)
    assert CalendarFeed.objects.get().token_sha256 not in (first, token)
    assert client.get(f"/calendar/{first}.ics").status_code == 404
    answer = client.get(f"/calendar/{token}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "private, no-store"
    assert b"BEGIN:VEVENT" in answer.content
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    User.objects.filter(pk=person.pk).update(is_active=True)
    revoke_feed(person)
    assert reader_of_feed(token) is None


class TestWishes:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"away_from": DUE}, "away_from_until"),
            ({"away_from": DUE, "away_until": dt.date(2026, 9, 29)}, "away_ends_first"),
            ({"deputy": "镇-officer"}, "own_deputy"),
            ({"deputy": "镇-head"}, "deputy_gone"),
        ],
    )
    def test_what_cannot_be_wished(self, house: House, changes: dict[str, Any], code: str) -> None:
        house.person("镇-head", is_active=False)
        if "deputy" in changes:
            changes = {"deputy": house.person(changes["deputy"])}
        with pytest.raises(Invalid) as refused:
            set_wishes(house.person("镇-officer"), Wishes(**changes))
        assert refused.value.code == code
        assert wishes_of(house.person("镇-officer")) == Wishes()

    def test_over_the_api(self, world: ApiWorld) -> None:
        api, deputy = Api(world.county.officer("甲镇")), world.county.head("甲镇")
        assert api.get("/me/wishes/").json()["in_app_only"] is False
        wished = {
            "hour": 10,
            "in_app_only": True,
            "away_from": day_in(1).isoformat(),
            "away_until": day_in(3).isoformat(),
            "deputy": deputy.pk,
        }
        answer = api.send("put", "/me/wishes/", wished)
        assert (answer.status_code, answer.json()) == (200, wished)
        assert api.get("/me/wishes/").json() == wished
        wrong = api.send("put", "/me/wishes/", {"deputy": 10**9})
        assert fields_of(wrong) == {"deputy": ["does_not_exist"]}
        made = api.post("/me/calendar-feed/")
        assert made.status_code == 201
        path = made.json()["url"].removeprefix("http://127.0.0.1:8000")
        assert Client().get(path).status_code == 200
        assert api.send("delete", "/me/calendar-feed/").status_code == 204
        assert Client().get(path).status_code == 404
