"""A county of many townships with shares whose deadlines a scheduler may miss, and what is right.

Committed rows, since other processes must see them. What must have been said by a day is listed by
``tests.faults.brute_reminders``, from the rows and not from the product's own reading of them.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage

from accounts.models import Membership, Unit
from plans.models import DeadlineKind, KeyTask
from tasks.models import Task
from tasks.reminders.keys import ReminderKey, ShareFacts
from tests.faults.brute_reminders import everything_said
from tests.faults.chance import chance
from tests.reminder_rows import HOLIDAYS, MAKE_UP_DAYS, SHANGHAI, House, at, make_house

SHARES_OF_UNIT = 50
#: What a scheduler speaks of as one thing: of each only the latest occasion is said.
THINGS = {"before": "deadline", "on_the_day": "deadline", "overdue": "deadline"}


@dataclass
class DueShares:
    house: House
    tasks: dict[int, Task]

    def facts(self, task: Task) -> ShareFacts:
        office = task.plan.issuing_unit_id
        return ShareFacts(
            task_id=task.pk,
            state=task.state,
            due_on=task.due_on,
            deadline_version=task.deadline_version,
            issued_on=task.issued_at.astimezone(SHANGHAI).date(),
            acknowledgement_days=task.plan.acknowledgement_days,
            unit_id=task.unit_id,
            above_id=office,
            office_id=office,
            decider_id=office,
        )

    def expected(self, on: dt.date) -> set[ReminderKey]:
        """What must have been said by that day, whoever looked or did not look before."""
        found: set[ReminderKey] = set()
        for task in self.tasks.values():
            keys = everything_said(self.facts(task), is_worked, on)
            latest: dict[str, dt.date] = {}
            for key in keys:
                thing = THINGS.get(key.rule, key.rule)
                latest[thing] = max(key.on, latest.get(thing, key.on))
            found |= {key for key in keys if key.on == latest[THINGS.get(key.rule, key.rule)]}
        return found

    def titles(self, keys: set[ReminderKey]) -> Counter[tuple[str, str]]:
        """Address and title for what officers and heads of the shares' own units must read."""
        people = {
            (membership.unit_id, membership.role): membership.user.email
            for membership in Membership.objects.select_related("user")
        }
        return Counter(
            {
                (people[key.unit_id, ("officer", "head")[key.step]], self.tasks[key.task_id].title)
                for key in keys
                if key.step < 2
            }
        )

    def titles_in(self, accepted: list[tuple[list[str], EmailMessage]]) -> Counter[tuple[str, str]]:
        """How often each address has read each title, of those whose own shares they are."""
        offices = {p.email for key, p in self.house.people.items() if "coordinator" in key}
        read: Counter[tuple[str, str]] = Counter()
        for addresses, message in accepted:
            body = message.get_body(("plain",))
            text = body.get_content() if body else ""
            for address in set(addresses) - offices:
                titles = [task.title for task in self.tasks.values() if task.title in text]
                read.update((address, title) for title in titles)
        return read


def is_worked(day: dt.date) -> bool:
    return day in MAKE_UP_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)


def make_due_shares(first: dt.date, last: dt.date, count: int) -> DueShares:
    """Shares due on any day from ``first`` to ``last``; some unsigned, done or without a date."""
    house, dice = make_house(), chance(f"A5 {first} {last}")
    towns = []
    for n in range(-(-count // SHARES_OF_UNIT)):
        towns.append(house.add_unit(f"镇{n}", Unit.Kind.TOWN, "县"))
        for role in ("officer", "head"):
            house.add_person(f"镇{n}", role)
    key_tasks = KeyTask.objects.bulk_create(
        KeyTask(
            plan=house.plan,
            position=n,
            title=f"事项{n:06}",
            text="。",
            source_line=n,
            deadline_kind=DeadlineKind.DATE,
        )
        for n in range(count)
    )
    made = Task.objects.bulk_create(
        _share(key_task, towns[n // SHARES_OF_UNIT], _kind(n), _day(dice.random(), first, last))
        for n, key_task in enumerate(key_tasks)
    )
    return DueShares(house, {task.pk: task for task in made})


def _kind(number: int) -> str:
    """One in ten each: not signed for, submitted as done, without a date."""
    return {3: "issued", 5: "submitted", 7: "ongoing"}.get(number % 10, "acknowledged")


def _day(part: float, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=int(part * ((last - first).days + 1)))


def _share(key_task: KeyTask, unit: Unit, kind: str, day: dt.date) -> Task:
    ongoing = kind == "ongoing"
    due_on = None if ongoing else day
    return Task(
        plan=key_task.plan,
        key_task=key_task,
        unit=unit,
        issued_to=unit,
        role=Task.Role.LEAD,
        title=key_task.title,
        deadline_kind=DeadlineKind.ONGOING if ongoing else DeadlineKind.DATE,
        due_on=due_on,
        next_due_on=due_on,
        state="acknowledged" if ongoing else kind,
        issued_at=at(7, 1),
    )
