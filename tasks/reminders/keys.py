"""What must have been said about a share by a day: a pure function of facts, rules and calendar.

It asks what the latest occasion to speak is, not what happened since the last look, so that an
outage of any length is caught up with the one thing that is true now.
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from accounts.calendar import WorkCalendar
from tasks.reminders.ladder import steps_reached
from tasks.rules import DEFAULT_RULES, Rules
from tasks.schedule import day_before_deadline, days_late, first_day_late, latest_occasion

#: The rules by name, as in ``Reminder.Rule``.
BEFORE, ON_THE_DAY, OVERDUE = "before", "on_the_day", "overdue"
TO_ACKNOWLEDGE, REPORT_DUE, RETURNED = "to_acknowledge", "report_due", "returned"
TO_LET_OUT, TO_APPROVE, TO_EXTEND = "to_let_out", "to_approve", "to_extend"

#: The steps by number, as in ``Reminder.Step``.
OFFICER, HEAD, UNIT_ABOVE, ISSUING_OFFICE = range(4)

#: Something is expected of the unit itself. A share submitted as done waits for others.
WORK_EXPECTED = ("issued", "objected", "acknowledged")
STILL_OPEN = (*WORK_EXPECTED, "submitted")

#: States in which a rule has something to say.
STATES_OF_RULE: dict[str, tuple[str, ...]] = {
    BEFORE: WORK_EXPECTED,
    ON_THE_DAY: WORK_EXPECTED,
    OVERDUE: WORK_EXPECTED,
    TO_ACKNOWLEDGE: ("issued",),
    REPORT_DUE: ("acknowledged",),
    RETURNED: ("acknowledged",),
    TO_LET_OUT: ("acknowledged",),
    TO_APPROVE: STILL_OPEN,
    TO_EXTEND: STILL_OPEN,
}

#: ``deadline_version`` of reminders that do not speak of the share's deadline.
NO_DEADLINE = 0

#: Why a reminder became untrue, besides the state of its share.
DEADLINE_MOVED = "deadline_moved"
OVERTAKEN = "overtaken"
TOO_LATE = "too_late"
SWITCHED_OFF = "switched_off"


class ReminderKey(NamedTuple):
    """What makes two reminders the same, in the order in which they are written (M8)."""

    task_id: int
    rule: str
    on: dt.date
    deadline_version: int
    unit_id: int
    step: int


class ShareFacts(NamedTuple):
    """What the rules look at.

    ``due_on`` is the day that the share's light follows. ``above_id`` is the unit of the share
    above, or the issuing one; ``decider_id`` the unit that decides. ``report_due_on`` is the day
    of the oldest report that is missing or comes next; the ``*_since`` are local dates on which
    something began to wait.
    """

    task_id: int
    state: str
    due_on: dt.date | None
    deadline_version: int
    issued_on: dt.date
    acknowledgement_days: int
    unit_id: int
    above_id: int
    office_id: int
    decider_id: int = 0
    report_due_on: dt.date | None = None
    returned_since: dt.date | None = None
    inside_since: dt.date | None = None
    submitted_since: dt.date | None = None
    extension_since: dt.date | None = None
    rules: Rules = DEFAULT_RULES


def keys_of(share: ShareFacts, calendar: WorkCalendar, on: dt.date) -> set[ReminderKey]:
    """Everything that must have been said about the share by the end of that day.

    Of a rule only the latest occasion: who missed "in 5 days" and "in 1 day" hears "today".
    Occasions from before the share was issued never were.
    """
    look = _Look(share, calendar, on)
    keys = {key for say in _SAYINGS for key in say(look)}
    return {
        key
        for key in keys
        if key.on >= share.issued_on
        and key.rule not in share.rules.silent
        and share.state in STATES_OF_RULE[key.rule]
    }


def why_untrue(
    key: ReminderKey, share: ShareFacts, calendar: WorkCalendar, on: dt.date
) -> str | None:
    """The code of the reason why a planned reminder need not be said any more."""
    if share.state not in STATES_OF_RULE[key.rule]:
        return share.state
    if key.rule in share.rules.silent:
        return SWITCHED_OFF
    if key.deadline_version not in (NO_DEADLINE, share.deadline_version):
        return DEADLINE_MOVED
    if key not in keys_of(share, calendar, on):
        return OVERTAKEN
    return None


def is_too_late(key: ReminderKey, rules: Rules, calendar: WorkCalendar, on: dt.date) -> bool:
    """Whether its day is beyond the horizon: then it is written down, and not said."""
    return calendar.working_days_between(key.on, on) > rules.horizon


class _Look(NamedTuple):
    """One share on one day."""

    share: ShareFacts
    calendar: WorkCalendar
    on: dt.date


def _about_deadline(look: _Look) -> set[ReminderKey]:
    share, due_on = look.share, look.share.due_on
    if due_on is None:
        return set()
    first_late = first_day_late(due_on, look.calendar)
    if look.on >= first_late:
        return _late(look, OVERDUE, first_late, share.deadline_version)
    if look.on >= due_on:
        return {_to_officer(share, ON_THE_DAY, due_on, share.deadline_version)}
    day = day_before_deadline(due_on, look.on, look.calendar, share.rules.days_before)
    return {_to_officer(share, BEFORE, day, share.deadline_version)} if day else set()


def _about_signing(look: _Look) -> set[ReminderKey]:
    share = look.share
    first = look.calendar.add_working_days(share.issued_on, share.acknowledgement_days)
    return _late(look, TO_ACKNOWLEDGE, first, NO_DEADLINE)


def _about_reports(look: _Look) -> set[ReminderKey]:
    share, due_on = look.share, look.share.report_due_on
    if due_on is None:
        return set()
    first_late = first_day_late(due_on, look.calendar)
    if look.on >= first_late:
        return _late(look, REPORT_DUE, first_late, NO_DEADLINE)
    days = (share.rules.report_days_before,)
    day = day_before_deadline(due_on, look.on, look.calendar, days)
    return {_to_officer(share, REPORT_DUE, day, NO_DEADLINE)} if day else set()


def _about_returned(look: _Look) -> set[ReminderKey]:
    """At once, since the unit has to act, and then up its own ladder."""
    since = look.share.returned_since
    return _late(look, RETURNED, since, NO_DEADLINE) if since else set()


def _about_waiting(rule: str, since: str, unit: str) -> Callable[[_Look], set[ReminderKey]]:
    """What waits for a decision: told to those who decide, and in the end to the office."""

    def keys(look: _Look) -> set[ReminderKey]:
        share = look.share
        began: dt.date | None = getattr(share, since)
        if began is None:
            return set()
        first = look.calendar.add_working_days(began, share.rules.patience)
        deciding: int = getattr(share, unit)
        units = {OFFICER: deciding}
        if deciding != share.office_id:
            units[ISSUING_OFFICE] = share.office_id
        return _late(look, rule, first, NO_DEADLINE, units)

    return keys


_SAYINGS: tuple[Callable[[_Look], set[ReminderKey]], ...] = (
    _about_deadline,
    _about_signing,
    _about_reports,
    _about_returned,
    _about_waiting(TO_LET_OUT, "inside_since", "unit_id"),
    _about_waiting(TO_APPROVE, "submitted_since", "decider_id"),
    _about_waiting(TO_EXTEND, "extension_since", "decider_id"),
)


def _late(
    look: _Look,
    rule: str,
    first_late: dt.date,
    deadline_version: int,
    units: dict[int, int] | None = None,
) -> set[ReminderKey]:
    """What the ladder says at the latest occasion, to every step that is reached by then."""
    if look.on < first_late:
        return set()
    rules = look.share.rules
    late = days_late(first_late, look.on, look.calendar)
    occasion = latest_occasion(late, rules.graces, rules.every)
    day = look.calendar.add_working_days(first_late, occasion)
    units = _units_by_step(look.share) if units is None else units
    return {
        ReminderKey(look.share.task_id, rule, day, deadline_version, units[step], step)
        for step in steps_reached(occasion, rules.graces)
        if step in units
    }


def _to_officer(share: ShareFacts, rule: str, day: dt.date, deadline_version: int) -> ReminderKey:
    return ReminderKey(share.task_id, rule, day, deadline_version, share.unit_id, OFFICER)


def _units_by_step(share: ShareFacts) -> dict[int, int]:
    units = {
        OFFICER: share.unit_id,
        HEAD: share.unit_id,
        UNIT_ABOVE: share.above_id,
        ISSUING_OFFICE: share.office_id,
    }
    if share.above_id == share.unit_id:
        # The share above a unit's own part is its own, and its head knows already.
        del units[UNIT_ABOVE]
    return units
