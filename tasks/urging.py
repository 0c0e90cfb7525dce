"""催办与督办: what people say to a unit that is late, and the notices that the office numbers.

Nothing here is computed. Each goes into the history of the share, and raises the share's version:
whoever is about to decide about it reads first what was said.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from accounts.models import User
from plans.models import Plan
from tasks.access import require_supervisor, require_urger
from tasks.acknowledging import require_reason
from tasks.history import record
from tasks.locking import lock_chain, lock_chain_to_number, lock_notice
from tasks.models import SupervisionNotice, Task, TaskEvent, Urge
from tasks.transitions import require_open

#: From the mildest to the gravest; a notice is only ever raised.
LEVELS = SupervisionNotice.Level.values


@transaction.atomic
def urge(
    task_id: int, text: str, *, actor: User, at: dt.datetime, version: int | None = None
) -> Urge:
    """催办: a sentence to the unit of an open share, by those above it."""
    task = lock_chain(task_id, version)[0]
    require_urger(actor, task, timezone.localdate(at))
    require_open(task.state)
    _require_text(text)
    made = Urge.objects.create(task=task, text=text, issued_by=actor, issued_at=at)
    data: dict[str, object] = {"urge": made.pk}
    _tell(task, TaskEvent.Kind.URGED, reason=text, data=data, actor=actor, at=at)
    return made


@transaction.atomic
def issue_notice(
    task_id: int,
    *,
    text: str,
    level: str = SupervisionNotice.Level.BLUE,
    answer_by: dt.date,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> SupervisionNotice:
    """督办单: takes the plan's next number. ``answer_by`` is the last day to answer."""
    task = lock_chain_to_number(task_id, version)[0]
    on = timezone.localdate(at)
    require_supervisor(actor, task, on)
    require_open(task.state)
    _require_text(text)
    _require_level(level)
    if answer_by < on:
        raise Invalid("answer_by_past", _("The day to answer by has already passed."))
    notice = SupervisionNotice.objects.create(
        plan=task.plan,
        number=_next_number(task.plan),
        task=task,
        level=level,
        text=text,
        answer_by=answer_by,
        issued_by=actor,
        issued_at=at,
    )
    data = {**_facts(notice), "level": level, "answer_by": answer_by.isoformat()}
    _tell(task, TaskEvent.Kind.NOTICE_ISSUED, reason=text, data=data, actor=actor, at=at)
    return notice


@transaction.atomic
def raise_notice(
    notice_id: int,
    level: str,
    reason: str,
    *,
    actor: User,
    at: dt.datetime,
    version: int | None = None,
) -> SupervisionNotice:
    """Blue to yellow to red, and never back: what was too grave is lifted, with a reason."""
    notice, chain = lock_notice(notice_id, version)
    task = chain[0]
    require_supervisor(actor, task, timezone.localdate(at))
    require_open(task.state)
    require_reason(reason)
    _require_standing(notice)
    _require_level(level)
    before = notice.level
    if LEVELS.index(level) <= LEVELS.index(before):
        raise Conflict(
            "notice_not_higher", _("A notice is only raised to a higher level."), {"level": before}
        )
    notice.level = level
    notice.version += 1
    notice.save(update_fields=["level", "version"])
    data = {**_facts(notice), "before": before, "after": level}
    _tell(task, TaskEvent.Kind.NOTICE_RAISED, reason=reason, data=data, actor=actor, at=at)
    return notice


@transaction.atomic
def lift_notice(
    notice_id: int, reason: str, *, actor: User, at: dt.datetime, version: int | None = None
) -> SupervisionNotice:
    """The notice is done with; it stays in the history, and its number stays taken."""
    notice, chain = lock_notice(notice_id, version)
    require_supervisor(actor, chain[0], timezone.localdate(at))
    require_reason(reason)
    _require_standing(notice)
    notice.lifted_by = actor
    notice.lifted_at = at
    notice.lifted_because = reason
    notice.version += 1
    notice.save(update_fields=["lifted_by", "lifted_at", "lifted_because", "version"])
    data = {**_facts(notice), "level": notice.level}
    _tell(chain[0], TaskEvent.Kind.NOTICE_LIFTED, reason=reason, data=data, actor=actor, at=at)
    return notice


def _next_number(plan: Plan) -> int:
    """To be called under the plan's row lock; what is rolled back leaves its number free."""
    highest = plan.supervision_notices.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _tell(
    task: Task,
    kind: TaskEvent.Kind,
    *,
    reason: str,
    data: dict[str, object],
    actor: User,
    at: dt.datetime,
) -> None:
    task.version += 1
    task.save(update_fields=["version"])
    record(task, kind, actor=actor, at=at, reason=reason, data=data)


def _facts(notice: SupervisionNotice) -> dict[str, object]:
    return {"notice": notice.pk, "number": notice.number}


def _require_text(text: str) -> None:
    if not text.strip():
        raise Invalid("text_missing", _("Please write what the unit is to do."))


def _require_level(level: str) -> None:
    if level not in LEVELS:
        raise Invalid("unknown_level", _("A notice is blue, yellow or red."))


def _require_standing(notice: SupervisionNotice) -> None:
    if notice.lifted_at is not None:
        raise Conflict("notice_lifted", _("This notice has been lifted."))
