"""Two units that are moved below each other at once (FAILURES C23): real threads, no cycle."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from accounts import unit_tree
from accounts.directory import add_unit
from accounts.models import Unit
from accounts.unit_tree import move_unit
from tests.county import START
from tests.faults.counts import count
from tests.faults.racing import PATIENCE, racers, refusals

ROUNDS = count(10, 500)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="C23 units moved below each other")


def cycles() -> int:
    """Units that stand below themselves by their parents, whatever their paths say."""
    parents = dict(Unit.objects.values_list("pk", "parent_id"))
    wrong = 0
    for start in parents:
        above, steps = parents[start], 0
        while above is not None and above != start and steps <= len(parents):
            above, steps = parents[above], steps + 1
        wrong += above is not None
    return wrong


def broken_paths() -> int:
    """Units whose path is not that of the unit above, followed by that unit itself."""
    units = Unit.objects.select_related("parent")
    return sum(unit.ancestors != (unit.parent.path if unit.parent else "/") for unit in units)


def race(rounds: int) -> list[int]:
    """甲 goes below 乙 while 乙 goes below 甲, each with a branch; how many succeeded a round."""
    won = []
    with racers(2) as threads:
        for turn in range(rounds):
            first, second = (branch(f"{name}{turn}镇") for name in "甲乙")
            outcomes = threads.race(
                [
                    partial(move_unit, first, second, on=START),
                    partial(move_unit, second, first, on=START),
                ]
            )
            refused = refusals(outcomes)
            assert {error.code for error in refused} <= {"cycle"}
            won.append(len(outcomes) - len(refused))
    return won


def branch(name: str) -> int:
    """A unit with one below it and one below that; its id."""
    top = add_unit(name, Unit.Kind.TOWN, parent=None, valid_from=START)
    below = add_unit("村", Unit.Kind.VILLAGE, parent=top, valid_from=START)
    add_unit("组", Unit.Kind.VILLAGE, parent=below, valid_from=START)
    return top.pk


@fault
def test_one_of_two_moves_wins_and_there_is_no_cycle(
    transactional_db: None, record_property: Say
) -> None:
    won = race(ROUNDS)
    record_property("rounds", len(won))
    record_property("cycles", cycles())
    assert won == [1] * ROUNDS
    assert (cycles(), broken_paths()) == (0, 0)


@fault.with_args(control=True)
def test_control_without_the_lock_there_is_a_cycle(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    """Both have read before either writes: what happens some day without a lock."""
    together = threading.Barrier(2)
    hang_below = unit_tree.hang_below

    def hang_below_late(unit: Unit, parent: Unit | None) -> None:
        together.wait(timeout=PATIENCE)
        hang_below(unit, parent)

    monkeypatch.setattr(unit_tree, "hang_below", hang_below_late)
    monkeypatch.setattr(unit_tree, "lock_unit_tree", lambda: None)
    assert race(1) == [2]
    record_property("control_cycles", cycles())
    assert cycles() > 0
