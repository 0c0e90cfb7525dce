"""An address that the relay refused for good is written to again once somebody has mended it."""

from collections.abc import Iterable

from accounts.models import User


def trust_again(people: Iterable[User]) -> int:
    """Forgets what the relay answered; returns how many addresses had been refused."""
    refused = User.objects.filter(pk__in=[person.pk for person in people])
    return refused.exclude(email_refusal="").update(email_refusal="", email_refused_at=None)
