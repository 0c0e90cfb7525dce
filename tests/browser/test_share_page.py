"""What the scripts of a share's page add: a slider, drafts that are kept, files on their way."""

from pathlib import Path

import pytest
from playwright.sync_api import Route

from tasks.models import Task
from tests.browser.conftest import PASSWORD, OpensDesk
from tests.browser.desk import Desk
from tests.config.places import wait_for
from tests.county import County
from tests.kept_rows import built_once
from tests.page_world import PageWorld

pytestmark = pytest.mark.django_db(transaction=True)

PERCENT = "目前完成(%)"
NARRATIVE = "工作进展"


@pytest.fixture
def share(county: County) -> Task:
    """财政局's, whose report was returned."""
    return built_once(PageWorld, county).share("2.", "财政局")


@pytest.fixture
def officer(share: Task, open_desk: OpensDesk) -> Desk:
    desk = open_desk()
    desk.log_in("财政局-officer", PASSWORD)
    desk.go(f"/tasks/{share.pk}/")
    return desk


def test_the_slider_and_the_number_say_the_same(officer: Desk) -> None:
    slider = officer.page.get_by_role("slider")
    number = officer.page.get_by_label(PERCENT)
    slider.fill("40")
    assert number.input_value() == "40"
    number.fill("63")
    assert slider.input_value() == "63"
    slider.focus()
    officer.page.keyboard.press("ArrowRight")
    assert number.input_value() == "64"
    assert officer.wrong == []


def test_what_was_typed_survives_leaving_the_page(officer: Desk, share: Task) -> None:
    """Kept after a pause, and at once by whoever leaves before it."""
    officer.fill(NARRATIVE, "已公开 40 条，")
    officer.page.get_by_text("已自动存为草稿。").wait_for()
    assert share.reports.get(state="draft").narrative == "已公开 40 条，"
    officer.fill(PERCENT, "72")
    officer.follow("我的工作")
    drafts = share.reports.filter(state="draft", percent=72)
    wait_for("the draft of who has left", drafts.exists)
    officer.go(f"/tasks/{share.pk}/")
    assert officer.page.get_by_label(NARRATIVE).first.input_value() == "已公开 40 条，"
    assert officer.page.get_by_label(PERCENT).input_value() == "72.00"
    officer.press("提交进展")
    assert not share.reports.filter(state="draft").exists()
    assert share.reports.get(state="submitted").percent == 72
    assert officer.wrong == []


def test_a_draft_that_was_not_kept_is_said_to_be_lost(officer: Desk) -> None:
    officer.fill(PERCENT, "100")
    officer.page.get_by_text("草稿尚未保存。").wait_for()


def test_a_draft_is_kept_without_script_by_its_button(officer: Desk, share: Task) -> None:
    officer.fill(NARRATIVE, "写到一半")
    officer.press("存为草稿")
    assert "草稿已保存。" in officer.says()
    assert share.reports.get(state="draft").narrative == "写到一半"


def test_a_file_shows_how_far_it_is(officer: Desk, share: Task, tmp_path: Path) -> None:
    """The answer is the page with the file in it; what was typed meanwhile is kept."""
    officer.fill(PERCENT, "72")
    officer.press("提交进展")
    report = share.reports.get(state="submitted")
    file = tmp_path / "名单.txt"
    file.write_text("张三\n" * 1000, encoding="utf-8")
    bars: list[int] = []

    def watch(route: Route) -> None:
        bars.append(officer.page.locator(".uploading progress").count())
        route.continue_()

    officer.page.route("**/evidence/", watch)
    officer.page.get_by_label("补充佐证材料").set_input_files(file)
    officer.press("上传文件")
    officer.page.get_by_role("link", name="名单.txt").wait_for()
    assert bars == [1]
    assert report.evidence.get().name == "名单.txt"
    assert officer.page.url.endswith(f"/tasks/{share.pk}/")
    assert officer.page.evaluate("document.activeElement.localName") == "main"
    assert officer.wrong == []


def test_a_file_that_is_cut_off_may_be_sent_again(officer: Desk, tmp_path: Path) -> None:
    officer.fill(PERCENT, "72")
    officer.press("提交进展")
    file = tmp_path / "名单.txt"
    file.write_text("张三", encoding="utf-8")
    officer.page.route("**/evidence/", lambda route: route.abort())
    officer.page.get_by_label("补充佐证材料").set_input_files(file)
    officer.press("上传文件")
    officer.page.get_by_text("文件上传失败，请重试。").wait_for()
    officer.page.unroute("**/evidence/")
    officer.press("上传文件")
    officer.page.get_by_role("link", name="名单.txt").wait_for()
