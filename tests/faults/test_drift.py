"""Figures bent by hand in the database are found by recomputing them (FAILURES B21)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import F

from plans.models import Plan
from tasks import audit
from tasks.audit import wrong_rollups, wrong_trees
from tasks.decomposition import Part, decompose
from tasks.models import Task
from tests.county import County, at, due, issued_plan, item, owner, sign_for_all
from tests.faults.chance import chance
from tests.faults.counts import count

KEY_TASKS = count(10, 30)
BENT = count(20, 100)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db
fault = pytest.mark.fault(suite="lifecycle", name="B21 wrong figures are found")

#: Each bends one thing that is derived, so that no two rows need the same eye.
WAYS: dict[str, Callable[[Task], dict[str, object]]] = {
    "completion": lambda task: {"completion": (task.completion + 7) % 99},
    "the last digit": lambda task: {"completion": task.completion + Decimal("0.000001")},
    "steps": lambda task: {"steps_total": F("steps_total") + 1},
    "next day": lambda task: {"next_due_on": at(12, 31).date()},
    "ancestors": lambda task: {"ancestors": [pk + 1 for pk in task.ancestors]},
}


@pytest.fixture
def plan(county: County) -> Plan:
    """Three levels, five shares to a key task, none reported on."""
    owners = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    items = [item(f"{n}.", f"清理{n}", owners, due("2026-09-30")) for n in range(1, KEY_TASKS + 1)]
    plan = issued_plan(county, *items)
    sign_for_all(county, plan)
    villages = [Part(county.unit("甲一村")), Part(county.unit("甲二村"))]
    for town in Task.objects.filter(plan=plan, unit__name="甲镇"):
        decompose(town.pk, villages, actor=county.officer("甲镇"), at=at(3, 10))
    return plan


def bend(plan: Plan) -> set[int]:
    """Bends so many shares below a root, each in a way drawn for it; their ids."""
    dice = chance("B21")
    shares = list(Task.objects.filter(plan=plan, depth__gt=0))
    bent = dice.sample(shares, BENT)
    for task in bent:
        changes = WAYS[dice.choice(sorted(WAYS))](task)
        Task.objects.filter(pk=task.pk).update(**changes)
    return {task.pk for task in bent}


def unfound(plan: Plan) -> int:
    """Bent shares that neither recomputation names."""
    bent = bend(plan)
    found = {wrong.task_id for find in (wrong_rollups, wrong_trees) for wrong in find(plan)}
    return len(bent - found)


@fault
def test_each_wrong_row_is_named(plan: Plan, record_property: Say) -> None:
    assert [*wrong_rollups(plan), *wrong_trees(plan)] == []
    found = unfound(plan)
    record_property("bent", BENT)
    record_property("unfound", found)
    assert found == 0


@fault.with_args(control=True)
def test_control_that_believes_what_is_stored_finds_nothing_wrong(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    monkeypatch.setattr(audit, "completion_of", lambda task, children: task.completion)
    found = unfound(plan)
    record_property("control_unfound", found)
    assert found > 0
