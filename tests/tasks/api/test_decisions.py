"""Reports and extension requests over the API: approved, returned, refused; never one's own."""

from typing import Any

import pytest

from accounts.directory import grant_role
from accounts.models import Membership
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import ApiWorld, day_in
from tests.county import START


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def decide(api: Api, kind: str, row: Any, decision: str, body: Any = None) -> Any:
    return api.post(f"/{kind}/{row.pk}/{decision}/", body, row=row)


def test_an_approved_report_counts(world: ApiWorld, office: Api) -> None:
    path = f"/reports/{world.report.pk}/"
    assert office.get(path).json()["actions"] == ["approve", "return"]
    answer = decide(office, "reports", world.report, "approve")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["actions"]) == ("approved", [])
    assert told["decided_by"]["name"] == "依法治县办-coordinator"
    assert answer["ETag"] == f'"{world.report.pk}-2"'
    share = office.get(f"/tasks/{world.share('2.').pk}/").json()
    assert (share["completion"], share["reported_percent"]) == ("60.00", "60.00")


def test_what_is_decided_is_not_decided_again(world: ApiWorld, office: Api) -> None:
    decide(office, "reports", world.report, "approve")
    stale = decide(office, "reports", world.report, "return", {"reason": "再想想。"})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    world.report.refresh_from_db()
    late = decide(office, "reports", world.report, "return", {"reason": "再想想。"})
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


def test_a_returned_report_says_why(world: ApiWorld, office: Api) -> None:
    answer = decide(office, "reports", world.report, "return", {"reason": "请附清单。"})
    assert (answer.status_code, answer.json()["state"]) == (200, "returned")
    assert answer.json()["reason"] == "请附清单。"
    assert office.get(f"/tasks/{world.share('2.').pk}/").json()["completion"] == "0.00"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"reason": ["required"]}),
        ({"reason": ""}, {"reason": ["blank"]}),
        ({"reason": "x", "percent": 1}, {"percent": ["unknown"]}),
    ],
)
def test_returning_needs_a_reason(
    world: ApiWorld, office: Api, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert fields_of(decide(office, "reports", world.report, "return", body)) == fields


def test_an_approval_takes_no_words(world: ApiWorld, office: Api) -> None:
    answer = decide(office, "reports", world.report, "approve", {"percent": 99})
    assert fields_of(answer) == {"percent": ["unknown"]}


def test_nobody_decides_about_their_own(world: ApiWorld) -> None:
    author = world.county.officer("甲镇")
    office = world.county.unit("依法治县办")
    grant_role(author, office, Membership.Role.COORDINATOR, valid_from=START)
    api = Api(author)
    assert api.get(f"/reports/{world.report.pk}/").json()["actions"] == []
    answer = decide(api, "reports", world.report, "approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_report")
    answer = decide(api, "extension-requests", world.request, "approve")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_report")


def test_closing_a_share(world: ApiWorld, office: Api) -> None:
    officer, share = Api(world.county.officer("甲镇")), world.share("5.")
    officer.post(f"/tasks/{share.pk}/reports/", {"completes": True}, row=share)
    report = share.reports.get()
    assert decide(office, "reports", report, "approve").status_code == 200
    told = officer.get(f"/tasks/{share.pk}/").json()
    assert (told["state"], told["light"], told["completion"]) == ("closed", "done", "100.00")
    assert (told["closed_on"], told["actions"]) == (day_in(0).isoformat(), [])


def test_an_extension_is_granted(world: ApiWorld, office: Api) -> None:
    path = f"/extension-requests/{world.request.pk}/"
    assert office.get(path).json()["actions"] == ["approve", "refuse"]
    answer = decide(office, "extension-requests", world.request, "approve")
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    share = office.get(f"/tasks/{world.share('2.').pk}/").json()
    assert share["due_on"] == day_in(80).isoformat()


def test_an_extension_is_refused_with_an_answer(world: ApiWorld, office: Api) -> None:
    missing = decide(office, "extension-requests", world.request, "refuse", {})
    assert fields_of(missing) == {"answer": ["required"]}
    body = {"answer": "按期完成。"}
    answer = decide(office, "extension-requests", world.request, "refuse", body)
    assert (answer.status_code, answer.json()["state"]) == (200, "refused")
    assert answer.json()["answer"] == "按期完成。"
    share = office.get(f"/tasks/{world.share('2.').pk}/").json()
    assert share["due_on"] == day_in(60).isoformat()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["village_report", "report"]),
        ({"state": "submitted"}, ["village_report", "report"]),
        ({"state": ["approved", "returned"]}, []),
        ({"completes": "true"}, []),
        ({"completes": "false"}, ["village_report", "report"]),
    ],
)
def test_reports_are_filtered(
    world: ApiWorld, office: Api, query: dict[str, Any], found: list[str]
) -> None:
    ids = ids_in(office.get("/reports/", **query))
    assert ids == [getattr(world, name).pk for name in found]


def test_reports_by_share_plan_unit_and_day(world: ApiWorld, office: Api) -> None:
    def found(**query: Any) -> list[int]:
        return ids_in(office.get("/reports/", **query))

    unit, today = world.county.unit, day_in(0).isoformat()
    town, village = world.report.pk, world.village_report.pk
    assert found(task=world.share("2.").pk) == [town]
    assert found(task=10**15) == []
    assert found(plan=world.plan.pk) == [village, town]
    assert found(plan=world.draft.pk) == []
    assert found(unit=unit("甲一村").pk) == [village]
    assert found(subtree_of=unit("甲镇").pk) == [village, town]
    assert found(subtree_of=unit("乙乡").pk) == []
    assert found(submitted_after=today, submitted_before=today) == [village, town]
    assert found(submitted_after=day_in(1).isoformat()) == []
    assert found(submitted_before=day_in(-1).isoformat()) == []


def test_requests_are_filtered(world: ApiWorld, office: Api) -> None:
    def found(**query: Any) -> list[int]:
        return ids_in(office.get("/extension-requests/", **query))

    unit, request = world.county.unit, world.request.pk
    assert found() == found(state="submitted") == found(unit=unit("甲镇").pk) == [request]
    assert found(task=world.share("2.").pk) == found(subtree_of=unit("县").pk) == [request]
    assert found(state="approved") == found(unit=unit("乙乡").pk) == []


@pytest.mark.parametrize("kind", ["reports", "extension-requests"])
@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"state": "lost"}, {"state": ["invalid_choice"]}),
        ({"task": "x"}, {"task": ["invalid"]}),
        ({"plan": 10**15}, {"plan": ["invalid_choice"]}),
        ({"unit": "x"}, {"unit": ["invalid_choice"]}),
        ({"subtree_of": "x"}, {"subtree_of": ["invalid_choice"]}),
    ],
)
def test_a_wrong_filter_is_named(office: Api, kind: str, query: Any, fields: Any) -> None:
    assert fields_of(office.get(f"/{kind}/", **query)) == fields


def test_a_yes_or_no_is_written_in_one_way(office: Api) -> None:
    assert fields_of(office.get("/reports/", completes="1")) == {"completes": ["invalid_choice"]}


def test_a_sibling_finds_nothing_by_any_filter(world: ApiWorld) -> None:
    sibling = Api(world.county.officer("乙乡"))
    assert ids_in(sibling.get("/reports/")) == []
    assert ids_in(sibling.get("/reports/", task=world.share("2.").pk)) == []
    assert ids_in(sibling.get("/reports/", unit=world.county.unit("甲镇").pk)) == []
    assert ids_in(sibling.get("/extension-requests/", plan=world.plan.pk)) == []
