"""Every page of the house in a browser, in both languages: quiet, at home, and usable by all."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from accounts.directory import add_person
from accounts.models import User
from accounts.sheets.layout import NAME, UNITS
from accounts.sheets.writing import directory_sheet
from tests.api_requests import session_of
from tests.api_world import ApiWorld
from tests.browser.conftest import OpensDesk
from tests.browser.desk import Desk
from tests.county import County
from tests.kept_rows import built_once
from tests.permissions import ANONYMOUS, TEXT, Matrix, parse
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
def matrix(county: County, settings: Settings, evidence_root: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = evidence_root
    with transaction.atomic():  # as in the matrix's own tests, which never commit
        return Matrix(built_once(ApiWorld, county))


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
    return [*faults_in_sight(desk), *[f"{path}: {status}"] * (status >= 500)]


def faults_in_sight(desk: Desk) -> list[str]:
    """Those of the page that is open, however it was come by."""
    faults = [*desk.wrong, *desk.accessibility_faults(), *desk.faults_on_a_telephone()]
    desk.wrong.clear()
    return [f"{desk.page.url} {desk.page.title()}: {fault}" for fault in faults]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page(matrix: Matrix, open_desk: OpensDesk, language: str) -> None:
    wrong = []
    for who in ("office coordinator", "own officer", ANONYMOUS):
        desk = open_desk(language=language, session=matrix.sessions.get(who))
        for path in pages_of(matrix, who):
            wrong += faults_of(desk, path)
    assert wrong == []


def send(desk: Desk, *buttons: str) -> None:
    """Presses what sends the first form that has one of the buttons."""
    desk.click(desk.page.locator(", ".join(f"main {button}" for button in buttons)).first)


def sheet_of_units(place: Path, kind: str) -> Path:
    """The units as they are, and one more."""
    content = directory_sheet(UNITS, on=timezone.localdate(), filled=True)
    book = load_workbook(BytesIO(content))
    sheet: Any = book.worksheets[0]
    row = 1 + max(n for n in range(1, sheet.max_row + 1) if sheet.cell(n, NAME).value)
    for column, value in enumerate(("丙镇", kind, "县"), NAME):
        sheet.cell(row, column).value = value
    book.save(place)
    return place


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_of_who_keeps_the_directory(
    matrix: Matrix, open_desk: OpensDesk, tmp_path: Path, language: str
) -> None:
    """The sheet is chosen, and what it would change is shown: once sound, once not."""
    keeper = add_person("keeper", name="管理员", email="")
    User.objects.filter(pk=keeper.pk).update(is_staff=True, is_superuser=True)
    desk = open_desk(language=language, session=session_of(keeper))
    wrong = faults_of(desk, "/directory/import/")
    for name, kind in (("sound", "town"), ("faulty", "月亮")):
        desk.go("/directory/import/")
        sheet = sheet_of_units(tmp_path / f"{name}.xlsx", kind)
        desk.page.locator("input[type=file]").set_input_files(sheet)
        send(desk, "button.btn-primary")
        desk.page.locator("input[name=shown]").wait_for(state="attached")
        assert desk.page.get_by_text("丙镇").count() + (name == "faulty") >= 1
        wrong += faults_in_sight(desk)
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_between_a_form_and_its_end(
    matrix: Matrix, open_desk: OpensDesk, language: str
) -> None:
    """What was read of a document, what a break-down would make, and a form that was refused."""
    office = open_desk(language=language, session=matrix.sessions["office coordinator"])
    office.go("/plans/new/")
    office.page.locator("textarea[name=text]").fill(TEXT)
    send(office, "button.btn-primary")
    office.page.locator("input[name=draft]").wait_for(state="attached")
    wrong = faults_in_sight(office)
    send(office, "button[name=back]")
    wrong += faults_in_sight(office)

    officer = open_desk(language=language, session=matrix.sessions["own officer"])
    share = matrix.rows["under-way"]
    for tick in ("input[name=units]", "input[name=own_part]"):
        officer.go(f"/tasks/{share.pk}/")
        officer.page.locator("details#decompose").evaluate("found => { found.open = true; }")
        officer.page.locator(f"details#decompose {tick}").first.check()
        send(officer, "details#decompose button")
        assert officer.page.locator("table.parts").count() == 1
        wrong += faults_in_sight(officer)
    officer.go(f"/tasks/{share.pk}/")
    officer.page.locator("details#decompose").evaluate("found => { found.open = true; }")
    send(officer, "details#decompose button")
    wrong += [fault for fault in faults_in_sight(officer) if "console" not in fault]
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
