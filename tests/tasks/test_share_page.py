"""One share, as each person sees it and acts on it."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tasks.acknowledging import acknowledge
from tasks.models import ExtensionRequest, ProgressReport, Step, Task, TaskEvent
from tasks.urging import issue_notice, urge
from tests.county import County, at
from tests.kept_rows import built_once
from tests.page_requests import act, browser, decide, page_of, queries_of, text_of
from tests.page_world import PageWorld

#: What somebody may write who means no good.
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def world(county: County) -> PageWorld:
    return built_once(PageWorld, county)


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


def test_what_is_being_written_is_kept_for_its_author_alone(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    kept = act(client, share, "report", percent="71", narrative="还没写完", draft="1")
    assert kept.status_code == 302
    page = client.get(reverse("share", args=[share.pk]))
    assert "The draft has been saved." in text_of(page)
    assert "还没写完" in text_of(page)
    assert 'value="71.00"' in page.content.decode()
    assert page.context["share"].reports == list(share.reports.exclude(state="draft"))
    for other in (world.county.head("财政局"), world.county.coordinator):
        assert "还没写完" not in page_of(browser(other), share)


def test_a_script_keeps_a_draft_without_a_page(world: PageWorld) -> None:
    """Also where the share has changed since the page was opened; and it leaves no message."""
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    said = {"version": share.version - 1, "narrative": "写到一半", "draft": "1"}
    path = reverse("act-on-share", args=[share.pk, "report"])
    kept = client.post(path, said, headers={"accept": "application/json"})
    assert (kept.status_code, kept.content) == (204, b"")
    page = page_of(client, share)
    assert "写到一半" in page
    assert "The draft has been saved." not in page


def test_the_steps_of_a_draft_are_ticked_again(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    assert share.due_on is not None
    steps = [
        Step.objects.create(task=share, position=n, label=f"第{n}步", due_on=share.due_on)
        for n in (1, 2)
    ]
    Task.objects.filter(pk=share.pk).update(steps_total=2)
    client = browser(world.county.officer("财政局"))
    assert act(client, share, "report", steps=[steps[1].pk], draft="1").status_code == 302
    page = client.get(reverse("share", args=[share.pk])).content.decode()
    ticked = [tag for tag in re.findall(r"<input[^>]*>", page) if "checked" in tag]
    assert [f'value="{steps[1].pk}"' in tag for tag in ticked] == [True]


def test_a_report_takes_the_place_of_its_draft(world: PageWorld) -> None:
    share = world.share("2.", "财政局")
    client = browser(world.county.officer("财政局"))
    act(client, share, "report", percent="71", narrative="还没写完", draft="1")
    assert act(client, share, "report", percent="75", narrative="写完了").status_code == 302
    assert not share.reports.filter(state="draft").exists()
    assert "还没写完" not in page_of(client, share)


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

    def more(count: int) -> None:
        for number in range(count):
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
                task=share,
                kind="returned",
                actor=world.county.coordinator,
                at=at(5, 1),
                to_state="x",
                standing={},
            )
            urge(share.pk, "请抓紧。", actor=world.county.coordinator, at=at(5, 1))
            issue_notice(
                share.pk,
                text="请办理。",
                answer_by=at(6, 1).date(),
                actor=world.county.coordinator,
                at=at(5, 1),
            )

    more(1)
    before = queries_of(client, path)
    village = world.share("1.", "甲二村")
    acknowledge(village.pk, actor=world.county.officer("甲二村"), at=at(4, 1))
    more(5)
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
