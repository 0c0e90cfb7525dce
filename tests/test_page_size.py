"""Pages with 200 rows stay below 150 kB of our own HTML, in Chinese, whose letters weigh more."""

import pytest
from django.urls import reverse

from plans.models import Plan
from tasks.models import Task
from tests.county import County, due, issued_plan, item, owner, sign_for_all
from tests.page_requests import browser

ROWS = 200
#: Bytes.
LIMIT = 150_000
SECTIONS = ("一、推进依法行政", "二、加强普法宣传", "三、防范化解矛盾", "四、强化组织保障")
TITLE = "全面推行行政规范性文件合法性审核机制"


@pytest.fixture
def plan(county: County) -> Plan:
    owners = [owner("甲镇", "responsible")]
    items = (
        item(f"({n})", f"{TITLE}{n}", owners, due("2027-12-31"), SECTIONS[n * 4 // ROWS])
        for n in range(ROWS)
    )
    plan = issued_plan(county, *items)
    assert Task.objects.filter(plan=plan).count() == ROWS
    sign_for_all(county, plan)
    return plan


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("plan", ""),
        ("plan-timeline", ""),
        ("completion", "?by=key_task"),
        ("completion", "?by=section"),
    ],
)
def test_two_hundred_rows_are_light(county: County, plan: Plan, name: str, query: str) -> None:
    path = reverse(name, args=[plan.pk]) + query
    answer = browser(county.coordinator, language="zh-hans").get(path)
    assert answer.content.decode().count(TITLE) >= ROWS or query == "?by=section"
    assert len(answer.content) < LIMIT
