"""``manage.py work_calendar``: fills a year's holidays and make-up workdays, or imports a table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.calendar_years import fill_year, import_days
from accounts.errors import Refusal


class Command(BaseCommand):
    help = "Fills the calendar of working days for a year, or imports it from a CSV file."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        fill = commands.add_parser("fill", help="from what is known of the year")
        fill.add_argument("year", type=int)
        table = commands.add_parser("import", help="rows of day, 班 or 休, name")
        table.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "fill":
            self._fill(options["year"])
        else:
            self._import(options["path"])

    def _fill(self, year: int) -> None:
        filled = fill_year(year)
        self.stdout.write(_("%(added)s days added for %(year)s.") % vars(filled))
        if not filled.complete:
            self.stdout.write(
                _("The make-up workdays of %(year)s are not known yet; enter them once announced.")
                % {"year": year}
            )

    def _import(self, path: Path) -> None:
        try:
            count = import_days(path.read_text(encoding="utf-8-sig"))
        except (Refusal, OSError, UnicodeDecodeError) as error:
            details = getattr(error, "details", "")
            raise CommandError(f"{error} {details or ''}".strip()) from error
        self.stdout.write(_("%(count)s days imported.") % {"count": count})
