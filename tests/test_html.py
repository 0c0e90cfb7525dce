"""Every page of the permission table is HTML as the standard has it, in both languages."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from tests.api_world import ApiWorld
from tests.browser.test_every_page import pages_of
from tests.county import County
from tests.html_validator import NO_VALIDATOR, can_validate, faults_of_pages
from tests.kept_rows import built_once
from tests.permissions import ANONYMOUS, Matrix

READERS = ("office coordinator", "own officer", ANONYMOUS)


@pytest.fixture(autouse=True)
def validator() -> None:
    if not can_validate():
        pytest.skip(NO_VALIDATOR)


@pytest.fixture
def matrix(county: County, settings: Settings, tmp_path: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    return Matrix(built_once(ApiWorld, county))


def pages_for(matrix: Matrix, who: str, language: str) -> dict[str, str]:
    client = Client(headers={"accept-language": language})
    if who in matrix.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = matrix.sessions[who]
    answers = {path: client.get(path) for path in pages_of(matrix, who)}
    assert any(answer.status_code == 200 for answer in answers.values())
    return {
        f"{who} {path}": answer.content.decode()
        for path, answer in answers.items()
        if answer.status_code not in (301, 302)
    }


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_valid(matrix: Matrix, tmp_path: Path, language: str) -> None:
    pages: dict[str, str] = {}
    for who in READERS:
        pages |= pages_for(matrix, who, language)
    assert faults_of_pages(tmp_path, pages) == []


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title></head>
<body><main>{}</main></body></html>
"""


@pytest.mark.parametrize(
    "fault",
    [
        "<p><div>a block in a paragraph</div></p>",
        '<p id="a">twice</p><p id="a">the same</p>',
        "<ul><p>no item</p></ul>",
        '<a href="/"><button type="button">in a link</button></a>',
        '<label for="nowhere">of nothing</label>',
        "<section>not closed",
        '<input type="text" rows="3" type="text">',
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, fault: str) -> None:
    """The control: one fault each, and none without it."""
    assert faults_of_pages(tmp_path, {"sound": PAGE.format("<p>well</p>")}) == []
    assert faults_of_pages(tmp_path, {"faulty": PAGE.format(fault)})
