"""Requests for many rows that overlap: one after the other, and neither stuck on the other."""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

import pytest
from django.db import OperationalError, connection

from accounts.errors import Refusal, Stale
from plans.models import Plan
from tasks import bulk
from tasks.audit import wrong_rollups
from tasks.bulk import Approval, NewReport, approve_reports, submit_reports
from tasks.models import ProgressReport, Task
from tasks.progress import Said
from tests.county import County, at, due, issued_plan, item, make_county, owner, sign_for_all
from tests.faults.counts import count
from tests.faults.racing import Outcome, racers

#: Pairs of requests, and shares in each.
ROUNDS, SHARES = count(6, 200), 12
DEADLOCK = "40P01"

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="B16 many rows at once")


@pytest.fixture
def issued(transactional_db: None) -> tuple[County, Plan]:
    """甲镇 has a share of its own of each of twelve key tasks."""
    county = make_county()
    owners = [owner("甲镇", "responsible")]
    items = [item(f"{n}.", f"事项{n}", owners, due("2026-09-30")) for n in range(SHARES)]
    plan = issued_plan(county, *items)
    sign_for_all(county, plan)
    return county, plan


def reported(county: County, tasks: Iterable[Task], percent: int) -> None:
    rows = {
        n: NewReport(task.pk, task.version, Said(percent=Decimal(percent)))
        for n, task in enumerate(tasks, 1)
    }
    submit_reports(rows, actor=county.officer("甲镇"), at=at(4, 1))


def approved(county: County, reports: Iterable[ProgressReport]) -> None:
    rows = {n: Approval(report.pk, report.version) for n, report in enumerate(reports, 1)}
    approve_reports(rows, actor=county.coordinator, at=at(4, 2))


def raced(county: County, plan: Plan, rounds: int) -> Counter[str]:
    """In each round two officers report on the same shares, from both ends; then it is approved."""
    met: Counter[str] = Counter()
    with racers(2) as threads:
        for turn in range(rounds):
            tasks = list(Task.objects.filter(plan=plan).order_by("pk"))
            orders = (tasks, tasks[::-1])
            jobs = [partial(reported, county, order, turn % 99) for order in orders]
            met.update(map(said_of, threads.race(jobs)))
            reports = list(ProgressReport.objects.filter(task__plan=plan, state="submitted"))
            if reports:
                approved(county, reports)
    return met


def said_of(outcome: Outcome) -> str:
    if isinstance(outcome, OperationalError):
        return str(getattr(outcome.__cause__, "sqlstate", ""))
    if isinstance(outcome, Refusal):
        return type(outcome).__name__
    if outcome is not None:
        raise outcome
    return "done"


@fault
def test_of_two_that_overlap_one_is_done_whole(
    issued: tuple[County, Plan], record_property: Say
) -> None:
    county, plan = issued
    met = raced(county, plan, ROUNDS)
    record_property("pairs", ROUNDS)
    record_property("rows_of_each", SHARES)
    record_property("deadlocks", met[DEADLOCK])
    assert met == {"done": ROUNDS, Stale.__name__: ROUNDS}
    assert ProgressReport.objects.filter(state="approved").count() == ROUNDS * SHARES
    assert list(wrong_rollups(plan)) == []


@pytest.fixture
def locks_as_the_rows_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is locked beforehand: each row's service locks its own chain, row after row."""

    def lock_nothing(_ids: Iterable[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '20ms'")

    monkeypatch.setattr(bulk, "lock_chains", lock_nothing)


@fault.with_args(control=True)
def test_control_locked_in_the_order_of_the_rows_they_deadlock(
    issued: tuple[County, Plan], locks_as_the_rows_come: None, record_property: Say
) -> None:
    met = raced(*issued, rounds=6)
    record_property("control_deadlocks", met[DEADLOCK])
    assert met[DEADLOCK] > 0
