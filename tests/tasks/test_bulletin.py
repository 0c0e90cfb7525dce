"""The bulletin: its figures are those of the completion report, and its texts stay texts."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from docx import Document

from accounts.models import Unit, User
from plans.models import KeyTask, Plan
from tasks.api.paper_kinds import MAKERS
from tasks.bulletin import Bulletin, bulletin_of
from tasks.bulletin_document import Imprint, bulletin_document
from tasks.figures import plan_completion
from tasks.models import Paper, Task
from tasks.papers import ask_for_paper, make_due, open_paper
from tests.county import County, at, due, issued_plan, item, owner, sign_for_all
from tests.tasks.life_case import closed, townships_plan

TODAY = dt.date(2026, 10, 20)
IMPRINT = Imprint(number=3, unit="依法治县办", dated=dt.date(2026, 10, 21), period="前三季度")
HOSTILE = "=cmd|'/C calc'!A0 <b>&\x0b\u202e尾"
SHOWN = "=cmd|'/C calc'!A0 <b>& 尾"


@pytest.fixture
def plan(county: County) -> Plan:
    """Two sections; three towns' shares overdue, one to come, one ongoing, one supporting."""
    both = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    town, money = [owner("甲镇", "responsible")], [owner("财政局", "responsible")]
    helped = [*money, owner("乙乡", "supporting")]
    made = issued_plan(
        county,
        item("1.", "清理", both, due("2026-09-30"), "一、法治"),
        item("2.", "公开", town, due("2026-10-01"), "一、法治"),
        item("3.", "培训", helped, due("2026-10-25"), "二、普法"),
        item("4.", "接访", money, due(None, "ongoing"), "二、普法"),
        item("5.", "总结", town, due("2026-12-31"), "二、普法"),
    )
    sign_for_all(county, made)
    closed(county, Task.objects.get(plan=made, unit__name="乙乡", role="responsible"), month=8)
    return made


def of(plan: Plan, user: User, then: dt.date = TODAY) -> Bulletin:
    with translation.override("zh-hans"):
        return bulletin_of(plan, user=user, on=TODAY, then=then)


def written(bulletin: Bulletin, imprint: Imprint = IMPRINT) -> Any:
    with translation.override("zh-hans"):
        return Document(bulletin_document(bulletin, imprint))


def texts(document: Any) -> list[str]:
    return [p.text for p in document.paragraphs if p.text]


class TestFigures:
    @pytest.mark.parametrize("then", [TODAY, dt.date(2026, 7, 1)])
    def test_are_those_of_the_completion_report(
        self, county: County, plan: Plan, then: dt.date
    ) -> None:
        for user in (county.coordinator, county.officer("甲镇")):
            bulletin = of(plan, user, then)
            for found in (bulletin.by_section, bulletin.by_unit, bulletin.by_light):
                by: Any = found.by
                with translation.override("zh-hans"):
                    assert found == plan_completion(plan, user=user, on=TODAY, by=by, then=then)
            rows = bulletin.by_unit.rows
            assert len(bulletin.overdue) == sum(row.overdue for row in rows)
            soon = [duty for duty in bulletin.coming if duty.due_on <= bulletin.soon_until]
            assert len(soon) == sum(row.due_soon for row in rows)

    def test_duties_stand_by_the_directory_and_by_date(self, county: County, plan: Plan) -> None:
        bulletin = of(plan, county.coordinator)
        overdue = [(duty.unit, duty.key_task, duty.due_on.day) for duty in bulletin.overdue]
        assert overdue == [("司法局", "清理", 30), ("甲镇", "清理", 30), ("甲镇", "公开", 1)]
        assert [(duty.unit, duty.key_task) for duty in bulletin.coming] == [("财政局", "培训")]

    def test_what_is_next_where_nothing_is_due_soon(self, county: County, plan: Plan) -> None:
        late = of(plan, county.coordinator, dt.date(2026, 4, 1))
        assert {duty.due_on for duty in late.coming} == {dt.date(2026, 9, 30)}
        assert late.coming[0].due_on > late.soon_until

    def test_only_what_is_in_sight(self, county: County, plan: Plan) -> None:
        bulletin = of(plan, county.officer("甲镇"))
        assert {duty.unit for duty in bulletin.overdue} == {"甲镇"}
        assert [row.label for row in bulletin.by_unit.rows] == ["甲镇"]
        assert "本通报只统计本单位及下级单位承担的任务，不反映计划全貌。" in texts(
            written(bulletin)
        )


@pytest.mark.parametrize("then", [TODAY, TODAY - dt.timedelta(days=1)])
def test_as_many_queries_however_many_rows(county: County, then: dt.date) -> None:
    counts = []
    for more in (1, 9):
        both = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
        items = [item(f"{n}.", f"事{n}", both, due("2026-09-30"), f"{n}、") for n in range(more)]
        made = issued_plan(county, *items)
        with CaptureQueriesContext(connection) as queries:
            assert len(of(made, county.coordinator, then).overdue) == 3 * more
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_it_says(county: County, plan: Plan) -> None:
    document = written(of(plan, county.coordinator))
    assert texts(document) == [
        "第3期",
        "关于前三季度《2026年工作要点》落实情况的通报",
        "现将前三季度《2026年工作要点》（办〔2026〕1号）落实情况通报如下。",
        "一、总体情况",
        "截至2026年10月20日，计划重点任务共5项，计入统计4项，其中办结0项、超期2项、即将到期1项，"
        "完成度为8.33%；未计入统计1项（长期坚持任务1项）。",
        "完成度以计入统计的4项为分母，按任务权重加权平均；办结的按100%计，未办结的按已审核的进展计，"
        "未经审核的进展不计。",
        "按承担单位统计（同一重点任务由几个单位承担的，每个单位计1项），计入统计的6项任务中，"
        "绿灯（正常推进）1项，占16.7%；黄灯（即将到期）1项，占16.6%；红灯（已超期）3项，占50.0%；"
        "办结1项，占16.7%。",
        "二、各章节情况",
        "“一、法治”共2项，计入统计2项，其中办结0项、超期2项、即将到期0项，完成度为16.67%。",
        "“二、普法”共3项，计入统计2项，其中办结0项、超期0项、即将到期1项，完成度为0%；"
        "未计入统计1项（长期坚持任务1项）。",
        "三、超期任务",
        "截至2026年10月20日，超期任务3项，涉及2个单位，按单位目录顺序列出，不作排名。",
        "（一）司法局（1项）",
        "1. 清理：时限2026年9月30日，已超期20天。",
        "（二）甲镇（2项）",
        "1. 清理：时限2026年9月30日，已超期20天。",
        "2. 公开：时限2026年10月1日，已超期19天。",
        "四、近期时限",
        "20天内（至2026年11月9日）到期的任务1项。",
        "1. 2026年10月25日：培训（财政局）。",
        "附件：各单位任务完成情况表",
        "依法治县办",
        "2026年10月21日",
        "附件",
        "各单位任务完成情况表",
        "注：数据截至2026年10月20日。同一重点任务由几个单位承担的，每个单位计1项，"
        "合计项数因此可能多于重点任务项数；计划的完成度见正文。",
    ]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [
        ["单位", "任务总数", "计入统计", "办结", "超期", "即将到期", "完成度（%）"],
        ["司法局", "1", "1", "0", "1", "0", "33.33"],
        ["财政局", "2", "1", "0", "0", "1", "0.00"],
        ["甲镇", "3", "3", "0", "2", "0", "0.00"],
        ["乙乡", "2", "1", "1", "0", "0", "100.00"],
        ["合计", "8", "6", "1", "3", "1", "—"],
    ]


def test_a_plan_of_which_nothing_counts(county: County) -> None:
    alone = [owner("甲镇", "responsible")]
    plan = issued_plan(county, item("1.", "接访", alone, due(None, "ongoing")))
    told = texts(written(of(plan, county.coordinator)))
    assert (
        "截至2026年10月20日，计划重点任务共1项，未计入统计1项（长期坚持任务1项），不计算完成度。"
        in told
    )
    assert "截至2026年10月20日，没有超期任务。" in told
    assert "没有尚待到期的任务。" in told
    assert not [text for text in told if "占" in text]


def test_the_head_is_as_the_office_wants_it(county: County, plan: Plan) -> None:
    imprint = Imprint(
        4, "办", dt.date(2026, 10, 21), red_head="某县通报", document_number="办〔2026〕3号"
    )
    assert Imprint.read(imprint.kept()) == imprint
    told = texts(written(of(plan, county.coordinator), imprint))
    assert told[:4] == [
        "某县通报",
        "办〔2026〕3号",
        "第4期",
        "关于《2026年工作要点》落实情况的通报",
    ]


def test_hostile_texts_stay_texts(county: County) -> None:
    plan = townships_plan(county)
    Plan.objects.filter(pk=plan.pk).update(title=HOSTILE)
    KeyTask.objects.filter(plan=plan).update(title=HOSTILE, number="")
    Unit.objects.filter(name="甲镇").update(name=HOSTILE)
    plan.sections.update(title=HOSTILE)
    plan.refresh_from_db()
    document = written(of(plan, county.coordinator))
    told = texts(document)
    assert f"关于前三季度《{SHOWN}》落实情况的通报" in told
    assert f"（二）{SHOWN}（1项）" in told
    assert f"1. {SHOWN}：时限2026年9月30日，已超期20天。" in told
    assert [text for text in told if text.startswith(f"“{SHOWN}”共1项")]
    assert SHOWN in [row.cells[0].text for row in document.tables[0].rows]


def test_is_made_in_the_queue_in_chinese_for_whom_reads_english(county: County, plan: Plan) -> None:
    User.objects.filter(pk=county.coordinator.pk).update(language="en")
    asked = {"bulletin": IMPRINT.kept(), "filters": {}}
    ask_for_paper(
        "bulletin", plan, as_of=TODAY, asked=asked, actor=county.coordinator, at=at(10, 20)
    )
    assert make_due(MAKERS, clock=lambda: at(10, 20)) == 1
    paper = Paper.objects.get()
    assert (paper.state, paper.name) == ("made", "2026年工作要点 bulletin 2026-10-20.docx")
    with open_paper(paper) as file:
        document = Document(BytesIO(file.read()))
    assert texts(document) == texts(written(of(plan, county.coordinator)))
