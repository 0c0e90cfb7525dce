"""What every resource of the API does in the same way: refuse, page, and say what it refused."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.directory import add_unit
from accounts.models import Unit
from tests.api_requests import ROOT, Api, fields_of, ids_in, session_of
from tests.api_world import ApiWorld
from tests.county import START, County


@pytest.fixture
def officer(county: County) -> Api:
    return Api(county.officer("甲镇"))


@pytest.mark.parametrize(
    "path", ["/units/", "/me/", "/schema/", "/nowhere/", "/tasks/1/", "/units", "/"]
)
def test_a_stranger_is_told_nothing(db: None, path: str) -> None:
    answer = Api().get(path)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/json"
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("path", ["/nowhere/", "/units", "/units/abc/", "/units/" + "9" * 30 + "/"])
def test_an_address_that_does_not_exist_is_answered_in_json(officer: Api, path: str) -> None:
    answer = officer.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"code": "not_found", "message": "Not found.", "details": {}}


def test_a_row_that_does_not_exist(officer: Api) -> None:
    answer = officer.get(f"/units/{10**17}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_messages_are_in_the_language_that_is_asked_for(county: County) -> None:
    row = f"/units/{10**17}/"
    chinese = Api(county.officer("甲镇"), **{"accept-language": "zh-hans"}).get(row)
    assert chinese.json()["message"] == "没有这项内容，或者无权查看。"


def test_a_method_that_does_not_exist(officer: Api) -> None:
    answer = officer.send("put", "/units/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_a_page_is_not_what_the_api_answers(officer: Api) -> None:
    answer = Api(accept="text/html").get("/units/")
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/json")


def test_the_session_of_the_pages_writes_only_with_its_token_against_forgery(
    world: ApiWorld,
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["sessionid"] = session_of(world.county.officer("甲镇"))
    share = world.share("3.")
    answer: Any = client.post(
        f"/api/v1/tasks/{share.pk}/acknowledge/",
        {},
        content_type="application/json",
        headers={"If-Match": f'"{share.pk}-{share.version}"'},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("nonsense=1", {"nonsense": ["unknown"]}),
        ("Kind=town", {"Kind": ["unknown"]}),
        ("format=json", {"format": ["unknown"]}),
        ("kind=", {"kind": ["empty"]}),
        ("text=a&text=b", {"text": ["repeated"]}),
        ("after=1&after=1", {"after": ["repeated"]}),
        ("page=1", {"page": ["unknown"]}),
        ("a=1&b=2", {"a": ["unknown"], "b": ["unknown"]}),
    ],
)
def test_a_parameter_that_would_be_passed_over_is_refused(
    officer: Api, query: str, fields: dict[str, Any]
) -> None:
    assert fields_of(officer.get(f"/units/?{query}")) == fields


def test_one_row_takes_no_parameter(county: County, officer: Api) -> None:
    assert fields_of(officer.get(f"/units/{county.unit('县').pk}/?page=1")) == {"page": ["unknown"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("after", "0"),
        ("after", "-1"),
        ("after", "１"),
        ("after", "W10"),  # []
        ("after", "bnVsbA"),  # null
        ("after", "W3t9LDEsMV0"),  # [{},1,1]
        ("after", "WzEsMSwieCJd"),  # [1,1,"x"]
        ("after", "9" * 40),
        ("page_size", "-1"),
        ("page_size", "1.5"),
        ("page_size", "１"),
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "ten"),
        ("page_size", "9" * 40),
    ],
)
def test_a_page_that_cannot_be(officer: Api, name: str, value: str) -> None:
    assert fields_of(officer.get("/units/", **{name: value})) == {name: ["invalid"]}


def test_pages_of_a_list(county: County, officer: Api) -> None:
    top = county.unit("县")
    for n in range(205):
        add_unit(f"第{n}村", Unit.Kind.VILLAGE, parent=top, valid_from=START)
    first = officer.get("/units/")
    assert (first.json()["count"], len(ids_in(first))) == (None, 50)
    assert officer.get("/units/", count="true").json()["count"] == Unit.objects.count()
    most = officer.get("/units/", page_size="200")
    assert len(ids_in(most)) == 200
    rest = officer.get(most.json()["next"].partition(ROOT)[2])
    assert rest.json()["next"] is None
    assert sorted(ids_in(most) + ids_in(rest)) == sorted(Unit.objects.values_list("pk", flat=True))


def test_the_count_is_asked_for_by_its_word(officer: Api) -> None:
    assert fields_of(officer.get("/units/", count="1")) == {"count": ["invalid_choice"]}


def test_a_write_without_the_version_it_saw(world: ApiWorld) -> None:
    officer, share = Api(world.county.officer("甲镇")), world.share("3.")
    answer = officer.post(f"/tasks/{share.pk}/acknowledge/")
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_required")
    share.refresh_from_db()
    assert share.state == "issued"


@pytest.mark.parametrize("etag", ["*", '"1-1"', '"999999999999-1"'])
def test_another_rows_etag_is_stale(world: ApiWorld, etag: str) -> None:
    officer, share = Api(world.county.officer("甲镇")), world.share("3.")
    assert share.pk != 1
    answer = officer.send("post", f"/tasks/{share.pk}/acknowledge/", etag=etag)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert answer.json()["details"] == {"current_version": share.version}


@pytest.mark.parametrize(
    "etag", ["", "1", '"a-b"', '"1-1", "2-2"', 'W/"1-1"', '"' + "9" * 40 + '-1"']
)
def test_an_etag_of_another_form(world: ApiWorld, etag: str) -> None:
    officer, share = Api(world.county.officer("甲镇")), world.share("3.")
    answer = officer.send("post", f"/tasks/{share.pk}/acknowledge/", etag=etag)
    assert (answer.status_code, answer.json()["code"]) == (400, "if_match_malformed")


def test_an_older_version_is_refused_and_the_answers_etag_is_the_next(world: ApiWorld) -> None:
    officer, share = Api(world.county.officer("甲镇")), world.share("3.")
    path = f"/tasks/{share.pk}/"
    seen = officer.get(path)
    assert seen["ETag"] == f'"{share.pk}-{share.version}"'
    done = officer.send("post", f"{path}acknowledge/", etag=seen["ETag"])
    assert (done.status_code, done["ETag"]) == (200, f'"{share.pk}-{share.version + 1}"')
    late = officer.send("post", f"{path}reports/", {"percent": "1"}, etag=seen["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert late.json()["details"] == {"current_version": share.version + 1}
    assert (
        officer.send("post", f"{path}reports/", {"percent": "1"}, etag=done["ETag"]).status_code
        == 201
    )


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "a/b"])
def test_only_json_is_read(world: ApiWorld, content_type: str) -> None:
    coordinator = Api(world.county.coordinator)
    answer = coordinator.raw("post", "/plans/", b"draft=1", content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("body", [[], [1], "text", 1, True, None])
def test_a_body_that_is_no_object(world: ApiWorld, body: Any) -> None:
    coordinator = Api(world.county.coordinator)
    answer = coordinator.raw("post", "/plans/", json.dumps(body).encode())
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
