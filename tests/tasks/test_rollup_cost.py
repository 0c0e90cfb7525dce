"""What one approval five levels deep costs: so many queries, whatever the size of the tree."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from plans.models import Plan
from tasks.decomposition import Part, decompose
from tasks.models import MAX_DEPTH, Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import START, County, at, due, issued_plan, item, owner, share, sign_for_all

#: Of ``approve_report`` at the fifth level, its savepoint's two included. A change of this
#: number is to be seen in review.
QUERIES = 13


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("甲镇", "responsible")]
    return issued_plan(county, item("1.", "清理", owners, due("2026-09-30")))


def deepest(county: County, plan: Plan) -> Task:
    """The town's share broken down to itself until there is no level left."""
    sign_for_all(county, plan)
    task = share(plan, "甲镇")
    while task.depth < MAX_DEPTH:
        (task,) = decompose(
            task.pk, [Part(county.unit("甲镇"))], actor=county.officer("甲镇"), at=at(3, 10)
        )
        sign_for_all(county, plan)
    return task


def crowd(plan: Plan, shares: int) -> None:
    """So many shares more, at half beside the town and half beside the deepest share but one."""
    units = Unit.objects.bulk_create(
        Unit(
            name=f"丙{n}村之{shares}",
            kind=Unit.Kind.VILLAGE,
            parent=None,
            depth=0,
            position=100 + n,
            valid_from=START,
        )
        for n in range(shares)
    )
    above = list(Task.objects.filter(plan=plan, depth__in=[0, 3]).order_by("depth"))
    Task.objects.bulk_create(beside(above[n % 2], unit) for n, unit in enumerate(units))


def beside(parent: Task, unit: Unit) -> Task:
    """A share below ``parent`` that stands at nought."""
    return Task(
        plan_id=parent.plan_id,
        key_task_id=parent.key_task_id,
        parent=parent,
        ancestors=[*parent.ancestors, parent.pk],
        depth=parent.depth + 1,
        unit=unit,
        issued_to=unit,
        role=Task.Role.RESPONSIBLE,
        title=parent.title,
        deadline_kind=parent.deadline_kind,
        due_on=parent.due_on,
        next_due_on=parent.due_on,
        state=Task.State.ACKNOWLEDGED,
        issued_at=parent.issued_at,
    )


def statements_of_an_approval(county: County, task: Task, percent: int) -> list[str]:
    said = Said(percent=Decimal(percent))
    report = submit_report(task.pk, said, actor=county.officer("甲镇"), at=at(5, 6))
    with CaptureQueriesContext(connection) as captured:
        approve_report(report.pk, actor=county.head("甲镇"), at=at(5, 7))
    return [query["sql"] for query in captured]


def test_an_approval_five_levels_deep_costs_the_same_in_any_tree(
    county: County, plan: Plan
) -> None:
    task = deepest(county, plan)
    # The root's own part, the town and its four levels.
    assert Task.objects.filter(plan=plan).count() == 6
    for crowded_by in (0, 10, 1000):
        crowd(plan, crowded_by)
        assert len(statements_of_an_approval(county, task, 50)) == QUERIES
    assert Task.objects.filter(plan=plan).count() == 1016
    # Beside the deepest share stand 5 + 500, so 50 / 506; beside the town 505 and the own part.
    above = Task.objects.get(plan=plan, depth=MAX_DEPTH - 1)
    assert above.completion == Decimal("0.098814")
    assert Task.objects.get(plan=plan, depth=0).completion == Decimal("0.000195")


def test_no_lock_hinders_the_foreign_key_of_a_new_row(county: County, plan: Plan) -> None:
    """FAILURES M21: every lock is FOR NO KEY UPDATE, or FOR SHARE on the plan."""
    statements = statements_of_an_approval(county, deepest(county, plan), 50)
    locks = [sql for sql in statements if " FOR " in sql]
    assert len(locks) == 3
    assert not [sql for sql in locks if "FOR UPDATE" in sql]
