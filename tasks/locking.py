"""Every lock on shares, in the one written order (FAILURES 4.6).

1. the plan's row, shared (``plans.locking.hold_plan``), or for update where the plan changes;
2. the tree lock of the plan, for changes of shape only; the lock of the unit tree
   (``accounts.locking``), for reforms of units, which hold every plan that is not closed;
3. shares from the leaf up to the root, by depth then id, always FOR NO KEY UPDATE, so that the
   foreign key of a new child does not wait for its parent (M21);
4. reports, requests and notices, by id;
5. the quota of evidence of a unit and year;
6. reminders and mails.

Ancestors are locked before their children are read (M10): a total that was read earlier may
already be wrong. All in READ COMMITTED, where a statement after the lock sees what the one that
held it before has committed.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from accounts.fixed_query import FixedQuery, Given
from accounts.versioning import require_version
from plans.locking import hold_plan, hold_plans, lock_plan
from tasks.models import ExtensionRequest, ProgressReport, SupervisionNotice, Task
from tasks.querysets import IsAmong

#: What hangs on a share and is locked after it.
OfShare = ProgressReport | ExtensionRequest | SupervisionNotice

#: First key of the advisory locks on the shape of a plan's share trees.
SHAPE_LOCK = 1
#: First key of the advisory locks on what a unit may keep as evidence.
QUOTA_LOCK = 2
#: First key of the advisory lock under which mails are made; others are ``accounts.locking``'s.
MAILS_LOCK = 5


@dataclass(frozen=True)
class Family:
    """``chain`` is the share and those above, root last; ``below`` are all below, leaves first."""

    chain: list[Task]
    below: list[Task]

    @property
    def task(self) -> Task:
        return self.chain[0]


def lock_shape(plan_id: int) -> None:
    """One writer at a time adds, moves or cancels shares of a plan (M12)."""
    hold_plan(pk=plan_id)
    _lock_shape(plan_id)


def _lock_shape(plan_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SHAPE_LOCK, plan_id])


def lock_chain(task_id: int, version: int | None = None) -> list[Task]:
    """The share and all above it, locked, leaf first and root last. Two queries.

    A reform may have moved the share before the plan was held, so its place is read after that.
    PostgreSQL locks rows in the order of ORDER BY, so two roll-ups that meet always meet in the
    same order. ``version`` is the one of the share itself.
    """
    _hold_plan_of(task_id)
    return _lock_chain(task_id, version)


def lock_shape_and_chain(task_id: int, version: int | None = None) -> list[Task]:
    """As ``lock_shape`` and then ``lock_chain``, which need not hold the plan again."""
    _lock_shape(_hold_plan_of(task_id))
    return _lock_chain(task_id, version)


def _lock_chain(task_id: int, version: int | None) -> list[Task]:
    chain = CHAIN(task=task_id)
    for child, parent in itertools.pairwise(chain):
        child.parent = parent
    require_version(chain[0], version)
    return chain


#: The ids of a share and of all above it. An array, so that each is looked up by its key.
IN_PLACE = "(SELECT ancestors || id FROM tasks_task WHERE id = %s)::bigint[]"
CHAIN = FixedQuery(
    lambda: (
        Task.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "plan__issuing_unit")
        .filter(IsAmong(F("pk"), RawSQL(IN_PLACE, [Given("task")])))  # noqa: S611 - a text of ours
        .order_by("-depth", "id")
    )
)


def _hold_plan_of(task_id: int) -> int:
    """Holds the share's plan, whose id it answers; then the share's place stays what it is."""
    return hold_plan(tasks=task_id)


def lock_chains(task_ids: Iterable[int]) -> None:
    """Several shares and all above them, locked; then what each of them does waits for nobody.

    Whoever locks more than one chain one by one may hold a root while it waits for a leaf.
    """
    shares = Task.objects.filter(pk__in=list(task_ids))
    hold_plans(shares.values_list("plan_id", flat=True).distinct())
    wanted: set[int] = set()
    for pk, ancestors in shares.values_list("pk", "ancestors"):
        wanted.update([pk, *ancestors])
    held = Task.objects.select_for_update(no_key=True).filter(pk__in=wanted)
    list(held.order_by("-depth", "id").values_list("pk", flat=True))


def lock_family(task_id: int, version: int | None = None) -> Family:
    """The share, all above it and all below it, locked from the leaves up to the root.

    To be called after ``lock_shape``, so that no share is added below in the meantime.
    """
    _hold_plan_of(task_id)
    ancestors = Task.objects.values_list("ancestors", flat=True).get(pk=task_id)
    rows = list(
        Task.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "plan__issuing_unit")
        .filter(Q(pk__in=[*ancestors, task_id]) | Q(ancestors__contains=[task_id]))
        .order_by("-depth", "id")
    )
    by_id = {task.pk: task for task in rows}
    for task in rows:
        if task.parent_id in by_id:
            task.parent = by_id[task.parent_id]
    task = by_id[task_id]
    require_version(task, version)
    return Family(
        chain=[task, *(by_id[pk] for pk in reversed(ancestors))],
        below=[row for row in rows if row.depth > task.depth],
    )


def lock_shares_of(*key_task_ids: int) -> list[Task]:
    """All shares of key tasks, locked from the leaves up to the root.

    To be called after ``lock_shape``, or with the plans locked.
    """
    rows = list(
        Task.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "plan__issuing_unit")
        .filter(key_task__in=key_task_ids)
        .order_by("-depth", "id")
    )
    by_id = {task.pk: task for task in rows}
    for task in rows:
        if task.parent_id is not None:
            task.parent = by_id[task.parent_id]
    return rows


def lock_report(report_id: int, version: int | None = None) -> tuple[ProgressReport, list[Task]]:
    """The report and the chain of its share, the chain first."""
    chain = lock_chain(_share_of(ProgressReport, report_id))
    (report,) = REPORT(report=report_id)
    require_version(report, version)
    report.task = chain[0]
    return report, chain


REPORT = FixedQuery(
    lambda: (
        ProgressReport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("author")
        .filter(pk=Given("report"))
    )
)


def _share_of(model: type[OfShare], pk: int) -> int:
    """The share on which the row hangs, which is never another one. Raises ``DoesNotExist``."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT task_id FROM {table} WHERE id = %s", [pk])  # noqa: S608 - our table
        row = cursor.fetchone()
    if row is None:
        raise model.DoesNotExist
    task_id: int = row[0]
    return task_id


def lock_reports(report_ids: Iterable[int]) -> None:
    """Several reports, locked after the chains of all their shares."""
    reports = ProgressReport.objects.filter(pk__in=list(report_ids))
    lock_chains(reports.values_list("task_id", flat=True))
    list(reports.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def lock_extension_request(
    request_id: int, version: int | None = None
) -> tuple[ExtensionRequest, list[Task]]:
    """The request and the chain of its share, the chain first."""
    chain = lock_chain(_share_of(ExtensionRequest, request_id))
    locked = ExtensionRequest.objects.select_for_update(no_key=True, of=("self",))
    request = locked.select_related("author").get(pk=request_id)
    require_version(request, version)
    request.task = chain[0]
    return request, chain


def lock_chain_to_number(task_id: int, version: int | None = None) -> list[Task]:
    """The chain, after the plan's own row: notices get their number there one by one."""
    lock_plan(Task.objects.values_list("plan_id", flat=True).get(pk=task_id))
    return lock_chain(task_id, version)


def lock_notice(notice_id: int, version: int | None = None) -> tuple[SupervisionNotice, list[Task]]:
    """The notice and the chain of its share, the chain first."""
    chain = lock_chain(_share_of(SupervisionNotice, notice_id))
    notice = SupervisionNotice.objects.select_for_update(no_key=True).get(pk=notice_id)
    require_version(notice, version)
    notice.task = chain[0]
    return notice, chain


def lock_quota(unit_id: int) -> None:
    """One writer at a time adds to what the unit keeps as evidence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [QUOTA_LOCK, unit_id])


def try_lock_mails() -> bool:
    """Whether no other process is making mails; until the transaction ends, none begins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [MAILS_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])
