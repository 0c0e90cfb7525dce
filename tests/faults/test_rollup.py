"""Approvals that meet at one parent (FAILURES B15, B16): real threads, real PostgreSQL.

Each test has its control: the same run with the guard switched off must show the fault.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from accounts.directory import add_unit
from accounts.errors import Conflict
from accounts.models import Membership, Unit
from plans.models import Plan
from tasks import locking
from tasks.completion import completion_of, roll_up
from tasks.models import Task
from tasks.progress import Said, approve_report, return_report, submit_report
from tests.county import START, County, at, due, issued_plan, item, make_county, owner, sign_for_all

VILLAGES = 8
ROUNDS = 5

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def plan(county: County) -> Plan:
    """One root with eight counted shares below it and no own part."""
    names = [f"丙{n}村" for n in range(VILLAGES)]
    for name in names:
        county.units[name] = add_unit(
            name, Unit.Kind.VILLAGE, parent=county.unit("县"), valid_from=START
        )
        county.add_person(name, Membership.Role.OFFICER)
    owners = [owner(name, "responsible") for name in names]
    plan = issued_plan(county, item("1.", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def at_once(jobs: Sequence[Callable[[], object]]) -> list[BaseException | None]:
    """Runs the jobs in threads of their own that start together; what each of them raised."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> BaseException | None:
        try:
            together.wait(timeout=30)
            job()
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def wrong_totals(county: County, plan: Plan) -> int:
    """In each round all eight villages' reports are approved at once; counts the wrong roots."""
    wrong = 0
    for turn in range(1, ROUNDS + 1):
        shares = list(Task.objects.filter(plan=plan, depth=1).select_related("unit"))
        reports = [
            submit_report(
                task.pk,
                Said(percent=Decimal(turn * 10 + n)),
                actor=county.officer(task.unit.name),
                at=at(4, turn),
            )
            for n, task in enumerate(shares)
        ]
        jobs = [
            lambda pk=report.pk: approve_report(pk, actor=county.coordinator, at=at(5, 1))
            for report in reports
        ]
        assert at_once(jobs) == [None] * VILLAGES
        root = Task.objects.get(plan=plan, depth=0)
        wrong += root.completion != completion_of(root, root.children.all())
    return wrong


def test_eight_villages_approved_at_once_make_the_right_total(county: County, plan: Plan) -> None:
    assert wrong_totals(county, plan) == 0
    # 50 + 0…7 in the last round.
    assert Task.objects.get(plan=plan, depth=0).completion == Decimal("53.5")


@pytest.fixture
def ancestors_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard switched off: the chain is read without any lock, and its readers wait.

    The pause between reading and writing stands for the rest of a busy transaction.
    """
    together = threading.Barrier(VILLAGES)

    def read_chain(task_id: int, version: int | None = None) -> list[Task]:
        task = Task.objects.select_related("unit", "plan__issuing_unit").get(pk=task_id)
        ancestors = Task.objects.filter(pk__in=task.ancestors).order_by("-depth")
        return [task, *ancestors.select_related("unit")]

    def roll_up_late(chain: list[Task]) -> None:
        chain[0].save()
        together.wait(timeout=30)
        roll_up(chain)

    monkeypatch.setattr(locking, "lock_chain", read_chain)
    monkeypatch.setattr("tasks.progress.roll_up", roll_up_late)


def test_control_without_the_lock_the_total_is_wrong(
    county: County, plan: Plan, ancestors_unlocked: None
) -> None:
    assert wrong_totals(county, plan) > 0


def test_approved_and_returned_at_once_only_one_wins(county: County, plan: Plan) -> None:
    task = Task.objects.filter(plan=plan, depth=1).select_related("unit")[0]
    report = submit_report(
        task.pk, Said(percent=Decimal(50)), actor=county.officer(task.unit.name), at=at(4, 1)
    )

    def approve() -> object:
        return approve_report(report.pk, actor=county.coordinator, at=at(5, 1))

    def give_back() -> object:
        return return_report(report.pk, reason="缺", actor=county.coordinator, at=at(5, 1))

    outcomes = at_once([approve, give_back] * 5)
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert all(isinstance(r, Conflict) and r.code == "already_decided" for r in refused)
    # Clicking "approve" again is answered with the first click's result; a return is not.
    report.refresh_from_db()
    assert len(refused) == (5 if report.state == "approved" else 9)
    assert task.events.filter(kind__in=["approved", "returned"]).count() == 1
