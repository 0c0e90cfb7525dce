"""Bringing a plan in, back and forth: nothing that was given or answered is asked for twice."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from plans.models import KeyTask, Plan, SourceDocument
from plans.reading.draft import OwnerDraft
from tests.county import County, drafted_plan, due, issued_plan, item, owner
from tests.page_requests import browser, text_of

DOCUMENT = """2026年法治建设工作要点

一、推进依法行政
(一)全面推行合法性审核。(责任单位:司法局;完成时限:2026年12月31日)
"""
WITHOUT_YEAR = """法治建设工作要点
一、推进依法行政
(一)全面推行合法性审核。(责任单位:司法局;完成时限:9月30日前)
"""


@pytest.fixture
def office(county: County) -> Client:
    return browser(county.coordinator)


def file_of(text: str, name: str = "要点.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def read(client: Client, **fields: Any) -> Any:
    return client.post(reverse("new-plan"), fields)


def sent_by(answer: Any) -> dict[str, Any]:
    """What the form of the page would send, as a browser would."""
    form = re.findall(r'<form class="panel".*?</form>', answer.content.decode(), re.DOTALL)[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        kind = said.get("type", "text")
        if kind == "file" or (kind == "checkbox" and "checked" not in tag):
            continue
        if "name" in said and said["name"] != "csrfmiddlewaretoken":
            found[said["name"]] = said.get("value", "")
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = text.removeprefix("\n")
    return found


def test_going_back_keeps_the_file_and_the_answers(county: County, office: Client) -> None:
    shown = read(office, document=file_of(DOCUMENT))
    assert county.townships is not None
    answers = {
        "source": shown.context["source"].pk,
        "sha256": shown.context["source"].sha256,
        "issuing_unit": county.unit("依法治县办").pk,
        "issued_on": "2026-03-05",
        "title": "改过的标题",
        "document_number": "办〔2026〕9号",
        "year": "2026",
        "groups": county.townships.pk,
    }
    back = read(office, back="1", **answers)
    assert back.status_code == 200
    assert "“要点.txt” is still here" in text_of(back)
    again = read(office, **sent_by(back))
    assert again.status_code == 200
    assert "全面推行合法性审核" in text_of(again)
    form = again.context["form"]
    kept = {name: str(form[name].value()) for name in answers.keys() - {"source", "sha256"}}
    assert kept == {
        "issuing_unit": str(county.unit("依法治县办").pk),
        "issued_on": "2026-03-05",
        "title": "改过的标题",
        "document_number": "办〔2026〕9号",
        "year": "2026",
        "groups": f"['{county.townships.pk}']",
    }
    assert SourceDocument.objects.count() == 1


def test_another_file_takes_over_only_what_holds_for_any(county: County, office: Client) -> None:
    shown = read(office, document=file_of(DOCUMENT))
    assert county.townships is not None
    back = read(
        office,
        back="1",
        source=shown.context["source"].pk,
        sha256=shown.context["source"].sha256,
        title="改过的标题",
        issued_on="2026-03-05",
        groups=county.townships.pk,
    )
    other = DOCUMENT.replace("2026年法治建设", "2026年普法")
    again = read(office, **sent_by(back), document=file_of(other))
    form = again.context["form"]
    assert form["title"].value() == "2026年普法工作要点"
    assert str(form["issued_on"].value()) != "2026-03-05"
    assert form["groups"].value() == [str(county.townships.pk)]


def test_going_back_keeps_what_was_pasted(office: Client) -> None:
    shown = read(office, text=DOCUMENT)
    back = read(office, back="1", source=shown.context["source"].pk)
    assert sent_by(back)["text"].splitlines()[0] == "2026年法治建设工作要点"
    assert "source" not in sent_by(back)
    assert read(office, **sent_by(back)).context["items"] == shown.context["items"]


def test_a_document_of_another_is_not_there(county: County, office: Client) -> None:
    """Nor one of which a plan has been made."""
    shown = read(office, document=file_of(DOCUMENT))
    source = shown.context["source"]
    other: User = county.people["依法治县办-coordinator-2"]
    answer = read(browser(other), source=source.pk)
    assert answer.status_code == 400
    assert "Choose a file, or paste the text." in text_of(answer)
    source.plan = issued_plan(
        county, item("1.", "甲", [owner("司法局", "lead")], due("2026-12-31"))
    )
    source.save()
    assert read(office, source=source.pk).status_code == 400


def test_the_year_is_answered_and_the_document_read_again(county: County, office: Client) -> None:
    shown = read(office, document=file_of(WITHOUT_YEAR))
    assert "names no year" in text_of(shown)
    assert shown.context["form"]["year"].value() is None
    again = read(office, **{**sent_by(shown), "year": "2026"})
    [(found, _owners)] = again.context["items"]
    assert str(found.deadline.due_on) == "2026-09-30"
    assert str(again.context["form"]["year"].value()) == "2026"


def test_title_number_and_year_are_answered_in_place(county: County, office: Client) -> None:
    shown = read(office, document=file_of(WITHOUT_YEAR))
    said = {"title": "全县工作要点", "document_number": "办〔2026〕1号", "year": "2027"}
    answer = office.post(reverse("confirm-plan"), {**filled(shown), **said})
    assert answer.status_code == 302
    plan = Plan.objects.get()
    assert (plan.title, plan.document_number, plan.year) == (
        "全县工作要点", "办〔2026〕1号", 2027
    )  # fmt: skip


def filled(shown: Any) -> dict[str, Any]:
    """What the page of what was read sends when nothing is changed there."""
    form = shown.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value}


# What may be answered and need not


def drafted(county: County, *owners: OwnerDraft) -> KeyTask:
    plan = drafted_plan(county, item("1.", "甲", list(owners), due("2026-12-31")))
    return plan.key_tasks.get()


def settle(county: County, key_task: KeyTask, **fields: Any) -> Any:
    path = reverse("settle", args=[key_task.pk])
    return browser(county.coordinator).post(path, {"version": key_task.version, **fields})


def owners_of(key_task: KeyTask) -> list[tuple[str, str, bool]]:
    return list(key_task.owners.values_list("name", "role", "open_ended"))


def test_of_several_leads_the_one_chosen_reports(county: County) -> None:
    key_task = drafted(
        county, owner("财政局", "lead"), owner("司法局", "lead"), owner("甲镇", "responsible")
    )
    page = browser(county.coordinator).get(reverse("draft-plan", args=[key_task.plan_id]))
    assert "The plan can be issued." in text_of(page)
    assert "Several lead together. Which of them reports?" in text_of(page)
    assert reports_now(page) == "财政局"
    settle(county, key_task, reports=key_task.owners.get(name="司法局").pk)
    assert owners_of(key_task) == [
        ("司法局", "lead", False),
        ("财政局", "lead", False),
        ("甲镇", "responsible", False),
    ]
    page = browser(county.coordinator).get(reverse("draft-plan", args=[key_task.plan_id]))
    assert reports_now(page) == "司法局"


def reports_now(page: Any) -> str:
    """The unit that the form of the one key task shows to be the one that reports."""
    (form,) = page.context["other_forms"]
    names: dict[str, str] = {str(owner.pk): owner.name for owner in form.asked.joint}
    (checked,) = re.findall(r'name="reports" value="(\d+)"[^>]* checked', page.content.decode())
    return names[checked]


def test_whom_the_list_goes_on_with_is_named(county: County) -> None:
    key_task = drafted(county, owner("财政局", "responsible", open_ended=True))
    pk = key_task.owners.get().pk
    unknown = settle(county, key_task, **{f"more_{pk}": "司法局、没有的局"})
    assert unknown.status_code == 400
    assert "No unit or group is called 没有的局." in text_of(unknown)
    assert settle(county, key_task, **{f"more_{pk}": "司法局、 甲镇"}).status_code == 302
    assert owners_of(key_task) == [
        ("财政局", "responsible", False),
        ("司法局", "responsible", False),
        ("甲镇", "responsible", False),
    ]
    assert key_task.owners.get(name="甲镇").unit == county.unit("甲镇")


def test_that_nobody_is_missing_is_an_answer(county: County) -> None:
    key_task = drafted(county, owner("财政局", "lead", open_ended=True))
    draft = reverse("draft-plan", args=[key_task.plan_id])
    assert "the list goes on" in text_of(browser(county.coordinator).get(draft))
    settle(county, key_task, **{f"whole_{key_task.owners.get().pk}": "on"})
    assert owners_of(key_task) == [("财政局", "lead", False)]
    assert "the list goes on" not in text_of(browser(county.coordinator).get(draft))
