"""What a digest says: lists with absolute dates, and the working days as of today."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendar import WorkCalendar
from accounts.emails import Letter, absolute_url
from accounts.models import User
from tasks.models import Reminder, Task
from tasks.reminders.recipients import DECISIONS

Rule = Reminder.Rule
#: A list shows so many shares and the number of the others.
SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One share in a list, in words: text and HTML show the same.

    ``due`` is the date or empty, of the first open step where there are steps; ``when`` says how
    long there is left until then, or how long it has been.
    """

    title: str
    unit: str
    due: str
    when: str
    url: str


@dataclass(frozen=True)
class Group:
    """One list of the mail: its heading, the lines shown and how many more there are."""

    heading: str
    count: int
    lines: list[Line]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def write_letter(
    reminders: Iterable[Reminder], recipient: User, calendar: WorkCalendar, on: dt.date
) -> Letter:
    """The digest in the language that is active. No query where unit and key task are joined."""
    reminders = list(reminders)
    groups = _groups(reminders, calendar, on)
    context = {
        "recipient": recipient,
        "groups": groups,
        "on": on,
        "uncovered_years": _uncovered_years(reminders, calendar, on),
        "url": absolute_url("/"),
    }
    return Letter(
        subject=_subject(groups),
        text=render_to_string("tasks/mail/digest.txt", context),
        html=render_to_string("tasks/mail/digest.html", context),
    )


def _groups(reminders: list[Reminder], calendar: WorkCalendar, on: dt.date) -> list[Group]:
    """Several steps of the ladder may tell one person of one share: it is listed once."""
    dated = _tasks(reminders, Rule.BEFORE, Rule.ON_THE_DAY, Rule.OVERDUE)
    overdue = {task for task in dated if task.next_due_on and task.next_due_on < on}
    lists = (
        (_("Overdue"), overdue, _overdue_since),
        (_("Due soon"), dated - overdue, _time_left),
        (_("To decide"), _tasks(reminders, *DECISIONS), _time_left),
        (_("To report"), _tasks(reminders, Rule.REPORT_DUE, Rule.RETURNED), _time_left),
        (_("To sign for"), _tasks(reminders, Rule.TO_ACKNOWLEDGE), _time_left),
    )
    return [
        Group(
            heading=heading,
            count=len(tasks),
            lines=[
                _line(task, say_when(task.next_due_on, calendar, on))
                for task in sorted(tasks, key=_urgency)[:SHOWN]
            ],
        )
        for heading, tasks, say_when in lists
        if tasks
    ]


def _line(task: Task, when: str) -> Line:
    due_on = task.next_due_on
    return Line(
        title=task.title,
        unit=f"{task.unit} ({_('own part')})" if task.is_own_part else str(task.unit),
        due=_("due on %(day)s") % {"day": date_format(due_on)} if due_on else "",
        when=when,
        url=absolute_url(f"/tasks/{task.pk}/"),
    )


def _tasks(reminders: list[Reminder], *rules: str) -> set[Task]:
    return {reminder.task for reminder in reminders if reminder.rule in rules}


def _urgency(task: Task) -> tuple[dt.date, int]:
    return task.next_due_on or dt.date.max, task.pk


def _overdue_since(due_on: dt.date | None, calendar: WorkCalendar, on: dt.date) -> str:
    days = calendar.working_days_between(due_on, on) if due_on else 0
    if not days:
        return _("the deadline has passed")
    return ngettext("%(count)d working day overdue", "%(count)d working days overdue", days) % {
        "count": days
    }


def _time_left(due_on: dt.date | None, calendar: WorkCalendar, on: dt.date) -> str:
    if due_on is None:
        return _("no date")
    if due_on < on:
        return _overdue_since(due_on, calendar, on)
    if due_on == on:
        return _("due today")
    days = calendar.working_days_between(on, due_on)
    return ngettext("%(count)d working day left", "%(count)d working days left", days) % {
        "count": days
    }


def _uncovered_years(reminders: list[Reminder], calendar: WorkCalendar, on: dt.date) -> list[int]:
    """Years in which the days were counted without knowing the holidays; the mail says so."""
    dates = {reminder.task.next_due_on for reminder in reminders}
    years = {day.year for day in dates if day}
    return sorted(year for year in years | {on.year} if not calendar.covers(year))


def _subject(groups: list[Group]) -> str:
    parts = [f"{group.heading} {group.count}" for group in groups]
    return _("Luoshi: %(parts)s") % {"parts": " · ".join(parts)}
