"""My work: what each person owes, and what waits for their decision."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse

from accounts.models import User
from tasks.acknowledging import acknowledge
from tasks.models import Task
from tests.county import County, at, due, issued_plan, item, owner
from tests.kept_rows import built_once
from tests.page_requests import act, browser, queries_of, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def counts_of(user: User) -> dict[str, int]:
    work = browser(user).get("/").context["work"]
    names = ("to_sign_for", "returned", "overdue", "to_report", "waiting", "under_way")
    return {name: len(getattr(work, name)) for name in names} | {"to_decide": work.to_decide}


def test_each_share_of_a_unit_stands_in_one_list(world: PageWorld) -> None:
    assert counts_of(world.county.officer("甲镇")) == {
        "to_sign_for": 1,
        "returned": 0,
        "overdue": 0,
        "to_report": 0,
        "waiting": 1,
        "under_way": 1,
        "to_decide": 0,
    }
    assert counts_of(world.county.officer("财政局"))["returned"] == 1
    assert counts_of(world.county.officer("乙乡"))["to_report"] == 1


def test_a_unit_s_own_part_is_told_from_its_whole_share(world: PageWorld) -> None:
    page = text_of(browser(world.county.officer("司法局")).get("/"))
    assert page.count("司法局 (own part) · ") == 1
    assert page.count("司法局 · ") >= 1


def test_of_a_share_with_steps_the_next_one_s_date_is_told(world: PageWorld) -> None:
    """Beside it stand the days that are left until then, and not until the share is due."""
    share = Task.objects.get(unit__name="乙乡", state=Task.State.ACKNOWLEDGED)
    Task.objects.filter(pk=share.pk).update(next_due_on=dt.date(2026, 2, 3))
    officer = browser(world.county.officer("乙乡"))
    assert "due 3 Feb 2026 · " in text_of(officer.get("/"))
    page = text_of(officer.get(f"/tasks/{share.pk}/"))
    assert "Next due on · " in page
    assert "3 Feb 2026" in page
    other = Task.objects.filter(next_due_on=F("due_on"), unit__name="甲镇")[0]
    page = text_of(browser(world.county.officer("甲镇")).get(f"/tasks/{other.pk}/"))
    assert "Next due on" not in page


def test_the_coordinator_decides_and_owes_nothing(world: PageWorld) -> None:
    """A report, a request for more time, and an objection."""
    assert counts_of(world.county.coordinator) == {
        "to_sign_for": 0,
        "returned": 0,
        "overdue": 0,
        "to_report": 0,
        "waiting": 0,
        "under_way": 0,
        "to_decide": 3,
    }
    page = text_of(browser(world.county.coordinator).get("/"))
    assert "本乡没有制定规范性文件的权限。" in page
    assert "上级文件尚未印发。" in page


def test_a_head_decides_below_and_not_about_equals(world: PageWorld) -> None:
    village = world.share("1.", "甲一村")
    client = browser(world.county.officer("甲一村"))
    assert act(client, village, "report", percent="50").status_code == 302
    assert counts_of(world.county.head("甲镇"))["to_decide"] == 1
    assert counts_of(world.county.head("乙乡"))["to_decide"] == 0
    assert counts_of(world.county.officer("甲镇"))["to_decide"] == 0


def test_nobody_is_asked_about_their_own_report(world: PageWorld) -> None:
    """The head of the host decides for the office, though not about what they sent themselves."""
    head, share = world.county.head("司法局"), world.share("6.", "司法局")
    before = 2  # an objection and a request below the lead's share
    assert counts_of(head)["to_decide"] == before
    assert act(browser(head), share, "report", percent="20").status_code == 302
    assert counts_of(head)["to_decide"] == before
    assert counts_of(world.county.coordinator)["to_decide"] == 4
    page = browser(head).get(reverse("share", args=[share.pk])).content.decode()
    assert "/approve/" not in page


def test_nothing_to_do_is_said_kindly(county: County) -> None:
    assert "Nothing is waiting for you" in text_of(browser(county.officer("乙乡")).get("/"))


def test_no_change_is_one_click(world: PageWorld) -> None:
    share = world.share("5.", "乙乡")
    client = browser(world.county.officer("乙乡"))
    assert f'action="/tasks/{share.pk}/no-change/"' in client.get("/").content.decode()
    answer = act(client, share, "no-change", back="my-work")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    report = share.reports.first()
    assert report is not None
    assert (report.no_change, report.percent, report.state) == (True, Decimal(60), "submitted")
    assert "Reported: no change." in text_of(client.get("/"))


def test_my_work_takes_the_same_queries_for_any_number_of_shares(world: PageWorld) -> None:
    county, officer = world.county, browser(world.county.officer("甲镇"))
    coordinator = browser(county.coordinator)
    before = queries_of(officer, "/"), queries_of(coordinator, "/")
    for number in range(3):
        plan = issued_plan(
            county, item(f"{number}.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
        )
        task = Task.objects.get(plan=plan)
        acknowledge(task.pk, actor=county.officer("甲镇"), at=at(3, 3))
        task.refresh_from_db()
        assert act(officer, task, "report", percent="10").status_code == 302
    assert (queries_of(officer, "/"), queries_of(coordinator, "/")) == before
