"""A real browser before a real web process on the test's database."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Desk
from tests.browser.old_chromium import OLD_MISSING, lend_what_playwright_asks_for, unpacked
from tests.county import County
from tests.story.processes import SHARED_BY_BROWSERS, web_process

PASSWORD = "county-pass-2026"
KINDS_OF_REQUESTS = ("READ", "WRITE", "HEAVY", "ANONYMOUS")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "THE PAGES WERE NOT TESTED IN A BROWSER: apt-get install chromium fonts-noto-cjk"

#: Opens a person's own window, in a language.
OpensDesk = Callable[..., Desk]


@pytest.fixture
def county(transactional_db: None, county: County) -> County:
    """Everybody of it knows the password."""
    hashed = make_password(PASSWORD)
    for person in county.people.values():
        person.password = hashed
        person.save()
    return county


@pytest.fixture(scope="session")
def evidence_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="session")
def web(
    django_db_setup: None, evidence_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One process for all tests of a worker: it keeps nothing that the database does not."""
    named = {"PGAPPNAME": SHARED_BY_BROWSERS}
    unlimited = {f"LUOSHI_{kind}_REQUESTS_PER_MINUTE": str(10**6) for kind in KINDS_OF_REQUESTS}
    work = tmp_path_factory.mktemp("web")
    with web_process(
        work, LUOSHI_EVIDENCE_ROOT=str(evidence_root), **named, **unlimited
    ) as address:
        yield address


@pytest.fixture
def address(county: County, web: str) -> str:
    return web


@contextmanager
def launched(program: Path | str, *words: str, **environment: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium refuses root without --no-sandbox; it sees our own pages only.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", *words],
            env={**os.environ, **environment},
        )
        yield browser
        browser.close()
        # What was asked of the database beside that loop went over a connection of its own.
        connections.close_all()


@pytest.fixture
def beside_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright keeps an event loop in the test's thread; the test itself stays synchronous."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def chromium(beside_a_loop: None) -> Iterator[Browser]:
    installed = next(filter(None, map(shutil.which, BROWSERS)), None)
    if installed is None:
        pytest.skip(MISSING)
    with launched(installed) as browser:
        yield browser


@pytest.fixture
def old_chromium(beside_a_loop: None) -> Iterator[Browser]:
    """Chromium 91, the oldest that there is a package of; the pages promise 90."""
    place = unpacked()
    if place is None:
        pytest.skip(OLD_MISSING)
    # With its drawing process, about one start in twenty never comes to a first page.
    with launched(
        place / "chromium", "--disable-gpu", LD_LIBRARY_PATH=str(place / "lib")
    ) as browser:
        assert browser.version.startswith("91."), browser.version
        yield browser


@pytest.fixture
def open_desk(address: str, chromium: Browser) -> OpensDesk:
    return opener(address, chromium)


@pytest.fixture
def open_old_desk(address: str, old_chromium: Browser) -> OpensDesk:
    opens = opener(address, old_chromium)

    def open_for(**options: Any) -> Desk:
        desk = opens(**options)
        lend_what_playwright_asks_for(desk.page)
        return desk

    return open_for


def opener(address: str, browser: Browser) -> OpensDesk:
    def open_for(
        *, language: str = "zh-CN", session: str | None = None, lenient: bool = False
    ) -> Desk:
        return Desk(browser, address, language=language, session=session, lenient=lenient)

    return open_for
