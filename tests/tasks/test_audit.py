"""``check_rollups`` and ``check_tree`` find what has drifted, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from plans.models import Plan
from tasks.amending import suspend_key_task
from tasks.audit import wrong_rollups, wrong_trees
from tasks.models import Step, Task
from tests.county import County, at, drafted_plan, due, item, owner, share
from tests.tasks.life_case import (
    closed,
    day,
    fresh,
    key_task_of,
    stands_at,
    stepped_plan,
    townships_plan,
    villages,
)


@pytest.fixture
def plan(county: County) -> Plan:
    """甲一村 stands at 60, 甲二村 is closed; nothing has drifted."""
    plan = townships_plan(county)
    one, two = villages(county, plan)
    stands_at(county, one, "60")
    closed(county, two)
    return plan


def spoil(task: Task, **values: object) -> None:
    Task.objects.filter(pk=task.pk).update(**values)


@contextmanager
def unguarded() -> Iterator[None]:
    """Past what the database itself would refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run(command: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(command, stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


class TestRollups:
    def test_nothing_has_drifted(self, county: County, plan: Plan) -> None:
        stepped_plan(county)
        assert list(wrong_rollups(plan)) == []
        assert run("check_rollups") == (0, "0 differences\n", "")

    def test_a_wrong_leaf_is_named_with_all_it_spoiled(self, county: County, plan: Plan) -> None:
        leaf = share(plan, "甲一村")
        spoil(leaf, reported_percent=Decimal(20))
        town, root = share(plan, "甲镇"), share(plan, "司法局")
        found = [(d.task_id, d.what, d.stored, d.right) for d in wrong_rollups(plan)]
        assert found == [
            (leaf.pk, "completion", Decimal(60), Decimal(20)),
            (town.pk, "completion", Decimal(80), Decimal(60)),
            (root.pk, "completion", Decimal("26.666667"), Decimal(20)),
        ]
        code, out, err = run("check_rollups")
        assert (code, out) == (1, "3 differences\n")
        assert err.splitlines()[0] == (
            f"2026年工作要点: share {leaf.pk}: completion is 60.000000, should be 20.00"
        )

    def test_a_wrong_figure_above_is_named_alone(self, plan: Plan) -> None:
        spoil(share(plan, "甲镇"), completion=Decimal("80.000001"))
        assert [d.task_id for d in wrong_rollups(plan)] == [share(plan, "甲镇").pk]

    def test_steps_are_counted_anew(self, county: County) -> None:
        plan = stepped_plan(county)
        task = share(plan, "甲镇")
        Step.objects.filter(task=task, due_on=day("03-25")).update(closed_on=day("03-20"))
        Step.objects.filter(task=task, due_on=day("12-25")).delete()
        found = {d.what: (d.stored, d.right) for d in wrong_rollups(plan)}
        assert found == {
            "steps_total": (4, 3),
            "steps_closed": (0, 1),
            "next_due_on": (day("03-25"), day("06-25")),
            "completion": (Decimal(0), Decimal("33.333333")),
        }

    def test_drafts_are_not_looked_at(self, county: County) -> None:
        drafted_plan(county, item("1.", "甲", [owner("甲镇", "lead")], due("2026-09-30")))
        assert run("check_rollups") == (0, "0 differences\n", "")
        assert run("check_tree") == (0, "0 differences\n", "")


class TestTrees:
    def found(self, plan: Plan) -> list[tuple[str, str, object, object]]:
        units = dict(Task.objects.values_list("pk", "unit__name"))
        return [(units[d.task_id], d.what, d.stored, d.right) for d in wrong_trees(plan)]

    def test_nothing_has_drifted(self, plan: Plan) -> None:
        assert self.found(plan) == []
        assert run("check_tree") == (0, "0 differences\n", "")

    def test_a_place_that_is_not_the_parents(self, plan: Plan) -> None:
        town, root = share(plan, "甲镇"), share(plan, "司法局")
        spoil(share(plan, "甲一村"), ancestors=[town.pk, root.pk])
        assert self.found(plan) == [("甲一村", "ancestors", [town.pk, root.pk], [root.pk, town.pk])]
        assert run("check_tree")[:2] == (1, "1 differences\n")

    def test_a_parent_of_another_plan(self, county: County, plan: Plan) -> None:
        other = stepped_plan(county)
        stranger = share(other, "甲镇")
        child = share(plan, "甲一村")
        with unguarded():
            spoil(child, parent=stranger)
            assert self.found(plan) == [
                ("甲一村", "parent", stranger.pk, "a share of the same plan")
            ]
            spoil(child, parent=share(plan, "甲镇"))

    def test_a_day_after_the_share_above(self, plan: Plan) -> None:
        with unguarded():
            spoil(share(plan, "甲一村"), due_on=day("10-01"))
            spoil(share(plan, "甲二村"), due_on=day("10-01"))  # closed, and left alone
        assert self.found(plan) == [("甲一村", "due_on", day("10-01"), "at most 2026-09-30")]

    def test_an_own_part_of_another_unit(self, county: County, plan: Plan) -> None:
        own = share(plan, "司法局", own_part=True)
        spoil(own, unit=county.unit("财政局"))
        assert self.found(plan) == [
            ("财政局", "unit", county.unit("财政局").pk, county.unit("司法局").pk)
        ]

    def test_open_below_what_has_ended(self, plan: Plan) -> None:
        spoil(share(plan, "甲镇"), state="cancelled")
        assert self.found(plan) == [
            ("甲一村", "state", "acknowledged", "ended, as cancelled above")
        ]
        spoil(share(plan, "甲镇"), state="closed", closed_on=day("06-01"), completion=Decimal(100))
        assert self.found(plan) == [("甲一村", "state", "acknowledged", "ended, as closed above")]
        spoil(share(plan, "甲一村"), role="supporting")
        assert self.found(plan) == []

    def test_what_rests_rests_together(self, county: County, plan: Plan) -> None:
        suspend_key_task(key_task_of(plan).pk, reason="待定", actor=county.coordinator, at=at(6, 1))
        assert self.found(plan) == []
        spoil(fresh(share(plan, "甲一村")), state="acknowledged")
        assert self.found(plan) == [
            ("甲一村", "state", "acknowledged", "ended, as suspended above")
        ]
