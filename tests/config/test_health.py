"""What the installation says of itself to whoever asks without logging in."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

ASK = """
import django, sys
django.setup()
from django.test import Client
answer = Client().get("/healthz/ready", headers={"host": "127.0.0.1"})
print(answer.status_code, answer.content.decode())
"""


def test_live_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_the_database_has_every_migration(client: Client) -> None:
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("tasks", "0001_initial")
    answer = client.get("/healthz/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unready", "missing": "migrations"}


def test_not_ready_without_the_database() -> None:
    nowhere = {"DATABASE_URL": "postgres://luoshi@127.0.0.1:1/luoshi"}
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, **nowhere, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    status, _, body = asked.stdout.partition(" ")
    assert status == "503"
    assert json.loads(body) == {"status": "unready", "missing": "database"}
