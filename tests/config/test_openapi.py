"""The OpenAPI document: the one that is committed, and that nothing in it is left unsaid."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import BaseThrottle

from accounts.api.examples import example_of
from accounts.api.fields import StrictSerializer
from accounts.api.schema import Description
from accounts.api.views import UnitViewSet
from config.api import urlpatterns
from tests.api_requests import ROOT, Api
from tests.county import START, County

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
#: Routes about the API itself.
UNDESCRIBED = {"schema/", "docs/", ""}
Operation = tuple[str, str, dict[str, Any]]


def described(language: str = "en") -> dict[str, Any]:
    generator: Any = SchemaGenerator
    with translation.override(language):
        return json.loads(json.dumps(generator().get_schema(request=None, public=True)))  # type: ignore[no-any-return]


def operations() -> list[Operation]:
    return [
        (method, path, operation)
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
    ]


OPERATIONS = operations()
NAMES = [f"{method} {path}" for method, path, _operation in OPERATIONS]
each_operation = pytest.mark.parametrize(
    "operation", [operation for _method, _path, operation in OPERATIONS], ids=NAMES
)


def test_the_committed_document_is_the_one_that_is_served() -> None:
    """``make openapi`` writes it anew; the change is then read before it is committed."""
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == described()


def test_it_is_openapi_3_1() -> None:
    assert described()["openapi"] == "3.1.1"


@each_operation
def test_every_operation_has_a_summary(operation: Any) -> None:
    summary = operation.get("summary", "")
    assert summary
    assert "\n" not in summary
    assert not summary.endswith(".")


@each_operation
def test_every_operation_names_its_errors_in_the_one_form(operation: Any) -> None:
    refusals = {code: found for code, found in operation["responses"].items() if code >= "400"}
    assert {"400", "401", "406", "503"} <= refusals.keys()
    for code, found in refusals.items():
        form = found["content"]["application/json"]["schema"]
        assert form == {"$ref": "#/components/schemas/Error"}, code
        assert found["description"], code


@each_operation
def test_every_json_body_has_an_example(operation: Any) -> None:
    body = operation.get("requestBody", {"content": {}})["content"].get("application/json")
    if body is not None and body["schema"] != {}:
        assert list(body["examples"]) == ["Body"]


def serializers_of_bodies() -> list[type[StrictSerializer]]:
    def walk(cls: type[StrictSerializer]) -> Iterator[type[StrictSerializer]]:
        for found in cls.__subclasses__():
            yield found
            yield from walk(found)

    return sorted(set(walk(StrictSerializer)), key=lambda found: found.__qualname__)


@pytest.mark.parametrize("serializer", serializers_of_bodies())
def test_every_example_is_one_that_is_taken(
    county: County, serializer: type[StrictSerializer]
) -> None:
    """But for files, and for ids, which name rows of another installation."""
    request = APIRequestFactory().post("/")
    request.user = county.coordinator
    view = type("View", (), {"user": county.coordinator, "on": START})()
    checked = serializer(data=example_of(serializer()), context={"request": request, "view": view})
    if not checked.is_valid():
        wrong = set(codes_of(checked.errors))
        assert wrong <= {"does_not_exist", "invalid_file"} or "file" in checked.errors


def codes_of(errors: Any) -> Iterator[str]:
    if isinstance(errors, dict):
        errors = list(errors.values())
    if isinstance(errors, list):
        for error in errors:
            yield from codes_of(error)
    else:
        yield errors.code


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


def test_every_route_of_the_router_stands_in_the_document() -> None:
    """Compared as paths with their ids taken out."""
    known = {path.removeprefix(f"{ROOT}/").replace("{id}", "ID") for _m, path, _o in OPERATIONS}
    found = {
        route.replace("(?P<pk>[0-9]{1,18})", "ID").replace("^", "").replace("$", "")
        for route in routes(urlpatterns)
    }
    assert found - {".*"} - UNDESCRIBED == known


def test_words_of_an_enum_are_described_in_the_readers_language(county: County) -> None:
    for language, word in (("en", "returned"), ("zh-hans", "已退回")):
        asked = Api(
            county.officer("甲镇"), **{"accept": "application/json", "accept-language": language}
        )
        schemas = asked.get("/schema/").json()["components"]["schemas"]
        assert f"`returned` - {word}" in schemas["ReportState"]["description"]


def test_a_view_that_counts_its_callers_says_so() -> None:
    class Counted(UnitViewSet):
        throttle_classes = [BaseThrottle]

    view: Any = Counted(action="list")
    description = Description()
    description.view, description.path, description.method = view, "/units/", "GET"
    assert "429" in description._refusals()
