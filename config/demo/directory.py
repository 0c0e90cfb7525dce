"""The county as rows, made by the directory's services: units, groups, posts and log-ins."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.directory import add_group, add_person, add_unit, grant_role, host_unit
from accounts.models import Membership, Unit, UnitGroup, User
from config.demo import county

Role = Membership.Role
Kind = Unit.Kind

OFFICER_POST, HEAD_POST = "联络员", "负责人"

#: The county is older than every plan that is told of it.
SINCE = dt.date(2020, 1, 1)

#: Two coordinators, since nobody approves their own report.
COORDINATORS = ("依法治县办-督办专员", "依法治县办-统筹专员")
LEADERS = ("县政府-主要领导", "县政府-分管领导")

#: The accounts with a password: username, role and unit, as printed by the demo.
LOGINS = (
    (COORDINATORS[0], Role.COORDINATOR, county.ISSUING_OFFICE),
    (COORDINATORS[1], Role.COORDINATOR, county.ISSUING_OFFICE),
    ("司法局-负责人", Role.HEAD, "县司法局"),
    ("司法局-联络员", Role.OFFICER, "县司法局"),
    ("政务服务办-联络员", Role.OFFICER, "县政务服务办"),
    ("花田乡-联络员", Role.OFFICER, "花田乡"),
    ("花田乡-负责人", Role.HEAD, "花田乡"),
    ("庙溪乡-联络员", Role.OFFICER, "庙溪乡"),
    ("何家岩村-联络员", Role.OFFICER, "何家岩村"),
    (LEADERS[1], Role.VIEWER, county.COUNTY),
)


@dataclass
class Directory:
    """The units, groups and posts of the demo by name."""

    passwords: Mapping[str, str]
    units: dict[str, Unit] = field(default_factory=dict)
    groups: dict[str, UnitGroup] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)

    def officer(self, unit: str) -> User:
        """Who works for the unit; for a working group the officer of its host."""
        return self.people[username(self.hosts.get(unit, unit), OFFICER_POST)]

    def head(self, unit: str) -> User:
        return self.people[username(self.hosts.get(unit, unit), HEAD_POST)]

    def coordinator(self, n: int) -> User:
        """One of the coordinators, in turn."""
        return self.people[COORDINATORS[n % len(COORDINATORS)]]


def username(unit: str, post: str) -> str:
    """The account of a post: 司法局-联络员 of 县司法局, 县委政法委-负责人 of 县委政法委."""
    if unit == county.COUNTY:
        unit = "县政府"
    elif not unit.startswith(("县委", "县政府")):
        unit = unit.removeprefix("县")
    else:
        unit = unit.replace("县政府办公室", "政府办公室")
    return f"{unit}-{post}"


def make_directory(passwords: Mapping[str, str]) -> Directory:
    """Makes the whole county. ``passwords`` by username; all other posts cannot log in."""
    directory = Directory(passwords)
    _make_units(directory)
    _make_working_groups(directory)
    for group in county.GROUPS:
        directory.groups[group.name] = add_group(
            group.name,
            [directory.units[name] for name in group.members],
            valid_from=SINCE,
            aliases=group.aliases,
        )
    _make_office_and_leaders(directory)
    return directory


def find_directory(on: dt.date) -> Directory | None:
    """The county that was made before, as it was on that day; ``None`` where any of it is missing.

    Of its groups nothing is read.
    """
    directory = Directory({})
    directory.units = {unit.name: unit for unit in Unit.objects.valid_on(on)}
    directory.hosts = {group.name: group.host for group in county.WORKING_GROUPS}
    directory.people = {person.username: person for person in User.objects.filter(is_active=True)}
    townships = [*county.ALL_TOWNSHIPS, *(name for of in county.VILLAGES.values() for name in of)]
    units = {county.COUNTY, *county.DEPARTMENTS, *townships, *directory.hosts}
    officers = {username(unit, OFFICER_POST) for unit in units - directory.hosts.keys()}
    people = {*officers, *COORDINATORS}
    is_whole = units <= directory.units.keys() and people <= directory.people.keys()
    return directory if is_whole else None


def _make_units(directory: Directory) -> None:
    _add(directory, county.COUNTY, Kind.COUNTY, None, county.COUNTY_ALIASES)
    for name in county.DEPARTMENTS:
        _add(directory, name, Kind.DEPARTMENT, county.COUNTY, county.aliases_of(name))
    for kind, names in (
        (Kind.SUBDISTRICT, county.SUBDISTRICTS),
        (Kind.TOWN, county.TOWNS),
        (Kind.TOWNSHIP, county.TOWNSHIPS),
    ):
        for name in names:
            _add(directory, name, kind, county.COUNTY, county.township_aliases(name))
    for township, villages in county.VILLAGES.items():
        for name in villages:
            _add(directory, name, Kind.VILLAGE, township, ())


def _make_working_groups(directory: Directory) -> None:
    """They have no posts of their own: their hosts' people act for them."""
    for group in county.WORKING_GROUPS:
        unit = add_unit(
            group.name,
            Kind.WORKING_GROUP,
            parent=directory.units[county.COUNTY],
            valid_from=SINCE,
            aliases=group.aliases,
        )
        host_unit(unit, directory.units[group.host], valid_from=SINCE)
        directory.units[group.name] = unit
        directory.hosts[group.name] = group.host


def _make_office_and_leaders(directory: Directory) -> None:
    for name in COORDINATORS:
        _add_post(directory, name, county.ISSUING_OFFICE, Role.COORDINATOR)
    for name in LEADERS:
        _add_post(directory, name, county.COUNTY, Role.VIEWER)


def _add(
    directory: Directory, name: str, kind: str, parent: str | None, aliases: tuple[str, ...]
) -> None:
    directory.units[name] = add_unit(
        name,
        kind,
        parent=directory.units[parent] if parent else None,
        valid_from=SINCE,
        aliases=aliases,
    )
    _add_post(directory, username(name, OFFICER_POST), name, Role.OFFICER)
    _add_post(directory, username(name, HEAD_POST), name, Role.HEAD)


def _add_post(directory: Directory, name: str, unit: str, role: str) -> None:
    number = len(directory.people) + 1
    person = add_person(
        name,
        name=name,
        email=f"post-{number:03d}@youyang.example",
        password=directory.passwords.get(name),
    )
    grant_role(person, directory.units[unit], role, valid_from=SINCE)
    directory.people[name] = person
