"""Whatever the API is asked, it answers as its description says (issue 5; FAILURES 39–47).

Schemathesis asks every operation alone, and in chains in which one request follows from the
answer to another, in the names of four people: 0 server errors, 0 answers that the description
does not know by status, kind of content, headers and form of the body.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from pytest_django import Settings
from rest_framework.response import Response

from accounts.api.views import UnitViewSet
from accounts.models import User
from tests.api_world import ApiWorld
from tests.county import County
from tests.faults.counts import count
from tests.faults.described_api import Asker, Tally, chains_of_operations, each_operation_alone
from tests.faults.random_operations import PASSWORD
from tests.kept_rows import built_once
from tests.permissions import undone

EXAMPLES = count(2, 30)
SCENARIOS, STEPS = count(3, 80), count(8, 25)
ROLES = {
    "coordinator": "依法治县办-coordinator",
    "head": "甲镇-head",
    "officer": "甲镇-officer",
    "viewer": "县-viewer",
}

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db
fault = pytest.mark.fault(suite="api", name="answers that the description does not know")


@pytest.fixture
def people(county: County, settings: Settings, tmp_path: Path) -> dict[str, User]:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    with connection.cursor() as cursor:
        # Schemathesis thinks for a minute about its first request, in the test's transaction.
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    built_once(ApiWorld, county)
    User.objects.update(password=make_password(PASSWORD))
    return {role: User.objects.get(username=name) for role, name in ROLES.items()}


def told(tally: Tally, role: str, record_property: Say) -> None:
    record_property(f"{role}: requests", tally.asked)
    record_property(f"{role}: answered_2xx", sum(tally.statuses[code] for code in range(200, 300)))
    record_property(f"{role}: operations done", len(tally.done))
    record_property(f"{role}: server errors", tally.server_errors)
    record_property(f"{role}: undocumented", len(tally.undocumented))


@fault
@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_one_that_is_described(
    people: dict[str, User], role: str, record_property: Say
) -> None:
    asker = Asker(people[role])
    each_operation_alone(asker, EXAMPLES)
    chains_of_operations(asker, SCENARIOS, STEPS)
    told(asker.tally, role, record_property)
    assert asker.tally.undocumented == []
    assert asker.tally.server_errors == 0
    assert len(asker.tally.done) >= count(20, 40)


def teapot(*_request: Any, **_path: Any) -> Response:
    return Response({"id": 1}, status=418)


def half_a_unit(*_request: Any, **_path: Any) -> Response:
    return Response({"id": "one"})


def broken(*_request: Any, **_path: Any) -> Response:
    raise RuntimeError("a defect")


@fault
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/plans/", {"fields": "title"}),
        ("/api/v1/units/{id}/", {"fields": "name"}),
        ("/api/v1/tasks/", {"fields": "parent,title", "expand": "parent"}),
        ("/api/v1/tasks/", {"expand": "children,parent,plan,unit"}),
    ],
)
def test_a_shaped_answer_is_described(
    people: dict[str, User], path: str, query: dict[str, str]
) -> None:
    asker = Asker(people["officer"])
    row = {"id": people["officer"].memberships.get().unit_id} if "{id}" in path else {}
    with undone():
        case = asker.schema[path]["GET"].Case(path_parameters=row, query=query)
        asker.judge(case, asker.ask(case))
    assert asker.tally.statuses == {200: 1}
    assert asker.tally.undocumented == []


@fault.with_args(control=True)
@pytest.mark.parametrize("answer", [teapot, half_a_unit, broken])
def test_control_an_answer_that_is_not_described_is_found(
    people: dict[str, User],
    answer: Callable[..., Response],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Say,
) -> None:
    monkeypatch.setattr(UnitViewSet, "retrieve", answer)
    asker = Asker(people["officer"])
    operation = asker.schema["/api/v1/units/{id}/"]["GET"]
    with undone():
        case = operation.Case(path_parameters={"id": people["officer"].memberships.get().unit_id})
        asker.judge(case, asker.ask(case))
    record_property(f"control_found: {answer.__name__}", len(asker.tally.undocumented))
    assert len(asker.tally.undocumented) == 1
