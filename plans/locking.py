"""Locks on plan rows: the first rung of the written order (FAILURES 4.6)."""

from collections.abc import Iterable
from functools import cache

from django.db import connection
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.versioning import require_version
from plans.models import KeyTask, Plan


def lock_plan(pk: int, version: int | None = None) -> Plan:
    """The plan row, held against every other writer until the transaction ends."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=pk)
    require_version(plan, version)
    return plan


def lock_plans_not_closed() -> list[Plan]:
    """Every draft and issued plan, in the order of ids: a reform of units may touch them all."""
    return list(Plan.objects.select_for_update(no_key=True).exclude(state="closed").order_by("pk"))


def hold_plan(**of: int) -> int:
    """Keeps the plan as it is (issued, not closed) while its shares change. Shared by writers.

    One look-up says which: ``pk=…`` or ``tasks=…``; its id is answered. Raises ``Conflict`` for a
    closed plan: nothing in it changes any more (DESIGN 3); ``Plan.DoesNotExist`` where there is
    none.
    """
    ((lookup, key),) = of.items()
    with connection.cursor() as cursor:
        cursor.execute(_statement_to_hold(lookup), [key])
        row = cursor.fetchone()
    if row is None:
        raise Plan.DoesNotExist
    require_not_closed(row[1])
    pk: int = row[0]
    return pk


@cache
def _statement_to_hold(lookup: str) -> str:
    """Put together once: every write of a share begins with it."""
    plans = Plan.objects.order_by().filter(**{lookup: 0}).values("pk", "state")
    return f"{plans.query.sql_with_params()[0]} FOR SHARE OF plans_plan"


def hold_plans(ids: Iterable[int]) -> None:
    """Keeps several plans as they are, closed ones too, in the order of ids. Shared by writers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM plans_plan WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(ids)]
        )


def require_not_closed(state: str) -> None:
    if state == Plan.State.CLOSED:
        raise Conflict("plan_closed", _("The plan is closed; nothing in it changes any more."))


def lock_key_task(pk: int, version: int | None = None) -> KeyTask:
    """The key task's row, its plan's row locked before it."""
    lock_plan(KeyTask.objects.values_list("plan_id", flat=True).get(pk=pk))
    key_task = KeyTask.objects.select_for_update(no_key=True).get(pk=pk)
    require_version(key_task, version)
    return key_task
