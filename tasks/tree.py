"""The plan as a reader sees it: key tasks by section, and under each the shares in sight."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from plans.models import DeadlineKind, KeyTask, KeyTaskOwner, Plan
from tasks.lights import Light
from tasks.models import Task
from tasks.querysets import TaskQuerySet

#: So many shares stand on a plan's page at once; of more, each branch comes when it is opened.
AT_ONCE = 100


#: The name of an owner as printed, and the role.
Owner = tuple[str, str]
#: What stands for the month of a share without a date.
NO_MONTH = "none"


@dataclass(frozen=True)
class TreeFilter:
    """What the reader asked for; ``None`` asks for everything.

    ``month`` is that of the deadline, as 2026-09, or ``NO_MONTH``; ``level`` is the share's depth
    in its tree, and ``depth`` how far down the shares are shown.
    """

    section: int | None = None
    light: Light | None = None
    unit: int | None = None
    month: str | None = None
    level: int | None = None
    role: str | None = None
    kind: str | None = None
    in_sight: bool = False
    depth: int | None = None

    @property
    def by_share(self) -> bool:
        return any(getattr(self, name) is not None for name in BY_SHARE)

    @property
    def seldom(self) -> bool:
        """Whether one of those is asked for that are not at hand at once."""
        return any(getattr(self, name) is not None for name in SELDOM)

    @property
    def opened(self) -> bool:
        """Whether the shares below are wanted at once, and not one by one."""
        return self.by_share or self.depth is not None


SELDOM = ("month", "level", "role", "kind")
BY_SHARE = ("light", "unit", *SELDOM)


@dataclass(frozen=True)
class Branch:
    """One share in the tree. ``level`` is 0 for the topmost share that the reader sees."""

    task: Task
    light: Light
    level: int
    rule: str | Promise


@dataclass(frozen=True)
class KeyTaskRow:
    """A key task, its root share where that is in sight, and the other shares in tree order.

    ``to_load`` is the number of shares in sight that are left out here: the reader asks for them.
    ``owners`` are as printed.
    """

    key_task: KeyTask
    root: Branch | None
    shares: list[Branch]
    to_load: int = 0
    owners: Sequence[Owner] = ()

    @property
    def all_below(self) -> int:
        return len(self.shares) + self.to_load


@dataclass
class SectionRows:
    title: str
    rows: list[KeyTaskRow] = field(default_factory=list)


def plan_tree(plan: Plan, *, user: User, on: dt.date, wanted: TreeFilter) -> list[SectionRows]:
    """The rows that pass the filter, by section in printed order. A constant number of queries.

    Of many shares only the topmost come at once, the others when their branch is opened.
    """
    tasks = Task.objects.filter(plan=plan).visible_to(user, on)
    counts = dict(tasks.order_by().values_list("key_task").annotate(Count("pk")))
    many = sum(counts.values()) > AT_ONCE and not wanted.opened
    by_key_task = _by_key_task(_topmost(tasks) if many else tasks)
    owners = _owners_of(plan)
    key_tasks = plan.key_tasks.select_related("section")
    if wanted.section is not None:
        key_tasks = key_tasks.filter(section=wanted.section)
    sections: dict[str, SectionRows] = {}
    for key_task in key_tasks:
        shares = by_key_task[key_task.pk]
        row = _row(key_task, shares, plan, on, wanted, counts.get(key_task.pk, 0) - len(shares))
        if row is not None:
            title = key_task.section.title if key_task.section else ""
            told = replace(row, owners=owners[key_task.pk])
            sections.setdefault(title, SectionRows(title)).rows.append(told)
    return list(sections.values())


def _owners_of(plan: Plan) -> dict[int, list[Owner]]:
    """By key task. No rows of the ORM: there are thousands, and only their names are read."""
    found: dict[int, list[Owner]] = defaultdict(list)
    owners = KeyTaskOwner.objects.filter(key_task__plan=plan).order_by("key_task", "position")
    for key_task, name, role in owners.values_list("key_task_id", "name", "role"):
        found[key_task].append((name, role))
    return found


def shares_of(key_task: KeyTask, *, user: User, on: dt.date) -> list[Branch]:
    """All shares of a key task that are in sight, in tree order."""
    tasks = Task.objects.filter(key_task=key_task).visible_to(user, on)
    return list(in_tree_order(_by_key_task(tasks)[key_task.pk], on, key_task.plan))


def _topmost(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.exclude(parent__in=tasks.values("pk")).annotate(
        has_below=Exists(Task.objects.filter(parent=OuterRef("pk")))
    )


def _by_key_task(tasks: TaskQuerySet) -> dict[int, list[Task]]:
    found: dict[int, list[Task]] = defaultdict(list)
    for task in tasks.select_related("unit").order_by("unit__depth", "unit__position", "id"):
        found[task.key_task_id].append(task)
    return found


def _row(
    key_task: KeyTask,
    tasks: list[Task],
    plan: Plan,
    on: dt.date,
    wanted: TreeFilter,
    to_load: int,
) -> KeyTaskRow | None:
    """The row of a key task, or nothing where the filter leaves nothing of it."""
    branches = list(in_tree_order(tasks, on, plan))
    if wanted.in_sight and not branches:
        return None
    if wanted.by_share:
        branches = kept(branches, wanted)
        if not branches:
            return None
    root = branches[0] if branches and branches[0].task.parent_id is None else None
    shares = branches[1:] if root else branches
    if wanted.depth is not None:
        shares = [branch for branch in shares if branch.level <= wanted.depth]
    return KeyTaskRow(key_task, root, shares, to_load)


def in_tree_order(tasks: list[Task], on: dt.date, plan: Plan) -> Iterator[Branch]:
    """The shares of one key task, each followed by those below it. Pure."""
    known = {task.pk for task in tasks}
    below: dict[int | None, list[Task]] = defaultdict(list)
    for task in tasks:
        below[task.parent_id if task.parent_id in known else None].append(task)

    def walk(parent: int | None, level: int) -> Iterator[Branch]:
        for task in below[parent]:
            has_below = task.pk in below or getattr(task, "has_below", False)
            rule = completion_rule(task, has_below=has_below)
            yield Branch(task, task.light_on(on, plan), level, rule)
            yield from walk(task.pk, level + 1)

    return walk(None, 0)


def kept(branches: list[Branch], wanted: TreeFilter) -> list[Branch]:
    """The branches that the reader asked for and those above them, which give them a place."""
    matching = [branch for branch in branches if _matches(branch, wanted)]
    needed = {pk for branch in matching for pk in (branch.task.pk, *branch.task.ancestors)}
    return [branch for branch in branches if branch.task.pk in needed]


def completion_rule(task: Task, *, has_below: bool) -> str | Promise:
    """Where a share's percent comes from, in one sentence (DESIGN 3)."""
    if task.state == Task.State.CLOSED:
        return _("Closed: done and confirmed.")
    if task.role == Task.Role.SUPPORTING:
        return _("Supporting: not counted in the plan's completion.")
    if task.deadline_kind == DeadlineKind.ONGOING:
        return _("Ongoing: no date, not counted in the plan's completion.")
    if has_below and task.rollup == Task.Rollup.AVERAGE:
        return _("Average of the counting shares below; at most 99 until it is closed.")
    if task.steps_total:
        return _("Closed steps of all; 100 only when it is closed.")
    return _("The percent last approved; 100 only when it is closed.")


def _matches(branch: Branch, wanted: TreeFilter) -> bool:
    task = branch.task
    of_share = {
        "light": branch.light,
        "unit": task.unit_id,
        "month": f"{task.due_on:%Y-%m}" if task.due_on else NO_MONTH,
        "level": task.depth,
        "role": task.role,
        "kind": task.unit.kind,
    }
    return all(getattr(wanted, name) in (None, of_share[name]) for name in BY_SHARE)
