"""A plan after it was issued, over the API: amended, closed, copied; and reforms of units."""

import pytest
from django.utils import timezone

from plans.models import KeyTask, Plan
from tasks.models import Task
from tasks.progress import return_report
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in
from tests.life_measures import added_key_task, another_plan, ended_plan, first_key_task

pytestmark = pytest.mark.django_db
REASON = {"reason": "上级调整部署。"}


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def test_a_key_task_is_amended_suspended_resumed_and_cancelled(
    world: ApiWorld, office: Api
) -> None:
    key_task = world.key_task("5.")
    path = f"/key-tasks/{key_task.pk}"
    title = {"title": "领导干部学法"}
    for action, body in (("amend", title), ("suspend", {}), ("resume", {}), ("cancel", {})):
        key_task.refresh_from_db()
        answer = office.post(f"{path}/{action}/", body | REASON, row=key_task)
        assert answer.status_code == 200, (action, answer.json())
        assert answer.json()["reason"] == REASON["reason"]
    told = office.get(f"/plans/{world.plan.pk}/amendments/").json()["results"]
    assert [row["kind"] for row in told] == ["change", "suspend", "resume", "cancel"]
    assert (told[0]["before"]["title"], told[0]["after"]["title"]) == ("领导学法", "领导干部学法")
    share = Task.objects.get(key_task=key_task)
    assert (share.title, share.state) == ("领导干部学法", "cancelled")


def test_a_key_task_is_added_and_handed_out_at_once(world: ApiWorld, office: Api) -> None:
    plan = Plan.objects.get(pk=world.plan.pk)
    answer = office.post(f"/plans/{plan.pk}/key-tasks/", added_key_task(world), row=plan)
    assert (answer.status_code, answer.json()["kind"]) == (201, "add")
    assert Task.objects.get(key_task=answer.json()["key_task"]["id"]).unit.name == "甲镇"
    elsewhere = added_key_task(world) | {"section": world.draft.sections.earliest("pk").pk}
    plan.refresh_from_db()
    wrong = office.post(f"/plans/{plan.pk}/key-tasks/", elsewhere, row=plan)
    assert (wrong.status_code, list(wrong.json()["details"]["fields"])) == (400, ["section"])


def test_a_plan_is_closed_once_everything_in_it_has_ended(world: ApiWorld, office: Api) -> None:
    plan = Plan.objects.get(pk=world.plan.pk)
    early = office.post(f"/plans/{plan.pk}/close/", row=plan)
    assert (early.status_code, early.json()["code"]) == (409, "open_shares")
    ended = ended_plan(world)
    answer = office.post(f"/plans/{ended.pk}/close/", row=ended)
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    assert answer.json()["actions"] == ["copy"]


def test_what_is_open_goes_on_in_next_years_plan(world: ApiWorld, office: Api) -> None:
    plan = another_plan(world)
    body = {"title": "下年工作要点", "year": plan.year + 1, "issued_on": day_in(1).isoformat()}
    copy = office.post(f"/plans/{plan.pk}/copy/", body, row=plan).json()
    assert (copy["state"], copy["copied_from"], copy["year"]) == ("draft", plan.pk, plan.year + 1)
    later = KeyTask.objects.filter(plan=copy["id"]).earliest("position")
    first = first_key_task(plan)
    path = f"/key-tasks/{first.pk}/carry-over/"
    answer = office.post(path, {"to_key_task": later.pk, **REASON}, row=first)
    (carried,) = Task.objects.filter(key_task=first)
    assert (answer.status_code, answer.json()) == (200, {"carried": [carried.pk]})
    assert (carried.state, carried.carried_to_id) == ("carried_over", later.pk)


def test_a_plan_of_several_years_counts_those_that_carry_it_out(
    world: ApiWorld, office: Api
) -> None:
    Plan.objects.filter(pk=world.plan.pk).update(serves=world.draft)
    KeyTask.objects.filter(pk=world.key_task("2.").pk).update(
        serves=world.key_task("1.", world.draft)
    )
    told = office.get(f"/plans/{world.draft.pk}/over-years/").json()
    first = told["rows"][0]
    assert (first["annual"], first["counted"], first["completion"]) == (1, 1, "0.00")


def test_a_reform_is_looked_at_and_then_carried_out(world: ApiWorld, office: Api) -> None:
    reform = world.reform
    path = f"/unit-reforms/{reform.pk}/"
    seen = office.get(f"{path}preview/").json()
    assert [(row["code"], row["unit"]["name"]) for row in seen["unsettled"]] == [
        ("decision_waits", "甲一村")
    ]
    early = office.post(f"{path}execute/", row=reform)
    assert early.status_code == 409
    return_report(
        world.village_report.pk, reason="并村。", actor=world.county.head("甲镇"), at=timezone.now()
    )
    answer = office.post(f"{path}execute/", row=reform)
    assert (answer.status_code, answer.json()["state"]) == (200, "executed")
    assert not Task.objects.open().filter(unit=world.county.unit("甲二村")).exists()


def test_a_reform_is_written_down_with_its_transfers(world: ApiWorld, office: Api) -> None:
    unit = world.county.unit
    ending = {"unit": unit("乙乡").pk, "successors": [unit("甲镇").pk]}
    body = {"title": "撤乡并镇", "on": day_in(30).isoformat(), "endings": [ending]}
    made = office.post("/unit-reforms/", body)
    assert (made.status_code, made.json()["state"]) == (201, "prepared")
    (transfer,) = made.json()["transfers"]
    assert (transfer["task"]["unit"]["name"], transfer["to_unit"]["name"]) == ("乙乡", "甲镇")
    assert office.get(f"/unit-reforms/{made.json()['id']}/")["ETag"] == made["ETag"]
