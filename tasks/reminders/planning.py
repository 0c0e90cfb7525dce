"""Which reminders there must be today: what is missing is added, what became untrue is ended.

The plan of reminders is a pure function of the shares, the rules, the calendar and the day
(``tasks.reminders.keys``), so this may run at any time, any number of times and in any number of
processes.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.calendar import WorkCalendar, load_calendar
from tasks.inserting import insert_missing
from tasks.models import Reminder, Task
from tasks.querysets import among
from tasks.reminders.candidates import BATCH, batches_of_shares
from tasks.reminders.facts import COLUMNS_OF_SHARE, facts_of, plans_of
from tasks.reminders.keys import TOO_LATE, ReminderKey, is_too_late, keys_of, why_untrue

#: The columns that a reminder's key is made of.
COLUMNS_OF_KEY = ("task", "rule", "on", "deadline_version", "unit", "step")


def key_of(reminder: Reminder) -> ReminderKey:
    return ReminderKey(*(getattr(reminder, name) for name in ReminderKey._fields))


def plan_reminders(*, on: dt.date, at: dt.datetime) -> int:
    """Brings the reminders into line with the shares as of the day; returns how many are new.

    Six queries for each batch of reminders that wait without a mail, and six for each ``BATCH`` of
    shares that a rule may concern; when nothing changed, none of them writes. What is added rests
    on facts just read, so what waited from before is looked at first.
    """
    calendar = load_calendar()
    _end_untrue(calendar, on=on, at=at)
    return sum(
        _add_missing(tasks, calendar, on=on, at=at) for tasks in batches_of_shares(calendar, on)
    )


def _add_missing(
    tasks: Sequence[Task], calendar: WorkCalendar, *, on: dt.date, at: dt.datetime
) -> int:
    facts = facts_of(tasks, on)
    wanted = {key for share in facts.values() for key in keys_of(share, calendar, on)}
    if not wanted:
        return 0
    known = Reminder.objects.filter(
        among("task", {key.task_id for key in wanted}), on__gte=min(key.on for key in wanted)
    )
    ended: dict[ReminderKey, str] = {
        ReminderKey(*row[:-1]): row[-1]
        for row in known.values_list(*ReminderKey._fields, "superseded_because")
    }
    missing = sorted(wanted - ended.keys())
    late = {k for k in missing if is_too_late(k, facts[k.task_id].rules, calendar, on)}
    insert_missing([_reminder(key, at, too_late=key in late) for key in missing])
    _revive({key for key in wanted if ended.get(key) not in (None, "", TOO_LATE)})
    return len(missing) - len(late)


def _reminder(key: ReminderKey, at: dt.datetime, *, too_late: bool) -> Reminder:
    """What is beyond the horizon is written down too, and ended at once."""
    ended = {"superseded_at": at, "superseded_because": TOO_LATE} if too_late else {}
    return Reminder(**key._asdict(), planned_at=at, **ended)


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
    waiting = (
        Reminder.objects.unsaid()
        .select_related("task__parent")
        .prefetch_related(plans_of("task__"))
        .only(*COLUMNS_OF_KEY, *(f"task__{name}" for name in COLUMNS_OF_SHARE))
    )
    last = 0
    while True:
        with transaction.atomic():
            batch = list(waiting.filter(pk__gt=last).locked()[:BATCH])
            end_untrue(batch, calendar, on=on, at=at)
        if not batch:
            return
        last = batch[-1].pk


def end_untrue(
    reminders: Collection[Reminder], calendar: WorkCalendar, *, on: dt.date, at: dt.datetime
) -> set[int]:
    """Supersedes those that are no longer true, with the reason; returns their ids.

    As many queries as ``reasons_untrue`` and one for each reason that occurs.
    """
    reasons = reasons_untrue(reminders, calendar, on)
    by_reason: dict[str, list[int]] = defaultdict(list)
    for pk, reason in reasons.items():
        by_reason[reason].append(pk)
    for reason, pks in by_reason.items():
        Reminder.objects.filter(pk__in=pks).update(superseded_at=at, superseded_because=reason)
    return set(reasons)


def reasons_untrue(
    reminders: Collection[Reminder], calendar: WorkCalendar, on: dt.date
) -> dict[int, str]:
    """Of those that are no longer true the reason, by id. At most three queries.

    To each share must be joined what its facts need.
    """
    tasks = {reminder.task_id: reminder.task for reminder in reminders}
    rules = {reminder.rule for reminder in reminders}
    facts = facts_of(list(tasks.values()), on, rules) if tasks else {}
    reasons = {
        reminder.pk: why_untrue(key_of(reminder), facts[reminder.task_id], calendar, on)
        for reminder in reminders
    }
    return {pk: reason for pk, reason in reasons.items() if reason}
