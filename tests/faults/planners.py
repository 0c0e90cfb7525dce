"""Planners that start at the same instant: ``python -m tests.faults.planners COUNT GUARD``.

Each of them is a process of its own that looks once, as ``manage.py run_reminders --once`` does.
They are copies of one process, so that all are ready at the same time; they begin when it is sent
a line. ``GUARD`` is ``guarded``, or the name of what is different in them, for the controls.
"""

import multiprocessing
import os
import random
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the settings
from django.db import transaction  # noqa: E402

from tasks.management.commands import run_reminders  # noqa: E402 - its models need the registry
from tasks.reminders import planning  # noqa: E402

READY = "ready"


def guarded(planners: int) -> None:
    """As they are."""


def unsorted(planners: int) -> None:
    """Keys are inserted in any order (FAILURES M8), one by one as if there were very many."""
    insert = vars(planning)["insert_missing"]

    def in_any_order(keys: Iterable[object]) -> list[object]:
        found = list(keys)
        return random.sample(found, len(found))

    @transaction.atomic
    def one_by_one(rows: Iterable[object]) -> None:
        for row in rows:
            insert([row])

    vars(planning)["sorted"] = in_any_order
    vars(planning)["insert_missing"] = one_by_one


def all_look_first(planners: int) -> None:
    """Each has seen what is there before the first one inserts, as it happens when all are busy."""
    all_have_looked = multiprocessing.Barrier(planners, timeout=30)

    def sorted_together(keys: Iterable[Any]) -> list[Any]:
        all_have_looked.wait()
        return sorted(keys)

    vars(planning)["sorted"] = sorted_together


def only_todays_tick(planners: int) -> None:
    """What does not fall on this very day is not planned, as by one who counts ticks (A5)."""
    keys_of = vars(planning)["keys_of"]

    def todays(share: Any, calendar: Any, on: Any) -> set[Any]:
        return {key for key in keys_of(share, calendar, on) if key.on == on}

    vars(planning)["keys_of"] = todays


GUARDS: dict[str, Callable[[int], None]] = {
    "guarded": guarded,
    "unsorted": unsorted,
    "all_look_first": all_look_first,
    "only_todays_tick": only_todays_tick,
}


def look_when_told(gate: int) -> int:
    """The exit status of one planner."""
    if not os.read(gate, 1):
        return 1  # whoever holds the gate is gone
    try:
        call_command(run_reminders.Command(), once=True)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def main(planners: int, guard: str) -> int:
    """How many of them failed."""
    GUARDS[guard](planners)
    gate, opener = os.pipe()
    children = []
    for _n in range(planners):
        child = os.fork()
        if not child:
            os.close(opener)
            random.seed()
            os._exit(look_when_told(gate))
        children.append(child)
    sys.stderr.write(f"{READY}\n")
    sys.stdin.readline()
    os.write(opener, b"." * planners)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return sum(end != 0 for end in ends)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
