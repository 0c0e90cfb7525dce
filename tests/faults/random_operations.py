"""Random writes at the API: every unsafe operation that its router offers, with random bodies.

A body is drawn from the operation's own schema. Where the schema wants an id, it gets one of a
row that exists, in sight or not, now and then one of none; which rows a field speaks of stands in
``ROWS_OF_FIELD``, and those of a path in ``ROWS_OF_PATH``. A new route, or a new field with an id,
that is not named there ends the test with a ``KeyError``: nothing is left out in silence.
"""

import base64
import datetime as dt
import json
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.api.conditions import etag_of
from accounts.models import AccessToken, Unit, UnitGroup, User
from plans.models import KeyTask, Plan, Section, SourceDocument
from tasks.models import (
    ChapterText,
    Evidence,
    ExtensionRequest,
    Indicator,
    Paper,
    ProgressReport,
    Step,
    SupervisionNotice,
    Task,
    UnitReform,
)
from tests.api_requests import ROOT
from tests.permissions import ONE_ITEM, TEXT

ROWS_OF_PATH: dict[str, Any] = {
    "evidence": Evidence,
    "extension-requests": ExtensionRequest,
    "indicators": Indicator,
    "key-tasks": KeyTask,
    "papers": Paper,
    "plans": Plan,
    "reports": ProgressReport,
    "supervision-notices": SupervisionNotice,
    "tasks": Task,
    "tokens": AccessToken,
    "unit-reforms": UnitReform,
}
ROWS_OF_FIELD: dict[str, Any] = {
    "denominator": Indicator,
    "deputy": User,
    "document": SourceDocument,
    "group": UnitGroup,
    "id": ProgressReport,  # of a row in reports/approve/
    "indicator": Indicator,
    "issuing_unit": Unit,
    "key_task": KeyTask,
    "moving_below": Task,
    "numerator": Indicator,
    "part_of": Indicator,
    "plan": Plan,
    "recipients": Unit,
    "section": Section,
    "seen": ChapterText,
    "steps": Step,
    "successors": Unit,
    "task": Task,
    "tasks": Task,
    "to_key_task": KeyTask,
    "to_unit": Unit,
    "unit": Unit,
    "unit_group": UnitGroup,
}
#: A number that is no row's id.
NOWHERE = 10**9
#: How often a unit in a body is one of the caller's own.
GREED = 0.3
#: How often a field comes along that may be left out; ids that must fit exactly come seldom.
OPTIONAL, SELDOM = 0.4, 0.1
HARD_TO_FIT = {"moving_below", "steps", "document", "section", "group", "period_end"}


@dataclass(frozen=True)
class Route:
    """One operation of the API, as its own description has it."""

    method: str
    path: str
    content_type: str
    schema: dict[str, Any]

    @property
    def takes_row(self) -> bool:
        return "{id}" in self.path

    @property
    def model(self) -> Any:
        return ROWS_OF_PATH[self.path.split("/")[1]]


class Description:
    """What the API says of itself, made of its router."""

    def __init__(self) -> None:
        generator: Any = SchemaGenerator
        self.document = json.loads(json.dumps(generator().get_schema(request=None, public=True)))

    @cached_property
    def routes(self) -> list[Route]:
        """Every operation that is not safe; one that takes two kinds of body counts as two."""
        return [
            Route(method.upper(), path.removeprefix(ROOT), kind, body)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            if method not in ("get", "head", "options")
            for kind, body in self._bodies(operation)
        ]

    def _bodies(self, operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        content = operation.get("requestBody", {}).get("content") or {"application/json": {}}
        return [(kind, found.get("schema", {})) for kind, found in content.items()]

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found: dict[str, Any] = self.document["components"]["schemas"][name]
            return found
        for word in ("allOf", "oneOf"):
            if word in schema:
                return self.resolved(schema[word][0])
        return schema


class Bodies:
    """Draws bodies from their schemas."""

    def __init__(self, dice: random.Random, description: Description) -> None:
        self.dice = dice
        self.description = description
        #: The units of the caller, who would gladly have more for them.
        self.own_units: list[int] = []

    def any_id(self, model: Any) -> int:
        """Mostly of a row that is there, rather a new one; who may see it is not asked."""
        if model is Unit and self.own_units and self.dice.random() < GREED:
            return self.dice.choice(self.own_units)
        ids = list(model.objects.order_by("-pk").values_list("pk", flat=True)[:60])
        if not ids or self.dice.random() < 0.03:
            return NOWHERE
        return int(self.dice.choice(ids))

    def of(self, schema: dict[str, Any]) -> Any:
        schema = self.description.resolved(schema)
        required = schema.get("required", ())
        body = {
            name: self._value(name, field)
            for name, field in schema.get("properties", {}).items()
            if name in required or self.dice.random() < _chance_of(name)
        }
        if "version" in body:
            body["version"] = self._version(body)
        return body

    def _version(self, body: dict[str, Any]) -> int:
        model, pk = (Task, body["task"]) if "task" in body else (ProgressReport, body["id"])
        row: Any = model.objects.filter(pk=pk).first()
        return row.version if row else 1

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        schema = self.description.resolved(schema)
        kinds = schema.get("type", "string")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        if name == "draft":
            return self._draft()
        if name == "seen" and self.dice.random() < 0.5:
            return 0
        if schema.get("format") == "int64":
            return self.any_id(ROWS_OF_FIELD[name])
        return getattr(self, f"_{kind}")(name, schema)

    def _draft(self) -> dict[str, Any]:
        """Of one key task, for a unit or two of the directory."""
        units = self.dice.sample(list(Unit.objects.all()), 2)
        roles = self.dice.choice([("lead", "responsible"), ("responsible", "supporting")])
        owners = [
            {"name": unit.name, "role": role, "group": False, "open_ended": False}
            for unit, role in zip(units, roles, strict=True)
        ]
        deadline = {"text": "年底前", "kind": "date", "due_on": self._day(100)}
        [item] = ONE_ITEM["items"]
        return {**ONE_ITEM, "items": [item | {"owners": owners, "deadline": deadline}]}

    def _day(self, most: int) -> str:
        return (timezone.localdate() + dt.timedelta(days=self.dice.randint(0, most))).isoformat()

    def _array(self, name: str, schema: dict[str, Any]) -> list[Any]:
        """Without the same twice: of rows each once, by the first of their values."""
        count = self.dice.randint(1, 3)
        items = self.description.resolved(schema["items"])
        if "properties" in items:
            rows = [self.of(items) for _ in range(count)]
            return list({str(next(iter(row.values()))): row for row in rows}.values())
        return list(dict.fromkeys(self._value(name, items) for _ in range(count)))

    def _object(self, name: str, schema: dict[str, Any]) -> Any:
        return self.of(schema)

    def _boolean(self, name: str, schema: dict[str, Any]) -> bool:
        return self.dice.random() < 0.5

    def _integer(self, name: str, schema: dict[str, Any]) -> int:
        if name in ("year", "hour"):
            return timezone.localdate().year if name == "year" else 9
        return self.dice.randint(schema["minimum"], min(schema["maximum"], 40))

    def _string(self, name: str, schema: dict[str, Any]) -> Any:
        form = schema.get("format")
        if form == "date":
            return self._day(0 if name in ("on", "issued_on", "away_from") else 120)
        if form == "date-time":
            return (timezone.now() + dt.timedelta(hours=2)).isoformat()
        if form == "decimal":
            return str(self.dice.randint(1, 99 if name == "percent" else 5))
        if name == "chapter":
            return self.dice.choice(["duty", "other", f"measures-{self.any_id(Section)}"])
        if form == "binary":
            return SimpleUploadedFile("名单.txt", TEXT.encode())
        return TEXT if name == "text" and self.dice.random() < 0.2 else f"字{self.dice.random()}"


def _chance_of(name: str) -> float:
    return SELDOM if name in HARD_TO_FIT else OPTIONAL


def send(client: Any, route: Route, row: Any, body: Any, user: User) -> Any:
    """With the row's own ETag: what is measured here is not whether stale writes are refused."""
    path = ROOT + route.path.replace("{id}", str(row.pk if row else NOWHERE))
    headers = {"If-Match": etag_of(row)} if hasattr(row, "version") else {}
    if route.path == "/tokens/" and route.method == "POST":
        headers["Authorization"] = basic(user.username)
    ask = getattr(client, route.method.lower())
    if route.content_type.startswith("multipart/"):
        body["file"].seek(0)
        return client.post(path, body, headers=headers)
    return ask(path, json.dumps(body), content_type="application/json", headers=headers)


PASSWORD = "one-password-for-all"


def basic(username: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()
