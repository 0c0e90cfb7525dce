"""Plans and sends reminders without Celery and Redis: the same work as worker and beat."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from tasks.reminders.daily import plan_the_day, send_the_mails

#: Seconds between two looks.
PAUSE = 60


class Command(BaseCommand):
    help = "Plans and sends reminders in a loop, without Redis. Ends on Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            self._look()
            return
        while True:
            try:
                self._look()
            except DatabaseError as error:
                # The database will be back, and the rows with it.
                self.stderr.write(f"could not look: {error}")
            time.sleep(PAUSE)

    def _look(self) -> None:
        """One round on a connection that is known to be alive."""
        close_old_connections()
        plan_the_day(at=timezone.now())
        handled = send_the_mails(clock=timezone.now)
        self.stdout.write(f"mails handled: {handled}")
