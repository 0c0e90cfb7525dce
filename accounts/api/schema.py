"""How the OpenAPI document describes what every route of ours has in common."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.generics import GenericAPIView

from accounts.api.examples import example_of
from accounts.api.fields import StrictSerializer
from accounts.api.serializers import ErrorSerializer
from accounts.api.shaping import SHAPED

#: Where a parameter says what it may name.
EXPANSIONS = "x-names"

WRITES = ("POST", "PUT", "PATCH")
FIRST_SENTENCE = re.compile(r"(?<=\.)\s|\n\n")

WRONG_BODY = {
    "400": _("The request is not understood; details.fields says where."),
    "413": _("The body is too large."),
    "415": _("This kind of body is not read here."),
}
NOT_FOUND = {"404": _("There is no such row in sight.")}
OF_A_NEW_ROW = {
    "403": _("In sight, but not yours to do."),
    "409": _("Not possible in the state the rows are in."),
}
OF_A_DELETION = {"403": OF_A_NEW_ROW["403"]}
KEY_OF_ANOTHER = {"422": _("The body, or its Idempotency-Key, cannot be used for this.")}
TOO_MANY = {"429": _("Too many requests; ask again after Retry-After seconds.")}
STALE = {"412": _("The row has changed; details.current_version is the version of today.")}
OF_A_WRITE = OF_A_NEW_ROW | STALE | {"428": _("The If-Match header is missing.")}


class Description(AutoSchema):
    """Adds a summary, an example of the body, the refusals and the headers of writes."""

    def get_summary(self) -> str:
        """The first sentence of the description."""
        sentence: str = FIRST_SENTENCE.split(self.get_description(), maxsplit=1)[0]
        return " ".join(sentence.split()).removesuffix(".")

    def get_examples(self) -> list[OpenApiExample]:
        body: Any = self.get_request_serializer() if self.method in WRITES else None
        if isinstance(body, dict):
            body = body.get("application/json")
        body = force_instance(body)  # type: ignore[no-untyped-call]
        if not isinstance(body, StrictSerializer):
            return []
        return [OpenApiExample("body", value=example_of(body), request_only=True)]

    def get_override_parameters(self) -> list[Any]:
        found = []
        if self._changes_a_row():
            text = _("The ETag of the row as it was seen.")
            found.append(_header("If-Match", text, required=True))
        if self._takes_key():
            text = _("Sent twice with the same key, the request is done once and answered alike.")
            found.append(_header("Idempotency-Key", text, required=False))
        if self._action() in SHAPED:
            text = _("Names between commas: only these are answered.")
            found.append(OpenApiParameter("fields", str, description=str(text)))
        if expansions := self._expansions():
            text = _("Names between commas, to be written out in full: %(names)s.")
            text_of_all = str(text) % {"names": ", ".join(expansions)}
            named = {EXPANSIONS: list(expansions)}
            found.append(OpenApiParameter("expand", str, description=text_of_all, extensions=named))
        return found

    def _expansions(self) -> Any:
        return getattr(self.view, "expansions", {}) if self._action() in SHAPED else {}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, text in self._refusals().items():
            if code in bodies:
                continue
            response = OpenApiResponse(ErrorSerializer, description=str(text))
            bodies[code] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                response, code, ["application/json"], direction
            )
        return bodies

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """Without patterns of words: Python's ``\\w`` knows Chinese, that of a schema does not."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if "\\w" in schema.get("pattern", ""):
            del schema["pattern"]

    def _refusals(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "401": _("Nobody is logged in."),
            "406": _("There is no answer in any form that the Accept header names."),
            "429": _("Too many requests; ask again after Retry-After seconds."),
            "503": _("Busy, or without a database; ask again after Retry-After seconds."),
        }
        found |= WRONG_BODY if self.method in WRITES else {"400": WRONG_BODY["400"]}
        if "{" in self.path:
            found |= NOT_FOUND
        if self._changes_a_row():
            found |= OF_A_WRITE
        elif self.method in WRITES or (self.method == "DELETE" and "{" in self.path):
            found |= OF_A_NEW_ROW
        elif self.method == "DELETE":
            found |= OF_A_DELETION
        if self._action() in getattr(self.view, "versions_in_body", ()):
            found |= STALE
        if self._takes_key():
            found |= KEY_OF_ANOTHER
        if self.view.get_throttles():
            found |= TOO_MANY
        return found

    def _takes_key(self) -> bool:
        return self.method == "POST" and isinstance(self.view, GenericAPIView)

    def _changes_a_row(self) -> bool:
        """A row is changed as its caller saw it; where nothing is there yet, nothing was seen."""
        adds = self._action() in getattr(self.view, "adding", ())
        return self.method in WRITES and "{" in self.path and not adds

    def _action(self) -> str | None:
        action: str | None = getattr(self.view, "action", None)
        return action


def _header(name: str, text: Promise, *, required: bool) -> OpenApiParameter:
    return OpenApiParameter(name, str, "header", required=required, description=str(text))


def describe_parts(result: Any, **_of: Any) -> Any:
    """A row that ``fields=`` or ``expand=`` has shaped is described beside the whole one.

    For ``POSTPROCESSING_HOOKS``: only in the whole document is it known what a row consists of.
    """
    schemas = result["components"]["schemas"]
    for path in result["paths"].values():
        shaped = {word["name"]: word for word in path.get("get", {}).get("parameters", ())}
        if "fields" in shaped:
            expansions = shaped.get("expand", {}).get(EXPANSIONS, ())
            answer = path["get"]["responses"]["200"]["content"]["application/json"]
            _describe_part(answer, expansions, schemas)
    return result


def _describe_part(answer: dict[str, Any], expansions: Iterable[str], schemas: Any) -> None:
    holder, key = answer, "schema"
    whole = schemas[_name_in(answer["schema"])]
    if "results" in whole["properties"]:
        holder, key = whole["properties"]["results"], "items"
    name = _name_in(holder[key])
    part = f"{name}Part"
    schemas[part] = {
        "type": "object",
        "description": "What `fields=` asked for, and `expand=` wrote out in full.",
        "properties": {**schemas[name]["properties"], **{field: {} for field in expansions}},
        "additionalProperties": False,
    }
    holder[key] = {"anyOf": [holder[key], {"$ref": f"#/components/schemas/{part}"}]}


def _name_in(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name
