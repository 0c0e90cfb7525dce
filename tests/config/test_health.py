"""What the installation says of itself to whoever asks without logging in."""

import datetime as dt
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from accounts.holding import hold_mail
from tasks.reminders.daily import plan_the_day
from tests.reminder_rows import make_house, make_mail

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
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("tasks")
    MigrationRecorder(connection).record_unapplied(*newest)
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


class TestWork:
    """Liveness by work done: what was planned and sent, not that a process is up."""

    TOKEN = "a-watcher's-token"

    @pytest.fixture(autouse=True)
    def token(self, settings: Any) -> None:
        settings.LUOSHI_HEALTH_TOKEN = self.TOKEN

    def ask(self, client: Client, token: str = TOKEN) -> Any:
        return client.get("/healthz/work", headers={"authorization": f"Bearer {token}"})

    def test_nobody_without_the_token(self, client: Client, settings: Any, db: None) -> None:
        assert self.ask(client, "guessed").status_code == 404
        settings.LUOSHI_HEALTH_TOKEN = ""
        assert self.ask(client, "").status_code == 404

    def test_it_works(self, client: Client, db: None) -> None:
        plan_the_day(at=timezone.now())
        answer = self.ask(client)
        assert (answer.status_code, answer.json()["status"], answer.json()["wrong"]) == (
            200,
            "ok",
            [],
        )

    def test_each_part_that_stands_still_is_named(self, client: Client, db: None) -> None:
        assert self.ask(client).json()["wrong"] == ["planner_stopped"]
        now = timezone.now()
        plan_the_day(at=now - dt.timedelta(minutes=6))
        house = make_house()
        make_mail(house.person("镇-officer"), next_try_at=now - dt.timedelta(minutes=11))
        make_mail(house.person("镇-head"), state="failed", next_try_at=now)
        hold_mail("恢复", at=now)
        answer = self.ask(client)
        assert answer.status_code == 503
        assert answer.json()["wrong"] == [
            "planner_stopped",
            "mail_waits",
            "mail_held",
            "mail_failed",
        ]
