"""Bodies, parameters and headers that want to break the server: refused, never a 500.

The test client raises what Django could not answer, so every request here is also a test that
nothing was raised.
"""

import json
from typing import Any

import pytest
from django.test import Client

from tests.api_requests import Api, described_operations
from tests.api_world import ApiWorld
from tests.permissions import fingerprint

HUGE = 10**400

BODIES: dict[str, bytes] = {
    "no JSON": b"{",
    "not UTF-8": b'{"reason": "\xff\xfe"}',
    "UTF-16": '{"reason": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"reason": "x"}',
    "NUL in a value": b'{"reason": "a\\u0000b", "text": "a\\u0000b"}',
    "NUL in a name": b'{"a\\u0000b": 1}',
    "NUL far down": b'{"draft": {"items": [{"title": ["\\u0000"]}]}}',
    "half a character": b'{"reason": "\\ud800", "text": "\\ud800"}',
    "half a character in a name": b'{"\\ud800": 1}',
    "NaN": b'{"percent": NaN, "weight": NaN}',
    "Infinity": b'{"percent": -Infinity}',
    "a number of 400 digits": f'{{"percent": {HUGE}, "unit": {HUGE}, "group": {HUGE}}}'.encode(),
    "a number of 5000 digits": b'{"percent": ' + b"9" * 5000 + b"}",
    "a tiny number": b'{"percent": 1e-999, "year": 1e999}',
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "null": b"null",
    "the same name twice": b'{"reason": "a", "reason": ["b"]}',
    "wrong everywhere": json.dumps(
        {
            "reason": {}, "percent": {}, "completes": [], "parts": {"unit": 1}, "group": [1],
            "draft": [], "issuing_unit": {}, "recipients": {"a": 1}, "owners": [[1]],
            "due_on": 1e5, "new_due_on": [], "answer": False, "text": {}, "yellow_days": "1e9",
        }
    ).encode(),
}  # fmt: skip


WRITES = [
    (method, path)
    for method, path in described_operations()
    if method in ("post", "put", "patch") and path != "/tokens/"
]
READS = [(method, path) for method, path in described_operations() if method == "get"]


def filled(path: str, world: ApiWorld) -> tuple[str, Any]:
    """The path with the id of a row on which its caller may act, and the row."""
    rows: dict[str, Any] = {
        "plans": world.draft,
        "key-tasks": world.key_task("1.", world.unsettled),
        "tasks": world.share("5."),
        "reports": world.report,
        "extension-requests": world.request,
        "supervision-notices": world.notice,
        "unit-reforms": world.reform,
        "indicators": world.indicator,
    }
    row = rows[path.split("/")[1]] if "{id}" in path else None
    return path.replace("{id}", str(row.pk if row else "")), row


@pytest.mark.parametrize(("method", "path"), WRITES, ids=lambda part: part)
def test_a_hostile_body_is_refused_and_changes_nothing(
    world: ApiWorld, method: str, path: str
) -> None:
    address, row = filled(path, world)
    before = fingerprint()
    etag = {"If-Match": f'"{row.pk}-{row.version}"'} if row else {}
    for person in (world.county.coordinator, world.county.officer("甲镇")):
        api = Api(person)
        for name, body in BODIES.items():
            answer = api.raw(method, address, body, headers=etag)
            assert answer.status_code in (400, 403, 404, 409, 413, 415, 422), (
                name,
                answer.status_code,
            )
            assert answer.json().keys() == {"code", "message", "details"}, name
    assert fingerprint() == before


@pytest.mark.parametrize("name", [name for name in BODIES if "NUL" in name or "half" in name])
def test_what_cannot_be_kept_is_stopped_at_the_door(world: ApiWorld, name: str) -> None:
    """Whatever field it stands in: no field has to think of it."""
    answer = Api(world.county.coordinator).raw("post", "/plans/", BODIES[name])
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


@pytest.mark.parametrize("name", ["NaN", "Infinity"])
def test_what_json_has_no_word_for_is_stopped_at_the_door(world: ApiWorld, name: str) -> None:
    answer = Api(world.county.coordinator).raw("post", "/plans/", BODIES[name])
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_a_body_longer_than_any_is_not_read_to_its_end(world: ApiWorld) -> None:
    answer = Api(world.county.coordinator).raw("post", "/plans/", b" " * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(("method", "path"), READS, ids=lambda part: part)
def test_hostile_parameters_are_refused(world: ApiWorld, method: str, path: str) -> None:
    address = path.replace("{id}", "1")
    api = Api(world.county.officer("甲镇"))
    for query in ("%00=1", "page=%00", "text=%00", "plan=%00", "x=%ff", "page=%EF%BC%91", "a[]=1"):
        assert api.get(f"{address}?{query}").status_code in (400, 404), query


@pytest.mark.parametrize(
    "path",
    [
        "/tasks/0/",
        "/tasks/-1/",
        "/tasks/999999999999999999/",
        "/tasks/9999999999999999999/",
        "/tasks/１/",
        "/tasks/1%00/",
        "/tasks/1/%2e%2e/",
        "/plans/1e3/",
    ],
)
def test_an_id_that_is_none(world: ApiWorld, path: str) -> None:
    answer = Api(world.county.coordinator).get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "\0"},
        {"accept": "application/json;q=x"},
        {"accept-language": "\0;q=" + "9" * 400},
        {"if-match": "\0"},
        {"cookie": "sessionid=\0; sessionid=" + "x" * 500},
        {"authorization": "Token \0"},
        {"authorization": "Basic AAAA"},
        {"x-csrftoken": "\ud800"},
    ],
)
def test_hostile_headers(world: ApiWorld, headers: dict[str, str]) -> None:
    share = world.share("5.")
    answer: Any = Client(headers=headers).post(
        f"/api/v1/tasks/{share.pk}/acknowledge/", b"{}", content_type="application/json"
    )
    assert answer.status_code in (401, 406)
