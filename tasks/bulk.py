"""Many reports, or many approvals, at once: all of them, or none and why for every row.

Each row goes through the service of the single case, in one transaction, with every lock that
any of them needs taken beforehand in the written order: two such requests that overlap wait for
each other, and never both.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid, Refusal, told_by_row
from accounts.models import User
from tasks.locking import lock_chains, lock_reports
from tasks.models import ProgressReport, Task
from tasks.progress import Said, approve_report, submit_report

#: Rows of one request; each costs what the single case costs, under the locks of all. So many take
#: two seconds on a busy machine, and others wait for a lock for three.
MOST_ROWS = 100


@dataclass(frozen=True)
class NewReport:
    """What is said about one share, as its author saw it."""

    task_id: int
    version: int
    said: Said


@dataclass(frozen=True)
class Approval:
    """One report that counts from now on, as its reader saw it."""

    report_id: int
    version: int


@transaction.atomic
def submit_reports(
    rows: Mapping[int, NewReport | Refusal], *, actor: User, at: dt.datetime
) -> list[ProgressReport]:
    """The reports in the order of the rows, each under its number.

    A row that could not be read comes as its ``Refusal``, and is told with the others. Raises a
    ``Refusal`` with ``details["rows"]``.
    """
    named = {n: row.task_id for n, row in rows.items() if isinstance(row, NewReport)}
    seen = Task.objects.visible_to(actor, timezone.localdate(at)).filter(pk__in=named.values())
    wrong = _misnamed(named, set(seen.values_list("pk", flat=True)))
    lock_chains(named[n] for n in named.keys() - wrong.keys())

    def submit(row: NewReport) -> ProgressReport:
        return submit_report(row.task_id, row.said, actor=actor, at=at, version=row.version)

    return _all_or_none({**rows, **wrong}, submit)


@transaction.atomic
def approve_reports(
    rows: Mapping[int, Approval | Refusal], *, actor: User, at: dt.datetime
) -> list[ProgressReport]:
    """The reports in the order of the rows; otherwise as ``submit_reports``."""
    named = {n: row.report_id for n, row in rows.items() if isinstance(row, Approval)}
    seen = ProgressReport.objects.visible_to(actor, timezone.localdate(at))
    seen = seen.filter(pk__in=named.values())
    wrong = _misnamed(named, set(seen.values_list("pk", flat=True)))
    lock_reports(named[n] for n in named.keys() - wrong.keys())

    def approve(row: Approval) -> ProgressReport:
        return approve_report(row.report_id, actor=actor, at=at, version=row.version)

    return _all_or_none({**rows, **wrong}, approve)


def _misnamed(named: Mapping[int, int], seen: set[int]) -> dict[int, Refusal]:
    """The rows about what is out of sight, and about what an earlier row was about."""
    wrong: dict[int, Refusal] = {}
    met: set[int] = set()
    for number, pk in named.items():
        if pk not in seen:
            text = _("There is no such row: %(ids)s.") % {"ids": pk}
            wrong[number] = Invalid("does_not_exist", text)
        elif pk in met:
            wrong[number] = Invalid("repeated", _("Another row is about the same."))
        met.add(pk)
    return wrong


def _all_or_none(
    rows: Mapping[int, Any], do: Callable[[Any], ProgressReport]
) -> list[ProgressReport]:
    done, refused = [], {}
    for number, row in rows.items():
        if isinstance(row, Refusal):
            refused[number] = row
            continue
        try:
            done.append(do(row))
        except Refusal as refusal:
            refused[number] = refusal
    if refused:
        raise _refusal_of_all(refused)
    return done


def _refusal_of_all(refused: Mapping[int, Refusal]) -> Refusal:
    """Of the kind that all rows share; where they differ, ``Conflict``."""
    kinds = {type(refusal) for refusal in refused.values()}
    kind = kinds.pop() if len(kinds) == 1 else Conflict
    return kind(
        "rows_refused",
        _("Nothing was saved: %(count)d of the rows cannot be done.") % {"count": len(refused)},
        {"rows": told_by_row(refused)},
    )
