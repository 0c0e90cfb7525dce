"""Shares over the API: looked at, signed for, objected to, broken down, reported on."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from tasks.models import ExtensionRequest, ProgressReport, Task
from tasks.progress import return_report
from tests.api_requests import ROOT, Api, fields_of, ids_in
from tests.api_world import ApiWorld, day_in


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


def do(api: Api, share: Task, action: str, body: Any = None) -> Any:
    return api.post(f"/tasks/{share.pk}/{action}/", body, row=share)


def test_a_share(world: ApiWorld, officer: Api) -> None:
    share, root = world.share("1."), world.share("1.", "依法治县办")
    unit = world.county.unit
    told = officer.get(f"/tasks/{share.pk}/").json()
    children = told.pop("children")
    assert told == {
        "id": share.pk,
        "plan": {"id": world.plan.pk, "title": "2026年工作要点"},
        "key_task": {"id": share.key_task_id, "number": "1.", "title": "规范执法"},
        "parent": root.pk,
        "level": 1,
        "unit": {"id": unit("甲镇").pk, "name": "甲镇"},
        "role": "responsible",
        "is_own_part": False,
        "title": "规范执法",
        "deadline_kind": "date",
        "deadline_text": day_in(90).isoformat(),
        "due_on": day_in(90).isoformat(),
        "next_due_on": day_in(90).isoformat(),
        "steps_total": 0,
        "steps_closed": 0,
        "reporting_period": "",
        "weight": "1.000",
        "rollup": "average",
        "state": "acknowledged",
        "light": "green",
        "light_set": "",
        "completion": "0.00",
        "reported_percent": "0.00",
        "issued_at": told["issued_at"],
        "acknowledged_at": told["acknowledged_at"],
        "closed_on": None,
        "carried_to": None,
        "version": share.version,
        "steps": [],
        "missing_reports": [],
        "chain": [
            {
                "level": 0,
                "title": "规范执法",
                "unit": {"id": unit("依法治县办").pk, "name": "依法治县办"},
                "deadline_kind": "date",
                "deadline_text": day_in(90).isoformat(),
                "due_on": day_in(90).isoformat(),
            }
        ],
        "completion_rule": "Average of the counting shares below; at most 99 until it is closed.",
        "decided_by": {"id": unit("依法治县办").pk, "name": "依法治县办"},
        "actions": ["decompose", "report", "ask_extension"],
    }
    assert [(child["unit"]["name"], child["state"]) for child in children] == [
        ("甲一村", "acknowledged"),
        ("甲二村", "issued"),
    ]


@pytest.mark.parametrize(
    ("number", "actions"),
    [
        ("2.", ["decompose"]),
        ("3.", ["acknowledge", "object"]),
        ("4.", []),
        ("5.", ["decompose", "report", "ask_extension"]),
    ],
)
def test_what_waits_is_not_offered_again(
    world: ApiWorld, officer: Api, number: str, actions: list[str]
) -> None:
    share = world.share(number)
    assert officer.get(f"/tasks/{share.pk}/").json()["actions"] == actions


def test_signed_for(world: ApiWorld, officer: Api) -> None:
    share = world.share("3.")
    answer = do(officer, share, "acknowledge")
    assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    assert answer["ETag"] == f'"{share.pk}-{share.version + 1}"'
    share.refresh_from_db()
    again = do(officer, share, "acknowledge")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_objected_to_and_upheld(world: ApiWorld, officer: Api, office: Api) -> None:
    share = world.share("3.")
    objected = do(officer, share, "object", {"reason": "不属本镇职责。"})
    assert (objected.status_code, objected.json()["state"]) == (200, "objected")
    share.refresh_from_db()
    assert office.get(f"/tasks/{share.pk}/").json()["actions"] == [
        "uphold",
        "urge",
        "issue_notice",
        "change",
        "move",
        "reassign",
    ]
    upheld = do(office, share, "uphold", {"reason": "文件已明确。"})
    assert (upheld.status_code, upheld.json()["state"]) == (200, "issued")


@pytest.mark.parametrize(
    ("reason", "fields"),
    [
        ({}, {"reason": ["required"]}),
        ({"reason": " "}, {"reason": ["blank"]}),
        ({"reason": None}, {"reason": ["null"]}),
        ({"reason": "长" * 10_001}, {"reason": ["max_length"]}),
        ({"reason": "x", "state": "closed"}, {"state": ["unknown"]}),
    ],
)
def test_an_objection_needs_its_reason(
    world: ApiWorld, officer: Api, reason: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert fields_of(do(officer, world.share("3."), "object", reason)) == fields


def test_broken_down_to_units(world: ApiWorld, officer: Api) -> None:
    share, unit = world.share("5."), world.county.unit
    parts = [
        {"unit": unit("甲一村").pk, "title": "村里的", "due_on": day_in(3).isoformat()},
        {"unit": unit("甲镇").pk, "weight": "2.5"},
    ]
    answer = do(officer, share, "decompose", {"parts": parts})
    assert answer.status_code == 201, answer.content.decode()
    rows = {row["unit"]["name"]: row for row in answer.json()["children"]}
    village, own = rows["甲一村"], rows["甲镇"]
    assert (village["title"], village["due_on"]) == ("村里的", day_in(3).isoformat())
    assert (village["weight"], village["state"], village["level"]) == ("1.000", "issued", 1)
    assert (own["title"], own["due_on"]) == ("领导学法", day_in(5).isoformat())
    assert (own["weight"], own["is_own_part"]) == ("2.500", True)


def test_broken_down_among_a_group(world: ApiWorld, officer: Api) -> None:
    group = world.county.townships
    assert group is not None
    answer = do(officer, world.share("5."), "decompose", {"group": group.pk, "title": "各自学法"})
    # 乙乡 is the member besides 甲镇 itself, and the plan was sent to it.
    assert answer.status_code == 201, answer.content.decode()
    (child,) = answer.json()["children"]
    assert (child["unit"]["name"], child["title"]) == ("乙乡", "各自学法")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"non_field_errors": ["one_of_two"]}),
        ({"parts": [], "group": 1}, {"parts": {"non_field_errors": ["empty"]}}),
        ({"parts": []}, {"parts": {"non_field_errors": ["empty"]}}),
        ({"parts": [{"unit": 1}], "group": 1}, {"non_field_errors": ["one_of_two"]}),
        ({"title": "a"}, {"non_field_errors": ["one_of_two"]}),
        ({"parts": [{}]}, {"parts": {"0": {"unit": ["required"]}}}),
        ({"parts": [{"unit": 10**15}]}, {"parts": ["does_not_exist"]}),
        ({"parts": [{"unit": 10**30}]}, {"parts": {"0": {"unit": ["max_value"]}}}),
        ({"parts": [{"unit": 1, "x": 1}]}, {"parts": {"0": {"x": ["unknown"]}}}),
        ({"parts": [{"unit": 1, "weight": "-1"}]}, {"parts": {"0": {"weight": ["min_value"]}}}),
        ({"parts": [{"unit": 1, "weight": "NaN"}]}, {"parts": {"0": {"weight": ["invalid"]}}}),
        ({"group": 10**15}, {"group": ["does_not_exist"]}),
    ],
)
def test_a_break_down_that_cannot_be(
    world: ApiWorld, officer: Api, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    before = Task.objects.count()
    assert fields_of(do(officer, world.share("5."), "decompose", body)) == fields
    assert Task.objects.count() == before


@pytest.mark.parametrize(
    ("number", "unit", "due", "status", "code"),
    [
        ("1.", "甲一村", None, 409, "share_exists"),
        ("5.", "司法局", None, 409, "out_of_reach"),
        ("5.", "甲二村", 6, 400, "later_than_parent"),
        ("3.", "甲二村", None, 409, "not_acknowledged"),
    ],
)
def test_a_break_down_that_the_rules_refuse(
    world: ApiWorld, officer: Api, number: str, unit: str, due: int | None, status: int, code: str
) -> None:
    part: dict[str, Any] = {"unit": world.county.unit(unit).pk}
    if due is not None:
        part["due_on"] = day_in(due).isoformat()
    before = Task.objects.count()
    answer = do(officer, world.share(number), "decompose", {"parts": [part]})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Task.objects.count() == before


def test_all_parts_or_none(world: ApiWorld, officer: Api) -> None:
    """What stands against each row is told; the first is row 1."""
    parts = [
        {"unit": world.county.unit("甲一村").pk},
        {"unit": world.county.unit("司法局").pk},
        {"unit": world.county.unit("甲二村").pk, "due_on": day_in(400).isoformat()},
    ]
    before = Task.objects.count()
    answer = do(officer, world.share("5."), "decompose", {"parts": parts})
    assert answer.json()["details"]["units"] == ["甲二村"]
    rows = [(row["row"], row["code"]) for row in answer.json()["details"]["rows"]]
    assert rows == [(2, "out_of_reach"), (3, "later_than_parent")]
    assert Task.objects.count() == before


def test_a_report_is_sent(world: ApiWorld, officer: Api) -> None:
    share = world.share("5.")
    answer = do(officer, share, "reports", {"percent": "33.33", "narrative": "已学三次。"})
    assert answer.status_code == 201
    report = ProgressReport.objects.get(task=share)
    assert answer["ETag"] == f'"{report.pk}-1"'
    told = answer.json()
    assert told["author"]["name"] == "甲镇-officer"
    assert {name: told[name] for name in ("percent", "completes", "no_change", "narrative")} == {
        "percent": "33.33",
        "completes": False,
        "no_change": False,
        "narrative": "已学三次。",
    }
    assert (told["state"], told["decided_by"], told["actions"]) == ("submitted", None, [])
    assert told["task"]["unit"]["name"] == "甲镇"
    assert ids_in(officer.get(f"/tasks/{share.pk}/reports/")) == [report.pk]
    share.refresh_from_db()
    second = do(officer, share, "reports", {"percent": "40"})
    assert (second.status_code, second.json()["code"]) == (409, "report_waiting")


def test_done_and_no_change(world: ApiWorld, officer: Api) -> None:
    share = world.share("5.")
    same = do(officer, share, "reports", {"no_change": True})
    assert (same.status_code, same.json()["percent"]) == (201, "0.00")
    done = do(Api(world.county.officer("甲镇")), world.share("5."), "reports", {"completes": True})
    assert done.status_code == 409
    report = ProgressReport.objects.get(task=share)
    office = world.county.coordinator
    return_report(report.pk, reason="请补充", actor=office, at=timezone.now())
    done = do(officer, world.share("5."), "reports", {"completes": True})
    assert (done.status_code, done.json()["completes"]) == (201, True)
    assert world.share("5.").state == "submitted"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"percent": "100"}, {"percent": ["max_value"]}),
        ({"percent": 99.01}, {"percent": ["max_value"]}),
        ({"percent": "-0.01"}, {"percent": ["min_value"]}),
        ({"percent": "1.005"}, {"percent": ["max_decimal_places"]}),
        ({"percent": "1e400"}, {"percent": ["max_digits"]}),
        ({"percent": "Infinity"}, {"percent": ["invalid"]}),
        ({"percent": "half"}, {"percent": ["invalid"]}),
        ({"percent": [1]}, {"percent": ["invalid"]}),
        ({"completes": "perhaps"}, {"completes": ["invalid"]}),
        ({"percent": 1, "state": "approved"}, {"state": ["unknown"]}),
        ({"percent": 1, "author": 1}, {"author": ["unknown"]}),
    ],
)
def test_a_report_that_cannot_be(
    world: ApiWorld, officer: Api, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    before = ProgressReport.objects.count()
    assert fields_of(do(officer, world.share("5."), "reports", body)) == fields
    assert ProgressReport.objects.count() == before


def test_a_report_says_something(world: ApiWorld, officer: Api) -> None:
    answer = do(officer, world.share("5."), "reports", {})
    assert (answer.status_code, answer.json()["code"]) == (400, "percent_missing")


def test_a_later_date_is_asked_for(world: ApiWorld, officer: Api) -> None:
    share = world.share("5.")
    body = {"new_due_on": day_in(9).isoformat(), "reason": "汛期。"}
    answer = do(officer, share, "extension-requests", body)
    assert answer.status_code == 201
    request = ExtensionRequest.objects.get(task=share)
    told = answer.json()
    assert (told["id"], told["state"]) == (request.pk, "submitted")
    assert (told["old_due_on"], told["new_due_on"]) == (
        day_in(5).isoformat(),
        day_in(9).isoformat(),
    )
    assert ids_in(officer.get(f"/tasks/{share.pk}/extension-requests/")) == [request.pk]
    earlier = do(officer, world.share("1."), "extension-requests", body)
    assert (earlier.status_code, earlier.json()["code"]) == (400, "not_later")


def test_a_later_date_within_the_share_above(world: ApiWorld) -> None:
    villager, share = Api(world.county.officer("甲一村")), world.share("1.", "甲一村")
    body = {"new_due_on": day_in(91).isoformat(), "reason": "汛期。"}
    assert do(villager, share, "extension-requests", body).status_code in (400, 409)
    assert not ExtensionRequest.objects.filter(task=share).exists()


def test_the_history_is_told_in_order(world: ApiWorld, officer: Api) -> None:
    rows = officer.get(f"/tasks/{world.share('2.').pk}/events/").json()["results"]
    assert [row["kind"] for row in rows] == [
        "issued", "acknowledged", "reported", "extension_asked",
    ]  # fmt: skip
    assert (rows[1]["from_state"], rows[1]["to_state"]) == ("issued", "acknowledged")
    assert rows[2]["data"]["percent"] == "60"
    assert rows[3]["reason"] == "汛期。"
    first = officer.get(f"/tasks/{world.share('2.').pk}/events/", page_size="3").json()
    rest = officer.get(first["next"].partition(ROOT)[2]).json()
    assert [row["kind"] for row in rest["results"]] == ["extension_asked"]


def test_the_chain_above_is_title_owner_and_deadline_only(world: ApiWorld) -> None:
    village = world.share("1.", "甲一村")
    told = Api(world.county.officer("甲一村")).get(f"/tasks/{village.pk}/").json()
    assert [set(row) for row in told["chain"]] == [
        {"level", "title", "unit", "deadline_kind", "deadline_text", "due_on"}
    ] * 2
    assert [row["unit"]["name"] for row in told["chain"]] == ["依法治县办", "甲镇"]


def test_figures_are_exact(world: ApiWorld, officer: Api) -> None:
    Task.objects.filter(pk=world.share("1.").pk).update(completion=Decimal("33.335000"))
    assert officer.get(f"/tasks/{world.share('1.').pk}/").json()["completion"] == "33.34"
