"""The shape of the share trees under races and by hand-written SQL (FAILURES C23, M12).

No service moves a share under another one; what is left are shares that are made or reassigned
at once, and rows that somebody writes past the services.
"""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q

from plans.models import Plan
from tasks import decomposition
from tasks.audit import wrong_trees
from tasks.decomposition import Decomposition, Part, decompose, preview_decomposition
from tasks.ending import cancel_share
from tasks.models import MAX_DEPTH, Task
from tasks.reassigning import reassign
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

Say = Callable[[str, object], None]

fault = pytest.mark.fault(suite="lifecycle", name="C23 shares made at once")
by_sql = pytest.mark.fault(suite="lifecycle", name="C23 trees bent by SQL")


def make_plan_of(county: County, number: str) -> Plan:
    owners = [owner("司法局", "lead"), owner("甲镇", "responsible"), owner("乙乡", "responsible")]
    plan = issued_plan(county, item(number, "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def cycles() -> int:
    """Shares that stand below themselves by their parents, whatever is stored beside them."""
    parents = dict(Task.objects.values_list("pk", "parent_id"))
    found = 0
    for start in parents:
        above, steps = parents[start], 0
        while above is not None and above != start and steps <= len(parents):
            above, steps = parents[above], steps + 1
        found += above is not None
    return found


def doubles() -> int:
    """Units that hold two shares of one key task in force, and shares with two own parts."""
    held = Task.objects.exclude(state="cancelled").order_by()
    units = held.filter(is_own_part=False).values("key_task", "unit")
    parts = held.filter(is_own_part=True).values("parent")
    return sum(
        rows.annotate(rows=Count("pk")).filter(rows__gt=1).count() for rows in (units, parts)
    )


def broken_rules(plan: Plan) -> int:
    too_deep = Task.objects.filter(
        Q(depth__gt=MAX_DEPTH) | ~Q(parent__isnull=True) & ~Q(depth=F("parent__depth") + 1)
    )
    return cycles() + doubles() + too_deep.count() + len(list(wrong_trees(plan)))


def break_down(county: County, task: Task, to: str) -> Job:
    """By the officer of the share's own unit."""
    return partial(
        decompose,
        task.pk,
        [Part(county.unit(to))],
        actor=county.officer(task.unit.name),
        at=at(3, 10),
    )


def rivals(county: County, plan: Plan, turn: int) -> list[Job]:
    """Two who make, each by right, what only one of them can have."""
    root, town = share(plan, "司法局"), share(plan, "甲镇")
    own = break_down(county, town, "甲镇")
    village = break_down(county, town, "甲一村")
    other = break_down(county, root, "甲一村")
    given = partial(
        reassign,
        share(plan, "乙乡").pk,
        county.unit("甲一村"),
        reason="属地",
        actor=county.coordinator,
        at=at(3, 10),
    )
    pairs: list[list[Job]] = [[village, village], [village, other], [own, own], [village, given]]
    return pairs[turn % 4]


def begin_again(county: County, plan: Plan) -> None:
    """The two towns hold their shares, with nothing in force below them."""
    held = Task.objects.filter(plan=plan).exclude(state="cancelled")
    for task in held.filter(unit__name="甲一村", depth=1, is_own_part=False):
        if task.issued_to.name == "乙乡":
            unit = county.unit("乙乡")
            reassign(task.pk, unit, reason="退回", actor=county.coordinator, at=at(3, 10))
        else:
            cancel_share(task.pk, reason="下一轮", actor=county.coordinator, at=at(3, 10))
    for task in held.filter(depth=2):
        cancel_share(task.pk, reason="下一轮", actor=county.coordinator, at=at(3, 10))


@pytest.fixture
def plan_of_race(transactional_db: None) -> tuple[County, Plan]:
    county = make_county()
    plan = make_plan_of(county, "1.")
    plan.recipients.add(county.unit("甲一村"))
    return county, plan


@pytest.mark.django_db(transaction=True)
@fault
def test_of_two_that_make_the_same_share_one_is_refused(
    plan_of_race: tuple[County, Plan], record_property: Say
) -> None:
    county, plan = plan_of_race
    broken = 0
    with racers(2) as threads:
        for turn in range(ROUNDS):
            (refused,) = refusals(threads.race(rivals(county, plan, turn)))
            assert refused.code == "share_exists"
            broken += doubles()
            begin_again(county, plan)
    broken += broken_rules(plan)
    record_property("rounds", ROUNDS)
    record_property("broken", broken)
    assert broken == 0


@pytest.mark.django_db(transaction=True)
@fault
def test_two_that_break_down_at_once_never_pass_the_fifth_level(
    plan_of_race: tuple[County, Plan], record_property: Say
) -> None:
    """A share that both break down to its own unit, down to the last level and again."""
    county, plan = plan_of_race
    dice = chance("C23 depth")
    rounds, broken, deepest = count(12, 500), 0, 0
    town = task = share(plan, "甲镇")
    with racers(2) as threads:
        for _turn in range(rounds):
            jobs = [break_down(county, task, "甲镇"), break_down(county, task, "甲镇")]
            outcomes = threads.race(jobs)
            lost = {error.code for error in refusals(outcomes)}
            assert lost == ({"too_deep"} if task.depth == MAX_DEPTH else {"share_exists"})
            broken += doubles()
            deepest = max(deepest, task.depth)
            if task.depth == MAX_DEPTH or dice.random() < 0.1:
                below = Task.objects.filter(parent=town).exclude(state="cancelled").first()
                if below is not None:
                    cancel_share(below.pk, reason="下一轮", actor=county.coordinator, at=at(3, 10))
                task = town
            else:
                sign_for_all(county, plan)
                task = Task.objects.get(parent=task, state="acknowledged")
    broken += broken_rules(plan)
    record_property("rounds_of_depth", rounds)
    record_property("broken_of_depth", broken)
    assert broken == 0
    assert deepest == MAX_DEPTH


@pytest.mark.django_db(transaction=True)
@fault.with_args(control=True)
def test_control_without_locks_both_make_the_share(
    plan_of_race: tuple[County, Plan], monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    """The second wall, the unique constraint, answers the later one with a fault of ours."""
    county, plan = plan_of_race
    together = threading.Barrier(2)

    def read_chain(task_id: int, version: int | None = None) -> list[Task]:
        task = Task.objects.select_related("unit", "parent", "plan").get(pk=task_id)
        return [task, *Task.objects.filter(pk__in=task.ancestors).order_by("-depth")]

    def preview_late(task: Task, parts: Sequence[Part], on: dt.date) -> Decomposition:
        planned = preview_decomposition(task, parts, on)
        together.wait(timeout=PATIENCE)
        return planned

    monkeypatch.setattr(decomposition, "preview_decomposition", preview_late)
    monkeypatch.setattr(decomposition, "lock_shape_and_chain", read_chain)
    with racers(2) as threads:
        outcomes = threads.race(rivals(county, plan, 1))
    broken = doubles() + bugs_among(outcomes)
    record_property("control_broken", broken)
    assert broken == 1


#: What a hand at the database might do to the share ``below`` of the share ``above``.
BENT = {
    "a cycle of two": "UPDATE tasks_task SET parent_id = {below}, depth = 1,"
    " ancestors = ARRAY[{below}] WHERE id = {above}",
    "its own parent": "UPDATE tasks_task SET parent_id = id WHERE id = {below}",
    "a parent of another plan": "UPDATE tasks_task SET parent_id = {foreign} WHERE id = {below}",
    "a sixth level": "UPDATE tasks_task SET depth = 5, ancestors = ARRAY[1,2,3,4,5]"
    " WHERE id = {below}",
    "a depth that its ancestors deny": "UPDATE tasks_task SET depth = 3 WHERE id = {below}",
    "a second root": "UPDATE tasks_task SET parent_id = NULL, depth = 0, ancestors = '{{}}'"
    " WHERE id = {below}",
    "a parent that is not there": "UPDATE tasks_task SET parent_id = 2147483647 WHERE id = {below}",
    "ancestors that its parent denies": "UPDATE tasks_task SET ancestors = ARRAY[{foreign}]"
    " WHERE id = {below}",
    "a later day than the one above": "UPDATE tasks_task SET due_on = '2026-10-01'"
    " WHERE id = {below}",
}


def bent_and_unnoticed(county: County) -> list[str]:
    """What neither the database refuses nor ``check_tree`` names."""
    plan, other = make_plan_of(county, "1."), make_plan_of(county, "2.")
    names = {
        "above": share(plan, "司法局").pk,
        "below": share(plan, "甲镇").pk,
        "foreign": share(other, "司法局").pk,
    }
    unnoticed = []
    for what, sql in BENT.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql.format(**names))
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                if not list(wrong_trees(plan)):
                    unnoticed.append(what)
                transaction.set_rollback(True)
        except IntegrityError:
            continue
    return unnoticed


@pytest.mark.django_db
@by_sql
def test_a_bent_tree_is_refused_or_named(county: County, record_property: Say) -> None:
    unnoticed = bent_and_unnoticed(county)
    record_property("bent", len(BENT))
    record_property("unnoticed", unnoticed)
    assert unnoticed == []


@pytest.mark.django_db
@by_sql.with_args(control=True)
def test_control_without_constraints_and_check_a_bent_tree_stands(
    county: County, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_task DROP CONSTRAINT share_above_is_of_the_plan")
        cursor.execute("ALTER TABLE tasks_task DROP CONSTRAINT share_above_is_of_the_key_task")
    monkeypatch.setitem(globals(), "wrong_trees", lambda plan: [])
    unnoticed = bent_and_unnoticed(county)
    record_property("control_unnoticed", len(unnoticed))
    assert "a parent of another plan" in unnoticed
