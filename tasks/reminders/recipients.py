"""The people behind a unit and a step of the ladder, found when the day's mail is made."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator

from accounts.access import Role, people_of
from accounts.models import Unit, User
from accounts.outbox import wants_it_here_only, why_unreachable
from tasks.models import ExtensionRequest, ProgressReport, Reminder, Task

Step = Reminder.Step
Rule = Reminder.Rule

#: What waits for a decision goes to those who decide, not to those who work.
DECISIONS = (Rule.TO_LET_OUT, Rule.TO_APPROVE, Rule.TO_EXTEND)

#: Who is written to in a unit: the first role that somebody holds.
ROLES_OF_UNIT = (Role.OFFICER, Role.HEAD)

#: A desk is a role in a unit: the place a letter is addressed to before a person is found.
Desk = tuple[Unit, Role]


class Directory:
    """Looks every desk up once in a round: two queries for each unit and role that occurs."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self._known: dict[tuple[int, str], list[User]] = {}

    def addressees(self, reminder: Reminder, doers: Collection[int] = ()) -> list[User]:
        """Those who can be written to at the first desk on the way up where there is anybody.

        ``doers`` are the ids of people whose own act it is about: they are not told of it.
        """
        for desk in desks_for(reminder):
            if people := [p for p in self._people_at(desk) if p.pk not in doers]:
                return people
        return []

    def _people_at(self, desk: Desk) -> list[User]:
        unit, role = desk
        if (unit.pk, role) not in self._known:
            people = map(self._present, people_of(unit, [role], self.on))
            self._known[unit.pk, role] = [person for person in people if person is not None]
        return self._known[unit.pk, role]

    def _present(self, person: User) -> User | None:
        """The person, the deputy of one who is away, or nobody who could be told."""
        found: User | None = person
        if hasattr(person, "mail_settings") and person.mail_settings.is_away(self.on):
            found = person.mail_settings.deputy
        return found if found is not None and can_be_told(found) else None


def doers_of(reminders: Collection[Reminder]) -> dict[int, set[int]]:
    """By reminder, who did what it is about: nobody is told of their own act. Two queries."""
    tasks = [reminder.task_id for reminder in reminders if reminder.rule in DECISIONS]
    doers: dict[int, set[int]] = defaultdict(set)
    if tasks:
        for rows in (
            ProgressReport.objects.filter(task__in=tasks, state__in=["inside", "submitted"]),
            ExtensionRequest.objects.filter(task__in=tasks, state="submitted"),
        ):
            for task_id, author_id in rows.values_list("task_id", "author_id"):
                doers[task_id].add(author_id)
    return {
        reminder.pk: doers[reminder.task_id] for reminder in reminders if reminder.rule in DECISIONS
    }


def can_be_told(person: User) -> bool:
    """Whether anything can reach the person: a mail, or a look at the pages."""
    return person.is_active and (wants_it_here_only(person) or not why_unreachable(person))


def desks_for(reminder: Reminder) -> Iterator[Desk]:
    """The desks to try in turn: the one meant, then upward, since somebody must hear of it."""
    task = reminder.task
    if reminder.rule in DECISIONS and reminder.step != Step.ISSUING_OFFICE:
        yield from _desks_that_decide(reminder)
        return
    if reminder.step == Step.OFFICER:
        yield from ((task.unit, role) for role in ROLES_OF_UNIT)
    if reminder.step == Step.HEAD:
        yield task.unit, Role.HEAD
    if reminder.step != Step.ISSUING_OFFICE:
        yield from _desks_above(task)
    yield from _desks_of_office(task)


def _desks_that_decide(reminder: Reminder) -> Iterator[Desk]:
    """The head of the deciding unit; a coordinator where that is the issuing office."""
    office = reminder.task.plan.issuing_unit
    if reminder.unit_id == office.pk:
        yield office, Role.COORDINATOR
    yield reminder.unit, Role.HEAD
    yield from _desks_of_office(reminder.task)


def _desks_above(task: Task) -> Iterator[Desk]:
    """Nothing for a root share: above it there is only the issuing office."""
    if task.parent:
        unit = task.parent.unit
        yield from ((unit, role) for role in ROLES_OF_UNIT)


def _desks_of_office(task: Task) -> Iterator[Desk]:
    """Only coordinators see the whole plan; a mail says nothing that its reader may not see."""
    yield task.plan.issuing_unit, Role.COORDINATOR
