"""The people of a county office at work on one plan: shares by number and unit, days in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from config.demo.directory import Directory
from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.decomposition import Part, decompose
from tasks.models import ProgressReport, Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import at

#: Month and day of the plan's year.
Day = tuple[int, int]


@dataclass(frozen=True)
class Office:
    directory: Directory
    plan: Plan

    @property
    def coordinator(self) -> User:
        return self.directory.coordinator(0)

    def share(self, number: str, unit: str, *, own: bool = False) -> Task:
        """The unit's share of the key task of that number; ``own`` for its own part of the work."""
        return Task.objects.select_related("unit", "plan").get(
            plan=self.plan, key_task__number=number, unit__name=unit, is_own_part=own
        )

    def sign_for_all(self, day: Day) -> None:
        waiting = Task.objects.filter(plan=self.plan, state="issued").select_related("unit")
        for task in waiting:
            acknowledge(task.pk, actor=self.directory.officer(task.unit.name), at=at(*day))

    def break_down(self, number: str, unit: str, to: Sequence[str], day: Day) -> None:
        parts = [Part(self.directory.units[name]) for name in to]
        task = self.share(number, unit)
        decompose(task.pk, parts, actor=self.directory.officer(unit), at=at(*day))

    def submit(self, task: Task, said: Said, day: Day) -> ProgressReport:
        officer = self.directory.officer(task.unit.name)
        return submit_report(task.pk, said, actor=officer, at=at(*day))

    def approve(self, report: ProgressReport, day: Day) -> None:
        """The office on the first two levels; the head of the town for its villages."""
        task = Task.objects.select_related("parent__unit").get(pk=report.task_id)
        decider = self.coordinator
        if task.depth > 1 and task.parent:
            decider = self.directory.head(task.parent.unit.name)
        approve_report(report.pk, actor=decider, at=at(*day, 16))

    def reach(
        self, number: str, units: Sequence[str], percent: int, day: Day, *, own: bool = False
    ) -> None:
        """Each unit reports so much, and it is approved the same day."""
        for unit in units:
            said = Said(percent=Decimal(percent), narrative="按计划推进。")
            self.approve(self.submit(self.share(number, unit, own=own), said, day), day)

    def finish(self, number: str, units: Sequence[str], day: Day, *, own: bool = False) -> None:
        for unit in units:
            said = Said(completes=True, narrative="已完成。")
            self.approve(self.submit(self.share(number, unit, own=own), said, day), day)

    def take_steps(
        self, number: str, unit: str, day: Day, *, own: bool = False, behind: int = 0
    ) -> None:
        """Reports every step that is due by the end of that month done, but for the last ones."""
        task = self.share(number, unit, own=own)
        steps = [step.pk for step in task.steps.filter(closed_on=None, due_on__month__lte=day[0])]
        said = Said(steps=steps[: len(steps) - behind], narrative="已学习。")
        self.approve(self.submit(task, said, day), day)
