"""The feed after a dump was restored in another cluster, where transactions are numbered anew."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.management import call_command
from django.db import connection, connections
from psycopg.conninfo import conninfo_to_dict

from config.engines.base import Place
from config.engines.postgres import Postgres, find_programs
from tasks.acknowledging import acknowledge
from tasks.models import Task, TaskEvent
from tasks.querysets import oldest_running
from tests.api_requests import Api, ids_in
from tests.county import County, at, due, issued_plan, item, make_county, owner
from tests.story.processes import database_url

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.fault(suite="lifecycle", name="the feed after a restore in another cluster"),
]


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def office(county: County) -> Api:
    return Api(county.coordinator)


@pytest.fixture
def shares(county: County) -> list[Task]:
    """Three shares that wait to be signed for."""
    names = ("财政局", "甲镇", "乙乡")
    items = [item(f"{n}.", n, [owner(n, "lead")], due("2026-09-30")) for n in names]
    plan = issued_plan(county, *items)
    return list(Task.objects.filter(plan=plan).select_related("unit").order_by("pk"))


def sign(county: County, share: Task) -> None:
    acknowledge(share.pk, actor=county.officer(share.unit.name), at=at(3, 3))


def run(program: str, *arguments: str) -> None:
    subprocess.run([find_programs() / program, *arguments], check=True, capture_output=True)


@contextmanager
def restored_elsewhere(folder: Path) -> Iterator[None]:
    """This test's database, dumped and restored in a cluster of its own, and asked from here."""
    dump = str(folder / "dump")
    run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={database_url()}")
    # The path of a socket must be short.
    with TemporaryDirectory(prefix="luoshi-") as short:
        engine = Postgres(Place(Path(short), Path(short), durable=False))
        child = engine.start()
        try:
            # At once: few transactions, so that the numbers of the dump are yet to come.
            run("pg_restore", "--no-owner", "--single-transaction", f"-d{engine.url()}", dump)
            with asking(engine.url()):
                yield
        finally:
            engine.stop(child)


@contextmanager
def asking(url: str) -> Iterator[None]:
    words = conninfo_to_dict(url)
    there = {"NAME": words["dbname"], "HOST": words["host"], "USER": words["user"]}
    settings = connections["default"].settings_dict
    here = {name: settings[name] for name in there}
    connection.close()
    settings.update(there)
    try:
        yield
    finally:
        connection.close()
        settings.update(here)


def number_a_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")


def test_settled_everything_is_told_and_older_than_what_comes(
    county: County, office: Api, shares: list[Task], tmp_path: Path
) -> None:
    before = office.get("/events/").json()["cursor"]
    sign(county, shares[0])
    number = max(TaskEvent.objects.values_list("transaction", flat=True))
    every = list(TaskEvent.objects.order_by("pk").values_list("pk", flat=True))
    with restored_elsewhere(tmp_path):
        # The fault: numbers that this cluster has not reached are not told.
        assert ids_in(office.get("/events/")) == []
        refused = office.get("/events/", after=before)
        assert (refused.status_code, refused.json()["code"]) == (400, "resync_required")

        call_command("settle_events", verbosity=0)
        told = office.get("/events/").json()
        assert [row["id"] for row in told["results"]] == every
        # Once this cluster has come as far, the old cursor would pass the last event over.
        while oldest_running() <= number:
            number_a_transaction()
        refused = office.get("/events/", after=before)
        assert (refused.status_code, refused.json()["code"]) == (400, "resync_required")

        sign(county, shares[1])
        (new,) = office.get("/events/", after=told["cursor"]).json()["results"]
        assert (new["kind"], new["task"]["id"]) == ("acknowledged", shares[1].pk)


def test_where_nothing_was_restored_every_cursor_goes_on(
    county: County, office: Api, shares: list[Task]
) -> None:
    """The control: the same questions without a restore."""
    before = office.get("/events/").json()["cursor"]
    sign(county, shares[0])
    assert len(ids_in(office.get("/events/", after=before))) == 1
