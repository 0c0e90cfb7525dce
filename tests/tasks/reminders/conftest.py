"""A mail relay for the tests of the outbox."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.mail_relay import MailRelay, running_relay


@pytest.fixture
def relay(settings: Settings) -> Iterator[MailRelay]:
    """A running relay that the product's own way of sending is pointed at."""
    with running_relay(MailRelay()) as running:
        settings.EMAIL_BACKEND = "accounts.relay.RelayBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running
