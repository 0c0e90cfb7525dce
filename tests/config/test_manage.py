"""``manage.py`` starts the local engines for the commands that need them, and for no others."""

from pathlib import Path

import pytest

import manage
from tests.config.places import command


@pytest.mark.parametrize(
    "line",
    [
        *("", "--version", "version", "help", "help migrate", "migrate --help", "check --deploy"),
        *("read_plan a.docx", "makemessages -l zh_Hans", "compilemessages"),
        "collectstatic --noinput",
    ],
)
def test_commands_without_a_database_start_nothing(line: str) -> None:
    assert not manage.needs_engines(line.split())


@pytest.mark.parametrize("line", ["migrate", "shell", "run_reminders", "makemigrations --check"])
def test_every_other_command_gets_the_engines(line: str) -> None:
    assert manage.needs_engines(line.split())


@pytest.mark.usefixtures("data")
def test_help_works_without_any_engine(tmp_path: Path) -> None:
    with command("manage.py", "version", output=tmp_path / "log") as process:
        assert process.wait(timeout=60) == 0
    assert (tmp_path / "log").read_text().startswith("5.2.")
