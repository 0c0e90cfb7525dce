"""Who works on a share, who decides about it, and what a person may do with it today.

The one who decides is a head of the deciding unit, or a coordinator where that is the issuing
office; and never the one who reported (DESIGN 3).
"""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.access import WORKING_ROLES, Role, may_act_for
from accounts.errors import NotAllowed
from accounts.models import Unit, User
from plans.models import Plan
from tasks.models import MAX_DEPTH, Task, TaskEvent

#: What the unit itself may do with its share, by the state it is in.
WORK_IN_STATE: dict[str, frozenset[str]] = {
    Task.State.ISSUED: frozenset({"acknowledge", "object"}),
    Task.State.ACKNOWLEDGED: frozenset({"decompose", "report", "ask_extension"}),
}


def deciding_unit(task: Task) -> Unit:
    """Who approves, closes, extends and answers objections.

    Above a root stands the issuing unit. On the second level the plan says whether the office
    or the share above decides, since equals do not approve equals; deeper it is the share above.
    """
    if task.parent is None:
        return task.plan.issuing_unit
    if task.depth == 1 and task.plan.decided_by == Plan.DecidedBy.OFFICE:
        return task.plan.issuing_unit
    return task.parent.unit


def may_work_on(user: User, task: Task, on: dt.date) -> bool:
    """Officers and heads of the share's unit, or of the unit that hosts it."""
    return may_act_for(user, task.unit, WORKING_ROLES, on)


def may_decide(user: User, task: Task, on: dt.date) -> bool:
    unit = deciding_unit(task)
    roles = [Role.HEAD]
    if unit.pk == task.plan.issuing_unit_id:
        roles.append(Role.COORDINATOR)
    return may_act_for(user, unit, roles, on)


def objector_of(task: Task) -> User | None:
    """Who raised the newest objection for the unit; they do not answer it as well."""
    objections = task.events.filter(kind=TaskEvent.Kind.OBJECTED).select_related("actor")
    newest = objections.order_by("-id").first()
    return newest.actor if newest else None


def may_answer(user: User, task: Task, on: dt.date) -> bool:
    """Whether the person answers the objection that was raised to the share."""
    return may_decide(user, task, on) and objector_of(task) != user


def require_worker(user: User, task: Task, on: dt.date) -> None:
    if not may_work_on(user, task, on):
        raise NotAllowed(
            "not_your_share", _("Only officers and heads of the share's own unit may do this.")
        )


def require_decider(user: User, task: Task, on: dt.date, *, author: User | None = None) -> None:
    """Raises ``NotAllowed`` for people without the say, and for the ``author`` in any role."""
    if author is not None and author.pk == user.pk:
        raise NotAllowed("own_report", _("Nobody decides about what they submitted themselves."))
    if not may_decide(user, task, on):
        raise NotAllowed("not_yours_to_decide", _("The unit above decides about this share."))


def actions_open_to(user: User, task: Task, on: dt.date) -> frozenset[str]:
    """What the person may do with the share itself now; reports and requests say their own."""
    open_now: frozenset[str] = frozenset()
    if may_work_on(user, task, on):
        open_now |= WORK_IN_STATE.get(task.state, frozenset())
    if task.state == Task.State.OBJECTED and may_answer(user, task, on):
        open_now |= {"uphold"}
    if task.depth == MAX_DEPTH:
        open_now -= {"decompose"}
    if task.due_on is None or on > task.due_on:
        open_now -= {"ask_extension"}
    return open_now
