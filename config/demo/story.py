"""Telling a story of shares in the order of its days, every step by the service it belongs to.

The story is written down first (``sign``, ``progress``, ``finish`` …), which gives each step its
instant, and told afterwards, sorted by time. Shares are named by the number of their key task and
their unit; those that a break-down makes are known from then on.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import User
from config.demo import county
from config.demo.dates import DemoDates, instant, weekdays_after
from config.demo.directory import Directory
from plans.models import Plan
from tasks.acknowledging import acknowledge, object_to, uphold
from tasks.decomposition import Part, decompose
from tasks.extensions import approve_extension, ask_extension
from tasks.models import Step, Task, TaskEvent
from tasks.progress import Said, approve_report, return_report, submit_report

Kind = TaskEvent.Kind

MORNING, AFTERNOON = 10, 15


@dataclass(frozen=True)
class ShareName:
    """A share: the number of its key task, its unit, and whether it is the unit's own part."""

    number: int
    unit: str
    own: bool = False


@dataclass(frozen=True)
class StoryStep:
    at: dt.datetime
    kind: TaskEvent.Kind
    run: Callable[[dt.datetime], object]


@dataclass
class Story:
    plan: Plan
    directory: Directory
    dates: DemoDates
    steps: list[StoryStep] = field(default_factory=list)
    #: Which units broke their share of which key task down: their heads decide below.
    broken_down: dict[ShareName, str] = field(default_factory=dict)
    _ids: dict[ShareName, int] = field(default_factory=dict)
    _roles: dict[ShareName, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shares = Task.objects.filter(plan=self.plan).select_related("key_task", "unit")
        self._remember(shares)

    def _remember(self, shares: Iterable[Task]) -> None:
        for share in shares:
            name = ShareName(share.key_task.position, share.unit.name, share.is_own_part)
            self._ids[name] = share.pk
            self._roles[name] = share.role

    def shares_of(self, number: int) -> list[ShareName]:
        """The shares that issuing made for the key task, root first."""
        return [name for name in self._ids if name.number == number]

    def role_of(self, name: ShareName) -> str:
        return self._roles[name]

    def tell(self, on_step: Callable[[StoryStep], None]) -> None:
        """Takes every step written down, in the order of time."""
        for step in sorted(self.steps, key=lambda step: step.at):
            on_step(step)
            step.run(step.at)

    # What is written down. Every method returns the day on which the matter was settled.

    def sign(self, name: ShareName, day: dt.date) -> dt.date:
        actor = self.directory.officer(name.unit)
        self._write(
            day,
            MORNING,
            Kind.ACKNOWLEDGED,
            lambda at: acknowledge(self._id(name), actor=actor, at=at),
        )
        return day

    def object_in_vain(self, name: ShareName, day: dt.date, reason: str, answer: str) -> dt.date:
        """The unit objects, the office upholds the share the next day, and the unit signs."""
        actor, decider = self.directory.officer(name.unit), self._decider(name)
        self._write(
            day,
            MORNING,
            Kind.OBJECTED,
            lambda at: object_to(self._id(name), reason=reason, actor=actor, at=at),
        )
        answered = weekdays_after(day, 1)
        self._write(
            answered,
            MORNING,
            Kind.UPHELD,
            lambda at: uphold(self._id(name), reason=answer, actor=decider, at=at),
        )
        return self.sign(name, weekdays_after(answered, 1))

    def break_down(
        self, name: ShareName, day: dt.date, parts: Iterable[str], *, due_on: dt.date | None = None
    ) -> list[ShareName]:
        """One share for each unit named; the share's own unit among them gives its own part."""
        units = list(parts)
        actor = self.directory.officer(name.unit)

        def run(at: dt.datetime) -> None:
            rows = [Part(self.directory.units[unit], due_on=due_on) for unit in units]
            self._remember(decompose(self._id(name), rows, actor=actor, at=at))

        self._write(day, MORNING, Kind.DECOMPOSED, run)
        below = [ShareName(name.number, unit, unit == name.unit) for unit in units]
        self.broken_down |= dict.fromkeys(below, name.unit)
        return below

    def progress(self, name: ShareName, day: dt.date, percent: int, narrative: str) -> dt.date:
        """A report that is approved."""
        return self._report(name, day, narrative, percent=Decimal(percent))

    def take_steps(self, name: ShareName, day: dt.date, count: int, narrative: str) -> dt.date:
        """A report that so many of the share's steps are done, the earliest first; approved."""
        return self._report(name, day, narrative, steps=count)

    def finish(self, name: ShareName, day: dt.date, narrative: str) -> dt.date:
        """A report of completion that is approved: the share is closed."""
        return self._report(name, day, narrative, completes=True)

    def report_in_vain(
        self, name: ShareName, day: dt.date, percent: int, narrative: str, reason: str
    ) -> dt.date:
        """A report that is returned."""
        decider = self._decider(name)
        ids = self._submit(name, day, narrative, percent=Decimal(percent))
        decided = weekdays_after(day, 1)
        self._write(
            decided,
            AFTERNOON,
            Kind.RETURNED,
            lambda at: return_report(ids[0], reason=reason, actor=decider, at=at),
        )
        return decided

    def leave_waiting(self, name: ShareName, day: dt.date, percent: int, narrative: str) -> None:
        """A report that nobody has decided yet."""
        self._submit(name, day, narrative, percent=Decimal(percent))

    def extend(self, name: ShareName, day: dt.date, new_due_on: dt.date, reason: str) -> dt.date:
        """An extension asked for on the day and approved two weekdays later."""
        actor, decider = self.directory.officer(name.unit), self._decider(name)
        ids: list[int] = []

        def ask(at: dt.datetime) -> None:
            request = ask_extension(
                self._id(name), new_due_on=new_due_on, reason=reason, actor=actor, at=at
            )
            ids.append(request.pk)

        self._write(day, MORNING, Kind.EXTENSION_ASKED, ask)
        decided = weekdays_after(day, 2)
        self._write(
            decided,
            AFTERNOON,
            Kind.EXTENDED,
            lambda at: approve_extension(ids[0], answer="情况属实，同意。", actor=decider, at=at),
        )
        return decided

    def _report(
        self,
        name: ShareName,
        day: dt.date,
        narrative: str,
        *,
        percent: Decimal | None = None,
        completes: bool = False,
        steps: int = 0,
    ) -> dt.date:
        decider = self._decider(name)
        ids = self._submit(name, day, narrative, percent=percent, completes=completes, steps=steps)
        decided = min(weekdays_after(day, 1), self.last_day)
        kind = Kind.CLOSED if completes else Kind.APPROVED
        self._write(
            decided,
            AFTERNOON,
            kind,
            lambda at: approve_report(ids[0], actor=decider, at=at),
        )
        return decided

    def _submit(
        self,
        name: ShareName,
        day: dt.date,
        narrative: str,
        *,
        percent: Decimal | None = None,
        completes: bool = False,
        steps: int = 0,
    ) -> list[int]:
        """Writes the report down; the list holds its id once the step has been taken."""
        actor = self.directory.officer(name.unit)
        ids: list[int] = []

        def run(at: dt.datetime) -> None:
            done = Step.objects.filter(task=self._id(name)).order_by("position")[:steps]
            said = Said(
                percent=percent,
                completes=completes,
                narrative=narrative,
                steps=tuple(step.pk for step in done),
            )
            report = submit_report(self._id(name), said, actor=actor, at=at)
            ids.append(report.pk)

        self._write(day, MORNING, Kind.REPORTED, run)
        return ids

    def _write(
        self, day: dt.date, hour: int, kind: TaskEvent.Kind, run: Callable[[dt.datetime], object]
    ) -> None:
        day = min(day, self.last_day)
        self.steps.append(StoryStep(instant(day, hour), kind, run))

    @property
    def last_day(self) -> dt.date:
        """Nothing happens on the day of loading itself, whatever its hour is."""
        return self.dates.last_story_day

    def _id(self, name: ShareName) -> int:
        return self._ids[name]

    def _decider(self, name: ShareName) -> User:
        """A coordinator for the plan's first two levels; below, the head of the unit above."""
        if name in self.broken_down and self.broken_down[name] in county.VILLAGES:
            return self.directory.head(self.broken_down[name])
        return self.directory.coordinator(name.number)
