"""The pages in Chromium 91: quiet, whole, and of use."""

import pytest

from tests.browser.conftest import OpensDesk
from tests.browser.desk import SCREEN, TELEPHONE, Desk
from tests.browser.layout import faults_of_layout
from tests.county import County
from tests.kept_rows import built_once
from tests.page_world import PageWorld, approve_last

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "county-pass-2026"

#: What must stand side by side or below each other, and in sight, on each page.
FRAME = (".brand", ".places", ".who", "main", ".foot")
MY_WORK = (".jump", ".duties .what", ".duties .do")
PLAN = (
    "main h1",
    "main .page-head .buttons",
    "main .figures",
    "form.filters",
    ".scroll:has(.tree) >> nth=0",
)
SHARE = ("main h1", "main .figures", ".two > div", ".two > aside")
COMPLETION = ("main h1", "main .page-head nav", "main .figures", ".scroll >> nth=0")


@pytest.fixture
def houses(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def look(desk: Desk, *blocks: str) -> None:
    """At both ends of the widths."""
    for size in (TELEPHONE, SCREEN):
        desk.page.set_viewport_size(size)
        assert faults_of_layout(desk.page, FRAME) == []
        assert faults_of_layout(desk.page, blocks) == []


def chart_is_drawn(desk: Desk) -> None:
    desk.page.wait_for_selector(".chart canvas")


def test_an_officer_reports(houses: PageWorld, open_old_desk: OpensDesk) -> None:
    """No change by one click; then, once that is approved, by the form."""
    desk = open_old_desk()
    desk.log_in("乙乡-officer", PASSWORD)
    look(desk, *MY_WORK)
    desk.press("无变化")
    assert "已反馈：无变化。" in desk.says()
    approve_last(houses.share("5.", "乙乡"), houses.county.coordinator, month=9)
    desk.follow("排查矛盾纠纷")
    look(desk, *SHARE)
    desk.page.get_by_role("slider").fill("75")
    assert desk.page.get_by_label("目前完成(%)").input_value() == "75"
    desk.fill("工作进展", "又化解 2 件。")
    desk.page.get_by_text("已自动存为草稿。").wait_for()
    desk.press("提交进展")
    assert "又化解 2 件。" in desk.says()
    assert desk.wrong == []


def test_the_office_looks_at_the_plan(houses: PageWorld, open_old_desk: OpensDesk) -> None:
    desk = open_old_desk()
    desk.log_in("依法治县办-coordinator", PASSWORD)
    desk.follow("计划")
    desk.follow("工作要点")
    chart_is_drawn(desk)
    look(desk, *PLAN)
    desk.page.get_by_label("亮灯").select_option("red")
    desk.press("筛选")
    assert "培养法律明白人" in desk.says()
    assert "开展宪法宣传周活动" not in desk.page.locator(".tree").first.inner_text()
    desk.follow("完成情况明细")
    look(desk, *COMPLETION)
    assert desk.wrong == []


#: One block over another, one beside the page, one gone.
BROKEN = (
    ".who { position: absolute; left: 0; }",
    ".foot { width: 200vw; }",
    ".places { display: none; }",
)


def test_a_broken_layout_is_noticed(open_old_desk: OpensDesk, county: County) -> None:
    """The control."""
    desk = open_old_desk(lenient=True)
    desk.log_in("甲镇-officer", PASSWORD)
    for broken in BROKEN:
        desk.page.reload()
        assert faults_of_layout(desk.page, FRAME) == []
        desk.page.add_style_tag(content=broken)
        assert faults_of_layout(desk.page, FRAME) != []
