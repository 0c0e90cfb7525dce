"""Nobody's own operation makes their own rights grow (issue 5; what rights are: ``rights``).

A long sequence of random writes at the API: every operation of its router, by people of every
role and of two, about rows in sight and out of it. Before and after each, all rights of its
caller are worked out; what has come in addition, and does not follow by DESIGN 3 and 4 as
``rights.growth`` states it, is growth. Operations of others may give somebody more: a share that
is handed down to their unit. Pages call the same services and are not asked again here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import access as posts
from plans import access as of_plans
from tasks import access as of_shares
from tasks.models import Task
from tests.api_world import ApiWorld
from tests.county import County
from tests.faults.chance import chance
from tests.faults.counts import count
from tests.faults.many_hands import ManyHands, Person
from tests.faults.random_operations import Bodies, Description, Route, send
from tests.faults.rights import Moment, Operation, Right, growth, newest_ids, rights_of
from tests.kept_rows import built_once
from tests.permissions import undone

OPERATIONS = count(300, 10_000)
#: After so many the world is put back: it runs out of open shares and of units.
ROUND = 250
#: Of the callers so many are drawn from the row's surroundings; the others from everybody.
NEAR = 0.85
#: Reading a document takes a process of its own: a second, to write one row of nobody's rights.
COSTLY, OFTEN_ENOUGH = {"/plans/read/"}, 0.1

JUDGES = {
    "works on": of_shares.may_work_on,
    "decides": of_shares.may_decide,
    "is above": of_shares.is_above,
    "supervises": of_shares.may_supervise,
}

Say = Callable[[str, object], None]

pytestmark = pytest.mark.django_db
fault = pytest.mark.fault(suite="api", name="E31 rights do not grow")


@dataclass
class Found:
    """What came of a sequence."""

    statuses: Counter[int] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    grown: list[tuple[Operation, str, list[Right]]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.statuses.total()

    @property
    def succeeded(self) -> int:
        return sum(many for status, many in self.statuses.items() if status < 300)


class Sequence:
    """One operation after the other, each drawn and each measured."""

    def __init__(self, hands: ManyHands, name: str) -> None:
        self.hands = hands
        self.dice = chance(name)
        description = Description()
        self.routes = description.routes
        self.bodies = Bodies(self.dice, description)
        self.client = Client(raise_request_exception=True, headers={"accept-language": "en"})
        self.found = Found()

    def run(self, operations: int) -> Found:
        for start in range(0, operations, ROUND):
            with undone():
                for _ in range(min(ROUND, operations - start)):
                    self._once()
        return self.found

    def run_until_grown(self, most: int) -> Found:
        while not self.found.grown and self.found.asked < most:
            self.run(1)
        return self.found

    def _once(self) -> None:
        route = self._route()
        row = self._row(route)
        caller = self._caller(row)
        self.bodies.own_units = sorted(caller.units)
        body = self.bodies.of(route.schema)
        done = Operation(route.method, route.path, row.pk if row else None)
        if not self._writes(route, row, body, caller):
            return
        before = Moment(rights_of(caller.user, timezone.localdate()), newest_ids())
        self._send(route, row, body, caller)
        if grown := growth(before, rights_of(caller.user, timezone.localdate()), done):
            self.found.grown.append((done, caller.user.username, grown))

    def _route(self) -> Route:
        route = self.dice.choice(self.routes)
        if route.path in COSTLY and self.dice.random() > OFTEN_ENOUGH:
            return self._route()
        return route

    def _writes(self, route: Route, row: Any, body: Any, caller: Person) -> bool:
        """Tries the operation and takes it back: one that writes nothing changes nobody's rights.

        So the rights are only worked out around those that do, which are then done again.
        """
        with undone(), writes_counted() as writes:
            status = self._send(route, row, body, caller)
        self.found.statuses[status] += 1
        if status < 300:
            self.found.done[f"{route.method} {route.path}"] += 1
        return bool(writes)

    def _send(self, route: Route, row: Any, body: Any, caller: Person) -> int:
        self.client.cookies[django_settings.SESSION_COOKIE_NAME] = caller.session
        answer = send(self.client, route, row, body, caller.user)
        status: int = answer.status_code
        return status

    def _row(self, route: Route) -> Any:
        if not route.takes_row:
            return None
        return route.model.objects.filter(pk=self.bodies.any_id(route.model)).first()

    def _caller(self, row: Any) -> Person:
        near = self.hands.near(row) if row is not None else []
        return self.dice.choice(near if near and self.dice.random() < NEAR else self.hands.people)


@contextmanager
def writes_counted() -> Iterator[list[str]]:
    """The statements that write rows, as they are sent to the database."""
    found: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        if not sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        yield found


@pytest.fixture
def hands(county: County, settings: Settings, tmp_path: Path) -> ManyHands:
    settings.LUOSHI_EVIDENCE_ROOT = tmp_path
    settings.LUOSHI_HEAVY_AT_ONCE = 10**6
    return ManyHands(built_once(ApiWorld, county), chance("rights: people"))


@fault
def test_no_operation_makes_the_rights_of_its_caller_grow(
    hands: ManyHands, record_property: Say
) -> None:
    found = Sequence(hands, "rights").run(OPERATIONS)
    record_property("operations", OPERATIONS)
    record_property("answered_2xx", found.succeeded)
    record_property("kinds_done", len(found.done))
    record_property("statuses", dict(sorted(found.statuses.items())))
    record_property("grown", len(found.grown))
    assert found.grown == []
    assert found.succeeded >= OPERATIONS / 10


@fault.with_args(control=True)
@pytest.mark.parametrize(
    ("guards", "path"),
    [(of_plans, "/plans/{id}/key-tasks/"), (of_shares, "/tasks/{id}/reassign/")],
    ids=["of plans", "of shares"],
)
def test_control_where_everybody_may_do_everything_rights_grow(
    hands: ManyHands,
    guards: Any,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Say,
) -> None:
    """Only the one operation is drawn that can bring the caller something."""
    monkeypatch.setattr(guards, "may_act_for", lambda *_who: True)
    sequence = Sequence(hands, "rights: control")
    sequence.routes = [route for route in sequence.routes if route.path == path]
    found = sequence.run_until_grown(500)
    record_property(f"control_grown_after: {guards.__name__}", found.asked)
    assert found.grown


def test_the_measure_is_what_the_house_itself_goes_by(hands: ManyHands) -> None:
    """For every sixth person, each right against the function by which the services judge."""
    on = timezone.localdate()
    tasks = list(Task.objects.select_related("unit", "plan__issuing_unit", "parent__unit"))
    for person in hands.people[::6]:
        user, rights = person.user, rights_of(person.user, on)
        for task in tasks:
            found = {word for word, *row in rights if row == [task.pk]} & set(JUDGES)
            assert found == {word for word, judge in JUDGES.items() if judge(user, task, on)}
        for role in posts.ALL_ROLES:
            acted = set(posts.units_acted_for(user, [role], on).values_list("pk", flat=True))
            assert {unit for word, *row in rights if word == "acts" and row[0] == role
                    for unit in row[1:]} == acted  # fmt: skip
        for word, units in (
            ("in sight", posts.units_in_sight(user, on)),
            ("reforms", posts.units_coordinated(user, on)),
        ):
            assert {row[1] for row in rights if row[0] == word} == {unit.pk for unit in units}
