"""What the scripts of the plan's and the completion page add: branches, arrows, order, pictures."""

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import PASSWORD, OpensDesk
from tests.browser.desk import Desk
from tests.county import County, due, issued_plan, item, owner

pytestmark = pytest.mark.django_db(transaction=True)

#: With two townships each, more shares than come at once.
KEY_TASKS = 40


@pytest.fixture
def office(county: County, open_desk: OpensDesk) -> Desk:
    owners = [owner("司法局", "lead"), owner("各乡镇(街道)", "responsible", group=True)]
    items = (item(f"{n}.", f"事项{n}", owners, due("2027-12-31")) for n in range(1, KEY_TASKS + 1))
    plan = issued_plan(county, *items)
    desk = open_desk()
    desk.log_in("依法治县办-coordinator", PASSWORD)
    desk.go(f"/plans/{plan.pk}/")
    return desk


def focused(desk: Desk) -> str:
    text: str = desk.page.evaluate("document.activeElement.textContent.trim()")
    return text


def width(found: Locator) -> float:
    box = found.bounding_box()
    return box["width"] if box else 0


def test_a_branch_comes_when_it_is_opened_by_keys_alone(office: Desk) -> None:
    assert office.page.locator(".branch table").count() == 0
    first = office.page.get_by_role("link", name="事项1", exact=True)
    first.focus()
    office.page.keyboard.press("ArrowDown")
    assert focused(office).startswith("下级任务3项")
    office.page.keyboard.press("ArrowRight")
    rows = office.page.locator(".branch table tbody tr")
    rows.first.wait_for()
    assert [text.split()[0] for text in rows.all_inner_texts()] == [
        "司法局",
        "司法局",
        "甲镇",
        "乙乡",
    ]
    office.page.keyboard.press("ArrowDown")
    assert focused(office) == "司法局"
    office.page.keyboard.press("ArrowLeft")
    assert focused(office).startswith("下级任务3项")
    assert not rows.first.is_visible()
    office.page.keyboard.press("ArrowUp")
    assert focused(office) == "事项1"
    assert office.wrong == []


def test_the_rule_of_a_percent_shows_on_focus(office: Desk) -> None:
    rule = office.page.locator(".rule").first
    told = rule.locator(".tip")
    assert width(told) <= 1
    rule.focus()
    assert "平均" in told.inner_text()
    assert width(told) > 100


def test_completion_is_put_in_order_and_kept_as_a_picture(office: Desk) -> None:
    office.follow("完成情况明细")
    office.follow("单位")
    drawn = office.page.locator("[data-chart]:not([hidden]):has(canvas)")
    assert drawn.count() == 3
    units = office.page.locator("table.sortable tbody th")
    assert units.all_inner_texts() == ["司法局", "甲镇", "乙乡"]
    button = office.page.locator("table.sortable").get_by_role("button", name="单位")
    button.click()
    assert units.all_inner_texts() == ["甲镇", "司法局", "乙乡"]  # jia, si, yi
    button.click()
    assert units.all_inner_texts() == ["乙乡", "司法局", "甲镇"]
    assert office.page.locator("th[aria-sort=descending]").all_inner_texts() == ["单位"]
    with office.page.expect_download() as download:
        office.press("保存为图片")
    assert download.value.suggested_filename.endswith(".png")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    assert office.wrong == []
