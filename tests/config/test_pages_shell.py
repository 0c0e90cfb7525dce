"""What is served beside the pages, and how a production of HTTPS is set."""

import os
import subprocess
import sys
from pathlib import Path

from django.contrib.staticfiles import finders

from config.packages import FILES, PACKAGES, PackageFinder

ROOT = Path(__file__).resolve().parent.parent.parent


def test_only_the_files_named_are_served_from_the_packages() -> None:
    """The table's files are found where npm put them; their neighbours are not."""
    assert (PACKAGES / "bootstrap" / "dist" / "css" / "bootstrap.css").is_file()
    finder = PackageFinder()
    assert sorted(name for name, _storage in finder.list(None)) == sorted(FILES)
    for name, place in FILES.items():
        assert finders.find(name) == str(PACKAGES / place)
        assert finder.find(name, find_all=True) == [str(PACKAGES / place)]
    assert finder.find("packages/bootstrap.css") == []


def test_production_behind_https_passes_djangos_own_check() -> None:
    environment = {
        **os.environ,
        "LUOSHI_DEBUG": "",
        "LUOSHI_HTTPS": "1",
        "LUOSHI_PROXIES": "10.1.2.3",
        "LUOSHI_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghij",
    }
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
