"""A worker dies over a paper: it is made once more by another, and there is one file."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery
from django.utils import timezone
from pytest_django import Settings

from config.queues import broker_url_of
from tasks.models import Paper
from tasks.papers import JOB, ask_for_paper, open_paper
from tests.county import County, make_county
from tests.faults.post_office import PostOffice, open_post_office
from tests.faults.processes import UNGUARDED, Crew, crew, own_valkey
from tests.tasks.life_case import townships_plan

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="a worker killed while it makes a paper")

STALLING = "tests.faults.stalling"


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def paper(county: County) -> Paper:
    now = timezone.now()
    return ask_for_paper(
        "ledger",
        townships_plan(county),
        as_of=timezone.localdate(now),
        asked={"size": "A3", "filters": {}},
        actor=county.coordinator,
        at=now,
    )


@contextmanager
def abandoned(paper: Paper, folder: Path) -> Iterator[tuple[Crew, str]]:
    """A worker has begun the paper, was killed, and its lease is over."""
    with (
        open_post_office(PostOffice()) as office,
        own_valkey() as valkey,
        crew(office, valkey.url, "Asia/Shanghai", folder) as team,
    ):
        team.env["LUOSHI_PAPER_ROOT"] = str(folder / "papers")
        doomed = team.worker("doomed", app=STALLING, concurrency=1)
        wake(valkey.url)
        team.wait_for("the first half", lambda: Paper.objects.filter(done=1).exists())
        doomed.kill()
        assert Paper.objects.get().state == "making"
        Paper.objects.update(lease_until=timezone.now())
        yield team, valkey.url


def wake(redis_url: str) -> None:
    with Celery(broker=broker_url_of(redis_url), set_as_current=False) as app:
        app.send_task(JOB, queue="heavy")


@fault
def test_it_is_made_once_more(paper: Paper, tmp_path: Path, settings: Settings) -> None:
    settings.LUOSHI_PAPER_ROOT = tmp_path / "papers"
    with abandoned(paper, tmp_path) as (team, redis_url):
        team.worker("healthy", concurrency=2)
        for _turn in range(4):
            wake(redis_url)
        team.wait_for("the paper", lambda: not Paper.objects.under_way().exists())
    made = Paper.objects.get()
    assert (made.state, made.attempts) == ("made", 2)
    files = [path for path in (tmp_path / "papers").rglob("*") if path.is_file()]
    assert [path.name for path in files] == [made.stored_as]
    with open_paper(made) as file:
        assert hashlib.sha256(file.read()).hexdigest() == made.sha256


@fault.with_args(control=True)
def test_control_without_an_end_of_the_lease_nobody_makes_it(paper: Paper, tmp_path: Path) -> None:
    with abandoned(paper, tmp_path) as (team, _redis_url):
        command = ["-m", UNGUARDED, "run_reminders", "--once"]
        healthy = team.hire("healthy", *command, WITHOUT="end_of_leases")
        team.wait_for("the healthy one", lambda: not healthy.is_alive)
    assert (Paper.objects.get().state, Paper.objects.get().attempts) == ("making", 1)
