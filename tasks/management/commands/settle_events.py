"""``manage.py settle_events``: to be run once after a restore, before the processes start."""

from typing import Any

from django.core.management.base import BaseCommand

from tasks.history import settle_events


class Command(BaseCommand):
    help = "Makes what a restore brought older than whatever is written from now on."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"events settled: {settle_events()}")
