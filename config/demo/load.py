"""``python -m config.demo.load``: the demo's county, plan and story into an empty database."""

import argparse
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# The models can be imported only after Django is set up.
from config.demo.loading import (  # noqa: E402
    OtherData,
    completion_tables,
    load_demo,
    loaded_plan,
)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Loads the demo and prints the completion; 1 on a database that is not empty."""
    parser = argparse.ArgumentParser(prog="python -m config.demo.load", description=__doc__)
    parser.add_argument(
        "--folder",
        type=Path,
        default=settings.BASE_DIR / "var",
        help="where the document and the log-ins are written",
    )
    folder: Path = parser.parse_args().folder
    at = timezone.now()
    was_loaded = loaded_plan() is not None
    try:
        plan = load_demo(at, folder=folder, say=say)
    except OtherData:
        sys.stderr.write(_("The database holds other data; the demo is for an empty one.") + "\n")
        return 1
    if not was_loaded:
        for line in ("", *completion_tables(plan, timezone.localdate(at))):
            say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
