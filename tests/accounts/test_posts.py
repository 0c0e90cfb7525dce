"""What a person may do is read before anything else, and once for a request."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import Post, keep_posts, posts_of
from accounts.models import Membership, UnitHosting, User
from tests.api_requests import Api
from tests.county import County
from tests.page_requests import browser

pytestmark = pytest.mark.django_db

ON = dt.date(2026, 7, 1)
DAY = dt.timedelta(days=1)


def reads_of_posts(queries: CaptureQueriesContext) -> int:
    return sum("accounts_membership post" in query["sql"] for query in queries.captured_queries)


def test_a_post_is_held_in_a_unit_and_in_what_it_hosts(county: County) -> None:
    officer, host, office = (
        county.officer("司法局"),
        county.unit("司法局"),
        county.unit("依法治县办"),
    )
    UnitHosting.objects.filter(unit=office).update(valid_to=ON)
    bodies = {post.pk: post for post in posts_of(officer, ON)}
    assert bodies[host.pk] == Post(host.pk, host.path, "officer")
    assert bodies[office.pk] == Post(office.pk, office.path, "officer")
    assert [post.pk for post in posts_of(officer, ON + DAY)] == [host.pk]


def test_nobody_holds_a_post_before_it_begins_or_once_disabled(county: County) -> None:
    officer = county.officer("财政局")
    Membership.objects.filter(user=officer).update(valid_from=ON, valid_to=ON)
    assert posts_of(officer, ON)
    assert posts_of(officer, ON - DAY) == posts_of(officer, ON + DAY) == ()
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert posts_of(officer, ON) == ()  # the row is asked, not the object
    assert posts_of(AnonymousUser(), ON) == ()


def test_posts_are_kept_where_a_door_says_so_and_by_day(county: County) -> None:
    officer = county.officer("财政局")
    keep_posts(officer)
    held = posts_of(officer, ON)
    with CaptureQueriesContext(connection) as queries:
        assert posts_of(officer, ON) is held
        posts_of(officer, ON + DAY)
    assert reads_of_posts(queries) == 1
    other = User.objects.get(pk=officer.pk)
    with CaptureQueriesContext(connection) as queries:
        posts_of(other, ON)
        posts_of(other, ON)
    assert reads_of_posts(queries) == 2


def test_a_request_reads_them_once_and_the_next_one_anew(county: County) -> None:
    officer = county.officer("财政局")
    api, page = Api(officer), browser(officer)
    for ask in (lambda: api.get("/tasks/"), lambda: page.get("/")):
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code == 200
        assert reads_of_posts(queries) == 1
    Membership.objects.filter(user=officer).delete()
    assert api.get("/units/").json()["results"] == []
