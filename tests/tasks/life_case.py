"""A plan of one key task with two levels of shares, and the short ways through their life.

司法局 leads, keeps its own part and has 甲镇 and 乙乡 below it; all have signed. Due 2026-09-30.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from plans.models import KeyTask, Plan
from plans.reading.draft import DeadlineDraft
from plans.reading.recurrence import StepDraft
from tasks.decomposition import Part, decompose
from tasks.models import ProgressReport, Task
from tasks.progress import Said, approve_report, submit_report
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all

DUE = dt.date(2026, 9, 30)
QUARTERS = (
    StepDraft("第一季度", dt.date(2026, 3, 25)),
    StepDraft("第二季度", dt.date(2026, 6, 25)),
    StepDraft("第三季度", dt.date(2026, 9, 25)),
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def townships_plan(county: County) -> Plan:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    plan = issued_plan(county, item("(一)", "清理", owners, due("2026-09-30")))
    sign_for_all(county, plan)
    return plan


def stepped_plan(county: County, deadline: str = "每季度末月25日前") -> Plan:
    """甲镇 alone, with a step for each quarter; the last day of all is 25 December."""
    owners = [owner("甲镇", "responsible")]
    plan = issued_plan(
        county, item("(一)", "普法", owners, DeadlineDraft(deadline, "recurring", None))
    )
    sign_for_all(county, plan)
    return plan


def villages(county: County, plan: Plan, parts: Sequence[Part] | None = None) -> list[Task]:
    """甲镇's share broken down to its two villages, which sign for theirs."""
    parts = parts or [Part(county.unit("甲一村")), Part(county.unit("甲二村"))]
    made = decompose(share(plan, "甲镇").pk, parts, actor=county.officer("甲镇"), at=at(3, 10))
    sign_for_all(county, plan)
    return made


def say(county: County, task: Task, said: Said, month: int = 5) -> ProgressReport:
    """Reported by the officer of the share's own unit."""
    return submit_report(task.pk, said, actor=county.officer(task.unit.name), at=at(month, 6))


def approved(county: County, task: Task, said: Said, month: int = 5) -> ProgressReport:
    """Reported, and approved by who decides: the office, or the town over its villages."""
    actor = county.head("甲镇") if task.depth > 1 else county.coordinator
    return approve_report(say(county, task, said, month).pk, actor=actor, at=at(month, 7))


def stands_at(county: County, task: Task, percent: str) -> None:
    approved(county, task, Said(percent=Decimal(percent)))


def closed(county: County, task: Task, month: int = 5) -> Task:
    approved(county, task, Said(completes=True), month)
    return fresh(task)


def fresh(task: Task) -> Task:
    return Task.objects.select_related("unit", "plan", "parent").get(pk=task.pk)


def key_task_of(plan: Plan) -> KeyTask:
    return KeyTask.objects.get(plan=plan)


def told(task: Task) -> list[str]:
    """The kinds of events in the share's history, in order."""
    return list(task.events.values_list("kind", flat=True))
