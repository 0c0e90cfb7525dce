"""Plans and sends reminders, and makes papers: the work of worker and beat without Redis."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from tasks.api.paper_kinds import MAKERS
from tasks.papers import make_due
from tasks.reminders.daily import plan_the_day, send_the_mails

#: Seconds between two looks.
PAUSE = 60


class Command(BaseCommand):
    help = "Does in a loop, without Redis, what the jobs do. Ends on Ctrl-C or SIGTERM."

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
        make_due(MAKERS, clock=timezone.now)
