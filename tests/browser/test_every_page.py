"""Every page of the house in a browser, in both languages: quiet, at home, and usable by all."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from tests.api_world import ApiWorld
from tests.browser.conftest import OpensDesk
from tests.browser.desk import Desk
from tests.county import County
from tests.permissions import ANONYMOUS, Matrix, parse
from tests.test_permissions import PAGES, path_of

pytestmark = pytest.mark.django_db(transaction=True)

#: Answers that are no page: states of the process, a calendar, sheets.
NO_PAGES = (
    "live",
    "ready",
    "work",
    "calendar-feed",
    "completion-sheet",
    "report-sheet",
    "directory-sheet:units",
    "paper-file",
    "urge-document",
    "notice-document",
    "extension-document",
)


@pytest.fixture
def matrix(county: County, settings: Settings, tmp_path: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    with transaction.atomic():  # as in the matrix's own tests, which never commit
        return Matrix(ApiWorld(county))


def pages_of(matrix: Matrix, who: str) -> list[str]:
    """The pages of the permission table, so that a new one is looked at without being named.

    A stranger is sent from all but the first of them to the log-in page.
    """
    lines = [line for line in parse(PAGES) if line.method == "GET" and line.route not in NO_PAGES]
    open_to_all = {line.route for line in lines if line.expected[ANONYMOUS] == "+"}
    if who == ANONYMOUS:
        return [path_of(line, matrix) for line in lines if line.route in open_to_all]
    every_share = [f"/tasks/{task.pk}/" for task in matrix.world.plan.tasks.all()]
    return [*(path_of(line, matrix) for line in lines), *every_share, "/nowhere/"]


def faults_of(desk: Desk, path: str) -> list[str]:
    status = desk.go(path)
    faults = [*desk.wrong, *desk.accessibility_faults(), *desk.faults_on_a_telephone()]
    desk.wrong.clear()
    return [f"{path}: {fault}" for fault in faults + [str(status)] * (status >= 500)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page(matrix: Matrix, open_desk: OpensDesk, language: str) -> None:
    wrong = []
    for who in ("office coordinator", "own officer", ANONYMOUS):
        desk = open_desk(language=language, session=matrix.sessions.get(who))
        for path in pages_of(matrix, who):
            wrong += faults_of(desk, path)
    assert wrong == []


def test_what_must_not_happen_is_noticed(open_desk: OpensDesk) -> None:
    """The control: a page with each of the faults is not passed over."""
    desk = open_desk()
    desk.go("/login/")
    desk.page.evaluate(BROKEN)
    desk.page.wait_for_function("window.refused === 2")
    assert any("Content Security Policy" in found for found in desk.wrong), desk.wrong
    assert any("a fault of ours" in found for found in desk.wrong)
    assert any(found.startswith("image-alt:") for found in desk.accessibility_faults())


#: An image of another host, an inline script and an error, as a page should never have them.
BROKEN = """
window.refused = 0;
document.addEventListener("securitypolicyviolation", () => { window.refused += 1; });
console.error("a fault of ours");
const image = new Image();
image.src = "http://elsewhere.invalid/a.png";
const script = document.createElement("script");
script.textContent = "window.ran = true";
document.querySelector("main").append(image, script);
"""
