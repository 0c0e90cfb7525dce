"""One report decided by many at once, and by its own author (FAILURES B16)."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.directory import grant_role
from accounts.errors import NotAllowed
from accounts.models import Membership, User
from tasks import progress
from tasks.models import ProgressReport, Task, TaskEvent
from tasks.progress import approve_report, return_report
from tests.county import START, at
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.racing import PATIENCE, Job, Racers, racers, refusals
from tests.faults.villages import World, make_villages

REPORTS = count(8, 200)
THREADS = 20

Say = Callable[[str, object], None]

decided_once = pytest.mark.fault(suite="lifecycle", name="B16 one transition a report")
not_by_author = pytest.mark.fault(suite="lifecycle", name="B16 nobody approves their own")


def author_of(world: World) -> User:
    """Writes the reports, and has every right to decide about those of others."""
    author = world.county.officer("丙0村")
    grant_role(author, world.plan.issuing_unit, Membership.Role.COORDINATOR, valid_from=START)
    return author


def deciders(world: World, report: ProgressReport) -> list[Job]:
    """Ten who approve, six who give back, four clicks of the author's own, in random order."""
    office = [world.county.coordinator, world.county.people["依法治县办-coordinator-2"]]
    jobs: list[Job] = []
    for n in range(10):
        jobs.append(partial(approve_report, report.pk, actor=office[n % 2], at=at(5, 1)))
    for n in range(6):
        job = partial(return_report, report.pk, reason="缺附件", actor=office[n % 2], at=at(5, 1))
        jobs.append(job)
    jobs += [partial(approve_report, report.pk, actor=report.author, at=at(5, 1))] * 4
    chance(f"B16 {report.pk}").shuffle(jobs)
    return jobs


def decided(world: World, reports: int, threads: Racers) -> list[int]:
    """Has each report decided by twenty at once; the ids of the reports."""
    author = author_of(world)
    share = world.shares[0]
    made = []
    for n in range(reports):
        report = world.report(share, n % 100, author=author)
        refused = refusals(threads.race(deciders(world, report)))
        codes = Counter(error.code for error in refused)
        assert codes["own_report"] == 4
        assert set(codes) <= {"own_report", "already_decided"}
        made.append(report.pk)
    return made


def transitions(reports: list[int]) -> Counter[int]:
    """How often each report was decided, by the history."""
    kinds = [TaskEvent.Kind.APPROVED, TaskEvent.Kind.RETURNED]
    told = TaskEvent.objects.filter(kind__in=kinds).values_list("data__report", flat=True)
    return Counter(pk for pk in told if pk in reports)


@pytest.mark.django_db(transaction=True)
@decided_once
def test_a_report_is_decided_once(world: World, record_property: Say) -> None:
    with racers(THREADS) as threads:
        reports = decided(world, REPORTS, threads)
    record_property("reports", REPORTS)
    record_property("threads", THREADS)
    record_property("most_transitions", max(transitions(reports).values()))
    assert transitions(reports) == Counter(dict.fromkeys(reports, 1))
    # Submitted and decided; nothing else was written.
    assert set(ProgressReport.objects.values_list("version", flat=True)) == {2}
    assert ProgressReport.objects.filter(decided_by=F("author")).count() == 0


@pytest.mark.django_db(transaction=True)
@decided_once.with_args(control=True)
def test_control_without_the_lock_a_report_is_decided_again(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    """All have read the report before one of them writes."""
    together = threading.Barrier(2)

    def read_report(pk: int, version: int | None = None) -> tuple[ProgressReport, list[Task]]:
        report = ProgressReport.objects.select_related("task__unit", "task__plan").get(pk=pk)
        together.wait(timeout=PATIENCE)
        return report, [report.task, world.root]

    monkeypatch.setattr(progress, "lock_report", read_report)
    report = world.report(world.shares[0], 50)
    office = [world.county.coordinator, world.county.people["依法治县办-coordinator-2"]]
    with racers(2) as threads:
        threads.race(
            [
                partial(return_report, report.pk, reason="缺附件", actor=actor, at=at(5, 1))
                for actor in office
            ]
        )
    most = max(transitions([report.pk]).values())
    record_property("control_most_transitions", most)
    assert most > 1


def approve_own(world: World) -> int:
    """How many of the author's own reports the author could approve."""
    author = author_of(world)
    report = world.report(world.shares[0], 50, author=author)
    try:
        with transaction.atomic():
            approve_report(report.pk, actor=author, at=at(5, 1))
    except (NotAllowed, IntegrityError):
        pass
    return ProgressReport.objects.filter(state="approved", decided_by=F("author")).count()


@pytest.fixture
def rule_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "require_decider", lambda *args, **kwargs: None)


@pytest.mark.django_db
@not_by_author
def test_the_database_refuses_an_own_approval_that_the_rule_let_through(
    rule_off: None, record_property: Say
) -> None:
    found = approve_own(make_villages())
    record_property("own_approvals", found)
    assert found == 0


@pytest.mark.django_db
@not_by_author.with_args(control=True)
def test_control_without_rule_and_constraint_an_own_approval_goes_through(
    rule_off: None, record_property: Say
) -> None:
    world = make_villages()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE tasks_progressreport DROP CONSTRAINT nobody_decides_their_own_report"
        )
    found = approve_own(world)
    record_property("control_own_approvals", found)
    assert found == 1
