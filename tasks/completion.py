"""How far a share is: 0 to 100, exact to six decimals, from approved figures only.

The rules (DESIGN 3): a closed share is 100, and nothing else is. With counting shares below it,
an open share is their weighted mean, at most 99 while it is open; the steps it has of its own
then move its light, not its figure. Without any, and where the rule is ``reported``, it is its
own figure: closed steps of all, or its approved percent where there are no steps. Supporting,
cancelled, suspended and ongoing shares leave both sides of the fraction; what is cancelled or
suspended keeps, for the reader, the figure at which it stopped.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from django.db import connection
from django.db.models import F

from accounts.fixed_query import FixedQuery, Given
from tasks.models import Task
from tasks.querysets import IsAmong

CLOSED = Decimal(100)
#: Being done is confirmed by a person, never computed.
OPEN_AT_MOST = Decimal(99)
#: Nobody works on these: their figure stays where it was.
STOPPED = (Task.State.CANCELLED, Task.State.SUSPENDED)
#: Thirds and thirty-ninths have no end; a millionth of a percent is where we cut.
PRECISION = Decimal("0.000001")


SAVE = """
    UPDATE tasks_task SET completion = found.completion
    FROM unnest(%s::bigint[], %s::numeric[]) AS found(id, completion)
    WHERE tasks_task.id = found.id
"""
#: The columns of a share below on which the figure above it rests.
COUNTED_BY = ("parent_id", "role", "state", "deadline_kind", "weight", "completion")
BELOW = FixedQuery(
    lambda: (
        Task.objects.filter(IsAmong(F("parent"), Given("shares"))).only(*COUNTED_BY).order_by("pk")
    )
)


def completion_of(task: Task, children: Iterable[Task]) -> Decimal:
    """The completion of a share from its own figure and its children's. Pure, total."""
    if task.state == Task.State.CLOSED:
        return CLOSED
    if task.state in STOPPED:
        return task.completion
    counting = [child for child in children if child.counts]
    if not counting or task.rollup == Task.Rollup.REPORTED:
        return own_figure(task)
    return _of_open_share(weighted_mean(counting))


def own_figure(task: Task) -> Decimal:
    """What an open share's own approved reports say: closed steps of all, or the percent."""
    if not task.steps_total:
        return task.reported_percent
    return _of_open_share(CLOSED * task.steps_closed / task.steps_total)


def _of_open_share(figure: Decimal) -> Decimal:
    return min(figure, OPEN_AT_MOST).quantize(PRECISION, ROUND_HALF_EVEN)


def weighted_mean(tasks: Sequence[Task]) -> Decimal:
    """Of at least one share. Where all weights are zero they are equal."""
    weight = sum((task.weight for task in tasks), Decimal(0))
    if not weight:
        return sum((task.completion for task in tasks), Decimal(0)) / len(tasks)
    return sum((task.weight * task.completion for task in tasks), Decimal(0)) / weight


def roll_up(shares: Sequence[Task]) -> None:
    """Recomputes locked shares, leaves first, from the rows below them, and saves them.

    They must come from ``tasks.locking``: a chain, or all shares of a key task, locked and with
    the root last. Recomputed, never added to, so that a wrong figure cannot live on. One query
    to read the children of them all, one to write, whatever the depth.
    """
    held = {task.pk: task for task in shares}
    children: dict[int | None, list[Task]] = defaultdict(list)
    for child in BELOW(shares=list(held)):
        children[child.parent_id].append(held.get(child.pk, child))
    for task in shares:
        task.completion = completion_of(task, children[task.pk])
    with connection.cursor() as cursor:
        cursor.execute(SAVE, [[task.pk for task in shares], [task.completion for task in shares]])
