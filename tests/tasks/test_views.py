"""My work, a plan and one share, as each person sees them and acts on them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from plans.models import Plan
from tasks.acknowledging import acknowledge
from tasks.models import ExtensionRequest, ProgressReport, Task, TaskEvent
from tests.county import County, at, due, issued_plan, item, owner
from tests.page_requests import browser, queries_of, text_of
from tests.page_world import PageWorld

#: What somebody may write who means no good.
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def world(county: County) -> PageWorld:
    return PageWorld(county)


def act(client: Client, task: Task, action: str, **fields: Any) -> Any:
    fields.setdefault("version", task.version)
    return client.post(reverse("act-on-share", args=[task.pk, action]), fields)


def page_of(client: Client, task: Task) -> str:
    return text_of(client.get(reverse("share", args=[task.pk])))


def decide(client: Client, kind: str, row: Any, action: str, **fields: Any) -> Any:
    fields.setdefault("version", row.version)
    return client.post(reverse(f"decide-{kind}", args=[row.pk, action]), fields)


# My work


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


# One share


def test_a_share_is_signed_for(world: PageWorld) -> None:
    share = world.share("3.", "甲镇")
    client = browser(world.county.officer("甲镇"))
    answer = act(client, share, "acknowledge")
    assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{share.pk}/")
    share.refresh_from_db()
    assert share.state == "acknowledged"
    assert "Signed for." in page_of(client, share)


def test_a_report_is_sent_returned_and_approved(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    answer = act(client, share, "report", percent="75.5", narrative="公开渠道:县政府网站。")
    assert answer.status_code == 302
    report = share.reports.get(state="submitted")
    office = browser(world.county.coordinator)
    assert "公开渠道:县政府网站。" in page_of(office, share)
    assert decide(office, "report", report, "approve", back="my-work")["Location"] == "/"
    share.refresh_from_db()
    assert share.completion == Decimal("75.5")


def test_returning_needs_a_reason(world: PageWorld) -> None:
    report = world.share("4.", "甲镇").reports.get(state="submitted")
    office = browser(world.county.coordinator)
    assert decide(office, "report", report, "return", reason=" ").status_code == 400
    report.refresh_from_db()
    assert report.state == "submitted"
    assert decide(office, "report", report, "return", reason="请附名单。").status_code == 302
    assert "请附名单。" in text_of(browser(world.county.officer("甲镇")).get("/"))


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    answer = act(client, share, "report", percent="100", narrative="写了很久的一段话")
    assert answer.status_code == 400
    assert "写了很久的一段话" in text_of(answer)
    assert 'value="100"' in answer.content.decode()
    assert share.reports.filter(state="submitted").count() == 0


def test_a_refusal_of_the_service_is_shown_with_what_was_typed(world: PageWorld) -> None:
    share = world.share("4.", "甲镇")
    client = browser(world.county.officer("甲镇"))
    answer = act(client, share, "report", percent="81", narrative="再报一次")
    assert answer.status_code == 409
    page = text_of(answer)
    assert "A report on this share is waiting for a decision." in page
    assert "再报一次" in page


def test_who_decided_on_an_older_row_reads_it_anew(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    stale = share.version - 1
    answer = act(client, share, "report", percent="80", narrative="我的文字", version=stale)
    assert answer.status_code == 412
    page = text_of(answer)
    assert "Somebody changed this in the meantime." in page
    assert "Last: report returned" in page
    assert "我的文字" in page
    assert f'name="version" value="{stale}"' not in answer.content.decode()
    assert not share.reports.filter(percent=80).exists()


def test_the_reason_typed_survives_a_decision_of_another(world: PageWorld) -> None:
    report = world.share("4.", "甲镇").reports.get()
    version = report.version
    first, second = (
        browser(person)
        for person in (world.county.coordinator, world.county.people["依法治县办-coordinator-2"])
    )
    assert decide(first, "report", report, "approve").status_code == 302
    late = decide(second, "report", report, "return", reason="写好的退回理由", version=version)
    assert late.status_code == 412
    assert "写好的退回理由" in text_of(late)
    report.refresh_from_db()
    assert report.state == "approved"


def test_a_form_without_its_version_is_refused(world: PageWorld) -> None:
    share = world.share("3.", "甲镇")
    answer = act(browser(world.county.officer("甲镇")), share, "acknowledge", version="")
    assert answer.status_code == 400
    share.refresh_from_db()
    assert share.state == "issued"


def test_a_share_is_broken_down_to_units_and_to_a_group(world: PageWorld) -> None:
    share, group = world.share("3.", "依法治县办"), world.county.townships
    assert group is not None
    officer = world.county.officer("司法局")
    acknowledge(share.pk, actor=officer, at=at(3, 3))
    share.refresh_from_db()
    client = browser(officer)
    both = act(client, share, "decompose", group=group.pk, own_part="on")
    assert both.status_code == 400
    assert "Choose single units or a group, not both." in text_of(both)
    taken = act(client, share, "decompose", group=group.pk)
    assert taken.status_code == 409
    assert "These units already have a share of this key task. 乙乡, 甲镇" in text_of(taken)
    own = act(client, share, "decompose", own_part="on", title="统筹")
    assert own.status_code == 302
    assert Task.objects.get(parent=share, is_own_part=True).title == "统筹"


def test_an_extension_is_decided_on_the_page(world: PageWorld) -> None:
    share = world.share("1.", "司法局")
    request = ExtensionRequest.objects.get()
    office = browser(world.county.coordinator)
    assert decide(office, "extension", request, "refuse", answer="").status_code == 400
    assert decide(office, "extension", request, "approve").status_code == 302
    share.refresh_from_db()
    assert share.due_on == request.new_due_on
    assert decide(office, "extension", request, "approve").status_code == 412


def test_an_extension_is_asked_for(world: PageWorld) -> None:
    share = world.share("5.", "乙乡")
    client = browser(world.county.officer("乙乡"))
    day = timezone.localdate() + dt.timedelta(days=30)
    answer = act(client, share, "ask-extension", new_due_on=day.isoformat(), reason="汛期")
    assert answer.status_code == 302
    assert share.extension_requests.get().new_due_on == day


def test_an_objection_is_answered(world: PageWorld) -> None:
    share = world.share("1.", "乙乡")
    office = browser(world.county.coordinator)
    assert act(office, share, "uphold", reason="由乡镇配合报送。").status_code == 302
    share.refresh_from_db()
    assert share.state == "issued"
    late = act(browser(world.county.officer("乙乡")), share, "object", reason="不同意")
    assert late.status_code == 409
    assert "The objection period ended on" in text_of(late)


def test_out_of_sight_is_not_found(world: PageWorld) -> None:
    """A sibling's share, its reports and its requests; nothing of them changes."""
    sibling = browser(world.county.officer("乙乡"))
    share = world.share("4.", "甲镇")
    report = share.reports.get()
    assert sibling.get(reverse("share", args=[share.pk])).status_code == 404
    assert act(sibling, share, "report", percent="1").status_code == 404
    assert decide(sibling, "report", report, "approve").status_code == 404
    request = ExtensionRequest.objects.get()
    assert decide(sibling, "extension", request, "approve").status_code == 404
    report.refresh_from_db()
    assert report.state == "submitted"


def test_in_sight_but_not_allowed_is_refused(world: PageWorld) -> None:
    county, share = world.county, world.share("4.", "甲镇")
    report = share.reports.get()
    for person in (county.officer("甲镇"), county.people["县-viewer"]):
        answer = decide(browser(person), "report", report, "approve")
        assert answer.status_code == 403
    office = act(browser(county.coordinator), world.share("3.", "甲镇"), "acknowledge")
    assert office.status_code == 403
    assert "Only officers and heads of the share's own unit may do this." in text_of(office)
    assert TaskEvent.objects.filter(kind="approved", task=share).count() == 0


def test_an_action_that_there_is_not(world: PageWorld) -> None:
    share = world.share("4.", "甲镇")
    assert act(browser(world.county.officer("甲镇")), share, "vanish").status_code == 404
    assert browser(world.county.officer("甲镇")).get(
        reverse("act-on-share", args=[share.pk, "report"])
    ).status_code == 405  # fmt: skip


def test_the_chain_above_is_told_without_a_way_in(world: PageWorld) -> None:
    share = world.share("1.", "甲镇")
    above = world.share("1.", "司法局")
    answer = browser(world.county.officer("甲镇")).get(reverse("share", args=[share.pk]))
    assert "司法局 (due" in text_of(answer)
    assert f'href="/tasks/{above.pk}/"' not in answer.content.decode()
    office = browser(world.county.coordinator).get(reverse("share", args=[share.pk]))
    assert f'href="/tasks/{above.pk}/"' in office.content.decode()


def test_a_share_takes_the_same_queries_for_any_number_of_rows(world: PageWorld) -> None:
    share = world.share("1.", "司法局")
    client = browser(world.county.coordinator)
    path = reverse("share", args=[share.pk])
    before = queries_of(client, path)
    village = world.share("1.", "甲二村")
    acknowledge(village.pk, actor=world.county.officer("甲二村"), at=at(4, 1))
    for number in range(5):
        ProgressReport.objects.create(
            task=share,
            author=world.county.officer("司法局"),
            percent=number,
            state="returned",
            decided_by=world.county.coordinator,
            decided_at=at(5, 1),
            submitted_at=at(5, 1),
        )
        TaskEvent.objects.create(
            task=share, kind="returned", actor=world.county.coordinator, at=at(5, 1), to_state="x"
        )
    assert queries_of(client, path) == before


def test_what_people_write_is_never_markup(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    assert act(client, share, "report", percent="5", narrative=SCRIPT).status_code == 302
    office = browser(world.county.coordinator)
    report = share.reports.get(state="submitted")
    pages = [office.get("/"), office.get(reverse("share", args=[share.pk]))]
    pages.append(decide(office, "report", report, "return", reason=SCRIPT, version=99))
    assert [page.status_code for page in pages] == [200, 200, 412]
    for page in pages:
        markup = page.content.decode()
        assert "<script>alert" not in markup
        assert "<img" not in markup
        assert "<script>alert(1)</script>" in text_of(page) or "alert(1)" in text_of(page)


# A plan


def plan_page(user: User, plan: Plan, query: str = "") -> Any:
    answer = browser(user).get(reverse("plan", args=[plan.pk]) + query)
    assert answer.status_code == 200
    return answer


def rows_of(answer: Any) -> list[tuple[str, list[str]]]:
    """Each key task's number with the units of its shares, as the page lists them."""
    return [
        (row.key_task.number, [branch.task.unit.name for branch in row.shares])
        for section in answer.context["sections"]
        for row in section.rows
    ]


def test_the_plan_page_tells_completion_with_its_denominator(world: PageWorld) -> None:
    """Roots: 1. 20/3, 2. 0, 3. 0, 4. 0, 5. 60; 6. is ongoing: (20/3 + 60) / 5 = 13.33."""
    page = text_of(plan_page(world.county.coordinator, world.plan))
    assert "Completion 13.33%" in page
    assert "Counted · left out: ongoing 1 5 / 6" in page
    assert "Signed for 4 / 5" in page


def test_the_plan_page_shows_the_tree(world: PageWorld) -> None:
    assert rows_of(plan_page(world.county.coordinator, world.plan)) == [
        ("1.", ["司法局", "财政局", "甲镇", "甲一村", "甲二村", "乙乡"]),
        ("2.", []),
        ("3.", ["甲镇", "乙乡"]),
        ("4.", []),
        ("5.", []),
        ("6.", []),
    ]


def test_a_township_sees_the_plan_and_its_own_shares(world: PageWorld) -> None:
    answer = plan_page(world.county.officer("乙乡"), world.plan)
    assert rows_of(answer) == [
        ("1.", ["乙乡"]), ("2.", []), ("3.", ["乙乡"]), ("4.", []), ("5.", []), ("6.", []),
    ]  # fmt: skip
    assert "all figures count these only" in text_of(answer)
    mine = plan_page(world.county.officer("乙乡"), world.plan, "?mine=1")
    assert [number for number, _ in rows_of(mine)] == ["1.", "3.", "5."]


def test_the_filters_live_in_the_address(world: PageWorld) -> None:
    office, plan = world.county.coordinator, world.plan
    section = plan.sections.get(position=2)
    village = world.county.unit("甲一村")
    by_section = plan_page(office, plan, f"?section={section.pk}")
    assert [number for number, _ in rows_of(by_section)] == ["3.", "4."]
    assert rows_of(plan_page(office, plan, "?light=red")) == [("4.", [])]
    by_unit = plan_page(office, plan, f"?unit={village.pk}")
    assert rows_of(by_unit) == [("1.", ["甲镇", "甲一村"])]
    assert rows_of(plan_page(office, plan, f"?unit={village.pk}&light=red")) == []
    assert len(rows_of(plan_page(office, plan, "?section=x&light=purple&unit=٣"))) == 6


def test_colour_never_stands_alone(world: PageWorld) -> None:
    markup = plan_page(world.county.coordinator, world.plan).content.decode()
    assert '<span class="light light-red">overdue</span>' in markup
    assert '<span class="light light-none">no date</span>' in markup


def test_a_plan_page_takes_the_same_queries_for_any_number_of_shares(world: PageWorld) -> None:
    small = issued_plan(
        world.county, item("1.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
    )
    for user in (world.county.coordinator, world.county.officer("甲镇")):
        client = browser(user)
        few = queries_of(client, reverse("plan", args=[small.pk]))
        assert queries_of(client, reverse("plan", args=[world.plan.pk])) == few


def test_a_plan_out_of_sight(world: PageWorld) -> None:
    small = issued_plan(
        world.county, item("1.", "x", [owner("甲镇", "responsible")], due("2027-12-31"))
    )
    stranger = browser(world.county.officer("乙乡"))
    for name in ("plan", "completion"):
        assert stranger.get(reverse(name, args=[small.pk])).status_code == 404
    assert stranger.post(reverse("issue-plan", args=[small.pk])).status_code == 404


@pytest.mark.parametrize(
    ("by", "first"), [("section", "一、推进依法行政"), ("unit", "司法局"), ("key_task", "全面")]
)
def test_completion_is_counted_three_ways(world: PageWorld, by: str, first: str) -> None:
    path = reverse("completion", args=[world.plan.pk])
    answer = browser(world.county.coordinator).get(f"{path}?by={by}")
    assert answer.context["figures"].by == by
    assert answer.context["figures"].rows[0].label.startswith(first)
    assert "13.33%" in text_of(answer)


def test_dates_are_printed_as_offices_print_them(world: PageWorld) -> None:
    office = world.county.coordinator
    path = reverse("plan", args=[world.plan.pk])
    assert "2026年3月2日" in text_of(browser(office, language="zh-hans").get(path))
    assert "2 Mar 2026" in text_of(browser(office, language="en").get(path))
