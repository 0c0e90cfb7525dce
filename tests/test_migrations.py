"""The migrations say what the models say, under names that somebody chose."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("app", ["accounts", "plans", "tasks"])
def test_migrations_are_numbered_in_one_line_and_named_by_hand(app: str) -> None:
    names = sorted(p.stem for p in (ROOT / app / "migrations").glob("[0-9]*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    by_the_tool = re.compile(r"_(auto_\d|alter_|remove_|rename_|delete_|and_more)")
    assert [name for name in names if by_the_tool.search(name)] == []
