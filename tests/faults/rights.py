"""What a person may see and do today, as one set: so that two moments can be compared.

A right is a tuple. The posts: ``("holds", role, unit)``, ``("acts", role, unit)``, hosted bodies
among them, ``("reforms", unit)``, ``("in sight", unit)`` and ``("is", "staff")``. The rows:
``("sees", model, id)``, by ``visible_to`` itself. The say: ``("coordinates", plan)`` and, about a
share in sight or not, ``("works on", id)``, ``("decides", id)``, ``("is above", id)`` and
``("supervises", id)``. Key tasks are seen with their plan; requests, notices, events and files
with their share or report. In which state a row is does not belong to it: a report that was
returned can be handed in again, which is no new right.

Posts and say are worked out from the rows alone, since thousands of sets are needed; a test
compares them with what ``accounts.access`` and ``tasks.access`` say.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from accounts.access import WORKING_ROLES, Role
from accounts.models import Membership, Unit, UnitHosting, User
from accounts.querysets import in_force
from plans.models import Plan
from tasks.models import ProgressReport, Task, UnitReform

Right = tuple[Any, ...]

SEEN: tuple[Any, ...] = (Plan, Task, ProgressReport, UnitReform)
SAY_ABOUT_A_SHARE = ("works on", "decides", "is above", "supervises")
#: Of a share: what the say about it depends on.
OF_A_SHARE = (
    "pk",
    "depth",
    "unit_id",
    "parent__unit_id",
    "plan__issuing_unit_id",
    "plan__decided_by",
)


def rights_of(user: User, on: dt.date) -> frozenset[Right]:
    acts = _acts(user, on)
    posts = frozenset(_posts(user, acts, on))
    seen = {("sees", model.__name__, pk) for model in SEEN for pk in _seen(model, user, on)}
    return posts | seen | frozenset(_say(acts))


def _acts(user: User, on: dt.date) -> dict[str, set[int]]:
    """By role: the units in which it is held, and the bodies that these host."""
    acts: dict[str, set[int]] = defaultdict(set)
    for role, unit in _held(user, on):
        acts[role].add(unit)
    hostings = list(UnitHosting.objects.filter(in_force(on)).values_list("host_id", "unit_id"))
    for units in list(acts.values()):
        units |= {unit for host, unit in hostings if host in units}
    return acts


def _held(user: User, on: dt.date) -> list[tuple[str, int]]:
    held = Membership.objects.in_force(on).filter(user=user)
    return list(held.values_list("role", "unit_id"))


def _posts(user: User, acts: dict[str, set[int]], on: dt.date) -> Iterator[Right]:
    units = {unit.pk: unit for unit in Unit.objects.select_related("parent")}
    yield from (("holds", *row) for row in _held(user, on))
    yield from (("acts", role, unit) for role in acts for unit in acts[role])
    tops = [units[pk] for pk in set().union(*acts.values())]
    yield from (("in sight", pk) for pk in _within(tops, units))
    offices = [_part_of(units[pk]) for pk in acts[Role.COORDINATOR]]
    yield from (("reforms", pk) for pk in _within(offices, units))
    if User.objects.filter(pk=user.pk, is_staff=True).exists():
        yield ("is", "staff")


def _part_of(office: Unit) -> Unit:
    """A commission's coordinator answers for the part of the tree in which it stands."""
    return office.parent or office if office.kind == Unit.Kind.WORKING_GROUP else office


def _within(tops: list[Unit], units: dict[int, Unit]) -> Iterator[int]:
    paths = tuple(top.path for top in tops)
    own = {top.pk for top in tops}
    return (pk for pk, unit in units.items() if pk in own or unit.ancestors.startswith(paths))


def _seen(model: Any, user: User, on: dt.date) -> Iterator[int]:
    return iter(model.objects.visible_to(user, on).order_by().values_list("pk", flat=True))


def _say(acts: dict[str, set[int]]) -> Iterator[Right]:
    works = set().union(*(acts[role] for role in WORKING_ROLES))
    coordinated, heads = acts[Role.COORDINATOR], acts[Role.HEAD]
    plans = Plan.objects.filter(issuing_unit__in=coordinated)
    yield from (("coordinates", pk) for pk in plans.values_list("pk", flat=True))
    for pk, depth, unit, above, office, decided_by in Task.objects.values_list(*OF_A_SHARE):
        by_office = depth == 0 or (depth == 1 and decided_by == Plan.DecidedBy.OFFICE)
        decider = office if by_office else above
        if unit in works:
            yield ("works on", pk)
        if decider in heads or (decider == office and office in coordinated):
            yield ("decides", pk)
        if office in coordinated or above in works:
            yield ("is above", pk)
        if office in coordinated or decider in heads:
            yield ("supervises", pk)


def newest_ids() -> dict[str, int]:
    """By model: whatever has a greater id afterwards was made in between."""
    return {
        model.__name__: model.objects.aggregate(newest=Max("pk"))["newest"] or 0 for model in SEEN
    }


@dataclass(frozen=True)
class Moment:
    """The rights of a caller before their operation, and which rows there were."""

    rights: frozenset[Right]
    newest: dict[str, int]

    def is_new(self, model: str, pk: int) -> bool:
        return pk > self.newest[model]


@dataclass(frozen=True)
class Operation:
    """``path`` as the router has it, and the id of the row that it is about."""

    method: str
    path: str
    row: int | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def growth(before: Moment, after: frozenset[Right], done: Operation) -> list[Right]:
    """What the caller may now and might not before, but for what DESIGN 3 and 4 say follows.

    A row that the operation made may be seen, and decided about, by where it stands: a plan of an
    office that the caller coordinated; a share of a plan that they coordinated, or below a share
    that they saw; what hangs on such a share. Nobody's posts grow, whatever was made.
    Of the rows that were there before, only three things follow from an operation:
    the coordinator sets who decides at the first two levels of a plan (3); a share that its
    decider gives to another unit changes hands, with who decides below it (3); and the open
    shares of a unit that is reformed move, if its reformer saw them (3).
    """
    gained = after - before.rights
    return sorted((right for right in gained if not _follows(right, before, done)), key=str)


def _follows(right: Right, before: Moment, done: Operation) -> bool:
    if right[0] == "coordinates":
        return before.is_new("Plan", right[1]) and _follows_of_plan(right[1], before)
    if right[0] in SAY_ABOUT_A_SHARE:
        return _share_follows(right[1], before) or _changed_hands(right, before, done)
    if right[0] == "sees" and before.is_new(right[1], right[2]):
        return _row_follows(right[1], right[2], before)
    return False


def _row_follows(model: str, pk: int, before: Moment) -> bool:
    if model == "Plan":
        return _follows_of_plan(pk, before)
    if model == "Task":
        return _share_follows(pk, before)
    if model == "UnitReform":
        return _reform_follows(pk, before)
    task = ProgressReport.objects.get(pk=pk).task_id
    return ("sees", "Task", task) in before.rights or _share_follows(task, before)


def _follows_of_plan(pk: int, before: Moment) -> bool:
    plan = Plan.objects.get(pk=pk)
    office = ("acts", Role.COORDINATOR, plan.issuing_unit_id)
    return before.is_new("Plan", pk) and office in before.rights


def _share_follows(pk: int, before: Moment) -> bool:
    """Of a share that was made: it stands in a plan of the caller's, or below what they saw."""
    task = Task.objects.get(pk=pk)
    above = (("sees", "Task", above) for above in task.ancestors)
    stands = ("coordinates", task.plan_id) in before.rights or any(
        found in before.rights for found in above
    )
    return before.is_new("Task", pk) and stands


def _reform_follows(pk: int, before: Moment) -> bool:
    units = UnitReform.objects.get(pk=pk).endings.values_list("unit_id", flat=True)
    return all(("reforms", unit) in before.rights for unit in units)


def _changed_hands(right: Right, before: Moment, done: Operation) -> bool:
    """Whether a say about a share that was there before follows from the operation."""
    task = Task.objects.get(pk=right[1])
    if done.name == "PATCH /plans/{id}/":
        coordinated = ("coordinates", task.plan_id) in before.rights
        return coordinated and task.plan_id == done.row and task.depth <= 1
    if done.name == "POST /tasks/{id}/reassign/":
        own = task.pk == done.row or done.row in task.ancestors
        return own and ("decides", done.row) in before.rights
    if done.name == "POST /unit-reforms/{id}/execute/":
        moved = task.transfers.filter(reform=done.row).exists() or any_moved(task, done.row)
        return moved and ("sees", "Task", task.pk) in before.rights
    return False


def any_moved(task: Task, reform: int | None) -> bool:
    """A say may come with the share right above, which moved."""
    return Task.objects.filter(pk__in=task.ancestors, transfers__reform=reform).exists()
