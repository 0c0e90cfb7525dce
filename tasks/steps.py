"""The steps of shares: made with the share, closed by approved reports, followed by its light.

``next_due_on``, ``steps_total`` and ``steps_closed`` of a share are derived here and nowhere
else, under the share's lock once it exists.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Invalid
from plans.models import KeyTask, KeyTaskStep
from tasks.models import Step, Task

#: What ``follow_steps`` derives, for ``save(update_fields=…)``.
FOLLOWED = ("steps_total", "steps_closed", "next_due_on", "deadline_version")


class Dated(Protocol):
    """A step of a key task, of a share above, or one that a person asks for."""

    @property
    def label(self) -> str: ...

    @property
    def due_on(self) -> dt.date: ...


def foresee_steps(task: Task, steps: Sequence[Dated]) -> None:
    """Sets what a share that is not yet saved derives from the steps it will have."""
    task.steps_total = len(steps)
    task.steps_closed = 0
    task.next_due_on = min((step.due_on for step in steps), default=task.due_on)


def save_steps(steps: Iterable[tuple[Task, Sequence[Dated]]]) -> None:
    """Makes the steps of shares that were just saved. One query."""
    Step.objects.bulk_create(
        Step(task=task, position=position, label=step.label, due_on=step.due_on)
        for task, dated in steps
        for position, step in enumerate(sorted(dated, key=lambda s: s.due_on), 1)
    )


def open_steps_named(task: Task, ids: Collection[int]) -> list[Step]:
    """The share's open steps of these ids; ``Conflict`` for one that is closed or another's."""
    steps = list(task.steps.filter(pk__in=ids, closed_on__isnull=True))
    if len(steps) != len(set(ids)):
        raise Conflict("step_not_open", _("One of these steps is closed or not of this share."))
    return steps


def close_steps(task: Task, steps: Collection[Step], on: dt.date) -> None:
    """Closes the steps of a locked share and derives anew what follows from them."""
    if steps:
        task.steps.filter(pk__in=[step.pk for step in steps]).update(closed_on=on)
        follow_steps(task)


def move_steps(task: Task, due_on: dt.date) -> None:
    """Sets the share's own day; open steps on its old day, or after the new one, go along.

    Derives anew what follows; the caller saves the share. A step in between keeps its day: it
    was promised on its own.
    """
    at_the_end = Q(due_on__gt=due_on) | Q(due_on=task.due_on)
    task.steps.filter(at_the_end, closed_on__isnull=True).update(due_on=due_on)
    task.due_on = due_on
    follow_steps(task)


def follow_steps(task: Task) -> None:
    """Derives the share's counts and next day from its rows; the caller saves the share."""
    dates = list(task.steps.values_list("due_on", "closed_on"))
    task.steps_total = len(dates)
    task.steps_closed = sum(closed_on is not None for _due, closed_on in dates)
    following = min((due for due, closed_on in dates if closed_on is None), default=task.due_on)
    if following != task.next_due_on:
        task.next_due_on = following
        task.deadline_version += 1


def require_steps_within(steps: Sequence[Dated], due_on: dt.date | None) -> None:
    """Raises ``Invalid`` naming the steps that are due after the share itself."""
    late = [step.label for step in steps if due_on and step.due_on > due_on]
    if late:
        raise Invalid(
            "step_after_deadline",
            _("A step is due on or before the share itself."),
            {"steps": late, "due_on": due_on and due_on.isoformat()},
        )


def steps_to_be(key_tasks: Iterable[KeyTask], issued_on: dt.date) -> dict[int, list[Dated]]:
    """The steps that shares of each key task get; what was before the issue is left out."""
    found: dict[int, list[Dated]] = {key_task.pk: [] for key_task in key_tasks}
    rows = KeyTaskStep.objects.filter(key_task__in=found, due_on__gte=issued_on)
    for step in rows.order_by("key_task_id", "due_on", "position"):
        found[step.key_task_id].append(step)
    return found
