"""What those above a share do on its page, and what a unit's own head does."""

import datetime as dt

import pytest
from django.utils import timezone

from plans.editing import PlanChanges, change_plan_settings
from tasks.changing import move_deadline
from tasks.models import SupervisionNotice, Task
from tests.county import County
from tests.kept_rows import built_once
from tests.page_requests import act, browser, decide, page_of, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


def in_days(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def test_a_unit_is_urged_and_supervised_and_reads_it(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    office = browser(world.county.coordinator)
    assert act(office, share, "urge", text="请本周内报送进展。").status_code == 302
    share.refresh_from_db()
    sent = {"level": "yellow", "text": "请按期公开执法信息。", "answer_by": in_days(5)}
    assert act(office, share, "notice", **sent).status_code == 302
    page = page_of(browser(world.county.officer("财政局")), share)
    assert "请本周内报送进展。" in page
    assert "Supervision notice no. 1" in page
    assert "Raise the level" not in page
    notice = SupervisionNotice.objects.get()
    raised = decide(office, "notice", notice, "raise", level="red", reason="逾期未复。")
    assert raised.status_code == 302
    notice.refresh_from_db()
    assert notice.level == "red"
    assert decide(office, "notice", notice, "lift", reason="已公开。").status_code == 302
    assert "Lifted because: 已公开。" in page_of(office, share)


def test_moving_a_date_takes_those_below_along_once_that_is_said(world: PageWorld) -> None:
    share = world.share("1.", "司法局")
    office = browser(world.county.coordinator)
    sent = {"due_on": in_days(30), "reason": "上级要求提前。"}
    refused = act(office, share, "move", **sent)
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Take along these shares, which are due later:" in page
    broken = page.split('name="broken" value="')[1].split('"')[0]
    without = act(office, share, "move", **sent, broken=broken)
    assert without.status_code == 409
    moved = act(office, share, "move", **sent, broken=broken, along="on")
    assert moved.status_code == 302
    dates = set(Task.objects.below(share).values_list("due_on", flat=True))
    assert dates == {dt.date.fromisoformat(sent["due_on"])}
    wrong = act(office, share, "move", **sent, broken="1; DROP", along="on")
    assert wrong.status_code == 400


def test_a_share_is_changed_lit_reassigned_taken_back(world: PageWorld) -> None:
    office = browser(world.county.coordinator)
    share = world.share("2.", "财政局")
    page = page_of(office, share)
    for label in ("Set the light", "Give it to another unit", "Change the share"):
        assert label in page
    # A root share is the plan's, which is amended.
    assert "Take the share back It stands for the key task itself" in page
    assert act(office, share, "light", light="red", reason="现场未见。").status_code == 302
    share.refresh_from_db()
    changed = act(office, share, "change", rollup="reported", reporting_period="quarterly")
    assert changed.status_code == 302
    share.refresh_from_db()
    assert (share.light_set, share.rollup, share.reporting_period) == (
        "red",
        "reported",
        "quarterly",
    )
    village = world.share("1.", "甲二村")
    town = browser(world.county.officer("甲镇"))
    assert act(town, village, "change", title="村规民约", rollup="average").status_code == 302
    village.refresh_from_db()
    assert (village.title, str(village.weight)) == ("村规民约", "1.000")
    assert act(town, village, "cancel", reason="并入上级任务。").status_code == 302
    village.refresh_from_db()
    assert village.state == "cancelled"
    free = world.share("3.", "甲镇")
    other = world.county.unit("财政局")
    assert act(office, free, "reassign", unit=other.pk, reason="职责调整。").status_code == 302
    free.refresh_from_db()
    assert free.unit == other


def test_a_report_leaves_its_unit_through_the_head(world: PageWorld) -> None:
    changes = PlanChanges(approval_inside_unit=True)
    change_plan_settings(world.plan.pk, changes, actor=world.county.coordinator, at=timezone.now())
    share = world.share("2.", "财政局")
    officer = browser(world.county.officer("财政局"))
    assert act(officer, share, "report", percent="80", narrative="已公开三期。").status_code == 302
    report = share.reports.get(state="inside")
    office = browser(world.county.coordinator)
    assert "已公开三期。" not in page_of(office, share)
    assert "Submit the report A report is waiting for a decision." in page_of(officer, share)
    head = browser(world.county.head("财政局"))
    assert "Let it out" in page_of(head, share)
    assert "已公开三期。" in text_of(head.get("/"))
    assert decide(head, "report", report, "let-out").status_code == 302
    assert "已公开三期。" in page_of(office, share)


def test_steps_are_reported_by_ticking_them(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    days = (3, 6)
    for position, day in enumerate(days, 1):
        share.steps.create(position=position, label=f"第{position}期", due_on=in_days(day))
    Task.objects.filter(pk=share.pk).update(steps_total=2)
    move_deadline(
        share.pk,
        dt.date.fromisoformat(in_days(9)),
        reason="提前。",
        actor=world.county.coordinator,
        at=timezone.now(),
    )
    share.refresh_from_db()
    officer = browser(world.county.officer("财政局"))
    page = page_of(officer, share)
    assert "Steps that are done" in page
    assert "Completed so far, in percent" not in page
    first = share.steps.get(position=1)
    assert act(officer, share, "report", steps=[first.pk]).status_code == 302
    assert share.reports.get(state="submitted").percent == 50
