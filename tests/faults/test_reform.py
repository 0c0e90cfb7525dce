"""A reform of many units in the middle of the year (FAILURES C22, 4.8): none lost, none twice.

With its control: the same directory without the list of transfers leaves shares without a unit.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.db.models import Count, Sum

from accounts.reforming import end_unit
from tasks import reforming
from tasks.figures import plan_completion
from tasks.models import Task, TaskEvent, UnitReform
from tasks.reform_preview import preview_reform
from tasks.reforming import execute_reform
from tests.county import at, make_county
from tests.faults.counts import count
from tests.faults.reform_county import ON, SHARES_A_UNIT, Reform, everything, history, make_reform

UNITS = count(10, 50)
JULY = at(7, 1)

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db(transaction=True)
fault = pytest.mark.fault(suite="lifecycle", name="C22 a reform of units")


@pytest.fixture
def reform(transactional_db: None) -> Reform:
    return make_reform(make_county(), UNITS)


def execute(reform: Reform) -> UnitReform:
    return execute_reform(reform.reform.pk, actor=reform.county.coordinator, at=JULY)


def roots(reform: Reform) -> dict[int, tuple[Decimal, Decimal | None]]:
    """Of each key task its completion, and the weight of all that counts below it."""
    found = Task.objects.filter(plan=reform.plan, parent__isnull=True).in_bulk()
    weights = dict(
        Task.objects.counting()
        .filter(parent__in=found)
        .order_by()
        .values_list("parent")
        .annotate(Sum("weight"))
    )
    return {pk: (root.completion, weights[pk]) for pk, root in found.items()}


def counted_twice(reform: Reform) -> int:
    """Shares that two rows of the year-end figures count, or none, or that a unit has twice."""
    shares = Task.objects.filter(plan=reform.plan, is_own_part=False)
    figures = plan_completion(reform.plan, user=reform.county.coordinator, on=ON, by="unit")
    doubles = (
        shares.exclude(state="cancelled")
        .order_by()
        .values("key_task", "unit")
        .annotate(rows=Count("pk"))
        .filter(rows__gt=1)
    )
    return abs(sum(row.total for row in figures.rows) - shares.count()) + doubles.count()


@fault
def test_every_share_has_a_unit_once_and_nothing_that_was_said_changes(
    reform: Reform, record_property: Say
) -> None:
    assert Task.objects.filter(unit__in=reform.units).count() == UNITS * SHARES_A_UNIT
    before, said = roots(reform), history()
    closed = Task.objects.filter(state="closed").count()
    seen = preview_reform(reform.reform.pk, ON)
    assert seen.unsettled == []
    assert seen.moving == Task.objects.open().filter(unit__in=reform.units).count()
    execute(reform)
    record_property("units", UNITS)
    record_property("shares", UNITS * SHARES_A_UNIT)
    record_property("without_unit", Task.objects.without_unit(ON).count())
    record_property("counted_twice", counted_twice(reform))
    record_property("history_unchanged", history() == said)
    assert not Task.objects.without_unit(ON).exists()
    assert counted_twice(reform) == 0
    assert history() == said
    assert roots(reform) == before
    assert Task.objects.filter(state="closed", unit__in=reform.units).count() == closed
    told = TaskEvent.objects.filter(kind=TaskEvent.Kind.TRANSFERRED)
    assert told.count() == seen.moving
    figures = plan_completion(reform.plan, user=reform.county.coordinator, on=ON, by="unit")
    after = {row.label: (row.total, row.completion) for row in figures.rows}
    for row in seen.units:
        total, completion = after.get(row.label, (0, None))
        ended = Task.objects.filter(unit=row.key, state="cancelled").count()
        assert (total - ended, completion) == (row.after.shares, row.after.completion)


@fault.with_args(control=True)
def test_control_without_the_list_shares_are_left_without_a_unit(
    reform: Reform, record_property: Say
) -> None:
    for ending in reform.endings:
        end_unit(ending.unit.pk, ending.successors, on=ON)
    left = Task.objects.without_unit(ON).count()
    record_property("control_without_unit", left)
    assert left == Task.objects.open().filter(unit__in=reform.units).count()
    assert left > UNITS * SHARES_A_UNIT / 2


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the server end the session that executes a reform, right after the named step."""

    def arm(step: str) -> None:
        real = getattr(reforming, step)

        def step_and_die(*args: object, **kwargs: object) -> None:
            real(*args, **kwargs)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        monkeypatch.setattr(reforming, step, step_and_die)

    return arm


def in_a_session_of_its_own(job: Callable[[], object]) -> None:
    def run() -> None:
        try:
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


@fault
@pytest.mark.parametrize("step", ["_reform_units", "_follow_in_plans", "save_regrouping"])
def test_killed_in_the_middle_nothing_has_changed(
    reform: Reform, killed_at: Callable[[str], None], step: str
) -> None:
    before = everything()
    killed_at(step)
    with pytest.raises(OperationalError):
        in_a_session_of_its_own(lambda: execute(reform))
    assert everything() == before
