"""How far a share is: 0 to 100, exact to six decimals, from approved figures only.

The rules (DESIGN 3): a closed share is 100, and nothing else is. With counting shares below it,
an open share is their weighted mean, at most 99 while it is open, or what its own unit reported
where the rule is ``reported``. Without any it is its own figure: closed steps of all, or its
approved percent where there are no steps. Supporting, cancelled, suspended and ongoing shares
leave both sides of the fraction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from tasks.models import Task

CLOSED = Decimal(100)
#: Being done is confirmed by a person, never computed.
OPEN_AT_MOST = Decimal(99)
#: Thirds and thirty-ninths have no end; a millionth of a percent is where we cut.
PRECISION = Decimal("0.000001")


def completion_of(task: Task, children: Iterable[Task]) -> Decimal:
    """The completion of a share from its own figure and its children's. Pure, total."""
    if task.state == Task.State.CLOSED:
        return CLOSED
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


def roll_up(chain: Sequence[Task]) -> None:
    """Recomputes a locked chain, leaf first, from the rows below it, and saves what changed.

    The chain must come from ``tasks.locking.lock_chain``: its rows are locked and it ends at the
    root. Recomputed, never added to, so that a wrong figure cannot live on. One query to read
    the children of the whole chain, one to write, whatever its depth.
    """
    in_chain = {task.pk: task for task in chain}
    children: dict[int | None, list[Task]] = defaultdict(list)
    for child in Task.objects.filter(parent__in=in_chain).order_by("pk"):
        children[child.parent_id].append(in_chain.get(child.pk, child))
    for task in chain:
        task.completion = completion_of(task, children[task.pk])
    Task.objects.bulk_update(chain, ["completion"])
