"""The main job as people do it: one file, the office, a bureau, towns and a village, by clicks."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.directory import add_unit
from accounts.models import Unit, UnitGroupMembership
from tasks.models import Task
from tests.browser.conftest import PASSWORD, OpensDesk
from tests.browser.desk import Desk
from tests.browser.plan_file import write_plan
from tests.county import START, County, due, issued_plan, item, owner, share, sign_for_all

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]

OFFICE = "依法治县办-coordinator"
CLEANING = "清理文件"
BUDGET = "编制预算"
#: As many as a large county has.
TOWNSHIPS = 39


class Story:
    """The people at their desks; each has logged in once."""

    def __init__(self, open_desk: OpensDesk) -> None:
        self._open_desk = open_desk
        self._desks: dict[str, Desk] = {}

    def desk(self, name: str) -> Desk:
        if name not in self._desks:
            self._desks[name] = self._open_desk()
            self._desks[name].log_in(name, PASSWORD)
        return self._desks[name]

    def at_share(self, name: str, title: str) -> Desk:
        """The person opens the share from their own work."""
        desk = self.desk(name)
        desk.follow("我的工作")
        desk.follow(title)
        return desk

    def wrong(self) -> list[str]:
        return [found for desk in self._desks.values() for found in desk.wrong]


def test_the_main_job(county: County, open_desk: OpensDesk, tmp_path: Path) -> None:
    add_townships(county)
    story = Story(open_desk)
    today = timezone.localdate()
    office = bring_in(story, write_plan(tmp_path / "要点.docx", today))
    settle(office, today)
    office.press("下达计划")
    assert "已下达" in office.says()

    break_down_to_a_group(story, dt.date(today.year + 1, 5, 31))
    report_to_the_office(story)
    break_down(story)
    report_twice(story)
    extend(story, dt.date(today.year + 1, 7, 31))
    export(story, tmp_path)
    assert story.wrong() == []


def add_townships(county: County) -> None:
    """Those that a large county has more than the small one of the tests."""
    assert county.townships is not None
    for number in range(TOWNSHIPS - county.townships.members_on(timezone.localdate()).count()):
        unit = add_unit(
            f"第{number + 1}镇", Unit.Kind.TOWN, parent=county.unit("县"), valid_from=START
        )
        UnitGroupMembership.objects.create(group=county.townships, unit=unit, valid_from=START)


def bring_in(story: Story, plan: Path) -> Desk:
    office = story.desk(OFFICE)
    office.follow("计划")
    office.follow("导入计划")
    office.page.get_by_label("上传文件").set_input_files(plan)
    office.press("开始识别")
    office.page.get_by_role("button", name="保存草稿").wait_for()
    assert "县金库" in office.says()
    assert Task.objects.count() == 0
    office.press("保存草稿")
    return office


def settle(office: Desk, today: dt.date) -> None:
    """Answers what the print left open: who 县金库 is, and by when leaders learn."""
    budget = office.page.locator("details", has_text=BUDGET)
    office.fill("指的是哪个单位", "财政局", within=budget)
    office.press("确定", within=budget)
    learning = office.page.locator("details", has_text="领导学法")
    office.fill("时限", f"{today.year + 1}-05-31", within=learning)
    office.press("确定", within=learning)


def break_down_to_a_group(story: Story, earlier: dt.date) -> None:
    """The bureau looks at what every township would get, gives one less time, and does it."""
    bureau = story.at_share("财政局-officer", BUDGET)
    bureau.press("签收")
    bureau.page.get_by_text("逐级分解", exact=True).first.click()
    choice = bureau.page.locator("details#decompose")
    choice.get_by_label("分解到单位组").select_option("各乡镇(街道)")
    bureau.press("预览", within=choice)
    lines = bureau.page.locator("table.parts tbody tr")
    assert lines.count() == TOWNSHIPS
    assert Task.objects.filter(key_task__title=BUDGET).count() == 1
    bureau.fill("乙乡的提前时限", earlier.isoformat())
    bureau.press("逐级分解")
    assert f"下级任务 {TOWNSHIPS}" in " ".join(bureau.says().split())
    below = Task.objects.filter(key_task__title=BUDGET, depth=1)
    assert below.count() == TOWNSHIPS
    assert below.get(unit__name="乙乡").due_on == earlier


def report_to_the_office(story: Story) -> None:
    """What a township says is returned with a reason, said again, and approved by the office."""
    town = story.at_share("甲镇-officer", BUDGET)
    town.press("签收")
    slider = town.page.get_by_role("slider")
    slider.fill("25")
    assert town.page.get_by_label("目前完成(%)").input_value() == "25"
    report(town, "30", "已上报预算。")
    office = story.at_share(OFFICE, BUDGET)
    answer_report(office, "退回", reason="请注明金额。")
    town = story.at_share("甲镇-officer", BUDGET)
    assert "请注明金额。" in town.says()
    report(town, "39", "已上报预算 20 万元。")
    office = story.at_share(OFFICE, BUDGET)
    answer_report(office, "通过")
    assert Task.objects.get(unit__name="甲镇", key_task__title=BUDGET).completion == 39
    # 39 / 39, of all the townships.
    assert Task.objects.get(unit__name="财政局").completion == 1


def answer_report(desk: Desk, answer: str, *, reason: str = "") -> None:
    waiting = desk.page.locator("li[id^='report-']").first
    if reason:
        waiting.get_by_text(answer, exact=True).first.click()
        desk.fill("退回理由", reason, within=waiting)
    desk.press(answer, within=waiting)


def break_down(story: Story) -> None:
    """The lead keeps its share; a town signs for its own and hands it to both its villages."""
    town = story.at_share("甲镇-officer", CLEANING)
    town.press("签收")
    town.page.get_by_text("逐级分解", exact=True).first.click()
    for below in ("甲一村", "甲二村"):
        town.page.get_by_label(below).check()
    town.press("预览")
    town.press("逐级分解")
    assert "甲二村" in town.says()
    village = story.at_share("甲一村-officer", CLEANING)
    village.press("签收")


def report_twice(story: Story) -> None:
    """Reported, returned with a reason, reported again and approved."""
    village = story.at_share("甲一村-officer", CLEANING)
    report(village, "30", "已清理。")
    head = story.at_share("甲镇-head", CLEANING)
    head.page.get_by_text("退回", exact=True).first.click()
    head.fill("退回理由", "请附清理目录。")
    head.press("退回")
    village = story.at_share("甲一村-officer", CLEANING)
    assert "请附清理目录。" in village.says()
    report(village, "40", "已清理，目录附后。")
    head = story.desk("甲镇-head")
    head.follow("我的工作")
    head.press("通过")
    assert Task.objects.get(unit__name="甲一村").completion == 40
    # (40 + 0) / 2, of the town's two villages.
    assert Task.objects.get(unit__name="甲镇", key_task__title=CLEANING).completion == 20


def report(desk: Desk, percent: str, narrative: str) -> None:
    desk.fill("目前完成(%)", percent)
    desk.fill("工作进展", narrative)
    desk.press("提交进展")


def extend(story: Story, until: dt.date) -> None:
    budget = story.at_share("财政局-officer", BUDGET)
    budget.page.get_by_text("申请延期", exact=True).first.click()
    asked = budget.page.locator("details#ask-extension")
    budget.fill("新时限", until.isoformat(), within=asked)
    budget.fill("理由", "上级预算尚未下达。", within=asked)
    budget.press("申请延期", within=asked)
    office = story.desk(OFFICE)
    office.follow("我的工作")
    office.follow("审定", within=office.page.locator("section#to-decide"))
    answer = office.page.locator("form[action^='/extensions/'][action$='/approve/']")
    waiting = office.page.locator("details", has=answer)
    if waiting.get_attribute("open") is None:
        waiting.locator("summary").click()
    office.press("通过", within=waiting)
    assert Task.objects.get(unit__name="财政局").due_on == until


def export(story: Story, work: Path) -> None:
    office = story.desk(OFFICE)
    office.follow("计划")
    office.follow("法治建设工作要点")
    office.follow("完成情况明细")
    with office.page.expect_download() as download:
        office.page.get_by_role("link", name="导出").click()
    download.value.save_as(work / "完成情况.xlsx")
    sheet = load_workbook(work / "完成情况.xlsx").worksheets[0]
    texts = [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value]
    assert any("一、规范管理" in text for text in texts), texts


def test_no_change_is_three_clicks_from_the_log_in_page(
    county: County, open_desk: OpensDesk
) -> None:
    """A person who has never seen it: log in, and the button stands beside the due share."""
    task = due_share(county)
    desk = open_desk()
    desk.log_in("甲镇-officer", PASSWORD)
    desk.press("无变化")
    assert "已反馈：无变化。" in desk.says()
    assert task.reports.get().no_change
    assert desk.clicks <= 3
    assert desk.wrong == []


def due_share(county: County) -> Task:
    """One share, signed for, that is due in five days."""
    near = timezone.localdate() + dt.timedelta(days=5)
    owners = [owner("甲镇", "responsible")]
    plan = issued_plan(county, item("1.", CLEANING, owners, due(near.isoformat())))
    sign_for_all(county, plan)
    return share(plan, "甲镇")
