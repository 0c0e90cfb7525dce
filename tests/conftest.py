"""Fixtures that every test may use."""

import pytest

from tests.api_world import ApiWorld
from tests.county import County, make_county


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def world(county: County) -> ApiWorld:
    """The county with one of everything that the API can be asked about."""
    return ApiWorld(county)
