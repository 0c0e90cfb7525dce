"""Waking a job after the commit: with a broker, without one, and with one that never answers."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.queues import broker_url_of

ROOT = Path(__file__).resolve().parents[2]

#: Saves a row and nudges, in a process of its own whose broker REDIS_URL names. What runs
#: ``before``, ``inside`` and ``after`` the transaction is up to the test.
WRITE = """
import json, time
import django
django.setup()
from celery import current_app
from django.db import connection, transaction
from accounts.nudge import nudge

def waiting():
    channel = current_app.connection_for_write().default_channel
    return [channel._size(queue) for queue in ("default", "mail", "heavy")]

def declare():
    # As a worker does: from then on the exchange knows every queue.
    channel = current_app.connection_for_write().default_channel
    for queue in current_app.amqp.queues.values():
        queue(channel).declare()

ran = []
counts = []
{before}
started = time.monotonic()
with transaction.atomic():
    connection.cursor().execute("CREATE TEMPORARY TABLE written (n int)")
    nudge("tasks.jobs.send_mails")
    transaction.on_commit(lambda: ran.append("the hook after it"))
    {inside}
connection.cursor().execute("SELECT count(*) FROM written")
elapsed = time.monotonic() - started
{after}
print(json.dumps({{"elapsed": elapsed, "ran": ran, "counts": counts}}))
"""


def write(
    redis_url: str, *, before: str = "pass", inside: str = "pass", after: str = "pass"
) -> dict[str, Any]:
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": redis_url}
    script = WRITE.format(before=before, inside=inside, after=after)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return answer | {"log": done.stderr.decode()}


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield listener.getsockname()[1]


def test_a_job_is_woken_after_the_commit_only() -> None:
    looking = "counts.append(waiting())"
    answer = write("memory://", before="declare()", inside=looking, after=looking)
    assert answer["counts"] == [[0, 0, 0], [0, 1, 0]]
    assert answer["log"] == ""


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/valkey.sock?db=0"])
def test_without_a_broker_the_write_succeeds_at_once(url: str) -> None:
    answer = write(url)
    assert answer["ran"] == ["the hook after it"]
    assert answer["elapsed"] < 2
    assert "could not wake tasks.jobs.send_mails" in answer["log"]


def test_with_a_silent_broker_the_write_succeeds_after_one_timeout(silent_server: int) -> None:
    answer = write(f"redis://127.0.0.1:{silent_server}/0")
    assert answer["ran"] == ["the hook after it"]
    assert answer["elapsed"] < 5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://cache:6379/2", "redis://cache:6379/2"),
        ("rediss://:secret@cache:6379/2", "rediss://:secret@cache:6379/2"),
        ("unix:///run/a/v.sock?db=3", "redis+socket:///run/a/v.sock?virtual_host=3"),
        ("unix:///run/a%20b/v.sock", "redis+socket:///run/a%20b/v.sock?virtual_host=0"),
    ],
)
def test_the_broker_s_address(given: str, expected: str) -> None:
    assert broker_url_of(given) == expected
