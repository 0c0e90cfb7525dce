"""Which reminders there must be today: what is missing is added, what became untrue is ended.

The plan of reminders is a pure function of the shares, the calendar and the day. It asks what
the latest occasion to speak is, not what happened since the last look, so it may run at any
time, any number of times and in any number of processes, and a month without a run is caught up
with the one thing that is true now.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.calendar import WorkCalendar, load_calendar
from tasks.models import Reminder, Task
from tasks.reminders.ladder import GRACES, steps_reached
from tasks.schedule import (
    DAYS_BEFORE,
    day_before_deadline,
    day_to_acknowledge,
    days_late,
    first_day_late,
    latest_occasion,
)

Rule = Reminder.Rule
Step = Reminder.Step

#: Something is expected of the unit itself. A share submitted as done waits for others.
WORK_EXPECTED = (Task.State.ISSUED, Task.State.OBJECTED, Task.State.ACKNOWLEDGED)

#: States in which a rule has something to say.
STATES_OF_RULE: dict[str, tuple[str, ...]] = {
    Rule.BEFORE: WORK_EXPECTED,
    Rule.ON_THE_DAY: WORK_EXPECTED,
    Rule.OVERDUE: WORK_EXPECTED,
    Rule.TO_ACKNOWLEDGE: (Task.State.ISSUED,),
}

#: ``deadline_version`` of reminders that do not speak of a deadline.
NO_DEADLINE = 0
#: Rows handled by one set of queries.
BATCH = 2000

#: Why a reminder became untrue, besides the state of its share.
DEADLINE_MOVED = "deadline_moved"
OVERTAKEN = "overtaken"


class ReminderKey(NamedTuple):
    """What makes two reminders the same, in the order in which they are written (M8)."""

    task_id: int
    rule: str
    on: dt.date
    deadline_version: int
    unit_id: int
    step: int


class ShareFacts(NamedTuple):
    """What the rules look at. ``above_id`` is the unit of the share above, or the issuing one."""

    task_id: int
    state: str
    due_on: dt.date | None
    deadline_version: int
    issued_on: dt.date
    acknowledgement_days: int
    unit_id: int
    above_id: int
    office_id: int


def facts_of(task: Task) -> ShareFacts:
    """No query where ``plan`` and ``parent`` are joined."""
    return ShareFacts(
        task_id=task.pk,
        state=task.state,
        due_on=task.next_due_on,
        deadline_version=task.deadline_version,
        issued_on=timezone.localdate(task.issued_at),
        acknowledgement_days=task.plan.acknowledgement_days,
        unit_id=task.unit_id,
        above_id=task.parent.unit_id if task.parent else task.plan.issuing_unit_id,
        office_id=task.plan.issuing_unit_id,
    )


def keys_of(share: ShareFacts, calendar: WorkCalendar, on: dt.date) -> set[ReminderKey]:
    """Everything that must have been said about the share by the end of that day. Pure.

    Of a rule only the latest occasion: who missed "in 5 days" and "in 1 day" hears "today".
    Occasions from before the share was issued never were.
    """
    keys: set[ReminderKey] = set()
    if share.due_on and share.state in WORK_EXPECTED:
        keys |= _deadline_keys(share, share.due_on, calendar, on)
    if share.state in STATES_OF_RULE[Rule.TO_ACKNOWLEDGE]:
        first = day_to_acknowledge(share.issued_on, share.acknowledgement_days, calendar)
        keys |= _late_keys(share, Rule.TO_ACKNOWLEDGE, first, NO_DEADLINE, calendar, on)
    return {key for key in keys if key.on >= share.issued_on}


def why_untrue(
    key: ReminderKey, share: ShareFacts, calendar: WorkCalendar, on: dt.date
) -> str | None:
    """The code of the reason why a planned reminder need not be said any more. Pure."""
    if share.state not in STATES_OF_RULE[key.rule]:
        return share.state
    if key.deadline_version not in (NO_DEADLINE, share.deadline_version):
        return DEADLINE_MOVED
    if key not in keys_of(share, calendar, on):
        return OVERTAKEN
    return None


def key_of(reminder: Reminder) -> ReminderKey:
    return ReminderKey(*(getattr(reminder, name) for name in ReminderKey._fields))


def plan_reminders(*, on: dt.date, at: dt.datetime) -> int:
    """Brings the reminders into line with the shares as of the day; returns how many are new.

    Three queries for each ``BATCH`` of shares that a rule may concern, and two for each batch of
    reminders that wait without a mail; when nothing changed, none of them writes.
    """
    calendar = load_calendar()
    planned = sum(
        _add_missing(tasks, calendar, on=on, at=at) for tasks in _batches_of_shares(calendar, on)
    )
    _end_untrue(calendar, on=on, at=at)
    return planned


def _deadline_keys(
    share: ShareFacts, due_on: dt.date, calendar: WorkCalendar, on: dt.date
) -> set[ReminderKey]:
    first_late = first_day_late(due_on, calendar)
    if on >= first_late:
        return _late_keys(share, Rule.OVERDUE, first_late, share.deadline_version, calendar, on)
    if on >= due_on:
        return {_key(share, Rule.ON_THE_DAY, due_on)}
    day = day_before_deadline(due_on, on, calendar)
    return {_key(share, Rule.BEFORE, day)} if day else set()


def _late_keys(
    share: ShareFacts,
    rule: str,
    first_late: dt.date,
    deadline_version: int,
    calendar: WorkCalendar,
    on: dt.date,
) -> set[ReminderKey]:
    """What the ladder says at the latest occasion, to every step that is reached by then."""
    if on < first_late:
        return set()
    late = latest_occasion(days_late(first_late, on, calendar), GRACES)
    day = calendar.add_working_days(first_late, late)
    units = _units_by_step(share)
    return {
        ReminderKey(share.task_id, rule, day, deadline_version, units[step], step)
        for step in map(Step, steps_reached(late))
        if step in units
    }


def _key(share: ShareFacts, rule: str, day: dt.date) -> ReminderKey:
    return ReminderKey(
        share.task_id, rule, day, share.deadline_version, share.unit_id, Step.OFFICER
    )


def _units_by_step(share: ShareFacts) -> dict[Step, int]:
    units = {
        Step.OFFICER: share.unit_id,
        Step.HEAD: share.unit_id,
        Step.UNIT_ABOVE: share.above_id,
        Step.ISSUING_OFFICE: share.office_id,
    }
    if share.above_id == share.unit_id:
        # The share above a unit's own part is its own, and its head knows already.
        del units[Step.UNIT_ABOVE]
    return units


def _batches_of_shares(calendar: WorkCalendar, on: dt.date) -> Iterator[list[Task]]:
    """Shares that a rule may concern today; exactly which is for the rules to say."""
    too_far = calendar.add_working_days(on, DAYS_BEFORE[0] + 1)
    shares = (
        Task.objects.filter(state__in=WORK_EXPECTED)
        .filter(Q(next_due_on__lt=too_far) | Q(state=Task.State.ISSUED))
        .select_related("plan", "parent")
        .order_by("pk")
    )
    last = 0
    while batch := list(shares.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _add_missing(tasks: list[Task], calendar: WorkCalendar, *, on: dt.date, at: dt.datetime) -> int:
    wanted: set[ReminderKey] = set()
    for task in tasks:
        wanted |= keys_of(facts_of(task), calendar, on)
    if not wanted:
        return 0
    known = Reminder.objects.filter(
        task__in={key.task_id for key in wanted}, on__gte=min(key.on for key in wanted)
    )
    ended: dict[ReminderKey, dt.datetime | None] = {
        ReminderKey(*row[:-1]): row[-1]
        for row in known.values_list(*ReminderKey._fields, "superseded_at")
    }
    missing = sorted(wanted - ended.keys())
    if missing:
        Reminder.objects.bulk_create(
            [Reminder(**key._asdict(), planned_at=at) for key in missing], ignore_conflicts=True
        )
    _revive({key for key in wanted if ended.get(key)})
    return len(missing)


def _revive(keys: set[ReminderKey]) -> None:
    """A reminder that became untrue and then true again, as after a returned report, is said."""
    if not keys:
        return
    with transaction.atomic():
        rows = Reminder.objects.without_mail().filter(
            task__in={key.task_id for key in keys}, superseded_at__isnull=False
        )
        again = [row.pk for row in rows.locked() if key_of(row) in keys]
        Reminder.objects.filter(pk__in=again).update(superseded_at=None, superseded_because="")


def _end_untrue(calendar: WorkCalendar, *, on: dt.date, at: dt.datetime) -> None:
    """Only reminders without a mail: what is in a mail is checked again when it is sent."""
    waiting = Reminder.objects.unsaid().select_related("task__plan", "task__parent").order_by("pk")
    last = 0
    while True:
        with transaction.atomic():
            batch = list(waiting.filter(pk__gt=last).locked()[:BATCH])
            end_untrue(batch, calendar, on=on, at=at)
        if not batch:
            return
        last = batch[-1].pk


def end_untrue(
    reminders: Iterable[Reminder], calendar: WorkCalendar, *, on: dt.date, at: dt.datetime
) -> set[int]:
    """Supersedes those that are no longer true, with the reason; returns their ids.

    One query for each reason that occurs. ``task__plan`` and ``task__parent`` must be joined.
    """
    by_reason: dict[str, list[int]] = defaultdict(list)
    for reminder in reminders:
        reason = why_untrue(key_of(reminder), facts_of(reminder.task), calendar, on)
        if reason:
            by_reason[reason].append(reminder.pk)
    for reason, pks in by_reason.items():
        Reminder.objects.filter(pk__in=pks).update(superseded_at=at, superseded_because=reason)
    return {pk for pks in by_reason.values() for pk in pks}
