"""Shares and reminders by what they are found; completion; and one's own account."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tasks.lights import Light
from tasks.models import Reminder, Task
from tests.api_requests import Api, fields_of, ids_in
from tests.api_world import SECTIONS, ApiWorld, day_in


@pytest.fixture
def office(world: ApiWorld) -> Api:
    return Api(world.county.coordinator)


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


def shares(answer: Any) -> list[str]:
    """Each share by the number of its key task and its unit, in a stable order."""
    assert answer.status_code == 200, answer.content.decode()
    rows = answer.json()["results"]
    return sorted(f"{row['key_task']['number']}{row['unit']['name']}" for row in rows)


TOWN = ["1.甲镇", "2.甲镇", "3.甲镇", "4.甲镇", "5.甲镇"]
VILLAGES = ["1.甲一村", "1.甲二村"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, sorted(TOWN + VILLAGES)),
        ({"state": "issued"}, ["1.甲二村", "3.甲镇"]),
        ({"state": ["objected", "closed"]}, ["4.甲镇"]),
        ({"role": "responsible"}, sorted(TOWN + VILLAGES)),
        ({"role": "lead"}, []),
        ({"level": "2"}, VILLAGES),
        ({"level": ["0", "1"]}, TOWN),
        ({"open": "true"}, sorted(TOWN + VILLAGES)),
        ({"open": "false"}, []),
        ({"overdue": "true"}, []),
        ({"overdue": "false"}, sorted(TOWN + VILLAGES)),
        ({"text": "学法"}, ["5.甲镇"]),
        ({"text": "没有"}, []),
        ({"light": "yellow"}, ["4.甲镇", "5.甲镇"]),
        ({"light": ["red", "done", "none"]}, []),
        ({"key_task": 10**15}, []),
        ({"parent": 10**15}, []),
    ],
)
def test_shares_are_filtered(
    world: ApiWorld, officer: Api, query: dict[str, Any], found: list[str]
) -> None:
    assert shares(officer.get("/tasks/", **query)) == found


def test_shares_by_unit_plan_parent_and_day(world: ApiWorld, officer: Api) -> None:
    def found(**query: Any) -> list[str]:
        return shares(officer.get("/tasks/", **query))

    unit = world.county.unit
    assert found(unit=unit("甲一村").pk) == ["1.甲一村"]
    assert found(subtree_of=unit("甲镇").pk) == sorted(TOWN + VILLAGES)
    assert found(unit=unit("乙乡").pk) == []
    assert found(plan=world.plan.pk) == sorted(TOWN + VILLAGES)
    assert found(parent=world.share("1.").pk) == VILLAGES
    assert found(key_task=world.key_task("2.").pk) == ["2.甲镇"]
    assert found(due_on_after=day_in(20), due_on_before=day_in(40)) == ["3.甲镇", "4.甲镇"]
    assert found(due_on_after=day_in(91)) == []


def test_the_soonest_first(world: ApiWorld, officer: Api) -> None:
    rows = officer.get("/tasks/", level=["0"]).json()["results"]
    assert [row["key_task"]["number"] for row in rows] == ["5.", "4.", "3.", "2."]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"state": "gone"}, {"state": ["invalid_choice"]}),
        ({"role": "boss"}, {"role": ["invalid_choice"]}),
        ({"level": "5"}, {"level": ["invalid_choice"]}),
        ({"light": "blue"}, {"light": ["invalid_choice"]}),
        ({"open": "yes"}, {"open": ["invalid_choice"]}),
        ({"overdue": "True"}, {"overdue": ["invalid_choice"]}),
        ({"due_on_after": "2026/1/1"}, {"due_on_after": ["invalid"]}),
        ({"due_on_before": "0000-00-00"}, {"due_on_before": ["invalid"]}),
        ({"unit": 10**15}, {"unit": ["invalid_choice"]}),
        ({"plan": "x"}, {"plan": ["invalid_choice"]}),
        ({"parent": "x"}, {"parent": ["invalid"]}),
        ({"key_task": 10**19}, {"key_task": ["max_value"]}),
        ({"text": "\0"}, {"text": ["null_characters_not_allowed"]}),
    ],
)
def test_a_wrong_filter_is_named(officer: Api, query: dict[str, Any], fields: Any) -> None:
    assert fields_of(officer.get("/tasks/", **query)) == fields


def test_a_plan_out_of_sight_is_no_choice(world: ApiWorld, officer: Api) -> None:
    assert fields_of(officer.get("/tasks/", plan=world.draft.pk)) == {"plan": ["invalid_choice"]}


@pytest.mark.parametrize("state", ["issued", "submitted", "suspended", "cancelled"])
def test_the_filter_by_light_is_the_light(world: ApiWorld, officer: Api, state: str) -> None:
    """The condition on rows and the pure rule say the same, around each day that counts."""
    share, yellow = world.share("5."), world.plan.yellow_days
    for days in (-1, 0, 1, yellow - 1, yellow, yellow + 1, None):
        due_on = None if days is None else day_in(days)
        Task.objects.filter(pk=share.pk).update(next_due_on=due_on, state=state)
        share.refresh_from_db()
        told = officer.get(f"/tasks/{share.pk}/").json()["light"]
        assert told == share.light_on(day_in(0)).value
        for light in Light:
            found = ids_in(officer.get("/tasks/", light=light.value))
            assert (share.pk in found) == (light.value == told), (days, light)


def test_completion_by_section(world: ApiWorld, office: Api) -> None:
    decide = office.post(f"/reports/{world.report.pk}/approve/", row=world.report)
    assert decide.status_code == 200
    told = office.get(f"/plans/{world.plan.pk}/completion/").json()
    assert told.keys() == {"by", "on", "whole", "past", "plan", "rows"}
    assert (told["by"], told["on"], told["whole"]) == ("section", day_in(0).isoformat(), True)
    # Roots: 规范执法 0, 化解矛盾 60 of section one; three at 0 of section two.
    assert [(row["label"], row["completion"]) for row in told["rows"]] == [
        (SECTIONS[0], "30.00"),
        (SECTIONS[1], "0.00"),
    ]
    assert told["plan"] == {
        "key": world.plan.pk,
        "label": "2026年工作要点",
        "total": 5,
        "counted": 5,
        "acknowledged": 2,
        "reported": 1,
        "closed": 0,
        "overdue": 0,
        "due_soon": 2,
        "due_by_now": 0,
        "on_time": 0,
        "on_time_rate": None,
        "completion": "12.00",
        "left_out": {"cancelled": 0, "suspended": 0, "supporting": 0, "ongoing": 0},
    }


def test_completion_of_the_part_in_sight(world: ApiWorld) -> None:
    town = Api(world.county.officer("乙乡")).get(f"/plans/{world.plan.pk}/completion/", by="unit")
    told = town.json()
    assert (told["whole"], told["plan"]["total"]) == (False, 1)
    assert [row["label"] for row in told["rows"]] == ["乙乡"]


def test_completion_by_key_task(world: ApiWorld, office: Api) -> None:
    told = office.get(f"/plans/{world.plan.pk}/completion/", by="key_task").json()
    assert [row["key"] for row in told["rows"]] == [world.key_task(f"{n}.").pk for n in range(1, 6)]


@pytest.mark.parametrize("by", ["colour", "section_id", "unit ", "\0"])
def test_completion_by_something_else(world: ApiWorld, office: Api, by: str) -> None:
    answer = office.get(f"/plans/{world.plan.pk}/completion/", by=by)
    assert fields_of(answer) == {"by": ["invalid_choice"]}


def test_a_reminder_and_its_mails(world: ApiWorld, officer: Api) -> None:
    told = officer.get(f"/reminders/{world.reminder.pk}/").json()
    assert told["task"] == {
        "id": world.share("5.").pk,
        "title": "领导学法",
        "unit": {"id": world.county.unit("甲镇").pk, "name": "甲镇"},
    }
    assert (told["rule"], told["step"], told["on"]) == ("before", 0, day_in(0).isoformat())
    assert (told["end"], told["fault"], told["superseded_at"]) == ("waiting", "", None)
    person = world.county.officer("甲镇")
    assert told["mails"] == [
        {
            "recipient": {"id": person.pk, "name": person.name},
            "on": day_in(0).isoformat(),
            "state": "waiting",
            "attempts": 0,
            "sent_at": None,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"mail": "sent"}, "sent"),
        ({"mail": "failed"}, "failed"),
        ({"mail": "held"}, "waiting"),
        ({"fault": "nobody"}, "failed"),
        ({"superseded_because": "closed"}, "superseded"),
    ],
)
def test_the_end_of_a_reminder(
    world: ApiWorld, officer: Api, changes: dict[str, str], end: str
) -> None:
    rows = Reminder.objects.filter(pk=world.reminder.pk)
    if state := changes.get("mail"):
        world.mail.state = state
        world.mail.sent_at = world.mail.created_at if state == "sent" else None
        world.mail.save()
    elif "fault" in changes:
        rows.update(fault="nobody")
    else:
        rows.update(superseded_at=world.mail.created_at, superseded_because="closed")
    assert officer.get(f"/reminders/{world.reminder.pk}/").json()["end"] == end
    assert ids_in(officer.get("/reminders/", end=end)) == [world.reminder.pk]
    others = [other for other in ("sent", "superseded", "failed", "waiting") if other != end]
    assert ids_in(officer.get("/reminders/", end=others)) == []


def test_reminders_are_filtered(world: ApiWorld, officer: Api) -> None:
    def found(**query: Any) -> bool:
        ids = ids_in(officer.get("/reminders/", **query))
        assert ids in ([], [world.reminder.pk])
        return bool(ids)

    today, unit = day_in(0), world.county.unit
    for query in (
        {}, {"rule": "before"}, {"step": "0"}, {"task": world.share("5.").pk},
        {"plan": world.plan.pk}, {"unit": unit("甲镇").pk}, {"on_after": today},
        {"on_before": today}, {"rule": ["before", "overdue"]},
    ):  # fmt: skip
        assert found(**query), query
    for query in (
        {"rule": "overdue"}, {"step": "3"}, {"task": world.share("2.").pk},
        {"unit": unit("乙乡").pk}, {"on_after": day_in(1)}, {"on_before": day_in(-1)},
    ):  # fmt: skip
        assert not found(**query), query


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"rule": "never"}, {"rule": ["invalid_choice"]}),
        ({"step": "9"}, {"step": ["invalid_choice"]}),
        ({"end": "lost"}, {"end": ["invalid_choice"]}),
        ({"on_after": "soon"}, {"on_after": ["invalid"]}),
    ],
)
def test_a_wrong_filter_of_reminders_is_named(officer: Api, query: Any, fields: Any) -> None:
    assert fields_of(officer.get("/reminders/", **query)) == fields


def test_me(world: ApiWorld, officer: Api) -> None:
    person = world.county.officer("甲镇")
    assert officer.get("/me/").json() == {
        "id": person.pk,
        "username": "甲镇-officer",
        "name": "甲镇-officer",
        "email": person.email,
        "language": "zh-hans",
        "roles": [
            {
                "unit": {"id": world.county.unit("甲镇").pk, "name": "甲镇"},
                "role": "officer",
                "valid_from": "2026-01-01",
                "valid_to": None,
            }
        ],
        "counts": {
            "to_sign_for": 1,
            "returned": 0,
            "overdue": 0,
            "to_report": 1,
            "waiting": 2,
            "under_way": 1,
            "reports_to_decide": 0,
            "extensions_to_decide": 0,
            "objections_to_answer": 0,
        },
    }


def test_me_as_the_one_who_decides(world: ApiWorld, office: Api) -> None:
    counts = office.get("/me/").json()["counts"]
    assert counts["reports_to_decide"] == 1
    assert counts["extensions_to_decide"] == 1
    assert counts["objections_to_answer"] == 1


def test_a_role_that_ended_yesterday_gives_nothing_today(world: ApiWorld, officer: Api) -> None:
    yesterday = day_in(0) - dt.timedelta(days=1)
    world.county.officer("甲镇").memberships.update(valid_to=yesterday)
    assert officer.get("/me/").json()["roles"] == []
    assert ids_in(officer.get("/tasks/")) == []
    assert officer.get(f"/tasks/{world.share('5.').pk}/").status_code == 404


def test_a_percent_is_told_with_two_decimals(world: ApiWorld, office: Api) -> None:
    Task.objects.filter(pk=world.share("2.").pk).update(completion=Decimal("33.333333"))
    told = office.get(f"/plans/{world.plan.pk}/completion/", by="key_task").json()
    assert [row["completion"] for row in told["rows"]][1] == "33.33"


def test_completion_narrowed_by_the_filters_of_shares(world: ApiWorld, office: Api) -> None:
    town = world.county.unit("甲镇")
    path = f"/plans/{world.plan.pk}/completion/"
    told = office.get(path, by="light", subtree_of=town.pk, level=["0", "1"]).json()
    shares = office.get(
        "/tasks/", plan=world.plan.pk, subtree_of=town.pk, level=["0", "1"], count="true"
    )
    assert sum(row["total"] for row in told["rows"]) == shares.json()["count"]
    wrong = office.get(path, state="done")
    assert (wrong.status_code, list(wrong.json()["details"]["fields"])) == (400, ["state"])
    assert office.get(path, plan=world.plan.pk).status_code == 400


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("text/csv", b"\xef\xbb\xbf"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    ],
)
def test_completion_as_a_table(world: ApiWorld, accept: str, begins: bytes) -> None:
    office = Api(world.county.coordinator, accept=accept)
    answer = office.get(f"/plans/{world.plan.pk}/completion/", by="unit")
    assert (answer.status_code, answer["Content-Type"]) == (200, accept)
    assert answer.content.startswith(begins)
    wrong = office.get(f"/plans/{world.plan.pk}/completion/", by="wishes")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")
