#!/usr/bin/env python3
"""Luoshi's commands. Without DATABASE_URL they run on the local engines, a running demo's too."""

import os
import sys

from django.core.management import execute_from_command_line

from config.engines.base import EngineError
from config.engines.postgres import find_programs
from config.local_services import DEMO_DATA, INTERRUPTED, interrupt_on_termination, running

#: Commands that ask no database; for these nothing is started.
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "read_plan",
    "version",
}


def needs_engines(arguments: list[str]) -> bool:
    """Whether the command line, without the program's name, asks the database for anything."""
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ.get("DATABASE_URL") or not needs_engines(sys.argv[1:]):
        execute_from_command_line(sys.argv)
        return
    interrupt_on_termination()
    try:
        with running(DEMO_DATA):
            # For dbshell, on a machine that has no psql of its own.
            os.environ["PATH"] += f"{os.pathsep}{find_programs()}"
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
