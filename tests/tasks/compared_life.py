"""A tree of shares and its reference, side by side: what a random operation needs of both."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from accounts.errors import Refusal
from accounts.models import User
from tasks.audit import wrong_rollups, wrong_trees
from tasks.history import STANDING
from tasks.models import Task
from tasks.past import as_of
from tests.county import County, due, issued_plan, item, owner
from tests.tasks.reference_tree import Node

DUE = dt.date(2026, 9, 30)
#: The day on which all of it happens.
TODAY = dt.date(2026, 3, 3)

Allowed = Callable[[Node], bool]


@dataclass
class Tally:
    tried: int = 0
    done: int = 0


class ComparedLife(RuleBasedStateMachine):
    """司法局 leads, 甲镇 and 乙乡 answer, 甲镇 has two villages."""

    county: County
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        owners = [owner("司法局", "lead"), owner("甲镇", "responsible")]
        owners.append(owner("乙乡", "responsible"))
        self.plan = issued_plan(self.county, item("1.", "清理", owners, due(DUE.isoformat())))
        self.sent_to = {"司法局", "甲镇", "乙乡"}
        self.key_task = self.plan.key_tasks.get()
        self.nodes: dict[int, Node] = {}
        tasks = list(Task.objects.filter(plan=self.plan).select_related("unit").order_by("depth"))
        for task in tasks:
            self.keep(task, own=task.is_own_part)
        self.root = self.nodes[tasks[0].pk]

    def teardown(self) -> None:
        wrong = [*wrong_rollups(self.plan), *wrong_trees(self.plan)]
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)
        assert wrong == []

    @invariant()
    def the_rows_are_those_of_the_reference(self) -> None:
        rows = Task.objects.filter(plan=self.plan)
        found = {
            pk: (state, due_on, Fraction(completion))
            for pk, state, due_on, completion in rows.values_list(
                "pk", "state", "due_on", "completion"
            )
        }
        assert found == {pk: (n.state, n.due, n.figure()) for pk, n in self.nodes.items()}

    @invariant()
    def the_history_rebuilds_the_rows(self) -> None:
        shares = Task.objects.filter(plan=self.plan)
        columns = [*STANDING, "state", "depth"]
        present = list(shares.order_by("pk").values(*columns))
        with as_of(TODAY, shares) as past:
            assert list(shares.order_by("pk").values(*columns)) == present
        assert past.known_in_part == 0

    def keep(self, task: Task, *, own: bool) -> None:
        above = self.nodes[task.parent_id] if task.parent_id else None
        node = Node(task.unit.name, task.due_on or DUE, above, own)
        self.nodes[task.pk] = node
        if above:
            above.below.append(node)

    def pick(
        self, choice: int, allowed: Allowed, *, among: Allowed = lambda n: True
    ) -> tuple[int, Node, bool]:
        """A share, four times of five one with which it may be done, and whether it may."""
        rows = [(pk, n) for pk, n in self.nodes.items() if among(n)] or list(self.nodes.items())
        fitting = [(pk, n) for pk, n in rows if among(n) and allowed(n)]
        rows = fitting if fitting and choice % 5 != 4 else rows
        pk, node = rows[choice % len(rows)]
        return pk, node, allowed(node)

    def do(self, allowed: bool, operation: Callable[[], object]) -> bool:
        """Tries it; whether it was done, which must be whether the reference allows it."""
        self.tally.tried += 1
        refusal: Refusal | None = None
        try:
            operation()
        except Refusal as error:
            refusal = error
        assert (refusal is None) == allowed, f"allowed: {allowed}, refused: {refusal}"
        self.tally.done += allowed
        return allowed

    def officer(self, node: Node) -> User:
        return self.county.officer(node.unit)

    def decider(self, node: Node) -> User:
        """The office decides on the first two levels; deeper, the head of the share above."""
        if node.above is None or node.depth == 1:
            return self.county.coordinator
        return self.county.head(node.above.unit)

    def waiting(self, pk: int) -> int:
        """The report on the share that waits for a decision."""
        return Task.objects.get(pk=pk).reports.get(state="submitted").pk
