"""Everything that is said about a share in its life, listed the long way round.

The reference for ``tasks.reminders.keys``: it walks from day to day and counts on its fingers,
and shares no line with what it checks.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice

from tasks.reminders.keys import ReminderKey, ShareFacts

Worked = Callable[[dt.date], bool]
Ladder = list[tuple[int, int]]

ONE_DAY = dt.timedelta(days=1)
#: In which states of a share a rule has something to say (DESIGN 5 and 3).
SPOKEN_OF = {
    "before": "issued objected acknowledged",
    "on_the_day": "issued objected acknowledged",
    "overdue": "issued objected acknowledged",
    "to_acknowledge": "issued",
    "report_due": "acknowledged",
    "returned": "acknowledged",
    "to_let_out": "acknowledged",
    "to_approve": "issued objected acknowledged submitted",
    "to_extend": "issued objected acknowledged submitted",
}


def everything_said(share: ShareFacts, worked: Worked, until: dt.date) -> list[ReminderKey]:
    """The reminders of each occasion up to that day, for one who looks every day."""
    rules = share.rules
    decided = [
        ("to_let_out", share.inside_since, share.unit_id),
        ("to_approve", share.submitted_since, share.decider_id),
        ("to_extend", share.extension_since, share.decider_id),
    ]
    found = [
        *_of_deadline(share, worked, until),
        *_of_report(share, worked, until),
        *_late(share, "to_acknowledge", _sign_by(share, worked), worked, until),
    ]
    if share.returned_since:
        found += _late(share, "returned", share.returned_since, worked, until)
    for rule, since, unit in decided:
        if since:
            first = _nth(_on_and_after(since, worked), rules.patience)
            found += _late(share, rule, first, worked, until, _deciders(share, unit))
    return [key for key in found if _may_be_said(key, share) and key.on <= until]


def _may_be_said(key: ReminderKey, share: ShareFacts) -> bool:
    allowed = share.state in SPOKEN_OF[key.rule].split() and key.rule not in share.rules.silent
    return allowed and key.on >= share.issued_on


def _of_deadline(share: ShareFacts, worked: Worked, until: dt.date) -> Iterator[ReminderKey]:
    if share.due_on is None:
        return
    version = share.deadline_version
    for count in share.rules.days_before:
        if count:
            day = _nth(_back_from(share.due_on, worked), count)
            yield ReminderKey(share.task_id, "before", day, version, share.unit_id, 0)
    yield ReminderKey(share.task_id, "on_the_day", share.due_on, version, share.unit_id, 0)
    first = _nth(_on_and_after(share.due_on, worked), 1)
    yield from _late(share, "overdue", first, worked, until, version=version)


def _of_report(share: ShareFacts, worked: Worked, until: dt.date) -> Iterator[ReminderKey]:
    if share.report_due_on is None:
        return
    if share.rules.report_days_before:
        day = _nth(_back_from(share.report_due_on, worked), share.rules.report_days_before)
        yield ReminderKey(share.task_id, "report_due", day, 0, share.unit_id, 0)
    first = _nth(_on_and_after(share.report_due_on, worked), 1)
    yield from _late(share, "report_due", first, worked, until)


def _late(
    share: ShareFacts,
    rule: str,
    first: dt.date,
    worked: Worked,
    until: dt.date,
    ladder: Ladder | None = None,
    version: int = 0,
) -> Iterator[ReminderKey]:
    graces = share.rules.graces
    for late, day in enumerate(_on_and_after(first, worked)):
        if day > until:
            return
        if late % share.rules.every and late not in graces:
            continue
        for step, unit in _whole_ladder(share) if ladder is None else ladder:
            if all(late >= grace for grace in graces[: step + 1]):
                yield ReminderKey(share.task_id, rule, day, version, unit, step)


def _whole_ladder(share: ShareFacts) -> Ladder:
    above = [] if share.above_id == share.unit_id else [(2, share.above_id)]
    return [(0, share.unit_id), (1, share.unit_id), *above, (3, share.office_id)]


def _deciders(share: ShareFacts, unit: int) -> Ladder:
    office = [] if unit == share.office_id else [(3, share.office_id)]
    return [(0, unit), *office]


def _sign_by(share: ShareFacts, worked: Worked) -> dt.date:
    return _nth(_on_and_after(share.issued_on, worked), share.acknowledgement_days)


def _on_and_after(day: dt.date, worked: Worked) -> Iterator[dt.date]:
    """The day itself, worked or not, and the worked days after it."""
    yield day
    while True:
        day += ONE_DAY
        if worked(day):
            yield day


def _back_from(day: dt.date, worked: Worked) -> Iterator[dt.date]:
    """The day itself, worked or not, and the worked days before it, the nearest first."""
    yield day
    while True:
        day -= ONE_DAY
        if worked(day):
            yield day


def _nth(days: Iterator[dt.date], count: int) -> dt.date:
    return next(islice(days, count, None))
