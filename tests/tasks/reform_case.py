"""What the tests of reforms share: a plan of one key task, and reforms of the county's units."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from accounts.directory import add_unit
from accounts.models import Unit
from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.decomposition import Part, decompose
from tasks.models import Task, UnitReform
from tasks.progress import Said, approve_report, submit_report
from tasks.reform_preview import Preview, preview_reform
from tasks.reforming import Ending, execute_reform, prepare_reform
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all

Kind = Unit.Kind
ON = dt.date(2026, 7, 1)
JULY = at(7, 1)


def make_plan(county: County) -> Plan:
    """One key task: 司法局 leads, 甲镇 (40) and 乙乡 (20) below it, beside its own part (0)."""
    townships = owner("各乡镇(街道)", "responsible", group=True)
    plan = issued_plan(
        county, item("1.", "清理", [owner("司法局", "lead"), townships], due("2026-09-30"))
    )
    sign_for_all(county, plan)
    report(county, share(plan, "甲镇"), "甲镇", 40)
    report(county, share(plan, "乙乡"), "乙乡", 20)
    return plan


def report(county: County, task: Task, unit: str, percent: int | None) -> None:
    """Reported and approved; without a percent as done."""
    said = Said(completes=True) if percent is None else Said(percent=Decimal(percent))
    made = submit_report(task.pk, said, actor=county.officer(unit), at=at(5, 6))
    decider = county.coordinator if task.depth < 2 else county.head("甲镇")
    approve_report(made.pk, actor=decider, at=at(5, 7))


def prepare(county: County, *endings: Ending) -> UnitReform:
    return prepare_reform("乡镇合并", endings, on=ON, actor=county.coordinator, at=at(6, 1))


def execute(county: County, reform: UnitReform) -> UnitReform:
    return execute_reform(reform.pk, actor=county.coordinator, at=JULY)


def new_unit(county: County, name: str, kind: str = Kind.TOWN) -> Unit:
    unit = add_unit(name, kind, parent=county.unit("县"), valid_from=ON)
    county.units[name] = unit
    return unit


def kept_of(plan: Plan, unit: str) -> Task:
    """The unit's share, beside which one that merged into another may have ended."""
    return Task.objects.exclude(state="cancelled").get(plan=plan, unit__name=unit)


def preview(reform: UnitReform) -> Preview:
    return preview_reform(reform.pk, ON)


def problems(reform: UnitReform) -> list[tuple[str, str, int]]:
    return [(row.code, row.unit.name, len(row.tasks)) for row in preview(reform).unsettled]


def transfers(reform: UnitReform) -> list[tuple[str, str]]:
    rows = reform.transfers.select_related("task__unit", "to_unit").order_by("task__id")
    return [(row.task.unit.name, row.to_unit.name) for row in rows]


def tree(plan: Plan) -> list[tuple[str, int, bool, Decimal, Decimal]]:
    """Unit, depth, own part, weight and completion of every share that is not cancelled."""
    rows = Task.objects.filter(plan=plan).exclude(state="cancelled").select_related("unit")
    return [
        (t.unit.name, t.depth, t.is_own_part, t.weight, t.completion)
        for t in rows.order_by("depth", "id")
    ]


def villages(county: County, plan: Plan, unit: str, percents: Sequence[int]) -> None:
    """The unit breaks its share down to new villages of its own, which report these percents."""
    names = [f"{unit}{n}村" for n in range(len(percents))]
    for name in names:
        county.add(name, Kind.VILLAGE, unit)
    parts = [Part(county.unit(name)) for name in names]
    made = decompose(share(plan, unit).pk, parts, actor=county.officer(unit), at=at(5, 8))
    for task, name, percent in zip(made, names, percents, strict=True):
        acknowledge(task.pk, actor=county.officer(name), at=at(5, 9))
        said = Said(percent=Decimal(percent))
        sent = submit_report(task.pk, said, actor=county.officer(name), at=at(5, 10))
        approve_report(sent.pk, actor=county.head(unit), at=at(5, 11))
