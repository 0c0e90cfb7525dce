"""Worlds for the fault tests: committed, since other threads must see them."""

import pytest

from tests.faults.villages import World, make_villages


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_villages()
