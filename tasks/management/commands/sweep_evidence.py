"""``manage.py sweep_evidence``: to be run once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.evidence import sweep_evidence
from tasks.papers import sweep_papers


class Command(BaseCommand):
    help = "Removes files that are a day old and belong to no report, and to no paper."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        self.stdout.write(f"files removed: {sweep_evidence(at=at) + sweep_papers(at=at)}")
