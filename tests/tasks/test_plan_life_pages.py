"""调整和年终 on the pages: a key task amended, rested, carried over; a plan closed and copied."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from plans.models import Amendment, KeyTask, Plan
from tasks.models import Task
from tests.api_world import ApiWorld, day_in
from tests.page_requests import browser, queries_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: ApiWorld) -> Client:
    return browser(world.county.coordinator)


def act(client: Client, row: KeyTask, action: str, **fields: Any) -> Any:
    row.refresh_from_db()
    path = reverse("amend-key-task", args=[row.pk, action])
    return client.post(path, {"version": row.version} | fields)


def amend(client: Client, row: KeyTask, **fields: Any) -> Any:
    row.refresh_from_db()
    same = {"title": row.title, "text": row.text, "weight": row.weight, "due_on": row.due_on}
    return act(client, row, "amend", **(same | {"reason": "县政府会议决定。"} | fields))


def page_of(client: Client, row: KeyTask) -> str:
    return text_of(client.get(reverse("key-task", args=[row.pk])))


def test_a_key_task_is_amended_with_a_reason_that_stays(world: ApiWorld, office: Client) -> None:
    row = world.key_task("5.")
    assert amend(office, row, title="领导干部学法", weight="2").status_code == 302
    row.refresh_from_db()
    assert (row.title, int(row.weight), row.due_on) == ("领导干部学法", 2, day_in(5))
    assert world.share("5.").title == "领导干部学法"
    made = Amendment.objects.get(key_task=row)
    assert set(made.after) == {"title", "weight"}
    assert "县政府会议决定。" in page_of(browser(world.county.officer("甲镇")), row)


def test_nothing_to_amend_and_no_reason_are_refused(world: ApiWorld, office: Client) -> None:
    row = world.key_task("5.")
    assert "Nothing of this key task would change." in text_of(amend(office, row))
    assert amend(office, row, title="别的", reason="").status_code == 400
    assert not Amendment.objects.exists()


def test_a_date_that_breaks_shares_below_asks_first(world: ApiWorld, office: Client) -> None:
    row, village = world.key_task("1."), world.share("1.", "甲一村")
    asked = amend(office, row, due_on=day_in(30).isoformat())
    assert asked.status_code == 409
    told = text_of(asked)
    assert "Take along these shares, which are due later:" in told
    assert "甲一村" in told
    broken = asked.context["tried"].data["broken"]
    assert str(village.pk) in broken.split()
    done = amend(office, row, due_on=day_in(30).isoformat(), broken=broken, along="on")
    assert done.status_code == 302
    village.refresh_from_db()
    row.refresh_from_db()
    assert (village.due_on, row.due_on) == (day_in(30), day_in(30))


def test_what_is_open_to_the_office_follows_the_state(world: ApiWorld, office: Client) -> None:
    row = world.key_task("3.")
    assert "Resume it" not in page_of(office, row)
    assert act(office, row, "suspend", reason="资金未到位。").status_code == 302
    assert world.share("3.").state == Task.State.SUSPENDED
    assert "Suspend it" not in page_of(office, row)
    assert act(office, row, "resume", reason="资金到位。").status_code == 302
    assert world.share("3.").state == Task.State.ISSUED
    assert act(office, row, "cancel", reason="上级取消。").status_code == 302
    told = page_of(office, row)
    assert "Amend it" not in told
    assert "Amendments 3" in told
    assert act(office, row, "suspend", reason="再次。").status_code == 409


def test_who_saw_an_older_state_is_told(world: ApiWorld, office: Client) -> None:
    row = world.key_task("3.")
    amend(office, row, title="别的")
    refused = act(office, row, "suspend", reason="资金未到位。", version=1)
    assert refused.status_code == 412
    assert "资金未到位。" in refused.content.decode()


def test_open_work_is_carried_over_to_a_later_plan(world: ApiWorld, office: Client) -> None:
    row = world.key_task("3.")
    fields = {"title": "下年", "year": world.plan.year + 1, "issued_on": day_in(99).isoformat()}
    copied = office.post(
        reverse("copy-plan", args=[world.plan.pk]), {"version": world.plan.version} | fields
    )
    later = Plan.objects.get(copied_from=world.plan)
    assert copied["Location"] == reverse("draft-plan", args=[later.pk])
    target = later.key_tasks.get(number="3.")
    same_year = world.key_task("1.", world.draft)
    for wrong in (same_year.pk, ""):
        answer = act(office, row, "carry-over", to_key_task=wrong, reason="继续推进。")
        assert answer.status_code == 400
    done = act(office, row, "carry-over", to_key_task=target.pk, reason="继续推进。")
    assert done.status_code == 302
    share = world.share("3.")
    assert (share.state, share.carried_to) == (Task.State.CARRIED_OVER, target)


def test_a_copy_of_the_same_year_is_refused_with_what_was_typed(
    world: ApiWorld, office: Client
) -> None:
    fields = {"title": "同年", "year": world.plan.year, "issued_on": day_in(9).isoformat()}
    path = reverse("copy-plan", args=[world.plan.pk])
    refused = office.post(path, {"version": world.plan.version} | fields)
    assert refused.status_code == 400
    assert "The copy is of another year." in text_of(refused)
    assert "同年" in refused.content.decode()


def test_a_plan_is_closed_once_nothing_is_open(world: ApiWorld, office: Client) -> None:
    page, close = (reverse(name, args=[world.plan.pk]) for name in ("year-end", "close-plan"))
    told = text_of(office.get(page))
    assert "These key tasks are neither closed" in told
    assert "领导学法" in told
    refused = office.post(close, {"version": world.plan.version})
    assert refused.status_code == 409
    assert Plan.objects.get(pk=world.plan.pk).state == Plan.State.ISSUED
    for row in world.plan.key_tasks.all():
        assert act(office, row, "cancel", reason="年终清理。").status_code == 302
    assert "nobody can open it again" in text_of(office.get(page))
    assert office.post(close, {"version": world.plan.version + 9}).status_code == 412
    assert office.post(close, {"version": world.plan.version})["Location"] == reverse(
        "plan", args=[world.plan.pk]
    )
    assert Plan.objects.get(pk=world.plan.pk).state == Plan.State.CLOSED
    assert "The plan was closed on" in text_of(office.get(page))
    assert "Only the issuing office amends" in page_of(office, world.key_task("3."))


def test_the_number_of_queries_does_not_grow_with_key_tasks(
    world: ApiWorld, office: Client
) -> None:
    row = world.key_task("5.")
    paths = [
        reverse("year-end", args=[world.plan.pk]),
        reverse("key-task", args=[row.pk]),
    ]
    few = [queries_of(office, path) for path in paths]
    for number in range(3):
        assert amend(office, row, title=f"学法{number}").status_code == 302
    office.get("/plans/")  # Reads the messages that the last write left.
    assert [queries_of(office, path) for path in paths] == few
