"""A county in the middle of a year's work, for looking at the pages and for testing them.

Built by the services over the small county of ``tests.county``; every kind of row that a page
can show is in it. What happened is of 2026; the deadlines stand around the day on which it is
built, since a page knows no other clock than the wall's.
"""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from plans.models import Plan
from plans.reading.draft import DeadlineDraft
from tasks.acknowledging import acknowledge, object_to
from tasks.decomposition import Part, decompose
from tasks.extensions import ask_extension
from tasks.models import Task
from tasks.progress import Said, approve_report, return_report, submit_report
from tests.county import County, at, due, issued_plan, item, owner

PASSWORD = "one-password-for-all"

SECTIONS = ("一、推进依法行政", "二、加强普法宣传", "三、防范化解矛盾")


class PageWorld:
    """The county, its issued plan, and the shares by the unit and number of their key task."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.plan = make_plan(county)
        tell(county, self)

    def share(self, number: str, unit: str, *, own_part: bool = False) -> Task:
        return Task.objects.get(
            plan=self.plan, key_task__number=number, unit__name=unit, is_own_part=own_part
        )


def in_days(days: int) -> DeadlineDraft:
    return due((timezone.localdate() + dt.timedelta(days=days)).isoformat())


def make_plan(county: County) -> Plan:
    townships = owner("各乡镇(街道)", "responsible", group=True)
    return issued_plan(
        county,
        item(
            "1.",
            "全面推行行政规范性文件合法性审核",
            [owner("司法局", "lead"), owner("财政局", "supporting"), townships],
            in_days(90),
            SECTIONS[0],
        ),
        item(
            "2.", "公开行政执法信息", [owner("财政局", "responsible")], in_days(10), SECTIONS[0]
        ),
        item("3.", "开展宪法宣传周活动", [townships], in_days(60), SECTIONS[1]),
        item(
            "4.", "培养法律明白人", [owner("甲镇", "responsible")], in_days(-20), SECTIONS[1]
        ),
        item(
            "5.", "排查矛盾纠纷", [owner("乙乡", "responsible")], in_days(5), SECTIONS[2]
        ),
        item(
            "6.",
            "长期坚持领导接访",
            [owner("司法局", "responsible")],
            due(None, "ongoing"),
            SECTIONS[2],
        ),
    )  # fmt: skip


def tell(county: County, world: PageWorld) -> None:
    """Signed for, broken down, reported, approved, returned, objected to, and one extension."""
    for number, unit in (("1.", "司法局"), ("1.", "甲镇"), ("2.", "财政局"), ("4.", "甲镇"),
                         ("5.", "乙乡"), ("6.", "司法局")):  # fmt: skip
        task = world.share(number, unit)
        acknowledge(task.pk, actor=county.officer(unit), at=at(3, 3))
    object_to(
        world.share("1.", "乙乡").pk,
        reason="本乡没有制定规范性文件的权限。",
        actor=county.officer("乙乡"),
        at=at(3, 4),
    )
    own = world.share("1.", "甲镇")
    villages = [Part(county.unit("甲一村")), Part(county.unit("甲二村"))]
    decompose(own.pk, villages, actor=county.officer("甲镇"), at=at(3, 10))
    village = world.share("1.", "甲一村")
    acknowledge(village.pk, actor=county.officer("甲一村"), at=at(3, 11))
    report(world, village, "甲一村", 40, month=6, text="已审核村规民约。")
    approve_last(village, county.head("甲镇"), month=6)
    report(world, world.share("5.", "乙乡"), "乙乡", 60, month=7, text="排查 12 件,化解 9 件。")
    approve_last(world.share("5.", "乙乡"), county.coordinator, month=7)
    report(world, world.share("2.", "财政局"), "财政局", 70, month=8, text="已公开 36 条。")
    return_report(
        last_report(world.share("2.", "财政局")),
        reason="请写明公开的渠道。",
        actor=county.coordinator,
        at=at(8, 12),
    )
    report(world, world.share("4.", "甲镇"), "甲镇", 80, month=8, text="已培养 20 人。")
    ask_extension(
        world.share("1.", "司法局").pk,
        new_due_on=timezone.localdate() + dt.timedelta(days=120),
        reason="上级文件尚未印发。",
        actor=county.officer("司法局"),
        at=at(9, 1),
    )


def report(world: PageWorld, task: Task, unit: str, percent: int, *, month: int, text: str) -> None:
    submit_report(
        task.pk,
        Said(percent=Decimal(percent), narrative=text),
        actor=world.county.officer(unit),
        at=at(month, 10),
    )


def last_report(task: Task) -> int:
    pk: int = task.reports.values_list("pk", flat=True)[0]
    return pk


def approve_last(task: Task, actor: User, *, month: int) -> None:
    approve_report(last_report(task), actor=actor, at=at(month, 11))
