"""A share's day moved earlier while a later one comes into being below it (FAILURES B17, M11).

Each race has its control: the same with the locks replaced by plain reads.
"""

import datetime as dt
import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, connection

from accounts.errors import Conflict
from plans.models import Plan
from tasks import changing, decomposition
from tasks.audit import wrong_trees
from tasks.changing import move_deadline
from tasks.decomposition import Part, decompose
from tasks.ending import cancel_share
from tasks.extensions import approve_extension, ask_extension
from tasks.locking import Family
from tasks.models import Task
from tests.county import (
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
from tests.faults.racing import PATIENCE, Job, bugs_among, racers, refusals

ROUNDS = count(12, 500)
LATE, EARLY = dt.date(2026, 9, 30), dt.date(2026, 6, 30)
BETWEEN = dt.date(2026, 8, 31)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="B17 a day moved while a later share is made")


@pytest.fixture
def county(transactional_db: None) -> County:
    return make_county()


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    plan = issued_plan(county, item("(一)", "清理", owners, due(LATE.isoformat())))
    sign_for_all(county, plan)
    return plan


def later_than_above() -> int:
    """Open shares that are due after the open share above them: the rule itself, in SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM tasks_task below JOIN tasks_task above"
            " ON above.id = below.parent_id WHERE below.due_on > above.due_on"
            " AND below.state NOT IN ('cancelled', 'closed', 'carried_over')"
        )
        (found,) = cursor.fetchone()
    return int(found)


def move(county: County, task: Task, day: dt.date) -> Job:
    return partial(
        move_deadline, task.pk, day, reason="提前", actor=county.coordinator, at=at(4, 1)
    )


def break_down(county: County, task: Task) -> Job:
    parts = [Part(county.unit("甲一村"), due_on=LATE)]
    return partial(decompose, task.pk, parts, actor=county.officer("甲镇"), at=at(4, 1))


def extend(county: County, task: Task) -> Job:
    """Approves a request of a village that is due early to be due late, like its town."""
    (village,) = decompose(
        task.pk,
        [Part(county.unit("甲一村"), due_on=EARLY)],
        actor=county.officer("甲镇"),
        at=at(4, 1),
    )
    sign_for_all(county, village.plan)
    request = ask_extension(
        village.pk, new_due_on=LATE, reason="汛期", actor=county.officer("甲一村"), at=at(4, 1)
    )
    return partial(approve_extension, request.pk, actor=county.head("甲镇"), at=at(4, 1))


def begin_again(county: County, town: Task) -> None:
    """The town as it was: nothing in force below it, due late."""
    below = Task.objects.filter(parent=town).exclude(state="cancelled")
    for task in below:
        cancel_share(task.pk, reason="下一轮", actor=county.coordinator, at=at(4, 1))
    if Task.objects.get(pk=town.pk).due_on != LATE:
        move(county, town, LATE)()


def test_refused_in_turn_with_the_conflicting_rows_named(county: County, plan: Plan) -> None:
    town = share(plan, "甲镇")
    break_down(county, town)()
    with pytest.raises(Conflict) as refused:
        move(county, town, BETWEEN)()
    (row,) = refused.value.details["shares"]
    assert (row["unit"], row["due_on"]) == ("甲一村", "2026-09-30")
    move_deadline(
        town.pk,
        BETWEEN,
        reason="提前",
        moving_below=[row["id"]],
        actor=county.coordinator,
        at=at(4, 1),
    )
    assert set(Task.objects.filter(pk__in=[town.pk, row["id"]]).values_list("due_on")) == {
        (BETWEEN,)
    }


@fault
def test_the_later_of_two_is_refused(county: County, plan: Plan, record_property: Say) -> None:
    town = share(plan, "甲镇")
    dice = chance("B17")
    broken, won = 0, {"moved": 0, "made": 0}
    with racers(2) as threads:
        for turn in range(ROUNDS):
            other = extend(county, town) if turn % 3 == 0 else break_down(county, town)
            pair = [("moved", move(county, town, BETWEEN)), ("made", other)]
            dice.shuffle(pair)
            outcomes = threads.race([job for _name, job in pair])
            (refused,) = refusals(outcomes)
            assert refused.code in {"breaks_shares_below", "later_than_parent"}
            won[pair[outcomes.index(None)][0]] += 1
            broken += later_than_above()
            begin_again(county, town)
    record_property("rounds", ROUNDS)
    record_property("broken", broken)
    record_property("won_by", won)
    assert broken == 0
    assert list(wrong_trees(plan)) == []


@pytest.fixture
def locks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read before either writes."""
    together = threading.Barrier(2)

    def read_chain(task_id: int, version: int | None = None) -> list[Task]:
        task = Task.objects.select_related("unit", "parent", "plan").get(pk=task_id)
        together.wait(timeout=PATIENCE)
        return [task, *Task.objects.filter(pk__in=task.ancestors).order_by("-depth")]

    def read_family(task_id: int, version: int | None = None) -> Family:
        below = list(Task.objects.filter(ancestors__contains=[task_id]))
        return Family(read_chain(task_id), below)

    monkeypatch.setattr(changing, "lock_shape", lambda plan_id: None)
    monkeypatch.setattr(changing, "lock_family", read_family)
    monkeypatch.setattr(decomposition, "lock_shape_and_chain", read_chain)


@fault.with_args(control=True)
def test_control_without_locks_a_share_is_later_than_the_one_above(
    county: County, plan: Plan, locks_off: None, record_property: Say
) -> None:
    """The second wall in the database answers some of the rounds, with an error nobody foresaw."""
    town = share(plan, "甲镇")
    with racers(2) as threads:
        outcomes = threads.race([move(county, town, BETWEEN), break_down(county, town)])
    broken = later_than_above() + bugs_among(outcomes)
    record_property("control_broken", broken)
    assert broken > 0
    assert all(isinstance(error, IntegrityError) for error in outcomes if error is not None)
