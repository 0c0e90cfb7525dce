"""``manage.py invite USERNAME…``: a mail to each with a link to their first password."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from accounts.passwords import invite


class Command(BaseCommand):
    help = "Invites people by mail to set the password of their account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("usernames", nargs="+", metavar="USERNAME")

    def handle(self, *args: Any, usernames: list[str], **options: Any) -> None:
        people = list(User.objects.filter(username__in=usernames).order_by("pk"))
        unknown = sorted(set(usernames) - {person.username for person in people})
        if unknown:
            raise CommandError(f"no such account: {', '.join(unknown)}")
        try:
            count = invite(people, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"invitations in the outbox: {count}")
