"""Fixtures that every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from tests.api_world import ApiWorld
from tests.county import County, make_county
from tests.kept_rows import built_once


@pytest.fixture(autouse=True)
def begins_in_the_language_of_the_house() -> None:
    """A request leaves its reader's language behind in the thread; the next test has its own."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def requests_are_not_limited(settings: Settings) -> None:
    """All tests of a worker ask from one address; those of the limits set their own."""
    settings.LUOSHI_REQUESTS_PER_MINUTE = dict.fromkeys(settings.LUOSHI_REQUESTS_PER_MINUTE, 10**6)


@pytest.fixture(autouse=True)
def papers_stay_with_the_test(settings: Settings, tmp_path: Path) -> None:
    settings.LUOSHI_PAPER_ROOT = tmp_path / "papers"


@pytest.fixture(autouse=True)
def static_files_are_sought_when_asked_for(settings: Settings) -> None:
    """Each new client would look through all of them before its first request."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def county(db: None) -> County:
    return built_once(make_county)


@pytest.fixture(autouse=True)
def history_can_be_emptied_after_a_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """History refuses TRUNCATE, and a test that commits is cleaned up with it.

    Only a superuser may switch the refusal off, which no installation's own role is. It is on
    again before the next test.
    """
    _refuse_again()
    marker = request.node.get_closest_marker("django_db")
    marked = marker is not None and marker.kwargs.get("transaction", False)
    if not marked and "transactional_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


def _refuse_again() -> None:
    raw = connection.connection
    if raw is not None and not raw.closed:
        raw.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def world(county: County) -> ApiWorld:
    """The county with one of everything that the API can be asked about."""
    return built_once(ApiWorld, county)
