"""Who works on a share, who decides about it, and what a person may do with it today.

The one who decides is a head of the deciding unit, or a coordinator where that is the issuing
office; and never the one who reported (DESIGN 3).
"""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.access import WORKING_ROLES, Role, may_act_for
from accounts.errors import NotAllowed
from accounts.models import Unit, User
from plans.models import DeadlineKind, Plan
from tasks.models import MAX_DEPTH, Task, TaskEvent

#: What the unit itself may do with its share, by the state it is in.
WORK_IN_STATE: dict[str, frozenset[str]] = {
    Task.State.ISSUED: frozenset({"acknowledge", "object"}),
    Task.State.ACKNOWLEDGED: frozenset({"decompose", "report", "ask_extension"}),
}

#: What the deciding unit may do with it besides deciding about reports and requests.
DECIDED_IN_STATE: dict[str, frozenset[str]] = {
    Task.State.ISSUED: frozenset({"reassign", "set_light"}),
    Task.State.OBJECTED: frozenset({"uphold", "reassign"}),
    Task.State.ACKNOWLEDGED: frozenset({"reassign", "set_light", "review"}),
    Task.State.SUBMITTED: frozenset({"set_light"}),
    Task.State.CLOSED: frozenset({"reopen"}),
}


def is_decided_by_office(task: Task) -> bool:
    """Whether the issuing unit approves, closes, extends and answers objections.

    Above a root stands the issuing unit. On the second level the plan says whether the office
    or the share above decides, since equals do not approve equals; deeper it is the share above.
    """
    return task.parent_id is None or (
        task.depth == 1 and task.plan.decided_by == Plan.DecidedBy.OFFICE
    )


def deciding_unit(task: Task) -> Unit:
    """The issuing unit, or that of the share above."""
    if task.parent is None or is_decided_by_office(task):
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


def is_head_of(user: User, unit: Unit, on: dt.date) -> bool:
    return may_act_for(user, unit, [Role.HEAD], on)


def require_head(user: User, unit: Unit, on: dt.date, *, author: User) -> None:
    """Raises ``NotAllowed`` for everybody but the unit's head, and for the ``author``."""
    if author.pk == user.pk:
        raise NotAllowed("own_report", _("Nobody decides about what they submitted themselves."))
    if not is_head_of(user, unit, on):
        raise NotAllowed("not_head", _("The head of the unit lets its reports out."))


def is_above(user: User, task: Task, on: dt.date) -> bool:
    """People who work on the share above, and the coordinator, who answers for the whole plan."""
    if may_act_for(user, task.plan.issuing_unit, [Role.COORDINATOR], on):
        return True
    return task.parent is not None and may_act_for(user, task.parent.unit, WORKING_ROLES, on)


def require_above(user: User, task: Task, on: dt.date) -> None:
    """Raises ``NotAllowed`` for everybody but those who hand the share down."""
    if not is_above(user, task, on):
        raise NotAllowed(
            "not_above", _("Only the unit above, or the office, changes what it handed down.")
        )


def objector_of(task: Task) -> User | None:
    """Who raised the newest objection for the unit; they do not answer it as well."""
    objections = task.events.filter(kind=TaskEvent.Kind.OBJECTED).select_related("actor")
    newest = objections.order_by("-id").first()
    return newest.actor if newest else None


def may_answer(user: User, task: Task, on: dt.date) -> bool:
    """Whether the person answers the objection that was raised to the share."""
    return may_decide(user, task, on) and objector_of(task) != user


def may_urge(user: User, task: Task, on: dt.date) -> bool:
    """Those who hand the share down, and those who decide about it."""
    return is_above(user, task, on) or may_decide(user, task, on)


def require_urger(user: User, task: Task, on: dt.date) -> None:
    if not may_urge(user, task, on):
        raise NotAllowed(
            "not_yours_to_urge", _("Only the unit above, or the office, urges a unit.")
        )


def may_supervise(user: User, task: Task, on: dt.date) -> bool:
    """The coordinator of the issuing office, and a head of the deciding unit."""
    coordinates = may_act_for(user, task.plan.issuing_unit, [Role.COORDINATOR], on)
    return coordinates or is_head_of(user, deciding_unit(task), on)


def require_supervisor(user: User, task: Task, on: dt.date) -> None:
    if not may_supervise(user, task, on):
        raise NotAllowed(
            "not_supervisor",
            _("Only the issuing office, or the head of the deciding unit, supervises by notice."),
        )


def speaks_for(user: User, task: Task, on: dt.date) -> Unit:
    """In whose name the person spoke to the share's unit that day: the office where they
    coordinate it, else the deciding unit, else the one above where they work there."""
    office, decides = task.plan.issuing_unit, deciding_unit(task)
    if may_act_for(user, office, [Role.COORDINATOR], on):
        return office
    places = (decides, task.parent.unit if task.parent else decides)
    return next((at for at in places if may_act_for(user, at, WORKING_ROLES, on)), decides)


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
    if may_decide(user, task, on):
        open_now |= DECIDED_IN_STATE.get(task.state, frozenset())
    if task.state == Task.State.OBJECTED and not may_answer(user, task, on):
        open_now -= {"uphold", "reassign"}
    if task.is_open:
        open_now |= _said_from_above(user, task, on)
    return open_now - _out_of_place(task, on)


def _out_of_place(task: Task, on: dt.date) -> frozenset[str]:
    """What makes no sense with a share of this kind, place and date."""
    found: set[str] = set()
    if task.is_own_part:
        found |= {"reassign"}
    if task.depth == MAX_DEPTH:
        found |= {"decompose"}
    if task.due_on is None:
        found |= {"ask_extension", "move"}
    elif on > task.due_on:
        found |= {"ask_extension"}
    if task.deadline_kind != DeadlineKind.ONGOING:
        found |= {"review"}
    return frozenset(found)


def _said_from_above(user: User, task: Task, on: dt.date) -> frozenset[str]:
    """What those above an open share may change about it and say to its unit."""
    found: frozenset[str] = frozenset()
    if is_above(user, task, on):
        found |= {"change", "move"} | ({"cancel"} if task.parent_id else set())
    if found or may_decide(user, task, on):
        found |= {"urge"}
    if may_supervise(user, task, on):
        found |= {"issue_notice"}
    return found
