"""Plans in sight; a document brought in, settled and issued by its coordinator."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from plans.models import KeyTask, Plan
from tasks.models import Task
from tests.county import County, draft_of, drafted_plan, due, item, owner
from tests.page_requests import browser, queries_of, text_of

SCRIPT = "<script>alert(1)</script>"

DOCUMENT = """2026年法治建设工作要点

一、推进依法行政
(一)全面推行合法性审核。(责任单位:司法局;完成时限:2026年12月31日)
(二)公开执法信息。(责任单位:某某局;完成时限:2026年12月31日)
"""


@pytest.fixture
def plan(county: County) -> Plan:
    """A draft with one key task to settle and one that is clear."""
    return drafted_plan(
        county,
        item("1.", "健全制度", [owner("县政务办", "responsible")], due(None, "ambiguous")),
        item("2.", "公开信息", [owner("财政局", "responsible")], due("2026-12-31")),
    )


def settle(user: User, key_task: KeyTask, **fields: Any) -> Any:
    fields.setdefault("version", key_task.version)
    return browser(user).post(reverse("settle", args=[key_task.pk]), fields)


def draft_page(user: User, plan: Plan) -> Any:
    return browser(user).get(reverse("draft-plan", args=[plan.pk]))


def issue(user: User, plan: Plan, **fields: Any) -> Any:
    fields.setdefault("version", plan.version)
    return browser(user).post(reverse("issue-plan", args=[plan.pk]), fields)


def test_who_has_no_plan_reads_what_comes(county: County) -> None:
    assert "No plan yet" in text_of(browser(county.officer("甲镇")).get(reverse("plans")))
    office = text_of(browser(county.coordinator).get(reverse("plans")))
    assert "Bring in the year's work plan" in office


def test_a_draft_is_its_coordinators_alone(county: County, plan: Plan) -> None:
    assert plan.title in text_of(browser(county.coordinator).get(reverse("plans")))
    for stranger in (county.officer("财政局"), county.people["县-viewer"]):
        assert plan.title not in text_of(browser(stranger).get(reverse("plans")))
        assert draft_page(stranger, plan).status_code == 404
        key_task = plan.key_tasks.get(position=1)
        assert settle(stranger, key_task, due_on="2026-12-31").status_code == 404
        assert issue(stranger, plan).status_code == 404


def test_the_plan_page_of_a_draft_leads_to_the_draft(county: County, plan: Plan) -> None:
    answer = browser(county.coordinator).get(reverse("plan", args=[plan.pk]))
    assert answer["Location"] == reverse("draft-plan", args=[plan.pk])


def test_a_date_that_nobody_could_name_is_open(county: County) -> None:
    """As of "by 30 September" in a document that says no year."""
    owners = [owner("财政局", "responsible")]
    plan = drafted_plan(county, item("1.", "健全制度", owners, due(None, "date")))
    page = draft_page(county.coordinator, plan).content.decode()
    assert '<span class="nowrap">no date yet</span>' in page


def test_open_questions_stop_the_issue_and_are_named(county: County, plan: Plan) -> None:
    answer = issue(county.coordinator, plan)
    assert answer.status_code == 400
    page = text_of(answer)
    assert "1. 健全制度: no unit yet" in page
    assert "1. 健全制度: no date yet" in page
    assert Task.objects.count() == 0


def test_settled_in_place_and_issued(county: County, plan: Plan) -> None:
    key_task = plan.key_tasks.get(position=1)
    owner_row = key_task.owners.get()
    named = settle(
        county.coordinator,
        key_task,
        due_on="2026-11-30",
        **{f"owner_{owner_row.pk}": "司法局"},
    )
    assert named["Location"] == reverse("draft-plan", args=[plan.pk])
    key_task.refresh_from_db()
    assert (key_task.deadline_kind, str(key_task.due_on)) == ("date", "2026-11-30")
    settled = key_task.owners.get()
    assert (settled.name, settled.unit) == ("县政务办", county.unit("司法局"))
    assert "The plan can be issued." in text_of(draft_page(county.coordinator, plan))
    plan.refresh_from_db()
    assert issue(county.coordinator, plan)["Location"] == reverse("plan", args=[plan.pk])
    assert sorted(Task.objects.values_list("unit__name", flat=True)) == ["司法局", "财政局"]
    again = draft_page(county.coordinator, plan)
    assert again["Location"] == reverse("plan", args=[plan.pk])


def test_an_owner_is_left_out_and_another_named(county: County) -> None:
    plan = drafted_plan(
        county,
        item(
            "1.", "甲", [owner("未知", "lead"), owner("财政局", "responsible")], due("2026-12-31")
        ),
        item("2.", "乙", [], due(None, "none")),
    )
    first, second = plan.key_tasks.all()
    unknown = first.owners.get(name="未知")
    settle(county.coordinator, first, **{f"drop_{unknown.pk}": "on"})
    assert list(first.owners.values_list("name", flat=True)) == ["财政局"]
    settle(
        county.coordinator, second, ongoing="on", new_owner="各乡镇(街道)", new_role="responsible"
    )
    second.refresh_from_db()
    assert (second.deadline_kind, second.due_on) == ("ongoing", None)
    assert second.owners.get().group == county.townships


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Answer at least one question."),
        ({"owner": "没有这个单位"}, "No unit or group has this name."),
        ({"ongoing": "on", "due_on": "2026-12-31"}, "An ongoing key task has no date."),
        ({"due_on": "2026-02-30"}, "Enter a valid date."),
    ],
)
def test_an_answer_that_cannot_be(
    county: County, plan: Plan, fields: dict[str, str], said: str
) -> None:
    key_task = plan.key_tasks.get(position=1)
    owner_row = key_task.owners.get()
    sent = {k.replace("owner", f"owner_{owner_row.pk}"): v for k, v in fields.items()}
    answer = settle(county.coordinator, key_task, **sent)
    assert answer.status_code == 400
    assert said in text_of(answer)
    key_task.refresh_from_db()
    assert key_task.version == 1


def test_settling_an_older_version_is_refused(county: County, plan: Plan) -> None:
    key_task = plan.key_tasks.get(position=1)
    settle(county.coordinator, key_task, due_on="2026-11-30")
    answer = settle(county.coordinator, key_task, due_on="2026-10-31")
    assert answer.status_code == 412
    assert "Somebody changed this in the meantime." in text_of(answer)
    key_task.refresh_from_db()
    assert str(key_task.due_on) == "2026-11-30"


def test_a_draft_takes_the_same_queries_for_any_number_of_key_tasks(
    county: County, plan: Plan
) -> None:
    rows = [
        item(f"{n}.", "x", [owner("未知", "lead"), owner("财政局", "lead")], due(None, "none"))
        for n in range(9)
    ]
    large = drafted_plan(county, *rows)
    client = browser(county.coordinator)
    few = queries_of(client, reverse("draft-plan", args=[plan.pk]))
    assert queries_of(client, reverse("draft-plan", args=[large.pk])) == few


# A document brought in


def bring_in(user: User, **fields: Any) -> Any:
    return browser(user).post(reverse("new-plan"), fields)


def test_a_text_is_read_confirmed_and_saved(county: County) -> None:
    read = bring_in(county.coordinator, text=DOCUMENT)
    assert read.status_code == 200
    page = text_of(read)
    assert "2026年法治建设工作要点" in page
    assert "全面推行合法性审核" in page
    assert "某某局 not in the directory" in page
    assert Plan.objects.count() == 0
    office = county.unit("依法治县办")
    assert county.townships is not None
    saved = browser(county.coordinator).post(
        reverse("confirm-plan"),
        {
            "draft": read.context["form"].initial["draft"],
            "issuing_unit": office.pk,
            "issued_on": "2026-03-02",
            "groups": [county.townships.pk],
        },
    )
    plan = Plan.objects.get()
    assert saved["Location"] == reverse("draft-plan", args=[plan.pk])
    assert (plan.title, plan.issuing_unit, plan.state) == (
        "2026年法治建设工作要点", office, "draft"
    )  # fmt: skip
    assert plan.key_tasks.count() == 2
    assert sorted(unit.name for unit in plan.recipients.all()) == ["乙乡", "甲镇"]


def test_a_file_is_read(county: County) -> None:
    file = SimpleUploadedFile("要点.txt", DOCUMENT.encode())
    assert "公开执法信息" in text_of(bring_in(county.coordinator, document=file))


def test_a_file_that_cannot_be_read_says_why(county: County) -> None:
    file = SimpleUploadedFile("要点.docx", b"not a document at all")
    answer = bring_in(county.coordinator, document=file)
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()


def test_a_file_or_a_text(county: County) -> None:
    answer = bring_in(county.coordinator)
    assert answer.status_code == 400
    assert "Choose a file, or paste the text." in text_of(answer)


@pytest.mark.parametrize("draft", ["{", "[]", '{"title": 1}', '"x"', "null"])
def test_a_draft_that_was_tampered_with(county: County, draft: str) -> None:
    office = county.unit("依法治县办")
    answer = browser(county.coordinator).post(
        reverse("confirm-plan"),
        {"draft": draft, "issuing_unit": office.pk, "issued_on": "2026-03-02"},
    )
    assert answer.status_code == 400
    assert Plan.objects.count() == 0


def test_confirming_with_a_wrong_date_keeps_the_draft(county: County) -> None:
    draft = draft_of(item("1.", "甲", [owner("司法局", "lead")], due("2026-12-31")))
    sent = json.dumps(draft.to_json())
    answer = browser(county.coordinator).post(
        reverse("confirm-plan"), {"draft": sent, "issued_on": "soon"}
    )
    assert answer.status_code == 400
    assert "甲" in text_of(answer)
    assert Plan.objects.count() == 0


def test_only_a_coordinator_brings_a_plan_in(county: County) -> None:
    for person in (county.officer("司法局"), county.head("甲镇"), county.people["县-viewer"]):
        assert browser(person).get(reverse("new-plan")).status_code == 403
        assert bring_in(person, text=DOCUMENT).status_code == 403
        assert browser(person).post(reverse("confirm-plan")).status_code == 403


def test_what_a_document_says_is_never_markup(county: County) -> None:
    hostile = DOCUMENT.replace("全面", SCRIPT).replace("某某局", SCRIPT)
    answer = bring_in(county.coordinator, text=hostile)
    assert answer.status_code == 200
    assert SCRIPT not in answer.content.decode()
    plan = drafted_plan(
        county,
        item(SCRIPT[:20], SCRIPT, [owner(SCRIPT, "lead")], due(None, "none"), section=SCRIPT),
    )
    page = draft_page(county.coordinator, plan)
    assert SCRIPT not in page.content.decode()
    assert "<script>al" not in page.content.decode()


def test_the_nearest_names_are_offered_and_one_is_picked(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [owner("司法分局", "lead")], due("2026-12-31")))
    key_task = plan.key_tasks.get()
    near = f"near_{key_task.owners.get().pk}"
    page = draft_page(county.coordinator, plan).content.decode()
    wanted = county.unit("司法局")
    assert f'<input type="radio" name="{near}" value="{wanted.pk}"' in page
    assert "checked" not in page
    settle(county.coordinator, key_task, **{near: wanted.pk})
    assert key_task.owners.get().unit == wanted


def test_of_several_near_names_it_is_the_one_picked(county: County) -> None:
    villages = [county.unit("甲一村"), county.unit("甲二村")]
    for wanted in villages:
        plan = drafted_plan(county, item("1.", "甲", [owner("甲村", "lead")], due("2026-12-31")))
        key_task = plan.key_tasks.get()
        near = f"near_{key_task.owners.get().pk}"
        page = draft_page(county.coordinator, plan).content.decode()
        assert all(f'name="{near}" value="{village.pk}"' in page for village in villages)
        settle(county.coordinator, key_task, **{near: wanted.pk})
        assert key_task.owners.get().unit == wanted


def test_a_name_written_goes_before_the_one_picked(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [owner("司法分局", "lead")], due("2026-12-31")))
    key_task = plan.key_tasks.get()
    pk = key_task.owners.get().pk
    answers = {f"near_{pk}": county.unit("司法局").pk, f"owner_{pk}": "财政局"}
    settle(county.coordinator, key_task, **answers)
    assert key_task.owners.get().unit == county.unit("财政局")


def test_a_unit_that_was_not_offered_cannot_be_picked(county: County) -> None:
    plan = drafted_plan(county, item("1.", "甲", [owner("司法分局", "lead")], due("2026-12-31")))
    key_task = plan.key_tasks.get()
    pk = key_task.owners.get().pk
    answer = settle(county.coordinator, key_task, **{f"near_{pk}": county.unit("甲镇").pk})
    assert answer.status_code == 400
    assert key_task.owners.get().unit is None


def test_who_leads_is_asked_where_nobody_does_and_may_stay_open(county: County) -> None:
    owners = [owner("财政局", "responsible"), owner("司法局", "responsible")]
    plan = drafted_plan(county, item("1.", "甲", owners, due("2026-12-31")))
    page = text_of(draft_page(county.coordinator, plan))
    assert "The plan can be issued." in page
    assert "May be answered 1" in page
    key_task = plan.key_tasks.get()
    justice = key_task.owners.get(name="司法局")
    settle(county.coordinator, key_task, leads=justice.pk)
    assert list(key_task.owners.values_list("name", "role")) == [
        ("财政局", "responsible"),
        ("司法局", "lead"),
    ]
    assert "May be answered" not in text_of(draft_page(county.coordinator, plan))


def test_what_was_read_names_whom_an_unknown_owner_may_be(county: County) -> None:
    text = DOCUMENT.replace("某某局", "司法分局")
    page = text_of(browser(county.coordinator).post(reverse("new-plan"), {"text": text}))
    assert "司法分局 not in the directory Perhaps: 司法局" in page
    chinese = browser(county.coordinator, language="zh-hans")
    assert "可能是：司法局" in text_of(chinese.post(reverse("new-plan"), {"text": text}))
