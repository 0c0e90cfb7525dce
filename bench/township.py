"""A county whose shares stand in trees, of which one township's part stays the same as it grows.

The part that is measured: key tasks of a bureau, each with a share for every township, and below
those of the first township one for each of its villages and one chain five levels deep. The others
are copies in plans of ten years, of the other townships only, built by COPY.
"""

import datetime as dt

from django.db import connection

from accounts.models import Unit, User
from bench.many_shares import BASE, Changes, copy_like
from plans.models import KeyTask, Plan
from tasks.models import ProgressReport, Task, TaskEvent
from tests.reminder_rows import House, at, make_house

TOWNS = 39
VILLAGES = 8
#: Key tasks of the measured part.
KEY_TASKS = 20
YEARS = 10
#: Key tasks of one of the other plans.
KEY_TASKS_OF_PLAN = 25


class Township:
    """``town`` is the measured township; ``count`` the number of shares in the county.

    ``key_tasks_of_plan`` are those of each of the other plans, the first of which is ``BASE``.
    """

    def __init__(self, today: dt.date, key_tasks_of_plan: int = KEY_TASKS_OF_PLAN) -> None:
        self._leave_room()
        self._of_plan = key_tasks_of_plan
        self.due_on = today + dt.timedelta(days=30)
        self.house: House = make_house()
        self.house.add_person("县", "officer")
        self.office: User = self.house.person("县-coordinator")
        self.towns = [self._add_unit(f"乡{n}", Unit.Kind.TOWN, "县") for n in range(TOWNS)]
        self.town = self.towns[0]
        for name in [f"村{n}" for n in range(VILLAGES)]:
            self._add_unit(name, Unit.Kind.VILLAGE, self.town.name)
        self._add_unit("组", Unit.Kind.VILLAGE, "村0")
        self._add_unit("户", Unit.Kind.VILLAGE, "组")
        self.roots = [self._add_tree() for _one in range(KEY_TASKS)]
        self.count = Task.objects.count()
        self._plans: set[int] = set()

    @staticmethod
    def _leave_room() -> None:
        """Whatever is made by itself gets ids beyond those of the copies."""
        with connection.cursor() as cursor:
            for model in (Plan, KeyTask, Task, ProgressReport, TaskEvent):
                sequence = "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"
                cursor.execute(sequence, [model._meta.db_table, 100 * BASE])

    def officer(self, unit: str) -> User:
        return self.house.person(f"{unit}-officer")

    def head(self, unit: str) -> User:
        return self.house.person(f"{unit}-head")

    def _add_unit(self, name: str, kind: str, parent: str) -> Unit:
        unit = self.house.add_unit(name, kind, parent)
        for role in ("officer", "head"):
            self.house.add_person(name, role)
        return unit

    def _add_tree(self) -> Task:
        root = self._add("局", None)
        for town in self.towns:
            share = self._add(town.name, root)
            if town == self.town:
                village, *_others = [self._add(f"村{n}", share) for n in range(VILLAGES)]
                self._add("户", self._add("组", village))
        return root

    def _add(self, unit: str, parent: Task | None) -> Task:
        return self.house.add_share(unit, parent=parent, due_on=self.due_on)

    def add_undivided(self) -> Task:
        """A share of the county itself that nobody has broken down yet."""
        return self._add("县", None)

    def add_waiting_report(self) -> ProgressReport:
        """One of the fifth level, in a tree of its own."""
        root = self._add_tree()
        share = Task.objects.get(key_task=root.key_task, unit__name="户")
        return ProgressReport.objects.create(
            task=share,
            author=self.officer("户"),
            percent=60,
            narrative="。",
            state=ProgressReport.State.SUBMITTED,
            submitted_at=at(3, 9),
        )

    def grow_to(self, size: int) -> None:
        """Trees of a bureau's share and those of the other townships, with their history."""
        trees = range(self.count // TOWNS, size // TOWNS)
        self.count = size
        root = self.roots[0]
        leaf = Task.objects.get(parent=root, unit=self.towns[1])
        plans = {self._plan_of_tree(BASE + n) for n in trees} - self._plans
        self._plans |= plans
        copy_like(self.house.plan, sorted(plans), {"id": _same, "year": lambda n: 2026 - n % YEARS})
        of_tree: Changes = {
            "key_task_id": _tree,
            "plan_id": lambda n: self._plan_of_tree(_tree(n)),
        }
        key_tasks: Changes = {"id": _same, "plan_id": self._plan_of_tree, "position": _same}
        copy_like(KeyTask.objects.get(pk=root.key_task_id), [BASE + n for n in trees], key_tasks)
        roots = [_share(n, 0) for n in trees]
        leaves = [_share(n, place) for n in trees for place in range(1, TOWNS)]
        copy_like(root, roots, of_tree | {"id": _same})
        below: Changes = {
            "id": _same,
            "parent_id": lambda n: _share(_tree(n) - BASE, 0),
            "ancestors": lambda n: f"{{{_share(_tree(n) - BASE, 0)}}}",
            "unit_id": lambda n: self.towns[n % TOWNS].pk,
            "issued_to_id": lambda n: self.towns[n % TOWNS].pk,
        }
        copy_like(leaf, leaves, of_tree | below)
        self._add_history(leaf, leaves)

    def _plan_of_tree(self, tree: int) -> int:
        return BASE + (tree - BASE) // self._of_plan

    def _add_history(self, leaf: Task, leaves: list[int]) -> None:
        report, _made = ProgressReport.objects.get_or_create(
            task=leaf,
            author=self.officer(self.towns[1].name),
            percent=50,
            state=ProgressReport.State.APPROVED,
            submitted_at=at(3, 9),
            decided_by=self.head(self.towns[1].name),
            decided_at=at(3, 9),
        )
        event, _made = TaskEvent.objects.get_or_create(
            task=leaf, kind=TaskEvent.Kind.ISSUED, actor=self.office, at=at(3, 2), standing={}
        )
        for row in (report, event):
            copy_like(row, leaves, {"id": _same, "task_id": _same})

    def settle(self) -> None:
        """What autovacuum would have done by the morning."""
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for model in (Task, ProgressReport, TaskEvent, KeyTask, Plan):
                cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _same(number: int) -> int:
    return number


def _share(tree: int, place: int) -> int:
    return BASE + tree * TOWNS + place


def _tree(share: int) -> int:
    return BASE + (share - BASE) // TOWNS
