"""Many reports and approvals in one request: all or none, and a code for every bad row."""

from typing import Any

import pytest
from django.utils import timezone

from plans.models import Plan
from tasks.bulk import MOST_ROWS
from tasks.models import ProgressReport, Task
from tests.api_requests import Api, fields_of
from tests.api_world import ApiWorld
from tests.life_measures import another_plan
from tests.many_rows import approvals_of, report_on, reports_on
from tests.permissions import fingerprint


@pytest.fixture
def officer(world: ApiWorld) -> Api:
    return Api(world.county.officer("甲镇"))


@pytest.fixture
def tasks(world: ApiWorld) -> list[Task]:
    """甲镇's, two of them, signed for."""
    return list(Task.objects.filter(plan=another_plan(world)).order_by("pk"))


def rows_of(answer: Any) -> list[tuple[int, str]]:
    assert answer.json()["code"] == "rows_refused", answer.content.decode()
    return [(row["row"], row["code"]) for row in answer.json()["details"]["rows"]]


def test_many_shares_are_reported_on_and_approved(
    world: ApiWorld, officer: Api, tasks: list[Task]
) -> None:
    rows = [report_on(tasks[1], percent="40"), report_on(tasks[0], no_change=True)]
    answer = officer.post("/reports/bulk/", {"rows": rows})
    assert answer.status_code == 201
    made = answer.json()["reports"]
    assert [(row["task"]["id"], row["percent"]) for row in made] == [
        (tasks[1].pk, "40.00"),
        (tasks[0].pk, "0.00"),
    ]
    reports = ProgressReport.objects.filter(pk__in=[row["id"] for row in made]).order_by("-pk")
    answer = Api(world.county.coordinator).post("/reports/approve/", approvals_of(reports))
    assert answer.status_code == 200
    told = [(row["id"], row["state"]) for row in answer.json()["reports"]]
    assert told == [(report.pk, "approved") for report in reports]
    tasks[1].refresh_from_db()
    assert tasks[1].completion == 40


def test_one_bad_row_and_nothing_is_saved(world: ApiWorld, officer: Api, tasks: list[Task]) -> None:
    """Every bad row is told, whatever is wrong with it: form, sight, state, version, repetition."""
    good, second = tasks
    stale = report_on(second) | {"version": second.version + 1}
    rows = [
        report_on(good),
        report_on(second, percent="100"),
        report_on(world.share("3.")),
        report_on(world.share("1.", "乙乡")),
        stale,
        report_on(good, percent="31"),
        report_on(good, percnt="31"),
    ]
    before = fingerprint()
    answer = officer.post("/reports/bulk/", {"rows": rows})
    assert answer.status_code == 409
    assert rows_of(answer) == [
        (2, "invalid"),
        (3, "not_acknowledged"),
        (4, "does_not_exist"),
        (5, "stale"),
        (6, "repeated"),
        (7, "invalid"),
    ]
    told = {row["row"]: row["details"] for row in answer.json()["details"]["rows"]}
    assert told[2]["fields"]["percent"][0]["code"] == "max_value"
    assert told[5] == {"current_version": second.version}
    assert told[7]["fields"]["percnt"][0]["code"] == "unknown"
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("change", "status"), [({"version": 99}, 412), ({"percent": "x"}, 400), ({"task": 10**9}, 400)]
)
def test_the_status_is_that_of_all_bad_rows(
    officer: Api, tasks: list[Task], change: dict[str, Any], status: int
) -> None:
    rows = [report_on(tasks[0]), report_on(tasks[1]) | change]
    assert officer.post("/reports/bulk/", {"rows": rows}).status_code == status


def test_nobody_approves_their_own_among_others(
    world: ApiWorld, officer: Api, tasks: list[Task]
) -> None:
    officer.post("/reports/bulk/", reports_on(tasks))
    reports = ProgressReport.objects.filter(task__in=tasks)
    before = fingerprint()
    answer = officer.post("/reports/approve/", approvals_of(reports))
    assert (answer.status_code, rows_of(answer)) == (403, [(1, "own_report"), (2, "own_report")])
    assert fingerprint() == before


def test_a_report_that_was_decided_meanwhile_stops_all(
    world: ApiWorld, officer: Api, tasks: list[Task]
) -> None:
    officer.post("/reports/bulk/", reports_on(tasks))
    first, second = ProgressReport.objects.filter(task__in=tasks).order_by("pk")
    office = Api(world.county.coordinator)
    office.post(f"/reports/{second.pk}/return/", {"reason": "请补充。"}, row=second)
    answer = office.post("/reports/approve/", approvals_of([first, second]))
    assert (answer.status_code, rows_of(answer)) == (412, [(2, "stale")])
    first.refresh_from_db()
    assert first.state == "submitted"


@pytest.mark.parametrize("path", ["/reports/bulk/", "/reports/approve/"])
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"rows": ["required"]}),
        ({"rows": []}, {"rows": ["empty"]}),
        ({"rows": [{}], "row": 1}, {"row": ["unknown"]}),
        ({"rows": [{}] * (MOST_ROWS + 1)}, {"rows": ["max_length"]}),
        ({"rows": [1]}, {"rows": {"0": ["not_a_dict"]}}),
    ],
)
def test_a_body_that_is_no_list_of_rows(
    officer: Api, path: str, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert fields_of(officer.post(path, body)) == fields


def test_the_version_of_each_row_is_required(officer: Api, tasks: list[Task]) -> None:
    answer = officer.post("/reports/bulk/", {"rows": [{"task": tasks[0].pk, "percent": "3"}]})
    assert rows_of(answer) == [(1, "invalid")]
    fields = answer.json()["details"]["rows"][0]["details"]["fields"]
    assert fields["version"][0]["code"] == "required"


def test_sent_twice_with_one_key_it_is_done_once(world: ApiWorld, tasks: list[Task]) -> None:
    officer = Api(world.county.officer("甲镇"), **{"idempotency-key": "of-the-month"})
    first = officer.post("/reports/bulk/", reports_on(tasks))
    again = officer.post("/reports/bulk/", reports_on(tasks))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert ProgressReport.objects.filter(task__in=tasks).count() == len(tasks)


def test_a_closed_plan_is_told_for_its_rows(
    world: ApiWorld, officer: Api, tasks: list[Task]
) -> None:
    with_closed = [report_on(tasks[0]), report_on(world.share("5."))]
    Plan.objects.filter(pk=world.plan.pk).update(state="closed", closed_at=timezone.now())
    answer = officer.post("/reports/bulk/", {"rows": with_closed})
    assert rows_of(answer) == [(2, "plan_closed")]
