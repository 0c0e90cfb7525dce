"""The API asked by Schemathesis, in one person's name, and each answer held against the schema.

Schemathesis draws the requests, right ones and wrong ones, from the description that the API
gives of itself. Left to that, nearly all would end at 404 and 412. So in most of them, as a
client would, the id of the path is one of a row that exists, ``If-Match`` is the row's ETag, and
in half of them the body speaks of rows that exist. What is drawn for a request follows from what
Schemathesis drew: a run is repeated by its seed.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api.conditions import etag_of
from accounts.models import User
from accounts.tokens import make_token
from tests.api_requests import ROOT
from tests.faults.random_operations import ROWS_OF_PATH, Bodies, Description, basic
from tests.permissions import undone

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
#: How often the path names a row that exists, and the body such rows as well.
REAL_ROW, REAL_BODY = 0.85, 0.6


@dataclass
class Tally:
    """What was answered, and every answer of which the description knows nothing."""

    statuses: Counter[int] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    undocumented: list[str] = field(default_factory=list)

    @property
    def server_errors(self) -> int:
        return sum(many for status, many in self.statuses.items() if status >= 500)

    @property
    def asked(self) -> int:
        return sum(self.statuses.values())


class Asker:
    """One person, with a token, and the tally of what they were answered."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.token = make_token(user, name="", scope="write", expiry=None, at=timezone.now())[1]
        self.description = Description()
        self.schema = openapi.from_dict(self.description.document)
        self.schema.app = WSGIHandler()
        self.tally = Tally()

    def ask(self, case: Case[Any]) -> Any:
        self._make_real(case)
        with connection_kept():
            answer = case.call(headers={"Authorization": self._authorization(case)})
        label = case.operation.label
        self.tally.statuses[answer.status_code] += 1
        if answer.status_code < 300:
            self.tally.done.add(label)
        return answer

    def judge(self, case: Case[Any], answer: Any) -> None:
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            said = "; ".join(str(error) for error in group.exceptions)
            self.tally.undocumented.append(f"{case.operation.label}: {answer.status_code}: {said}")

    def _authorization(self, case: Case[Any]) -> str:
        """Name and password where a token is made; elsewhere the token."""
        makes_token = case.operation.label == f"POST {ROOT}/tokens/"
        return basic(self.user.username) if makes_token else f"Token {self.token}"

    def _make_real(self, case: Case[Any]) -> None:
        dice = random.Random(  # noqa: S311 - a test's dice
            f"{case.operation.label} {case.path_parameters} {case.query} {case.body!r}"
        )
        if dice.random() > REAL_ROW:
            return
        bodies = Bodies(dice, self.description)
        row = self._row(case, bodies)
        if row is not None:
            case.path_parameters["id"] = row.pk
        if hasattr(row, "version"):
            case.headers["If-Match"] = etag_of(row)
        if case.media_type == "application/json" and dice.random() < REAL_BODY:
            case.body = bodies.of(self._body_of(case))

    def _row(self, case: Case[Any], bodies: Bodies) -> Any:
        collection = case.operation.path.removeprefix(ROOT).split("/")[1]
        if "{id}" not in case.operation.path or collection not in ROWS_OF_PATH:
            return None
        model = ROWS_OF_PATH[collection]
        return model.objects.filter(pk=bodies.any_id(model)).first()

    def _body_of(self, case: Case[Any]) -> dict[str, Any]:
        found = self.description.document["paths"][case.operation.path][case.operation.method]
        schema: dict[str, Any] = found["requestBody"]["content"]["application/json"]["schema"]
        return schema


@contextmanager
def connection_kept() -> Iterator[None]:
    """Django ends a request by closing the connection, which here is the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def each_operation_alone(asker: Asker, examples: int) -> None:
    """Every operation of the schema so many times, each time in the world as it was."""
    for result in asker.schema.get_all_operations():
        assert isinstance(result, Ok)
        _try_one(asker, result.ok(), examples)


def _try_one(asker: Asker, operation: Any, examples: int) -> None:
    @settings(**settings_for(examples))
    @given(case=operation.as_strategy())
    def one(case: Case[Any]) -> None:
        with undone():
            asker.judge(case, asker.ask(case))

    one()


def chains_of_operations(asker: Asker, scenarios: int, steps: int) -> None:
    """Schemathesis's own machine: what one answer names, the next request asks for."""
    base: type[APIStateMachine] = asker.schema.as_state_machine()

    class Chain(base):  # type: ignore[misc, valid-type]
        """Each scenario in the world as it was."""

        asker: ClassVar[Asker]

        def setup(self) -> None:
            self._world = undone()
            self._world.__enter__()

        def teardown(self) -> None:
            self._world.__exit__(None, None, None)

        def call(self, case: Case[Any], **kwargs: Any) -> Any:
            return self.asker.ask(case)

        def validate_response(self, response: Any, case: Case[Any], *_: Any, **__: Any) -> None:
            self.asker.judge(case, response)

    Chain.asker = asker
    Chain.run(settings=settings(**settings_for(scenarios), stateful_step_count=steps))


def settings_for(examples: int) -> dict[str, Any]:
    """Failures are counted, not raised: nothing is to be made smaller."""
    return {
        "max_examples": examples,
        "phases": [Phase.generate],
        "deadline": None,
        "database": None,
        "suppress_health_check": list(HealthCheck),
    }
