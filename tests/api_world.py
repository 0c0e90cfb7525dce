"""A county with one of everything that the API can be asked about, built around today.

Built by the services over the small county of ``tests.county``. The plan was issued today, so
that every period still runs; 甲镇 has a share in each state that waits for somebody.
"""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from accounts.models import OutgoingMail
from plans.editing import make_plan
from plans.models import KeyTask, Plan
from plans.reading.draft import DeadlineDraft
from tasks.acknowledging import acknowledge, object_to
from tasks.decomposition import Part, decompose
from tasks.defining import Definition, define_indicator
from tasks.extensions import ask_extension
from tasks.issuing import issue_plan
from tasks.models import (
    ExtensionRequest,
    Indicator,
    ProgressReport,
    Reminder,
    SupervisionNotice,
    Task,
    UnitReform,
    Urge,
)
from tasks.progress import Said, submit_report
from tasks.reforming import Ending, prepare_reform
from tasks.urging import issue_notice, urge
from tests.county import County, draft_of, due, item, owner
from tests.reminder_rows import make_mail

SECTIONS = ("一、推进依法行政", "二、加强普法宣传")


def day_in(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def in_days(days: int) -> DeadlineDraft:
    return due(day_in(days).isoformat())


class ApiWorld:
    """The county, its issued plan, a draft, an unsettled one, and the rows that wait in them.

    Key task 1 is the office's, broken down to 甲镇, 乙乡 and the villages; 2 to 5 are 甲镇's
    alone: reported on, new, objected to, and under way.
    """

    def __init__(self, county: County) -> None:
        self.county = county
        self.plan = self._issue()
        self.draft = self._make(
            item("1.", "清理文件", [owner("司法局", "lead")], in_days(90), SECTIONS[0]),
            item("2.", "公开信息", [owner("财政局", "responsible")], in_days(60), SECTIONS[1]),
        )
        self.unsettled = self._make(
            item("1.", "健全制度", [owner("县政务办", "responsible")], due(None, "ambiguous"))
        )
        self._tell()
        self.report: ProgressReport = self.share("2.").reports.get()
        self.village_report: ProgressReport = self.share("1.", "甲一村").reports.get()
        self.request: ExtensionRequest = self.share("2.").extension_requests.get()
        self.mail, self.reminder = self._remind()
        self.urge = self._urge()
        self.notice = self._supervise()
        self.reform = self._prepare_reform()
        self.indicator = self._define()

    def share(self, number: str, unit: str = "甲镇") -> Task:
        return Task.objects.get(plan=self.plan, key_task__number=number, unit__name=unit)

    def key_task(self, number: str, plan: Plan | None = None) -> KeyTask:
        return KeyTask.objects.get(plan=plan or self.plan, number=number)

    def _make(self, *items: object) -> Plan:
        return make_plan(
            draft_of(*items),  # type: ignore[arg-type]
            issuing_unit=self.county.unit("依法治县办"),
            issued_on=timezone.localdate(),
            actor=self.county.coordinator,
            at=timezone.now(),
        )

    def _issue(self) -> Plan:
        town = [owner("甲镇", "responsible")]
        plan = self._make(
            item(
                "1.",
                "规范执法",
                [owner("财政局", "supporting"), owner("各乡镇(街道)", "responsible", group=True)],
                in_days(90),
                SECTIONS[0],
            ),
            item("2.", "化解矛盾", town, in_days(60), SECTIONS[0]),
            item("3.", "培养法律明白人", town, in_days(40), SECTIONS[1]),
            item("4.", "宣传宪法", town, in_days(20), SECTIONS[1]),
            item("5.", "领导学法", town, in_days(5), SECTIONS[1]),
        )
        return issue_plan(plan.pk, actor=self.county.coordinator, at=timezone.now())

    def _tell(self) -> None:
        officer, now = self.county.officer("甲镇"), timezone.now()
        for number in ("1.", "2.", "5."):
            acknowledge(self.share(number).pk, actor=officer, at=now)
        object_to(self.share("4.").pk, reason="不属本镇职责。", actor=officer, at=now)
        villages = [Part(self.county.unit(name)) for name in ("甲一村", "甲二村")]
        decompose(self.share("1.").pk, villages, actor=officer, at=now)
        submit_report(
            self.share("2.").pk,
            Said(percent=Decimal(60), narrative="化解 9 件。"),
            actor=officer,
            at=now,
        )
        ask_extension(
            self.share("2.").pk, new_due_on=day_in(80), reason="汛期。", actor=officer, at=now
        )
        villager = self.county.officer("甲一村")
        acknowledge(self.share("1.", "甲一村").pk, actor=villager, at=now)
        submit_report(
            self.share("1.", "甲一村").pk, Said(percent=Decimal(40)), actor=villager, at=now
        )

    def _remind(self) -> tuple[OutgoingMail, Reminder]:
        task = self.share("5.")
        mail = make_mail(self.county.officer("甲镇"), timezone.localdate())
        reminder = Reminder.objects.create(
            task=task,
            unit=task.unit,
            rule=Reminder.Rule.BEFORE,
            step=Reminder.Step.OFFICER,
            on=timezone.localdate(),
            deadline_version=task.deadline_version,
            planned_at=timezone.now(),
        )
        reminder.mails.add(mail)
        return mail, reminder

    def _urge(self) -> Urge:
        return urge(
            self.share("5.").pk,
            "请抓紧办理。",
            actor=self.county.coordinator,
            at=timezone.now(),
        )

    def _supervise(self) -> SupervisionNotice:
        return issue_notice(
            self.share("5.").pk,
            text="请按期完成。",
            answer_by=day_in(3),
            actor=self.county.coordinator,
            at=timezone.now(),
        )

    def _prepare_reform(self) -> UnitReform:
        """甲二村 is to join 甲一村; nothing has moved yet."""
        ending = Ending(self.county.unit("甲二村"), successors=[self.county.unit("甲一村")])
        return prepare_reform(
            "村级建制调整",
            [ending],
            on=timezone.localdate(),
            actor=self.county.coordinator,
            at=timezone.now(),
        )

    def _define(self) -> Indicator:
        """Of key task 5, whose share is under way; nobody has reported it yet."""
        return define_indicator(
            self.key_task("5.").pk,
            Definition("旁听庭审", measure="人次"),
            actor=self.county.coordinator,
            at=timezone.now(),
        )
