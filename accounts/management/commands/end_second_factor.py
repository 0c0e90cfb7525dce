"""``manage.py end_second_factor USERNAME``: for who has neither the phone nor a recovery code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.second_factor import end_second_factor


class Command(BaseCommand):
    help = "Takes the second factor off an account; make sure who asks for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['username']}.")
        end_second_factor(user)
        self.stdout.write(f"{user.username} logs in with the password alone again.")
