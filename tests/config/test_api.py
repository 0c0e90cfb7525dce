"""The API's root: its description, its documentation, and what it says when it cannot serve."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client

from config.api import answer_for
from tests.api_requests import Api
from tests.api_world import ApiWorld
from tests.county import County, make_county
from tests.page_requests import browser


@pytest.fixture
def schema(county: County) -> Any:
    answer = Api(county.officer("甲镇"), accept="application/json").get("/schema/")
    assert answer.status_code == 200
    return answer.json()


def test_the_description_is_valid_and_complete() -> None:
    """Warnings are what it could not describe: a type guessed, a name used twice."""
    told = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=told)
    assert "openapi: 3" in told.getvalue()


def test_the_description_is_yaml_unless_json_is_accepted(county: County) -> None:
    answer = Api(county.officer("甲镇")).get("/schema/")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi")
    assert answer.content.startswith(b"openapi: 3")


#: The unit is named beside the path, and may be out of sight.
OF_A_UNIT = ("/api/v1/reports/sheet/",)
#: What is written there is no part of the plan's row, and need not name its version.
BESIDE_A_PLAN = {
    f"/api/v1/plans/{{id}}/{written}/"
    for written in (
        "indicators",
        "annual-report/texts",
        "annual-report/comments",
        "annual-report/assignments",
        "annual-report/release",
    )
}


def test_every_write_to_a_row_names_its_precondition_and_every_route_its_refusals(
    schema: Any,
) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            headers = [found["name"] for found in operation.get("parameters", [])]
            changes_a_row = "{id}" in path and path not in BESIDE_A_PLAN
            assert ("If-Match" in headers) == (method in ("post", "put", "patch") and changes_a_row)
            assert {"400", "401", "429", "503"} <= operation["responses"].keys(), (method, path)
            assert ("404" in operation["responses"]) == ("{id}" in path or path in OF_A_UNIT)


def test_the_description_says_how_to_log_in(schema: Any) -> None:
    assert schema["components"]["securitySchemes"].keys() == {"token", "password", "cookieAuth"}
    assert schema["paths"]["/api/v1/tokens/"]["post"]["security"] == [{"password": []}]


def test_the_documentation_needs_no_other_host(county: County) -> None:
    answer: Any = browser(county.officer("甲镇")).get("/api/v1/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    script: Any = browser(county.officer("甲镇")).get("/api/v1/docs/?script=")
    assert "javascript" in script["Content-Type"]
    assert "/api/v1/schema/" in script.content.decode().replace("\\u002D", "-")


def test_the_documentation_is_behind_the_log_in(db: None) -> None:
    answer: Any = Client().get("/api/v1/docs/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/api/v1/docs/")


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_else_holds_is_busy() -> None:
    """The lock is waited for three seconds, then nothing is written and the caller is told."""
    world = ApiWorld(make_county())
    share = world.share("3.")
    with another_connection() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM tasks_task WHERE id = %s FOR UPDATE", [share.pk])
        officer = Api(world.county.officer("甲镇"))
        answer = officer.post(f"/tasks/{share.pk}/acknowledge/", row=share)
        cursor.execute("ROLLBACK")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "busy"
    share.refresh_from_db()
    assert share.state == "issued"


def test_without_a_database_the_answer_says_when_to_ask_again(db: None) -> None:
    """The fault is a real one: a connection to a place where no server listens."""
    with another_connection() as nowhere:
        nowhere.settings_dict |= {"HOST": "/nowhere-at-all"}
        with pytest.raises(OperationalError) as refused:
            nowhere.ensure_connection()
    answer: Any = answer_for(refused.value, {"request": HttpRequest()})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer.data["code"] == "unavailable"


def test_a_defect_is_left_to_django() -> None:
    assert answer_for(ZeroDivisionError(), {"request": HttpRequest()}) is None


@contextmanager
def another_connection() -> Iterator[Any]:
    """A connection of its own to the test database."""
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()
