"""The house as DESIGN draws it: imports run one way, and each library stays in its rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: From the top floor to the ground: code may import its own floor and those after it.
APPS = ("config", "tasks", "plans", "accounts")

#: Inside ``tasks``, from the doors down to the pure rules. A module imports its own floor or
#: lower; what is not named here is free of the rule.
TASK_FLOORS = (
    {"api", "views", "jobs", "forms", "urls", "admin"},
    {"issuing", "decomposition", "acknowledging", "progress", "extensions", "evidence", "urging"}
    | {"papers"},
    {"completion", "figures", "ledger", "bulletin", "reminders", "history", "locking", "access"},
    {"models", "querysets"},
    {"schedule", "transitions", "lights", "rules", "files"},
)

#: Pure modules know neither rows nor the ORM.
PURE = (
    "tasks/schedule.py",
    "tasks/transitions.py",
    "tasks/lights.py",
    "tasks/rules.py",
    "tasks/apportionment.py",
    "tasks/official_words.py",
    "tasks/official_layout.py",
    "tasks/official_document.py",
    "tasks/reminders/ladder.py",
    "tasks/reminders/keys.py",
    "plans/reading/grammar.py",
    "plans/reading/deadlines.py",
    "plans/reading/owners.py",
    "plans/reading/draft.py",
    "plans/reading/formats.py",
)


def sources() -> list[Path]:
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


def imported_by(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the full name of everything the module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def upward(path: Path, name: str) -> bool:
    """Whether the import leads from a lower floor of the house to a higher one."""
    own, other = path.relative_to(ROOT).parts[0], name.split(".")[0]
    return other in APPS and APPS.index(other) < APPS.index(own)


def floor_of(module: str) -> int | None:
    return next((n for n, rooms in enumerate(TASK_FLOORS) if module in rooms), None)


def upstairs(path: Path, name: str) -> bool:
    """Whether the import leads from a lower floor of ``tasks`` to a higher one."""
    parts = name.split(".")
    if parts[0] != "tasks" or path.relative_to(ROOT).parts[0] != "tasks":
        return False
    own = floor_of(path.relative_to(ROOT / "tasks").parts[0].removesuffix(".py"))
    other = floor_of(parts[1])
    return own is not None and other is not None and other < own


def may_know(path: Path, library: str) -> bool:
    """Which rooms may import the web API's and the queue's libraries."""
    place = path.relative_to(ROOT)
    if library == "rest_framework":
        return "api" in place.parts or place.as_posix() == "config/api.py"
    if library == "celery":
        return (
            place.name == "jobs.py"
            or place.parts[0] == "config"
            or place.as_posix() == "accounts/nudge.py"
        )
    return True


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_imports_run_to_the_right_only(path: Path) -> None:
    wrong = [f"line {line}: {name}" for line, name in imported_by(path) if upward(path, name)]
    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_inside_tasks_imports_run_down_only(path: Path) -> None:
    wrong = [f"line {line}: {name}" for line, name in imported_by(path) if upstairs(path, name)]
    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_each_library_stays_in_its_rooms(path: Path) -> None:
    wrong = [
        f"line {line}: {name}"
        for line, name in imported_by(path)
        if not may_know(path, name.split(".")[0])
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_no_import_inside_a_function(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    inner = [
        f"{function.name}, line {node.lineno}"
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inner == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_rows(name: str) -> None:
    path = ROOT / name
    wrong = [
        f"line {line}: {imported}"
        for line, imported in imported_by(path)
        if imported.startswith("django.db") or ".models" in imported
    ]
    assert wrong == []


def test_the_rules_would_find_an_arrow_the_other_way() -> None:
    """The control: what the tests above must refuse."""
    assert upward(ROOT / "accounts/models.py", "tasks.models")
    assert not upward(ROOT / "tasks/models.py", "accounts.models")
    assert upstairs(ROOT / "tasks/models.py", "tasks.completion.roll_up")
    assert not may_know(ROOT / "tasks/views.py", "rest_framework")
    assert not may_know(ROOT / "accounts/outbox.py", "celery")
