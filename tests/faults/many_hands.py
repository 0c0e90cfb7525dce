"""Two counties and three issuing offices, with people of every role and of two roles at once."""

import random
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.directory import add_person, add_unit, grant_role, host_unit
from accounts.models import Membership, Unit, User
from plans.editing import make_plan
from tasks.access import deciding_unit
from tasks.issuing import issue_plan
from tasks.models import Task
from tests.api_requests import session_of
from tests.api_world import ApiWorld, in_days
from tests.county import START, draft_of, item, owner
from tests.faults.random_operations import PASSWORD

Role = Membership.Role
TWO_POSTS = 24


@dataclass
class Person:
    user: User
    session: str
    units: frozenset[int]
    looks_on: bool


class ManyHands:
    """``ApiWorld``, beside it 平安办 in the same county and 邻县 with 邻法办, each with a plan.

    Every unit has somebody in every role. ``TWO_POSTS`` people hold two posts drawn at random,
    also in parts of the tree that have nothing to do with each other; one person holds none.
    """

    def __init__(self, world: ApiWorld, dice: random.Random) -> None:
        self.world = world
        self._add_offices()
        self._add_people(dice)
        self._add_plans()
        User.objects.update(password=make_password(PASSWORD))
        self.people = [_person(user) for user in User.objects.order_by("pk")]

    def _add_offices(self) -> None:
        county = self.world.county
        county.units["邻县"] = add_unit("邻县", Unit.Kind.COUNTY, parent=None, valid_from=START)
        county.units["邻镇"] = add_unit(
            "邻镇", Unit.Kind.TOWN, parent=county.unit("邻县"), valid_from=START
        )
        for name, parent, host in (("平安办", "县", "财政局"), ("邻法办", "邻县", "邻镇")):
            office = add_unit(
                name, Unit.Kind.WORKING_GROUP, parent=county.unit(parent), valid_from=START
            )
            host_unit(office, county.unit(host), valid_from=START)
            county.units[name] = office

    def _add_people(self, dice: random.Random) -> None:
        units = list(self.world.county.units.values())
        for unit in units:
            for role in Role:
                self._add(f"{unit.pk}-{role}", [(unit, role)])
        for number in range(TWO_POSTS):
            posts = [(dice.choice(units), dice.choice(list(Role))) for _ in range(2)]
            self._add(f"two-{number}", list(dict.fromkeys(posts)))
        self._add("nobody", [])

    def _add(self, name: str, posts: list[tuple[Unit, Any]]) -> None:
        person = add_person(name, name=name, email="")
        for unit, role in posts:
            grant_role(person, unit, role, valid_from=START)

    def _add_plans(self) -> None:
        for office, units in (("平安办", ["财政局", "乙乡"]), ("邻法办", ["邻镇"])):
            issuer = self.world.county.unit(office)
            actor = User.objects.get(username=f"{issuer.pk}-{Role.COORDINATOR}")
            items = [
                item("1.", "平安", [owner(name, "responsible")], in_days(90)) for name in units
            ]
            plan = make_plan(
                draft_of(*items),
                issuing_unit=issuer,
                issued_on=timezone.localdate(),
                actor=actor,
                at=timezone.now(),
            )
            issue_plan(plan.pk, actor=actor, at=timezone.now())

    def near(self, row: Any) -> list[Person]:
        """People who have most to do with the row, but those who only look on."""
        if hasattr(row, "user_id"):
            return [person for person in self.people if person.user.pk == row.user_id]
        units = {unit.pk for unit in _units_of(row)}
        return [person for person in self.people if units & person.units and not person.looks_on]


def _person(user: User) -> Person:
    posts = list(user.memberships.values_list("unit_id", "role"))
    looks_on = all(role == Role.VIEWER for _unit, role in posts)
    return Person(user, session_of(user), frozenset(unit for unit, _role in posts), looks_on)


def _units_of(row: Any) -> list[Unit]:
    row = getattr(row, "report", row)
    task = row if isinstance(row, Task) else getattr(row, "task", None)
    if task is not None:
        return [task.unit, deciding_unit(task)]
    plan = getattr(row, "plan", row)
    if hasattr(plan, "issuing_unit"):
        return [plan.issuing_unit]
    return [ending.unit for ending in row.endings.all()] if hasattr(row, "endings") else []
