"""What a person sets for themselves."""

from accounts.models import User


def choose_language(user: User, language: str) -> None:
    """The language of the person's mails, and of the pages from the next log-in on."""
    user.language = language
    user.save(update_fields=["language"])
