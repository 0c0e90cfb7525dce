"""``manage.py load_seed_year``: a county's year as a sample, with its figures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.seed_year.loading import CannotLoad, load_seed_year


class Command(BaseCommand):
    help = "Loads a county's plan of 2020 with its figures, where nothing is or beside the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the plan's id, and nothing else, to standard output."""
        try:
            plan = load_seed_year(self.stderr.write)
        except CannotLoad as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(str(plan.pk))
