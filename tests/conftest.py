"""Fixtures that every test may use."""

import pytest
from django.utils import translation

from tests.api_world import ApiWorld
from tests.county import County, make_county


@pytest.fixture(autouse=True)
def begins_in_the_language_of_the_house() -> None:
    """A request leaves its reader's language behind in the thread; the next test has its own."""
    translation.deactivate()


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def world(county: County) -> ApiWorld:
    """The county with one of everything that the API can be asked about."""
    return ApiWorld(county)
