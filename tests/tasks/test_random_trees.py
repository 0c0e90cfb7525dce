"""Completion of random trees against a reference that was written without it (FAILURES B21).

The reference counts in fractions, from the leaves, over plain dictionaries.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks import completion
from tasks.completion import completion_of
from tasks.models import MAX_DEPTH, Task
from tests.faults.chance import chance
from tests.faults.counts import count

TREES = count(1000, 100_000)
OPEN = ["issued", "objected", "acknowledged", "submitted"]

Say = Callable[[str, object], None]
Node = dict[str, Any]

fault = pytest.mark.fault(suite="lifecycle", name="B21 figures of random trees")

percents = st.decimals(min_value=0, max_value=99, places=2)
#: Weights that hurt: none at all, thirds of thirds, a thousandth beside a thousand.
weights = st.sampled_from(["0", "0", "1", "1", "3", "0.001", "99999.999", "0.333"]).map(Decimal)
states = st.sampled_from([*OPEN, *OPEN, "closed", "closed", "cancelled", "suspended"])


def nodes(below: st.SearchStrategy[list[Node]]) -> st.SearchStrategy[Node]:
    return st.fixed_dictionaries(
        {
            "state": states,
            "role": st.sampled_from(["lead", "responsible", "responsible", "supporting"]),
            "kind": st.sampled_from(["date", "date", "date", "whole_year", "ongoing"]),
            "rollup": st.sampled_from(["average", "average", "average", "reported"]),
            "weight": weights,
            "percent": percents,
            "steps": st.sampled_from([(0, 0), (0, 0), (6, 0), (6, 1), (6, 5), (7, 3), (1, 1)]),
            "stopped_at": percents,
            "below": below,
        }
    )


def trees(levels: int) -> st.SearchStrategy[Node]:
    if levels == 0:
        return nodes(st.just([]))
    return nodes(st.lists(trees(levels - 1), max_size=3))


def millionths(figure: Fraction) -> Fraction:
    """Half to even, as banks do."""
    return Fraction(round(figure * 10**6), 10**6)


def counts(node: Node) -> bool:
    return (
        node["role"] != "supporting"
        and node["kind"] != "ongoing"
        and node["state"] not in ("cancelled", "suspended")
    )


def expected(node: Node) -> Fraction:
    """The reference: DESIGN 3 in its own words."""
    if node["state"] == "closed":
        return Fraction(100)
    if node["state"] in ("cancelled", "suspended"):
        return Fraction(node["stopped_at"])
    counting = [child for child in node["below"] if counts(child)]
    if counting and node["rollup"] == "average":
        parts = [Fraction(child["weight"]) for child in counting]
        if not any(parts):
            parts = [Fraction(1)] * len(counting)
        figures = [expected(child) for child in counting]
        weighted = (part * figure for part, figure in zip(parts, figures, strict=True))
        mean = sum(weighted, Fraction(0)) / sum(parts, Fraction(0))
        return millionths(min(mean, Fraction(99)))
    total, closed = node["steps"]
    if total:
        return millionths(min(Fraction(100 * closed, total), Fraction(99)))
    return Fraction(node["percent"])


def computed(node: Node) -> Task:
    """The same tree as shares, recomputed from the leaves as the services do."""
    task = Task(
        state=node["state"],
        role=node["role"],
        deadline_kind=node["kind"],
        rollup=node["rollup"],
        weight=node["weight"],
        reported_percent=node["percent"],
        steps_total=node["steps"][0],
        steps_closed=node["steps"][1],
        completion=node["stopped_at"],
    )
    task.completion = completion_of(task, [computed(child) for child in node["below"]])
    return task


@given(tree=trees(2))
@settings(max_examples=count(100, 1000), deadline=None, suppress_health_check=list(HealthCheck))
def test_the_reference_agrees_where_hypothesis_looks(tree: Node) -> None:
    assert Fraction(computed(tree).completion) == expected(tree)


def random_tree(dice: Any, levels: int) -> Node:
    """Like ``trees``, without its search: a hundred thousand of them in reasonable time."""
    wide = dice.choice([0, 1, 2, 3]) if levels else 0
    return {
        "state": dice.choice([*OPEN, *OPEN, "closed", "closed", "cancelled", "suspended"]),
        "role": dice.choice(["lead", "responsible", "responsible", "supporting"]),
        "kind": dice.choice(["date", "date", "date", "whole_year", "ongoing"]),
        "rollup": dice.choice(["average", "average", "average", "reported"]),
        "weight": Decimal(dice.choice(["0", "1", "1", "3", "0.001", "99999.999", "0.333"])),
        "percent": Decimal(dice.randrange(9901)) / 100,
        "steps": dice.choice([(0, 0), (0, 0), (6, 0), (6, 1), (6, 5), (7, 3), (1, 1)]),
        "stopped_at": Decimal(dice.randrange(9901)) / 100,
        "below": [random_tree(dice, levels - 1) for _child in range(wide)],
    }


def mismatches(trees: int) -> int:
    dice = chance("B21 trees")
    found = 0
    for _tree in range(trees):
        tree = random_tree(dice, MAX_DEPTH)
        found += Fraction(computed(tree).completion) != expected(tree)
    return found


@fault
def test_the_reference_agrees_on_random_trees(record_property: Say) -> None:
    found = mismatches(TREES)
    record_property("trees", TREES)
    record_property("mismatches", found)
    assert found == 0


@fault.with_args(control=True)
def test_control_with_a_plain_mean_they_differ(
    monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    def plain_mean(tasks: list[Task]) -> Decimal:
        return sum((task.completion for task in tasks), Decimal(0)) / len(tasks)

    monkeypatch.setattr(completion, "weighted_mean", plain_mean)
    found = mismatches(1000)
    record_property("control_mismatches", found)
    assert found > 0
