"""Rows for the tests of reminders and mail: a small house of units, and shares in any state.

    县 (issues) ─┬─ 局 ── one officer, one head
                 ├─ 镇 ── one officer, one head ── 村 ── one officer, one head
                 └─ two coordinators

Written as rows and not by the services, so that a share may stand at any point of its life.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import CalendarDay, MailSettings, Membership, OutgoingMail, Unit, User
from accounts.outbox import message_id_for
from plans.models import DeadlineKind, KeyTask, Plan
from tasks.models import Reminder, Task

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = dt.date(2026, 1, 1)
ISSUED_ON = dt.date(2026, 3, 2)  # a Monday
DUE = dt.date(2026, 9, 30)  # a Wednesday before a week of holidays

HOLIDAYS = [dt.date(2026, 10, n) for n in range(1, 8)]
MAKE_UP_DAYS = [dt.date(2026, 9, 20), dt.date(2026, 10, 10)]


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
    """An instant of 2026 by the county's clocks."""
    return dt.datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass
class House:
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    plan: Plan = field(init=False)
    _titles: int = 0

    def unit(self, name: str) -> Unit:
        return self.units[name]

    def person(self, key: str, **changes: Any) -> User:
        person = self.people[key]
        if changes:
            User.objects.filter(pk=person.pk).update(**changes)
            person.refresh_from_db()
        return person

    def mail_settings(self, person: User, **fields: Any) -> MailSettings:
        return MailSettings.objects.create(user=person, **fields)

    def add_unit(self, name: str, kind: str, parent: str | None) -> Unit:
        above = self.units[parent] if parent else None
        self.units[name] = Unit.objects.create(
            name=name,
            kind=kind,
            parent=above,
            ancestors=above.path if above else "/",
            depth=above.depth + 1 if above else 0,
            position=len(self.units),
            valid_from=START,
        )
        return self.units[name]

    def add_person(self, unit: str, role: str, suffix: str = "", **fields: Any) -> User:
        key = f"{unit}-{role}{suffix}"
        number = len(self.people)
        values = {"name": key, "email": f"p{number}@county.example"} | fields
        person = User.objects.create(username=key, password="!", **values)
        Membership.objects.create(user=person, unit=self.unit(unit), role=role, valid_from=START)
        self.people[key] = person
        return person

    def add_share(self, unit: str, *, parent: Task | None = None, **fields: Any) -> Task:
        """A share of ``unit``, signed for and due on 30 September unless said otherwise."""
        key_task = parent.key_task if parent else self._add_key_task()
        values: dict[str, Any] = {
            "role": Task.Role.RESPONSIBLE if parent else Task.Role.LEAD,
            "title": key_task.title,
            "deadline_kind": DeadlineKind.DATE,
            "due_on": DUE,
            "state": Task.State.ACKNOWLEDGED,
            "issued_at": at(3, 2),
        }
        values |= fields
        values.setdefault("next_due_on", values["due_on"])
        return Task.objects.create(
            plan=self.plan,
            key_task=key_task,
            parent=parent,
            ancestors=[*parent.ancestors, parent.pk] if parent else [],
            depth=parent.depth + 1 if parent else 0,
            unit=self.unit(unit),
            issued_to=self.unit(unit),
            **values,
        )

    def _add_key_task(self) -> KeyTask:
        self._titles += 1
        return KeyTask.objects.create(
            plan=self.plan,
            position=self._titles,
            title=f"事项{self._titles}",
            text="。",
            source_line=self._titles,
            deadline_kind=DeadlineKind.DATE,
        )


def make_house() -> House:
    house = House()
    house.add_unit("县", Unit.Kind.COUNTY, None)
    house.add_unit("局", Unit.Kind.DEPARTMENT, "县")
    house.add_unit("镇", Unit.Kind.TOWN, "县")
    house.add_unit("村", Unit.Kind.VILLAGE, "镇")
    for unit in ("局", "镇", "村"):
        house.add_person(unit, "officer")
        house.add_person(unit, "head")
    house.add_person("县", "coordinator")
    house.add_person("县", "coordinator", "-2")
    house.plan = Plan.objects.create(
        title="2026年工作要点",
        year=2026,
        issued_on=ISSUED_ON,
        issuing_unit=house.unit("县"),
        state=Plan.State.ISSUED,
        created_by=house.person("县-coordinator"),
        created_at=at(3, 2),
        issued_at=at(3, 2),
    )
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=day, is_working=False) for day in HOLIDAYS]
        + [CalendarDay(day=day, is_working=True) for day in MAKE_UP_DAYS]
    )
    return house


def make_mail(recipient: User, on: dt.date = DUE, **fields: Any) -> OutgoingMail:
    """A mail that waits since eight o'clock of its day."""
    eight = dt.datetime.combine(on, dt.time(8), SHANGHAI)
    values: dict[str, Any] = {"next_try_at": eight, "created_at": eight}
    return OutgoingMail.objects.create(
        recipient=recipient,
        kind=OutgoingMail.Kind.DIGEST,
        on=on,
        message_id=message_id_for(recipient.pk, OutgoingMail.Kind.DIGEST, on),
        **(values | fields),
    )


def said() -> list[tuple[str, str, str, int]]:
    """Every reminder that stands: unit, rule, day and step, in that order."""
    rows = Reminder.objects.filter(superseded_at__isnull=True).select_related("unit")
    return sorted((r.unit.name, r.rule, r.on.isoformat()[5:], r.step) for r in rows)


def ends() -> list[tuple[str, str, str]]:
    """Rule, day and end of every reminder."""
    rows = Reminder.objects.with_end().order_by("on", "task_id", "step")
    return [(row.rule, row.on.isoformat()[5:], vars(row)["end"]) for row in rows]
