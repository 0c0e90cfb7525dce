"""Approvals that meet at one parent (FAILURES B15, M9, M10): real threads, real PostgreSQL.

The control is the same run with the guard switched off, and must show the fault.
"""

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from tasks import locking
from tasks.audit import wrong_rollups
from tasks.completion import completion_of, roll_up
from tasks.models import Task
from tasks.progress import approve_report
from tests.county import at
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.racing import PATIENCE, racers
from tests.faults.villages import VILLAGES, World

ROUNDS = count(5, 50)

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="B15 approvals under one parent")


def wrong_totals(world: World, rounds: int) -> int:
    """In each round all eight villages' reports are approved at once; counts the wrong roots."""
    dice = chance("B15")
    wrong = 0
    with racers(VILLAGES) as threads:
        for _turn in range(rounds):
            said = [dice.randrange(100) for _share in world.shares]
            reports = [
                world.report(task, percent)
                for task, percent in zip(world.shares, said, strict=True)
            ]
            jobs = [
                partial(approve_report, report.pk, actor=world.county.coordinator, at=at(5, 1))
                for report in reports
            ]
            assert threads.race(jobs) == [None] * VILLAGES
            root = world.root
            assert completion_of(root, root.children.all()) == min(Decimal(sum(said)) / 8, 99)
            wrong += root.completion != completion_of(root, root.children.all())
    return wrong


@fault
def test_eight_villages_approved_at_once_make_the_right_total(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    wrong = wrong_totals(world, ROUNDS)
    record_property("approvals", ROUNDS * VILLAGES)
    record_property("wrong_totals", wrong)
    assert wrong == 0
    assert list(wrong_rollups(world.plan)) == []


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
        together.wait(timeout=PATIENCE)
        roll_up(chain)

    monkeypatch.setattr(locking, "lock_chain", read_chain)
    monkeypatch.setattr("tasks.progress.roll_up", roll_up_late)


@fault.with_args(control=True)
def test_control_without_the_lock_the_total_is_wrong(
    world: World,
    ancestors_unlocked: None,
    record_property: Callable[[str, object], None],
) -> None:
    wrong = wrong_totals(world, 5)
    record_property("control_wrong_totals", wrong)
    assert wrong > 0
