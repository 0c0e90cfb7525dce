"""What those above change about a share over the API, a unit's drafts, and its head's say."""

from typing import Any

import pytest
from django.utils import timezone

from plans.editing import PlanChanges, change_plan_settings
from plans.models import Plan
from tasks.models import ProgressReport, Task
from tests.api_requests import Api
from tests.api_world import ApiWorld, day_in
from tests.life_measures import closed_share

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


def do(api: Api, task: Task, action: str, body: Any = None) -> Any:
    task.refresh_from_db()
    return api.post(f"/tasks/{task.pk}/{action}/", body, row=task)


def test_what_was_handed_down_is_changed_by_who_handed_it_down(
    world: ApiWorld, officer: Api
) -> None:
    village = world.share("1.", "甲一村")
    answer = officer.patch(f"/tasks/{village.pk}/", {"title": "规范村级执法"}, row=village)
    assert (answer.status_code, answer.json()["title"]) == (200, "规范村级执法")
    again = officer.patch(f"/tasks/{village.pk}/", {"title": "迟到"}, row=village)
    assert (again.status_code, again.json()["details"]) == (
        412,
        {"current_version": village.version + 1},
    )


def test_a_preview_names_what_is_wrong_with_each_row_and_saves_nothing(
    world: ApiWorld, officer: Api
) -> None:
    share = world.share("5.")
    first, second = (world.county.unit(name) for name in ("甲一村", "甲二村"))
    late = {"unit": second.pk, "due_on": day_in(6).isoformat()}
    step = {"label": "初稿", "due_on": day_in(2).isoformat()}
    body = {"parts": [{"unit": first.pk, "steps": [step]}, late]}
    told = do(officer, share, "decompose/preview", body).json()
    assert told["is_sound"] is False
    good, bad = told["rows"]
    assert (good["unit"]["name"], good["refusals"], good["steps"]) == ("甲一村", [], [step])
    assert [refusal["code"] for refusal in bad["refusals"]] == ["later_than_parent"]
    assert not share.children.exists()
    made = do(officer, share, "decompose", {"parts": body["parts"][:1]})
    (child,) = made.json()["children"]
    (shown,) = officer.get(f"/tasks/{child['id']}/").json()["steps"]
    assert (shown["label"], shown["due_on"], shown["closed_on"]) == ("初稿", step["due_on"], None)


def test_a_date_that_breaks_shares_below_is_moved_with_them_or_not_at_all(
    world: ApiWorld, office: Api
) -> None:
    share, reason = world.share("1."), "市里要求提前。"
    earlier = {"due_on": day_in(50).isoformat(), "reason": reason}
    refused = do(office, share, "move", earlier)
    assert (refused.status_code, refused.json()["code"]) == (409, "breaks_shares_below")
    broken = [row["id"] for row in refused.json()["details"]["shares"]]
    moved = do(office, share, "move", earlier | {"moving_below": broken})
    assert (moved.status_code, moved.json()["due_on"]) == (200, earlier["due_on"])
    assert {child["due_on"] for child in moved.json()["children"]} == {earlier["due_on"]}
    # What was printed stays.
    assert moved.json()["deadline_text"] == day_in(90).isoformat()


def test_reassigned_cancelled_and_reopened(world: ApiWorld, office: Api) -> None:
    reason = {"reason": "职责调整。"}
    unit = world.county.unit("乙乡")
    moved = do(office, world.share("3."), "reassign", {"unit": unit.pk, **reason})
    assert (moved.status_code, moved.json()["unit"]["name"]) == (200, "乙乡")
    gone = do(office, world.share("1.", "甲二村"), "cancel", reason)
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    again = do(office, closed_share(world), "reopen", reason)
    assert (again.status_code, again.json()["state"]) == (200, "acknowledged")


def test_a_light_is_set_by_hand_and_let_go_again(world: ApiWorld, office: Api) -> None:
    share = world.share("5.")
    red = do(office, share, "light", {"light": "red", "reason": "现场查看，尚未启动。"})
    assert (red.json()["light"], red.json()["light_set"]) == ("red", "red")
    free = do(office, share, "light", {"light": "", "reason": "已启动。"})
    assert (free.json()["light"], free.json()["light_set"]) == ("yellow", "")


def test_a_draft_is_its_authors_alone_until_it_is_handed_in(
    world: ApiWorld, office: Api, officer: Api
) -> None:
    share = world.share("5.")
    path = f"/tasks/{share.pk}/draft/"
    assert officer.get(path).status_code == 404
    etag = f'"{share.pk}-{share.version}"'
    kept = officer.send("put", path, {"percent": "30", "narrative": "已学两次"}, etag=etag)
    assert (kept.status_code, kept.json()["state"]) == (200, "draft")
    assert officer.get(path).json()["narrative"] == "已学两次"
    head = Api(world.county.head("甲镇"))
    for other in (office, head):
        assert other.get(path).status_code == 404
        assert other.get(f"/reports/{kept.json()['id']}/").status_code == 404
    do(officer, share, "reports", {"percent": "30"})
    assert officer.get(path).status_code == 404


def test_the_head_of_a_unit_lets_its_reports_out(
    world: ApiWorld, office: Api, officer: Api
) -> None:
    plan = Plan.objects.get(pk=world.plan.pk)
    changes = PlanChanges(approval_inside_unit=True)
    change_plan_settings(plan.pk, changes, actor=world.county.coordinator, at=timezone.now())
    made = do(officer, world.share("5."), "reports", {"percent": "30"}).json()
    report = ProgressReport.objects.get(pk=made["id"])
    path = f"/reports/{report.pk}/"
    head = Api(world.county.head("甲镇"))
    assert (made["state"], made["actions"]) == ("inside", [])
    assert office.get(path).status_code == 404
    assert head.get(path).json()["actions"] == ["let_out", "return"]
    out = head.post(f"{path}let-out/", row=report)
    assert (out.status_code, out.json()["state"], out.json()["actions"]) == (200, "submitted", [])
    assert office.get(path).json()["actions"] == ["approve", "return"]


def test_a_share_with_steps_is_reported_by_them(world: ApiWorld, officer: Api) -> None:
    share = world.share("5.")
    steps = [{"label": f"第{n}次", "due_on": day_in(n).isoformat()} for n in (1, 3)]
    body = {"parts": [{"unit": world.county.unit("甲镇").pk, "steps": steps}]}
    (own,) = do(officer, share, "decompose", body).json()["children"]
    part = Task.objects.get(pk=own["id"])
    do(officer, part, "acknowledge")
    first, _second = officer.get(f"/tasks/{part.pk}/").json()["steps"]
    report = do(officer, part, "reports", {"steps": [first["id"]]}).json()
    assert (report["percent"], report["steps"]) == ("50.00", [first["id"]])
    wrong = do(officer, world.share("3."), "acknowledge")
    assert wrong.status_code == 200
    other = do(officer, world.share("3."), "reports", {"steps": [first["id"]]})
    assert (other.status_code, other.json()["code"]) == (409, "step_not_open")
