"""Over every route: a field that nobody knows is named, and a row is changed as it was seen."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from plans.models import Plan
from tests.api_requests import ROOT, Api
from tests.api_world import ApiWorld
from tests.config.test_api_hostile import WRITES, filled
from tests.county import County
from tests.kept_rows import built_once
from tests.permissions import Line, Matrix, contents, fingerprint, parse
from tests.test_permissions import (
    CHANGES,
    INDICATORS,
    PLANS,
    SHARES,
    SUPERVISION,
    methods_of,
    named_routes,
    path_of,
    takes_a_row,
)

#: Writes that take a file, in a form.
WITH_A_FILE = {"/reports/{id}/evidence/", "/reports/sheet/"}
#: Changes nothing; and one whose body the matrix has refused before the row is looked at.
NOT_BY_THE_MATRIX = {("api-task-preview", "POST"), ("api-key-task-carry-over", "POST")}
#: What they write is no part of the plan's row, whose version says nothing of it: an indicator is
#: added; a chapter's text names the text it followed; what is said beside it follows in turn.
BESIDE_THE_PLAN = {
    (f"api-plan-{action}", "POST")
    for action in (
        "indicators",
        "write-chapter",
        "comment-on-chapter",
        "assign-chapter",
        "release-report",
    )
}
#: Letters of callers whom only the state of the row can stop.
DONE_OR_TOO_LATE = "+!"
LINES = [
    line
    for line in parse(PLANS + SHARES + INDICATORS + SUPERVISION + CHANGES)
    if line.method in ("POST", "PUT", "PATCH")
    and set(DONE_OR_TOO_LATE) & set(line.letters)
    and line.row != "-"
    and (line.route, line.method) not in BESIDE_THE_PLAN
]


@pytest.mark.parametrize(("method", "path"), WRITES, ids=lambda part: part)
def test_an_unknown_field_is_named(world: ApiWorld, method: str, path: str) -> None:
    """In JSON as in a form, whoever may do it or not: nothing is passed over in silence."""
    address, row = filled(path, world)
    etag = {"If-Match": f'"{row.pk}-{row.version}"'} if row else {}
    for person in (world.county.coordinator, world.county.officer("甲镇")):
        api = Api(person, **{name.lower(): value for name, value in etag.items()})
        if path in WITH_A_FILE:
            answer = api.upload(address, fiel="1")
        else:
            answer = api.send(method, address, {"fiel": 1}, etag=etag.get("If-Match"))
        if answer.status_code in (403, 404):
            continue
        assert answer.status_code == 400, (answer.status_code, answer.content.decode())
        (fault,) = answer.json()["details"]["fields"]["fiel"]
        assert fault["code"] == "unknown"
        break
    else:
        pytest.fail(f"Nobody may {method} {path}")


@pytest.fixture
def matrix(county: County, settings: Settings, tmp_path: Path) -> Matrix:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    return Matrix(built_once(ApiWorld, county))


def test_every_write_to_a_versioned_row_is_asked_below() -> None:
    """The permission matrix says who may do it, so that only the version is wrong."""
    writes = {
        (name, method)
        for name, pattern in named_routes().items()
        if name.startswith("api-") and takes_a_row(pattern)
        for method in methods_of(pattern) & {"POST", "PUT", "PATCH"}
    }
    asked = {(line.route, line.method) for line in LINES}
    assert writes - asked == NOT_BY_THE_MATRIX | BESIDE_THE_PLAN


def test_a_write_names_the_version_that_was_seen(matrix: Matrix) -> None:
    before, wrong = fingerprint(), []
    bodies = contents(matrix.world)
    for line in LINES:
        row = matrix.rows[line.row]
        stale = f'"{row.pk}-{row.version + 7}"'
        body = bodies.get((line.route, line.method))
        without = asked(matrix, line, body, None)
        with_another = asked(matrix, line, body, stale)
        current = with_another.json().get("details", {}).get("current_version")
        found = (without.status_code, with_another.status_code, current)
        if found != (428, 412, row.version):
            wrong.append((line.route, line.method, line.row, *found))
    assert wrong == []
    assert fingerprint() == before


@pytest.mark.parametrize("action", ["decompose/preview", "carry-over"])
def test_so_do_the_two_others(world: ApiWorld, action: str) -> None:
    """A preview is of what was seen; an open key task goes on in a later plan as it was seen."""
    row: Any = world.share("5.")
    body: Any = {"parts": [{"unit": world.county.unit("甲二村").pk}]}
    api, kind = Api(world.county.officer("甲镇")), "tasks"
    if action == "carry-over":
        Plan.objects.filter(pk=world.draft.pk).update(year=world.plan.year + 1)
        body = {"to_key_task": world.key_task("1.", world.draft).pk, "reason": "结转。"}
        api, kind, row = Api(world.county.coordinator), "key-tasks", world.key_task("5.")
    path = f"/{kind}/{row.pk}/{action}/"
    assert api.post(path, body).status_code == 428
    stale = api.send("post", path, body, etag=f'"{row.pk}-{row.version + 7}"')
    assert (stale.status_code, stale.json()["details"]) == (412, {"current_version": row.version})


def asked(matrix: Matrix, line: Line, body: Any, etag: str | None) -> Any:
    """By somebody who may do it."""
    caller = next(who for who, letter in line.expected.items() if letter in DONE_OR_TOO_LATE)
    api = Api(matrix.people[caller])
    path = path_of(line, matrix).removeprefix(ROOT)
    if line.route == "api-report-evidence":
        headers = {} if etag is None else {"if-match": etag}
        return Api(matrix.people[caller], **headers).upload(path, file=evidence())
    return api.send(line.method.lower(), path, body, etag=etag)


def evidence() -> SimpleUploadedFile:
    return SimpleUploadedFile("说明.txt", b"9")
