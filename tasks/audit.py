"""Recomputing what is stored, to find what has drifted: figures, and the shape of the trees."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from plans.models import Plan
from tasks.completion import completion_of
from tasks.models import UNENDED_STATES, Step, Task


@dataclass(frozen=True)
class Difference:
    """What a share has stored, and what it should be."""

    task_id: int
    what: str
    stored: object
    right: object

    def __str__(self) -> str:
        return f"share {self.task_id}: {self.what} is {self.stored}, should be {self.right}"


def wrong_rollups(plan: Plan) -> Iterator[Difference]:
    """Every derived figure of the plan's shares that differs from its recomputation.

    Bottom-up from the leaves' own figures, so that one wrong row is named with all it spoiled.
    Two queries; reads the whole plan.
    """
    tasks = list(Task.objects.filter(plan=plan).order_by("-depth", "id"))
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(task__plan=plan).order_by("task_id", "due_on", "position"):
        steps[step.task_id].append(step)
    children: dict[int | None, list[Task]] = defaultdict(list)
    for task in tasks:
        yield from _wrong_steps(task, steps[task.pk])
        right = completion_of(task, children[task.pk])
        if right != task.completion:
            yield Difference(task.pk, "completion", task.completion, right)
            task.completion = right
        children[task.parent_id].append(task)


def _wrong_steps(task: Task, steps: list[Step]) -> Iterator[Difference]:
    open_days = [step.due_on for step in steps if step.closed_on is None]
    right = {
        "steps_total": len(steps),
        "steps_closed": len(steps) - len(open_days),
        "next_due_on": min(open_days, default=task.due_on),
    }
    for name, value in right.items():
        stored = getattr(task, name)
        if stored != value:
            yield Difference(task.pk, name, stored, value)
            setattr(task, name, value)


def wrong_trees(plan: Plan) -> Iterator[Difference]:
    """Shares whose place, day or state contradicts the share above. One query; the whole plan."""
    tasks = {task.pk: task for task in Task.objects.filter(plan=plan)}
    for task in tasks.values():
        parent = tasks.get(task.parent_id or 0)
        above = [*parent.ancestors, parent.pk] if parent else []
        if task.parent_id is not None and parent is None:
            yield Difference(task.pk, "parent", task.parent_id, "a share of the same plan")
        elif task.ancestors != above:
            yield Difference(task.pk, "ancestors", task.ancestors, above)
        if parent is not None and task.state in UNENDED_STATES:
            yield from _unlike_parent(task, parent)


def _unlike_parent(task: Task, parent: Task) -> Iterator[Difference]:
    """A share that is not ended is due with the one above, whose unit it may be, and not alone."""
    if task.due_on and parent.due_on and task.due_on > parent.due_on:
        yield Difference(task.pk, "due_on", task.due_on, f"at most {parent.due_on}")
    if task.is_own_part and task.unit_id != parent.unit_id:
        yield Difference(task.pk, "unit", task.unit_id, parent.unit_id)
    if not parent.is_open and not _may_outlast(task, parent):
        yield Difference(task.pk, "state", task.state, f"ended, as {parent.state} above")


def _may_outlast(task: Task, parent: Task) -> bool:
    """A share that does not count may outlast one that is done; what rests, rests together."""
    if parent.state == Task.State.CLOSED:
        return not task.counts
    return task.state == parent.state
