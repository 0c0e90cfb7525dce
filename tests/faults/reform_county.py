"""A county before a reform: many units whose shares are made as rows, for speed."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from accounts.models import Membership, Unit
from plans.models import KeyTask, Plan
from tasks.models import ProgressReport, Task, TaskEvent, UnitReform
from tasks.reforming import Ending, change_transfer, prepare_reform
from tests.county import START, County, at, due, issued_plan, item, owner

#: The first day of the new order, in the middle of the year.
ON = at(7, 1).date()
SHARES_A_UNIT = 40


@dataclass
class Reform:
    county: County
    plan: Plan
    units: list[Unit]
    reform: UnitReform
    endings: list[Ending]


def make_reform(county: County, units: int) -> Reform:
    """``units`` units of ``SHARES_A_UNIT`` shares each, every fifth of which is closed.

    In turn: two merge into a new one, one merges into one that goes on, one splits in two, one
    closes. All percents are such that the means of merged shares have two decimals.
    """
    old = make_units(county, [f"旧{n}局" for n in range(units)], START)
    plan = issued_plan(
        county,
        *(
            item(f"{n}.", f"任务{n}", [owner("司法局", "lead")], due("2026-12-31"))
            for n in range(SHARES_A_UNIT)
        ),
    )
    make_shares(county, plan, old)
    endings = make_endings(county, old)
    actor = county.coordinator
    reform = prepare_reform("机构改革", endings, on=ON, actor=actor, at=at(6, 1))
    choose_parts(county, reform, endings)
    return Reform(county, plan, old, reform, endings)


def make_units(county: County, names: list[str], valid_from: dt.date) -> list[Unit]:
    top = county.unit("县")
    rows = Unit.objects.bulk_create(
        Unit(
            name=name,
            kind=Unit.Kind.DEPARTMENT,
            parent=top,
            ancestors=top.path,
            depth=1,
            valid_from=valid_from,
        )
        for name in names
    )
    Membership.objects.bulk_create(
        Membership(
            user=county.officer("司法局"),
            unit=unit,
            role=Membership.Role.OFFICER,
            valid_from=valid_from,
        )
        for unit in rows
    )
    return rows


def make_shares(county: County, plan: Plan, units: list[Unit]) -> None:
    """A share of every key task for every unit below the lead's, with a report and its events."""
    roots = {root.key_task_id: root for root in Task.objects.filter(plan=plan)}
    tasks = Task.objects.bulk_create(
        _share(plan, roots[key_task.pk], unit, of_unit, of_key_task)
        for of_unit, unit in enumerate(units)
        for of_key_task, key_task in enumerate(KeyTask.objects.filter(plan=plan))
    )
    _say(county, tasks)
    for root in roots.values():
        below = [task for task in tasks if task.parent_id == root.pk]
        root.completion = (sum((t.completion for t in below), Decimal(0)) / len(below)).quantize(
            Decimal("0.000001")
        )
    Task.objects.bulk_update(roots.values(), ["completion"])


def _share(plan: Plan, root: Task, unit: Unit, of_unit: int, of_key_task: int) -> Task:
    closed = (of_unit + of_key_task) % 5 == 0
    closing = of_unit % 5 == 4
    percent = Decimal(30 if closing else (of_unit * 7 + of_key_task) % 45 * 2)
    return Task(
        plan=plan,
        key_task=root.key_task,
        parent=root,
        ancestors=[root.pk],
        depth=1,
        unit=unit,
        issued_to=unit,
        role=Task.Role.RESPONSIBLE,
        title=root.title,
        deadline_kind=root.deadline_kind,
        due_on=root.due_on,
        next_due_on=root.due_on,
        issued_at=root.issued_at,
        acknowledged_at=root.issued_at,
        state=Task.State.CLOSED if closed else Task.State.ACKNOWLEDGED,
        closed_on=START if closed else None,
        completion=Decimal(100) if closed else percent,
        reported_percent=Decimal(99) if closed else percent,
    )


def _say(county: County, tasks: list[Task]) -> None:
    actor, decider = county.officer("司法局"), county.coordinator
    TaskEvent.objects.bulk_create(
        TaskEvent(
            task=task, kind="issued", actor=actor, at=at(3, 2), to_state="issued", standing={}
        )
        for task in tasks
    )
    ProgressReport.objects.bulk_create(
        ProgressReport(
            task=task,
            author=actor,
            percent=task.reported_percent,
            narrative=f"{task.unit}已完成部分工作。",
            state=ProgressReport.State.APPROVED,
            submitted_at=at(5, 6),
            decided_by=decider,
            decided_at=at(5, 7),
        )
        for task in tasks
    )


def make_endings(county: County, units: list[Unit]) -> list[Ending]:
    """Five units at a time; the ones that go on have had no shares until now."""
    endings: list[Ending] = []
    for n in range(len(units) // 5):
        five = units[5 * n : 5 * n + 5]
        new = make_units(county, [f"新{n}{part}局" for part in "甲乙丙"], ON)
        (stays,) = make_units(county, [f"老{n}局"], START)
        endings += [
            Ending(five[0], successors=[new[0]]),
            Ending(five[1], successors=[new[0]]),
            Ending(five[2], successors=[stays]),
            Ending(five[3], successors=new[1:]),
            Ending(five[4]),
        ]
    return endings


def choose_parts(county: County, reform: UnitReform, endings: list[Ending]) -> None:
    """The shares of a unit that splits go to its parts in turn."""
    for ending in endings:
        if len(ending.successors) == 2:
            rows = Task.objects.open().filter(unit=ending.unit).order_by("pk")
            pks = list(rows.values_list("pk", flat=True))
            for part, unit in enumerate(ending.successors):
                change_transfer(
                    reform.pk, pks[part::2], unit, actor=county.coordinator, at=at(6, 2)
                )


def history() -> str:
    """A checksum of every event and every approved report there was before the reform."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e::text FROM tasks_taskevent e WHERE at < %s ORDER BY id", [at(7, 1, 0)]
        )
        digest.update(repr(cursor.fetchall()).encode())
        cursor.execute(
            "SELECT r::text FROM tasks_progressreport r WHERE state = 'approved' ORDER BY id"
        )
        digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


def everything() -> str:
    """A checksum of all rows that a reform may touch."""
    digest = hashlib.sha256()
    tables = (
        "accounts_unit",
        "accounts_unit_successors",
        "accounts_membership",
        "plans_plan",
        "plans_plan_recipients",
        "tasks_task",
        "tasks_taskevent",
        "tasks_unitreform",
        "tasks_sharetransfer",
    )
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id")  # noqa: S608 - ours
            digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()
