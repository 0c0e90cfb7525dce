"""Rows that are saved by columns are the rows that Django would have saved one by one."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from pytest_django import DjangoAssertNumQueries

from tasks.history import event_of
from tasks.inserting import insert_rows
from tasks.models import Task, TaskEvent
from tests.county import County, at, due, issued_plan, item, owner, share

HARD = "引号 ' \" 与 \\ 与 %s 与 {},\n换行"


@pytest.fixture
def root(county: County) -> Task:
    plan = issued_plan(county, item("1", "清理", [owner("司法局", "lead")], due("2026-09-30")))
    return share(plan, "司法局")


def child_of(root: Task, county: County, unit: str, **fields: Any) -> Task:
    return Task(
        plan=root.plan,
        key_task=root.key_task,
        parent=root,
        ancestors=[root.pk],
        depth=1,
        unit=county.unit(unit),
        issued_to=county.unit(unit),
        issued_at=at(2, 1),
        **fields,
    )


def different_children(root: Task, county: County) -> list[Task]:
    """They differ in columns of every type; one has nothing where the other has something."""
    dated = child_of(
        root,
        county,
        "甲镇",
        role=Task.Role.RESPONSIBLE,
        title=HARD,
        deadline_kind="date",
        due_on=dt.date(2026, 9, 30),
        next_due_on=dt.date(2026, 9, 30),
        weight=Decimal("0.125"),
        acknowledged_at=at(3, 1),
    )
    ongoing = child_of(
        root, county, "乙乡", role=Task.Role.SUPPORTING, title="", deadline_kind="ongoing"
    )
    return [dated, ongoing]


def told(row: models.Model) -> dict[str, Any]:
    """All that the database holds of the row, but what it gave by itself."""
    fresh = type(row)._default_manager.get(pk=row.pk)
    return {
        field.attname: getattr(fresh, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "transaction")
    }


def saved_one_by_one(rows: list[Any]) -> list[dict[str, Any]]:
    with transaction.atomic():
        for row in rows:
            row.save(force_insert=True)
        found = [told(row) for row in rows]
        transaction.set_rollback(True)
    return found


def test_shares_are_saved_as_by_django(county: County, root: Task) -> None:
    expected = saved_one_by_one(different_children(root, county))
    rows = insert_rows(different_children(root, county))
    assert [told(row) for row in rows] == expected


def test_events_are_saved_as_by_django(county: County, root: Task) -> None:
    actor = county.coordinator

    def events() -> list[TaskEvent]:
        return [
            event_of(
                root, kind, actor=actor, at=at(2, 1), reason=HARD, data={"字": [HARD, 1, None]}
            )
            for kind in (TaskEvent.Kind.ISSUED, TaskEvent.Kind.CHANGED)
        ]

    expected = saved_one_by_one(events())
    rows = insert_rows(events())
    assert [told(row) for row in rows] == expected
    assert all(TaskEvent.objects.get(pk=row.pk).transaction for row in rows)


def test_rows_that_are_equal_are_as_many(county: County, root: Task) -> None:
    def event() -> TaskEvent:
        return event_of(root, TaskEvent.Kind.CHANGED, actor=county.coordinator, at=at(2, 1))

    rows = insert_rows(event() for _ in range(3))
    assert len({row.pk for row in rows}) == 3


def test_each_row_has_its_own_id(
    county: County, root: Task, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """One query, however many rows; a row that is saved can be saved again."""
    rows = different_children(root, county)
    with django_assert_num_queries(1):
        insert_rows(rows)
    assert [Task.objects.get(pk=row.pk).unit_id for row in rows] == [row.unit_id for row in rows]
    rows[0].title = "别的"
    rows[0].save()
    assert Task.objects.get(pk=rows[0].pk).title == "别的"


def test_nothing_is_asked_for_no_rows(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert insert_rows([]) == []


def test_all_or_none(county: County, root: Task) -> None:
    twice = [different_children(root, county)[0], different_children(root, county)[0]]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(twice)
    assert not Task.objects.filter(parent=root).exists()
