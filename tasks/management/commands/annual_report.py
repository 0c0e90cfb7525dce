"""``manage.py annual_report ID --out FILE.docx``: the report of a plan as it reads today."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from accounts.access import Role, people_of
from plans.models import Plan
from tasks.annual_document import Signature, annual_document
from tasks.annual_report import report_to_read


class Command(BaseCommand):
    help = "Writes the annual report of a plan as a .docx, as its issuing office reads it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", type=int, help="the plan's id")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument("--unit", default="", help="who signs; the issuing unit if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """In Chinese, with the eyes of a coordinator; what looks odd goes to standard error."""
        plan = Plan.objects.select_related("issuing_unit").filter(pk=options["plan"]).first()
        if plan is None:
            raise CommandError(f"There is no plan {options['plan']}.")
        on = timezone.localdate()
        office = people_of(plan.issuing_unit, [Role.COORDINATOR], on)
        if not office:
            raise CommandError(f"Nobody coordinates {plan.issuing_unit}.")
        with translation.override("zh-hans"):
            found = report_to_read(plan, user=office[0], on=on)
            signature = Signature(options["unit"] or plan.issuing_unit.name, on)
            content = annual_document(found, signature)
            findings = [f"{one.code}: {one.text} ({one.where})" for one in found.findings]
        try:
            options["out"].write_bytes(content.getvalue())
        except OSError as error:
            raise CommandError(str(error)) from error
        for line in findings:
            self.stderr.write(line)
