"""How much one person may ask for in a minute, over all processes; and with Redis away."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from accounts.api.throttling import PAUSE, redis_at
from accounts.models import User
from tests.api_requests import Api
from tests.county import County

ROOT = Path(__file__).resolve().parents[3]
#: Nobody listens there.
AWAY = "redis://127.0.0.1:1/0"
COUNT_ELSEWHERE = """
import django
django.setup()
from django.conf import settings
from accounts.api.throttling import redis_at
print(redis_at(settings.REDIS_URL).count("requests:read:{0}")[0])
"""


@pytest.fixture
def officer(county: County, settings: Settings) -> User:
    limit(settings, read=3, write=2, heavy=1, anonymous=2)
    officer = county.officer("甲镇")
    forget(officer.pk, "127.0.0.1")
    return officer


def limit(settings: Settings, **limits: int) -> None:
    settings.LUOSHI_REQUESTS_PER_MINUTE = settings.LUOSHI_REQUESTS_PER_MINUTE | limits


def forget(*counted: object) -> None:
    """Other tests of this minute have counted the same ids."""
    kinds = ("read", "write", "heavy", "anonymous")
    keys = [f"requests:{kind}:{who}" for kind in kinds for who in counted]
    redis_at(settings.REDIS_URL)._client.delete(*keys)


def statuses(api: Api, path: str, turns: int) -> list[int]:
    return [api.get(path).status_code for _turn in range(turns)]


def test_the_fourth_read_of_three_waits_and_is_told_for_how_long(officer: User) -> None:
    api = Api(officer)
    assert statuses(api, "/tokens/", 3) == [200] * 3
    refused = api.get("/tokens/")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert refused.json().keys() == {"code", "message", "details"}
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_kinds_and_people_are_counted_apart(officer: User, county: County) -> None:
    api, other = Api(officer), county.officer("乙乡")
    forget(other.pk)
    statuses(api, "/tokens/", 4)
    writes = [api.send("put", "/me/wishes/").status_code for _turn in range(3)]
    assert writes == [200, 200, 429]
    assert statuses(Api(other), "/tokens/", 1) == [200]


def test_what_costs_much_has_a_limit_of_its_own(officer: User) -> None:
    api = Api(officer)
    found = [api.post("/plans/read/", {"text": ""}).status_code for _turn in range(2)]
    assert found[1] == 429 != found[0]
    assert statuses(api, "/tokens/", 1) == [200]


def test_strangers_are_counted_by_network_whatever_they_present(officer: User) -> None:
    assert statuses(Api(), "/me/", 1) == [401]
    assert statuses(Api(authorization="Token " + "f" * 64), "/me/", 1) == [401]
    forged = Api(authorization="Token " + "e" * 64, x_forwarded_for="198.51.100.1")
    assert statuses(forged, "/me/", 1) == [429]
    assert statuses(Api(officer), "/tokens/", 1) == [200]


def test_a_count_holds_over_processes(officer: User) -> None:
    api = Api(officer)
    assert statuses(api, "/tokens/", 2) == [200] * 2
    counted = subprocess.run(
        [sys.executable, "-c", COUNT_ELSEWHERE.format(officer.pk)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert counted.stdout.strip() == "3"
    assert statuses(api, "/tokens/", 1) == [429]


def test_0_is_no_limit(officer: User, settings: Settings) -> None:
    limit(settings, read=0)
    assert statuses(Api(officer), "/tokens/", 9) == [200] * 9


def test_without_redis_everything_goes_on_and_the_log_says_so(
    officer: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = AWAY
    redis_at.cache_clear()
    api = Api(officer)
    with caplog.at_level(logging.WARNING, "accounts.api.throttling"):
        assert statuses(api, "/tokens/", 5) == [200] * 5
        assert api.send("put", "/me/wishes/").status_code == 200
    said = [r.getMessage() for r in caplog.records if r.name == "accounts.api.throttling"]
    assert len(said) == 1
    assert said[0].startswith(f"requests are not counted for {PAUSE} s: ")


def test_a_table_of_figures_counts_as_heavy_and_the_figures_as_a_read(officer: User) -> None:
    api, table = Api(officer), Api(officer, accept="text/csv")
    assert [table.get("/completion/").status_code for _turn in range(2)] == [200, 429]
    assert statuses(api, "/completion/", 3) == [200] * 3
