"""Loading the sample year into an empty installation, by the services that the API calls."""

import datetime as dt
import secrets
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from config.demo.county import ISSUING_OFFICE
from config.demo.dates import instant
from config.demo.directory import COORDINATORS, Directory, find_directory, make_directory
from config.seed_year import first_items, later_items
from config.seed_year.item import Counted, Item
from plans.editing import make_plan
from plans.models import Plan, Role
from plans.reading.draft import DeadlineDraft, ItemDraft, OwnerDraft, PlanDraft
from tasks.acknowledging import acknowledge
from tasks.annual_draft import Place
from tasks.annual_writing import write_chapter
from tasks.defining import Definition, define_indicator
from tasks.issuing import issue_plan
from tasks.models import ReportChapter, Task
from tasks.progress import Said, approve_report, submit_report

Say = Callable[[str], None]

ITEMS = (*first_items.ITEMS, *later_items.ITEMS)

YEAR = 2020
TITLE = "2020年法治政府建设工作要点（样例）"
FIRST_DAY, ISSUED_ON = dt.date(YEAR, 1, 1), dt.date(YEAR, 3, 16)
SIGNED_ON, LAST_DAY = dt.date(YEAR, 3, 17), dt.date(YEAR, 12, 31)
REPORTED_ON, APPROVED_ON = dt.date(YEAR, 12, 21), dt.date(YEAR, 12, 25)

#: What the report says of 2021; nothing of the year's work says it.
NEXT_YEAR = (
    "编制2021年至2025年法治政府建设的实施方案，衔接“十四五”规划。",
    "督促各级党政主要负责人担起法治建设的责任，压力逐级传到基层。",
    "推进政务服务一体化平台，管好重大决策、规范文件和执法行为，创建复议规范化单位，"
    "做好青少年法治教育。",
    "用法治方式改善营商环境，稳定市场主体的预期。",
    "完善考核办法，充实人员和经费。",
)


class CannotLoad(Exception):
    """Why the sample year is not loaded here; nothing was changed."""


@transaction.atomic
def load_seed_year(say: Say) -> Plan:
    """A county, its plan of 2020, and the year's reports and figures, approved. All or nothing.

    It goes into an empty installation, or beside the demo, whose county it is. Some 400 calls of
    services, some seconds. Raises ``CannotLoad`` where it has been loaded and on a directory in
    use: units of a sample beside real ones of the same names would be taken for them when a
    document is read.
    """
    _require_unloaded()
    directory = find_directory(FIRST_DAY) or _make_directory(say)
    plan = _issue(directory)
    indicators = _define(plan, directory)
    _report(plan, directory, indicators)
    write_chapter(
        plan.pk,
        Place(ReportChapter.Kind.NEXT_YEAR),
        "\n".join(NEXT_YEAR),
        seen=0,
        actor=directory.coordinator(0),
        at=instant(APPROVED_ON, 15),
    )
    return plan


def _require_unloaded() -> None:
    if plan := Plan.objects.filter(title=TITLE).first():
        raise CannotLoad(
            _("The sample year is loaded already, as plan %(plan)s.") % {"plan": plan.pk}
        )


def _make_directory(say: Say) -> Directory:
    if Unit.objects.exists() or User.objects.exists():
        raise CannotLoad(_("There are units or people here; the sample is for an empty directory."))
    name, password = COORDINATORS[0], secrets.token_hex(8)
    directory = make_directory({name: password})
    say(_("Log in as %(name)s with %(password)s.") % {"name": name, "password": password})
    return directory


def _issue(directory: Directory) -> Plan:
    plan = make_plan(
        PlanDraft(
            title=TITLE,
            document_number=None,
            issued_on=ISSUED_ON,
            year=YEAR,
            first_unit_leads=None,
            items=[_draft(line, item) for line, item in enumerate(ITEMS, 1)],
            questions=[],
        ),
        issuing_unit=directory.units[ISSUING_OFFICE],
        issued_on=ISSUED_ON,
        actor=directory.coordinator(0),
        at=instant(ISSUED_ON, 9),
        recipients=[unit for unit in directory.units.values() if unit.depth == 1],
    )
    return issue_plan(plan.pk, actor=directory.coordinator(0), at=instant(ISSUED_ON, 10))


def _draft(line: int, item: Item) -> ItemDraft:
    owners = [(item.unit, Role.LEAD), *((unit, Role.RESPONSIBLE) for unit in item.others)]
    return ItemDraft(
        number=item.number,
        section=item.section,
        title=item.title,
        text=item.text,
        owners=[OwnerDraft(name, role, group=False, open_ended=False) for name, role in owners],
        deadline=DeadlineDraft(text="2020年底前", kind="date", due_on=LAST_DAY),
        line=line,
        questions=[],
    )


#: The indicator's id by the number of its key task and its name.
Indicators = dict[tuple[str, str], int]


def _define(plan: Plan, directory: Directory) -> Indicators:
    found: Indicators = {}
    key_tasks = {row.number: row for row in plan.key_tasks.all()}
    for item in ITEMS:
        for figure in item.figures:
            row = define_indicator(
                key_tasks[item.number].pk,
                _definition(figure, item, found),
                actor=directory.coordinator(0),
                at=instant(ISSUED_ON, 11),
            )
            found[item.number, figure.name] = row.pk
    return found


def _definition(figure: Counted, item: Item, known: Indicators) -> Definition:
    def named(name: str) -> int | None:
        return known[item.number, name] if name else None

    return Definition(
        name=figure.name,
        kind=figure.kind,
        measure=figure.measure,
        definition=figure.definition,
        direction=figure.direction,
        numerator=named(figure.numerator),
        denominator=named(figure.denominator),
        part_of=named(figure.part_of),
        decimals=figure.decimals,
        is_approximate=figure.is_approximate,
        opening=Decimal(figure.opening) if figure.opening else None,
    )


def _report(plan: Plan, directory: Directory, indicators: Indicators) -> None:
    """Every share is signed for, and reported as done with its figures, the lowest first."""
    items = {item.number: item for item in ITEMS}
    shares = Task.objects.filter(plan=plan).select_related("unit", "key_task")
    for task in shares.order_by("key_task__position", "-depth", "id"):
        unit, item = task.unit.name, items[task.key_task.number]
        officer = directory.officer(unit)
        acknowledge(task.pk, actor=officer, at=instant(SIGNED_ON, 9))
        said = Said(
            completes=True,
            narrative=_told(task, item),
            figures={} if _is_gathered(task, item) else _figures(unit, item, indicators),
        )
        report = submit_report(task.pk, said, actor=officer, at=instant(REPORTED_ON, 10))
        approve_report(report.pk, actor=directory.coordinator(1), at=instant(APPROVED_ON, 10))


def _is_gathered(task: Task, item: Item) -> bool:
    """The lead's share above the others: its own part has said what it did."""
    return bool(item.others) and task.parent_id is None


def _told(task: Task, item: Item) -> str:
    if task.unit.name != item.unit:
        return item.others[task.unit.name]
    return "各单位承担的部分已经全部完成。" if _is_gathered(task, item) else item.told


def _figures(unit: str, item: Item, indicators: Indicators) -> dict[int, Decimal]:
    return {
        indicators[item.number, figure.name]: Decimal(figure.value)
        for figure in item.figures
        if figure.value is not None and unit == (figure.unit or item.unit)
    }
