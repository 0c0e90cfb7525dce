"""``manage.py check_rollups``: part of health and of every restore drill."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from plans.models import Plan
from tasks.audit import wrong_rollups


class Command(BaseCommand):
    help = "Recomputes every figure from its rows and reports what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 where something differs, each difference on a line of its own."""
        found = 0
        for plan in Plan.objects.exclude(state=Plan.State.DRAFT).order_by("pk"):
            for difference in wrong_rollups(plan):
                found += 1
                self.stderr.write(f"{plan}: {difference}")
        self.stdout.write(f"{found} differences")
        if found:
            sys.exit(1)
