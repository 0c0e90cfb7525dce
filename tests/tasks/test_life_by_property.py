"""Random operations on one tree of shares, each compared with ``reference_tree``.

Allowed ones must be done and refused ones refused; after each, completion, deadlines and states
of all shares must be those of the reference.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from tasks import progress
from tasks.acknowledging import acknowledge, object_to, uphold
from tasks.amending import resume_key_task, suspend_key_task
from tasks.changing import ShareChanges, change_share, move_deadline
from tasks.decomposition import Part, decompose
from tasks.ending import cancel_share, reopen_share
from tasks.extensions import approve_extension, ask_extension, refuse_extension
from tasks.models import MAX_DEPTH, Task
from tasks.progress import Said, approve_report, return_report, submit_report
from tests.county import County, at
from tests.faults.counts import count
from tests.tasks.compared_life import DUE, ComparedLife, Tally
from tests.tasks.reference_tree import DONE, OPEN, UNENDED, Node

#: The day after the plan was issued: the objection period runs and no deadline has passed.
NOW = at(3, 3)
BELOW = {"甲镇": {"甲一村", "甲二村"}}
WORKERS = ("司法局", "甲镇", "乙乡", "甲一村", "甲二村")
STEPS = 50

Say = Callable[[str, object], None]

fault = pytest.mark.fault(suite="lifecycle", name="random operations against a reference")

choices = st.integers(0, 999)
days = st.sampled_from([dt.date(2026, month, 28) for month in (5, 6, 7, 8, 9, 10, 12)])
decisions = st.sampled_from(["approve", "approve", "return", "wait"])
percents = st.integers(0, 9900).map(lambda hundredths: Decimal(hundredths) / 100)


class Life(ComparedLife):
    """What people may do with a share, each thing as one rule."""

    @initialize(signed=st.sampled_from([True, True, True, False]), broken_down=st.booleans())
    def begin(self, signed: bool, broken_down: bool) -> None:
        if signed:
            self._sign_for_all()
        for village in sorted(BELOW["甲镇"]) if broken_down and signed else []:
            town = next(pk for pk, node in self.nodes.items() if node.unit == "甲镇")
            self._break_down(town, self.nodes[town], village, DUE, allowed=True)

    @rule()
    def sign_for_all(self) -> None:
        self._sign_for_all()

    def _sign_for_all(self) -> None:
        for pk, node in self.nodes.items():
            if node.state == "issued":
                self._sign(pk, node, allowed=True)

    @rule(choice=choices)
    def sign_for(self, choice: int) -> None:
        pk, node, allowed = self.pick(choice, lambda n: n.state == "issued")
        self._sign(pk, node, allowed=allowed)

    def _sign(self, pk: int, node: Node, *, allowed: bool) -> None:
        if self.do(allowed, lambda: acknowledge(pk, actor=self.officer(node), at=NOW)):
            node.state = "acknowledged"

    @rule(choice=choices)
    def object_or_insist(self, choice: int) -> None:
        pk, node, allowed = self.pick(choice, lambda n: n.state in ("issued", "objected"))
        if node.state == "objected":
            decider = self.decider(node)
            if self.do(allowed, lambda: uphold(pk, reason="属地", actor=decider, at=NOW)):
                node.state = "issued"
        else:
            officer = self.officer(node)
            if self.do(allowed, lambda: object_to(pk, reason="不归我", actor=officer, at=NOW)):
                node.state = "objected"

    @rule(choice=choices, to=st.sampled_from(WORKERS), day=days)
    def break_down(self, choice: int, to: str, day: dt.date) -> None:
        pk, node, allowed = self.pick(choice, lambda n: self._may_break_down(n, to, day))
        self._break_down(pk, node, to, day, allowed=allowed)

    def _break_down(self, pk: int, node: Node, to: str, day: dt.date, *, allowed: bool) -> None:
        part = Part(self.county.unit(to), due_on=day)
        made: list[Task] = []
        if self.do(
            allowed,
            lambda: made.extend(decompose(pk, [part], actor=self.officer(node), at=NOW)),
        ):
            self.sent_to.add(to)
            self.keep(made[0], own=to == node.unit)

    def _may_break_down(self, node: Node, to: str, day: dt.date) -> bool:
        if node.state != "acknowledged" or node.depth == MAX_DEPTH or day > node.due:
            return False
        if to == node.unit:
            return not any(n.own and n.state != "cancelled" for n in node.below)
        reach = BELOW.get(node.unit, set()) | (self.sent_to if node is self.root else set())
        taken = {n.unit for n in self.root.tree() if not n.own and n.state != "cancelled"}
        return to in reach - taken

    @rule(choice=choices, percent=percents, then=decisions)
    def report(self, choice: int, percent: Decimal, then: str) -> None:
        self._submit(choice, Said(percent=percent), Fraction(percent), then)

    @rule(choice=choices, then=decisions)
    def report_done(self, choice: int, then: str) -> None:
        self._submit(choice, Said(completes=True), DONE, then)

    def _submit(self, choice: int, said: Said, waiting: Fraction | str, then: str) -> None:
        pk, node, allowed = self.pick(
            choice,
            lambda n: (
                n.state == "acknowledged"
                and n.said is None
                and not (waiting == DONE and n.has_open_below())
            ),
        )
        officer = self.officer(node)
        if self.do(allowed, lambda: submit_report(pk, said, actor=officer, at=NOW)):
            node.said = waiting
            node.state = "submitted" if waiting == DONE else node.state
            self._decide(pk, node, then)

    @rule(choice=choices, then=st.sampled_from(["approve", "return"]))
    def decide(self, choice: int, then: str) -> None:
        pk, node, _allowed = self.pick(
            choice, lambda n: n.state in OPEN, among=lambda n: n.said is not None
        )
        if node.said is not None:
            self._decide(pk, node, then)

    def _decide(self, pk: int, node: Node, then: str) -> None:
        report, decider = self.waiting(pk), self.decider(node)
        done, was_open = node.said == DONE, node.state in OPEN
        if then == "approve" and self.do(
            was_open and not (done and node.has_open_below()),
            lambda: approve_report(report, actor=decider, at=NOW),
        ):
            node.percent = node.said if isinstance(node.said, Fraction) else node.percent
            node.state, node.said = "closed" if done else node.state, None
        elif then == "return" and self.do(
            was_open, lambda: return_report(report, reason="缺", actor=decider, at=NOW)
        ):
            node.state, node.said = "acknowledged" if done else node.state, None

    @rule(choice=choices, day=days)
    def ask_for_longer(self, choice: int, day: dt.date) -> None:
        pk, node, allowed = self.pick(
            choice,
            lambda n: (
                n.state == "acknowledged" and n.asked is None and n.due < day and n.allows(day)
            ),
        )
        officer = self.officer(node)
        if self.do(
            allowed,
            lambda: ask_extension(pk, new_due_on=day, reason="汛期", actor=officer, at=NOW),
        ):
            node.asked = day

    @rule(choice=choices, yes=st.booleans())
    def answer_about_longer(self, choice: int, yes: bool) -> None:
        def may(node: Node) -> bool:
            day = node.asked
            fits = day is not None and node.due < day and node.allows(day)
            return node.state in OPEN and (fits or not yes)

        pk, node, allowed = self.pick(choice, may, among=lambda n: n.asked is not None)
        if node.asked is None:
            return
        request = Task.objects.get(pk=pk).extension_requests.get(state="submitted").pk
        answer = approve_extension if yes else refuse_extension
        if self.do(
            allowed, lambda: answer(request, answer="按期", actor=self.decider(node), at=NOW)
        ):
            node.due = node.asked if yes else node.due
            node.asked = None

    @rule(choice=choices, day=days, along=st.booleans())
    def move(self, choice: int, day: dt.date, along: bool) -> None:
        pk, node, allowed = self.pick(
            choice,
            lambda n: n.state in OPEN and n.allows(day) and (along or not n.broken_by(day)),
        )
        broken = node.broken_by(day) if along else []
        ids = [pk for pk, n in self.nodes.items() if n in broken]
        if self.do(
            allowed,
            lambda: move_deadline(
                pk, day, reason="调整", moving_below=ids, actor=self.county.coordinator, at=NOW
            ),
        ):
            for moved in [*broken, node]:
                moved.due = day

    @rule(choice=choices)
    def take_back(self, choice: int) -> None:
        pk, node, allowed = self.pick(choice, lambda n: n.above is not None and n.state in UNENDED)
        office = self.county.coordinator
        if self.do(allowed, lambda: cancel_share(pk, reason="不做了", actor=office, at=NOW)):
            node.end("cancelled")

    @rule(choice=choices)
    def open_again(self, choice: int) -> None:
        pk, node, allowed = self.pick(
            choice, lambda n: n.state == "closed" and (n.above is None or n.above.state in OPEN)
        )
        decider = self.decider(node)
        if self.do(allowed, lambda: reopen_share(pk, reason="返工", actor=decider, at=NOW)):
            node.state, node.percent = "acknowledged", Fraction(99)
            node.due = min(node.due, node.above.due) if node.above else node.due

    @rule(goes_on=st.sampled_from([True, True, False]))
    def rest_or_go_on(self, goes_on: bool) -> None:
        office, pk = self.county.coordinator, self.key_task.pk
        resting = [node for node in self.root.tree() if node.state == "suspended"]
        if goes_on:
            if self.do(
                bool(resting), lambda: resume_key_task(pk, reason="恢复", actor=office, at=NOW)
            ):
                for node in resting:
                    node.state = node.rested
        elif self.do(
            self.root.state in OPEN,
            lambda: suspend_key_task(pk, reason="待上级", actor=office, at=NOW),
        ):
            self.root.end("suspended")

    @rule(choice=choices, weight=st.integers(0, 3))
    def weigh(self, choice: int, weight: int) -> None:
        pk, node, allowed = self.pick(
            choice, lambda n: n.state in OPEN and (n.above is not None or weight == n.weight)
        )
        changes = ShareChanges(weight=Decimal(weight))
        office = self.county.coordinator
        if self.do(allowed, lambda: change_share(pk, changes, actor=office, at=NOW)):
            node.weight = weight

    @rule(choice=choices, rollup=st.sampled_from(["average", "reported"]))
    def count_by(self, choice: int, rollup: str) -> None:
        pk, node, allowed = self.pick(choice, lambda n: n.state in OPEN)
        changes = ShareChanges(rollup=rollup)
        office = self.county.coordinator
        if self.do(allowed, lambda: change_share(pk, changes, actor=office, at=NOW)):
            node.rollup = rollup


def run(county: County, examples: int, phases: list[Phase]) -> None:
    Life.county = county
    Life.tally = Tally()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
@fault
def test_random_operations_leave_what_the_reference_says(
    county: County, record_property: Say
) -> None:
    run(county, count(6, 260), [Phase.generate, Phase.shrink])
    record_property("operations", Life.tally.tried)
    record_property("done", Life.tally.done)
    record_property("differences", 0)
    assert Life.tally.tried >= count(100, 10_000)


@pytest.mark.django_db
@fault.with_args(control=True)
def test_control_without_the_roll_up_the_reference_differs(
    county: County, monkeypatch: pytest.MonkeyPatch, record_property: Say
) -> None:
    monkeypatch.setattr(progress, "roll_up", lambda chain: None)
    with pytest.raises(AssertionError):
        run(county, 30, [Phase.generate])
    record_property("control_found_after_operations", Life.tally.tried)
