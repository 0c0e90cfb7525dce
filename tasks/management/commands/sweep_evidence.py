"""``manage.py sweep_evidence``: to be run once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.evidence import sweep_evidence


class Command(BaseCommand):
    help = "Removes uploaded files that are a day old and belong to no report."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"files removed: {sweep_evidence(at=timezone.now())}")
