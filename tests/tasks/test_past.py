"""The figures of a day gone by, rebuilt from history, against what was answered on that day."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from plans.editing import OwnerChoice
from plans.models import Plan
from tasks import past
from tasks.acknowledging import acknowledge
from tasks.amending import (
    KeyTaskAmendment,
    NewKeyTask,
    add_key_task,
    cancel_key_task,
    change_key_task,
    resume_key_task,
    suspend_key_task,
)
from tasks.changing import ShareChanges, change_share, move_deadline, set_light
from tasks.decomposition import Part, decompose
from tasks.ending import cancel_share, reopen_share
from tasks.extensions import approve_extension, ask_extension
from tasks.figures import Figures, completion_of_all_plans, plan_completion
from tasks.groupings import GROUPINGS
from tasks.history import STANDING
from tasks.models import Task, TaskEvent
from tasks.past import as_of
from tasks.progress import Said, approve_report, let_out, return_report, submit_report
from tasks.reassigning import reassign
from tasks.reforming import Ending, execute_reform, prepare_reform
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.tasks.life_case import approved, closed, villages

LAST = dt.date(2026, 12, 31)

#: What a share keeps all its life, or what says nothing about how it stands.
NEVER_CHANGES = {"id", "plan_id", "key_task_id", "role", "issued_to_id"}
NEVER_CHANGES |= {"deadline_kind", "deadline_text"}
DERIVED = {"ancestors", "depth", "state"}
COUNTERS = {"version", "deadline_version"}


@pytest.fixture
def plan(county: County) -> Plan:
    """(一) 司法局 leads two townships; (二) to (四) are one unit's each, (三) in steps."""
    townships = owner("各乡镇(街道)", "responsible", group=True)
    return issued_plan(
        county,
        item("(一)", "清理", [owner("司法局", "lead"), townships], due("2026-09-30"), "一、规范"),
        item("(二)", "预算", [owner("财政局", "lead")], due("2026-06-30"), "一、规范"),
        item("(三)", "学法", [owner("司法局", "lead")], due("2026-11-30"), "二、普法"),
        item("(四)", "宣传", [owner("财政局", "lead")], due("2026-12-20"), "二、普法"),
    )


class Life:
    """What happens to the plan, each month a few things, on days of their own."""

    def __init__(self, county: County, plan: Plan) -> None:
        self.county, self.plan, self.office = county, plan, county.coordinator

    def item(self, number: str) -> Any:
        return self.plan.key_tasks.get(number=number)

    def of(self, number: str, unit: str) -> Task:
        rows = Task.objects.select_related("unit").exclude(state="cancelled")
        return rows.get(key_task__number=number, unit__name=unit, is_own_part=False)

    def march(self) -> None:
        sign_for_all(self.county, self.plan)
        villages(self.county, self.plan)

    def april(self) -> None:
        approved(self.county, self.of("(一)", "甲一村"), Said(percent=Decimal(40)), month=4)
        approved(self.county, self.of("(二)", "财政局"), Said(percent=Decimal("33.33")), month=4)
        waiting = self.of("(一)", "乙乡")
        self.waits = submit_report(
            waiting.pk, Said(percent=Decimal(70)), actor=self.county.officer("乙乡"), at=at(4, 9)
        )
        change_share(
            self.of("(一)", "甲二村").pk,
            ShareChanges(weight=Decimal(3), title="清理旧件"),
            actor=self.county.officer("甲镇"),
            at=at(4, 10),
        )

    def may(self) -> None:
        return_report(self.waits.pk, reason="不实", actor=self.office, at=at(5, 3))
        asked = ask_extension(
            self.of("(二)", "财政局").pk,
            new_due_on=dt.date(2026, 7, 31),
            reason="汛期",
            actor=self.county.officer("财政局"),
            at=at(5, 4),
        )
        approve_extension(asked.pk, actor=self.office, at=at(5, 5))
        suspend_key_task(self.item("(三)").pk, reason="待上级", actor=self.office, at=at(5, 6))
        set_light(
            self.of("(四)", "财政局").pk, "red", reason="进度慢", actor=self.office, at=at(5, 7)
        )

    def june(self) -> None:
        changes = KeyTaskAmendment(title="宣传宪法", weight=Decimal(4), due_on=dt.date(2026, 10, 9))
        change_key_task(
            self.item("(四)").pk, changes, reason="调整", actor=self.office, at=at(6, 3)
        )
        closed(self.county, self.of("(一)", "甲一村"), month=6)
        resume_key_task(self.item("(三)").pk, reason="恢复", actor=self.office, at=at(6, 8))
        owners = [OwnerChoice("财政局", "lead", self.county.unit("财政局"))]
        new = NewKeyTask("评查", "评查案卷。", owners, due_on=dt.date(2026, 12, 1), number="(五)")
        add_key_task(self.plan.pk, new, reason="新增", actor=self.office, at=at(6, 9))

    def july(self) -> None:
        cancel_share(
            self.of("(一)", "甲二村").pk, reason="撤销", actor=self.county.head("甲镇"), at=at(7, 2)
        )
        reopen_share(
            self.of("(一)", "甲一村").pk, reason="返工", actor=self.county.head("甲镇"), at=at(7, 3)
        )
        closed(self.county, self.of("(二)", "财政局"), month=7)

    def august(self) -> None:
        """甲镇 joins 乙乡, and its shares below hang under 乙乡's."""
        ending = Ending(self.county.unit("甲镇"), successors=[self.county.unit("乙乡")])
        reform = prepare_reform(
            "合并", [ending], on=dt.date(2026, 8, 1), actor=self.office, at=at(7, 20)
        )
        execute_reform(reform.pk, actor=self.office, at=at(8, 1))
        move_deadline(
            self.of("(三)", "司法局").pk,
            dt.date(2026, 10, 30),
            reason="提前",
            actor=self.office,
            at=at(8, 3),
        )

    def september(self) -> None:
        """财政局 keeps a part of (四), does it, and the share goes to 司法局."""
        root = self.of("(四)", "财政局")
        (own,) = decompose(
            root.pk,
            [Part(self.county.unit("财政局"))],
            actor=self.county.officer("财政局"),
            at=at(9, 1),
        )
        acknowledge(own.pk, actor=self.county.officer("财政局"), at=at(9, 1))
        report = submit_report(
            own.pk, Said(completes=True), actor=self.county.officer("财政局"), at=at(9, 2)
        )
        approve_report(report.pk, actor=self.office, at=at(9, 3))
        reassign(
            root.pk, self.county.unit("司法局"), reason="职责", actor=self.office, at=at(9, 20)
        )

    def october(self) -> None:
        cancel_key_task(self.item("(五)").pk, reason="撤销", actor=self.office, at=at(10, 3))
        Plan.objects.filter(pk=self.plan.pk).update(approval_inside_unit=True)
        self.inside = submit_report(
            self.of("(三)", "司法局").pk,
            Said(completes=True),
            actor=self.county.officer("司法局"),
            at=at(10, 9),
        )

    def november(self) -> None:
        let_out(self.inside.pk, actor=self.county.head("司法局"), at=at(11, 3))
        approve_report(self.inside.pk, actor=self.office, at=at(11, 4))


MONTHS = ["march", "april", "may", "june", "july", "august", "september", "october", "november"]
DAYS = [dt.date(2026, month, 28) for month in range(3, 12)]


def answers(county: County, plan: Plan, on: dt.date, then: dt.date | None = None) -> list[Any]:
    """Every report of the plan and of all plans, without what says that it is of the past."""
    office, viewer = county.coordinator, county.people["县-viewer"]
    found: list[Figures] = [
        *(plan_completion(plan, user=office, on=on, by=by, then=then) for by in GROUPINGS),
        plan_completion(plan, user=viewer, on=on, by="unit", then=then),
        completion_of_all_plans(user=office, on=on, by="plan", then=then),
        completion_of_all_plans(user=viewer, on=on, by="unit", then=then),
    ]
    return [(each.total, each.rows, each.on) for each in found]


def columns() -> list[str]:
    names = {field.attname for field in Task._meta.concrete_fields}
    return sorted(names - COUNTERS)


def rows(plan: Plan) -> list[dict[str, Any]]:
    return list(Task.objects.filter(plan=plan).order_by("pk").values(*columns()))


@pytest.fixture
def lived(county: County, plan: Plan) -> dict[dt.date, tuple[list[Any], list[dict[str, Any]]]]:
    """What was answered at the end of each month, and the rows that it was answered from."""
    life, known = Life(county, plan), {}
    for month, day in zip(MONTHS, DAYS, strict=True):
        getattr(life, month)()
        known[day] = (answers(county, plan, day), rows(plan))
    return known


def test_every_past_day_is_answered_as_it_was(
    county: County, plan: Plan, lived: dict[dt.date, Any]
) -> None:
    """And so stands every row that it was answered from."""
    assert len({str(answered) for answered, _stood in lived.values()}) == len(DAYS)
    for day, (answered, stood) in lived.items():
        with as_of(day, Task.objects.filter(plan=plan)) as found:
            assert rows(plan) == stood, day
        assert found.known_in_part == 0
        assert answers(county, plan, LAST, then=day) == answered, day


def test_the_present_is_back_afterwards(county: County, plan: Plan) -> None:
    sign_for_all(county, plan)
    today = rows(plan)
    with as_of(dt.date(2026, 3, 2), Task.objects.filter(plan=plan)):
        assert rows(plan) != today
    assert rows(plan) == today
    with pytest.raises(LookupError), as_of(dt.date(2026, 3, 2), Task.objects.all()):
        raise LookupError
    assert rows(plan) == today


def test_before_the_plan_was_issued_there_was_nothing(county: County, plan: Plan) -> None:
    day = dt.date(2026, 3, 1)
    figures = plan_completion(plan, user=county.coordinator, on=LAST, by="unit", then=day)
    assert (figures.total.total, figures.total.completion, figures.rows) == (0, None, [])


def test_the_day_ends_at_midnight_of_the_county(county: County, plan: Plan) -> None:
    sign_for_all(county, plan)
    for hour, month, day in ((23, 5, 7), (0, 5, 8)):
        report = submit_report(
            share(plan, "甲镇").pk,
            Said(percent=Decimal(day * 10)),
            actor=county.officer("甲镇"),
            at=at(5, 6),
        )
        approve_report(report.pk, actor=county.coordinator, at=at(month, day, hour))
    with as_of(dt.date(2026, 5, 7), Task.objects.filter(plan=plan)):
        assert share(plan, "甲镇").reported_percent == 70
    with as_of(dt.date(2026, 5, 8), Task.objects.filter(plan=plan)):
        assert share(plan, "甲镇").reported_percent == 80


def test_sight_is_decided_by_today(county: County, plan: Plan) -> None:
    """What was 财政局's is read by 司法局, which has it now, and by 财政局 no more."""
    task = Task.objects.get(plan=plan, key_task__number="(二)")
    reassign(task.pk, county.unit("司法局"), reason="职责", actor=county.coordinator, at=at(4, 1))
    before = dt.date(2026, 3, 20)

    def seen_by(unit: str) -> int:
        user = county.head(unit)
        figures = plan_completion(plan, user=user, on=LAST, by="unit", then=before)
        return sum(row.total for row in figures.rows if row.label == "财政局")

    assert (seen_by("司法局"), seen_by("财政局")) == (1, 1)


def test_old_history_says_what_it_does_not_know(county: County, plan: Plan) -> None:
    task = share(plan, "甲镇")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tasks_taskevent DISABLE TRIGGER taskevent_is_append_only")
    TaskEvent.objects.filter(task=task).update(standing={})
    day = dt.date(2026, 3, 20)
    figures = plan_completion(plan, user=county.coordinator, on=LAST, by="unit", then=day)
    assert figures.past is not None
    assert figures.past.known_in_part == 1


def test_every_column_of_a_share_is_kept_derived_or_constant() -> None:
    names = {field.attname for field in Task._meta.concrete_fields}
    assert names == {*STANDING} | NEVER_CHANGES | DERIVED | COUNTERS
    assert set(past.REBUILT) == {"tasks_task", "tasks_progressreport", "plans_keytask"}
