"""Plans and sends reminders without Celery and Redis: the same work as worker and beat."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from accounts.outbox import send_due
from tasks.reminders.daily import plan_the_day
from tasks.reminders.digest import compose

#: Seconds between two looks.
PAUSE = 60


class Command(BaseCommand):
    help = "Plans and sends reminders in a loop, without Redis. Ends on Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        while True:
            handled = self._look()
            self.stdout.write(f"mails handled: {handled}")
            if once:
                return
            time.sleep(PAUSE)

    def _look(self) -> int:
        """One round on a connection that is known to be alive."""
        close_old_connections()
        plan_the_day(at=timezone.now())
        return send_due(compose, clock=timezone.now)
