"""Five levels, eight writers at the leaves, and one lock order (FAILURES B20, M13, M21)."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import pytest
from django.db import OperationalError, connection

from accounts.directory import add_unit
from accounts.models import Membership, Unit
from plans.models import Plan
from tasks import changing, locking, progress
from tasks.audit import wrong_rollups
from tasks.changing import ShareChanges, change_share, move_deadline, shares_broken_by
from tasks.decomposition import Part, decompose
from tasks.models import MAX_DEPTH, ProgressReport, Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import (
    START,
    County,
    at,
    due,
    issued_plan,
    item,
    make_county,
    owner,
    share,
    sign_for_all,
)
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.racing import racers, refusals

WRITERS = 8
SECONDS = count(4, 600)
#: What Django says of a deadlock and of a lock waited for too long, by SQLSTATE.
DEADLOCK, LOCK_TIMEOUT = "40P01", "55P03"

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="B20 five levels, eight writers")


@dataclass
class Tree:
    """司法局 leads; each of two towns has four villages, each with two levels of its own below."""

    county: County
    plan: Plan
    leaves: list[Task]


@dataclass
class Tally:
    """What the writers met; one a thread."""

    seconds: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def tree(transactional_db: None) -> Tree:
    county = make_county()
    towns = ("甲镇", "乙乡")
    owners = [owner("司法局", "lead"), *(owner(town, "responsible") for town in towns)]
    plan = issued_plan(county, item("1.", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    leaves = []
    for town in towns:
        villages = [add_village(county, town, n) for n in range(WRITERS // 2)]
        parts = [Part(village) for village in villages]
        actor = county.officer(town)
        for task in decompose(share(plan, town).pk, parts, actor=actor, at=at(3, 10)):
            leaves.append(deepest(county, plan, task))
    return Tree(county, plan, leaves)


def add_village(county: County, town: str, n: int) -> Unit:
    name = f"{town}{n}村"
    unit = add_unit(name, Unit.Kind.VILLAGE, parent=county.unit(town), valid_from=START)
    county.units[name] = unit
    county.add_person(name, Membership.Role.OFFICER)
    county.add_person(name, Membership.Role.HEAD)
    return unit


def deepest(county: County, plan: Plan, task: Task) -> Task:
    """The share broken down to its own unit until there is no level left."""
    actor = county.officer(task.unit.name)
    while True:
        sign_for_all(county, plan)
        if task.depth == MAX_DEPTH:
            return Task.objects.select_related("unit").get(pk=task.pk)
        (task,) = decompose(task.pk, [Part(task.unit)], actor=actor, at=at(3, 10))


@dataclass
class Writer:
    """Reports and approves at one leaf; now and then changes a share above or moves its day."""

    tree: Tree
    leaf: Task
    tally: Tally = field(default_factory=Tally)
    waiting: ProgressReport | None = None

    def write_until(self, end: float) -> None:
        dice = chance(f"B20 {self.leaf.pk}")
        while time.monotonic() < end:
            turn = dice.random()
            if turn < 0.1:
                self._timed(partial(self._weigh, Decimal(dice.randrange(1, 9))))
            elif turn < 0.2:
                self._timed(partial(self._move, dt.date(2026, 9, dice.randrange(1, 31))))
            elif self.waiting is None:
                self._timed(partial(self._report, Decimal(dice.randrange(100))))
            else:
                self._timed(partial(self._approve, self.waiting))

    def _timed(self, job: Callable[[], object]) -> None:
        start = time.monotonic()
        try:
            job()
        except OperationalError as error:
            self.tally.failed[getattr(error.__cause__, "sqlstate", "")] += 1
        else:
            self.tally.seconds.append(time.monotonic() - start)

    def _report(self, percent: Decimal) -> None:
        officer = self.tree.county.officer(self.leaf.unit.name)
        said = Said(percent=percent)
        self.waiting = submit_report(self.leaf.pk, said, actor=officer, at=at(4, 1))

    def _approve(self, report: ProgressReport) -> None:
        head = self.tree.county.head(self.leaf.unit.name)
        approve_report(report.pk, actor=head, at=at(4, 1))
        self.waiting = None

    def _weigh(self, weight: Decimal) -> None:
        """The village's share, one of four below its town."""
        office = self.tree.county.coordinator
        village = self.leaf.ancestors[2]
        change_share(village, ShareChanges(weight=weight), actor=office, at=at(4, 1))

    def _move(self, day: dt.date) -> None:
        """The village's share with all below it: locks of two levels down and two up."""
        village = Task.objects.get(pk=self.leaf.ancestors[2])
        move_deadline(
            village.pk,
            day,
            reason="调整",
            moving_below=[task.pk for task in shares_broken_by(village, day)],
            actor=self.tree.county.coordinator,
            at=at(4, 1),
        )


def written(tree: Tree, seconds: float) -> Tally:
    """Eight writers for that long; what all of them met."""
    writers = [Writer(tree, leaf) for leaf in tree.leaves]
    end = time.monotonic() + seconds
    with racers(WRITERS) as threads:
        assert refusals(threads.race([partial(w.write_until, end) for w in writers])) == []
    return Tally(
        [second for w in writers for second in w.tally.seconds],
        sum((w.tally.failed for w in writers), Counter()),
    )


@fault
def test_no_deadlock_and_every_figure_right(tree: Tree, record_property: Say) -> None:
    tally = written(tree, SECONDS)
    seconds = sorted(tally.seconds)
    p99 = seconds[int(len(seconds) * 0.99)]
    record_property("seconds", SECONDS)
    record_property("transactions", len(seconds))
    record_property("deadlocks", tally.failed[DEADLOCK])
    record_property("lock_timeouts", tally.failed[LOCK_TIMEOUT])
    record_property("p99_seconds", round(p99, 3))
    assert tally.failed == Counter()
    assert list(wrong_rollups(tree.plan)) == []
    assert p99 <= count(small=10, full=1)


@pytest.fixture
def orders_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other village's writers lock from the root down to the leaf, one row at a time."""

    def lock_chain(task_id: int, version: int | None = None) -> list[Task]:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '20ms'")
        path = [*Task.objects.get(pk=task_id).ancestors, task_id]
        village = path[2]
        for pk in path if village % 2 else reversed(path):
            Task.objects.select_for_update(no_key=True).get(pk=pk)
        return lock_chain_in_order(task_id, version)

    lock_chain_in_order = locking.lock_chain
    for module in (locking, changing, progress):
        monkeypatch.setattr(module, "lock_chain", lock_chain)


@fault.with_args(control=True)
def test_control_with_two_orders_they_deadlock(
    tree: Tree, orders_mixed: None, record_property: Say
) -> None:
    tally = written(tree, 3)
    record_property("control_deadlocks", tally.failed[DEADLOCK])
    assert tally.failed[DEADLOCK] > 0
