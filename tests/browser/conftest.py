"""A real browser before a real web process on the test's database."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.county import County
from tests.story.processes import web_process

PASSWORD = "county-pass-2026"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "THE PAGES WERE NOT TESTED IN A BROWSER: apt-get install chromium fonts-noto-cjk"

#: Opens a person's own window, in a language.
OpensDesk = Callable[..., Desk]


@pytest.fixture
def county(transactional_db: None, county: County) -> County:
    """Everybody of it knows the password."""
    for person in county.people.values():
        person.set_password(PASSWORD)
        person.save()
    return county


@pytest.fixture
def address(county: County, tmp_path: Path) -> Iterator[str]:
    with web_process(tmp_path, LUOSHI_EVIDENCE_ROOT=str(tmp_path)) as address:
        yield address


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    installed = next(filter(None, map(shutil.which, BROWSERS)), None)
    if installed is None:
        pytest.skip(MISSING)
    # Playwright keeps an event loop in the test's thread; the test itself stays synchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        # Chromium refuses root without --no-sandbox; it sees our own pages only.
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        browser.close()
        # What was asked of the database beside that loop went over a connection of its own.
        connections.close_all()


@pytest.fixture
def open_desk(address: str, chromium: Browser) -> OpensDesk:
    def open_for(
        *, language: str = "zh-CN", session: str | None = None, lenient: bool = False
    ) -> Desk:
        return Desk(chromium, address, language=language, session=session, lenient=lenient)

    return open_for
