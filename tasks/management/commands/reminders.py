"""``manage.py reminders``: how the reminders stand; the mail held and let go."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.errors import Refusal
from accounts.holding import hold_mail, release_mail
from tasks.reminders.status import Status, status_of_reminders


class Command(BaseCommand):
    help = "Shows how the reminders stand (status), holds the mail (hold) or lets it go (release)."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="action", required=True)
        commands.add_parser("status", help="what was sent, what waits, what failed")
        hold = commands.add_parser("hold", help="send nothing until it is released")
        hold.add_argument("reason")
        release = commands.add_parser("release", help="let the mail go on")
        release.add_argument(
            "--sent-log", type=Path, help="Message-IDs that the relay has taken, one on a line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(**options)

    def _status(self, **options: Any) -> None:
        """Exit 1 where somebody must look: failed mail, a hold, or a reminder without an end."""
        at = timezone.now()
        status = status_of_reminders(timezone.localdate(at), at)
        for line in lines_of(status):
            self.stdout.write(line)
        if status.mail.failed or status.mail.hold or status.unaccounted:
            sys.exit(1)

    def _hold(self, *, reason: str, **options: Any) -> None:
        hold = hold_mail(reason, at=timezone.now())
        self.stdout.write(f"held since {timezone.localtime(hold.since):%Y-%m-%d %H:%M}")

    def _release(self, *, sent_log: Path | None, **options: Any) -> None:
        try:
            ids = sent_log.read_text(encoding="utf-8").splitlines() if sent_log else []
            marked = release_mail(sent_ids=ids, at=timezone.now())
        except (Refusal, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"released; {marked} mails marked as sent by the log")


def lines_of(status: Status) -> list[str]:
    """One fact a line, for people and for scripts that look for a word."""
    ends = ", ".join(f"{count} {end}" for end, count in status.reminders.items())
    lines = [
        f"reminders: {status.total} ({ends})",
        f"without an end: {status.unaccounted}",
        f"oldest waiting mail: {_when(status.mail.oldest_waiting)}",
        f"last mail sent: {_when(status.mail.last_sent)}",
        f"failed mails: {status.mail.failed}",
        f"refused addresses: {status.refused_addresses}",
        f"units with nobody to write to: {status.units_with_nobody}",
    ]
    if status.mail.hold:
        lines.append(f"HELD since {_when(status.mail.hold.since)}: {status.mail.hold.reason}")
    if status.uncovered_years:
        years = ", ".join(map(str, status.uncovered_years))
        lines.append(f"holidays unknown, weekends only: {years}")
    return lines


def _when(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "–"
