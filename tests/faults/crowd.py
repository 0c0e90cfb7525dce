"""So many offices with one officer and one share each, every share due today."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.test import override_settings
from django.utils import timezone

from accounts.models import Membership, Unit, User
from plans.models import DeadlineKind, KeyTask
from tasks.models import Task
from tasks.reminders.daily import plan_the_day
from tests.reminder_rows import START, House, at, make_house
from tests.story.processes import noon_zone


@dataclass(frozen=True)
class Crowd:
    """``zone`` is one in which it is about noon: no test sees the day change."""

    house: House
    zone: str
    today: dt.date
    addresses: list[str]
    shares: list[Task]

    @property
    def coordinator(self) -> User:
        return self.house.person("县-coordinator")

    def plan(self) -> None:
        """The day's mails are made, and nobody sends them yet."""
        with timezone.override(self.zone), override_settings(LUOSHI_MAIL_HOUR=0):
            plan_the_day(at=timezone.now())


def make_crowd(number: int) -> Crowd:
    house = make_house()
    now = dt.datetime.now(dt.UTC)
    zone = noon_zone(now)
    today = now.astimezone(ZoneInfo(zone)).date()
    units = _offices(house, number)
    people = User.objects.bulk_create(
        User(username=f"o{n}", password="!", name=f"干事{n}", email=f"o{n}@county.example")
        for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(user=person, unit=unit, role=Membership.Role.OFFICER, valid_from=START)
        for person, unit in zip(people, units, strict=True)
    )
    shares = _shares(house, units, today)
    return Crowd(house, zone, today, [person.email for person in people], shares)


def _offices(house: House, number: int) -> list[Unit]:
    town = house.unit("镇")
    return Unit.objects.bulk_create(
        Unit(
            name=f"{n}号所",
            kind=Unit.Kind.DEPARTMENT,
            parent=town,
            ancestors=town.path,
            depth=town.depth + 1,
            position=100 + n,
            valid_from=START,
        )
        for n in range(number)
    )


def _shares(house: House, units: list[Unit], today: dt.date) -> list[Task]:
    key_tasks = KeyTask.objects.bulk_create(
        KeyTask(
            plan=house.plan,
            position=n,
            title=f"第{n}项",
            text="。",
            source_line=n,
            deadline_kind=DeadlineKind.DATE,
            due_on=today,
        )
        for n in range(len(units))
    )
    return Task.objects.bulk_create(
        Task(
            plan=house.plan,
            key_task=key_task,
            title=key_task.title,
            unit=unit,
            issued_to=unit,
            role=Task.Role.LEAD,
            deadline_kind=DeadlineKind.DATE,
            due_on=today,
            next_due_on=today,
            state=Task.State.ACKNOWLEDGED,
            issued_at=at(3, 2),
        )
        for key_task, unit in zip(key_tasks, units, strict=True)
    )
