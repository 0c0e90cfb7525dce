"""组织机构 as a page: what everybody sees of units and groups, and who sees whose people."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.directory import add_person, add_unit, grant_role
from accounts.models import Membership, Unit, UnitGroupMembership, User
from accounts.reforming import close_unit, rename_unit
from tests.county import START, County
from tests.page_requests import browser, queries_of, text_of

Role = Membership.Role
DIRECTORY = "/directory/"


def page(user: User, path: str, **query: str) -> str:
    response = browser(user).get(path, query)
    assert response.status_code == 200
    return text_of(response)


def of_unit(unit: Unit) -> str:
    return reverse("unit", args=[unit.pk])


def links_in(user: User, path: str, **query: str) -> list[str]:
    """The units that the tree shows, in its order."""
    content = browser(user).get(path, query).content.decode()
    tree = content.partition('<nav class="units"')[2].partition("</nav>")[0]
    return [part.partition(">")[2].partition("<")[0] for part in tree.split('href="')[1:]]


def test_the_tree_is_open_down_to_the_unit_that_is_looked_at(county: County) -> None:
    user = county.officer("乙乡")
    tops = ["县", "司法局", "财政局", "甲镇", "乙乡", "依法治县办"]
    assert links_in(user, DIRECTORY) == tops
    opened = [*tops[:4], "甲一村", "甲二村", *tops[4:]]
    assert links_in(user, of_unit(county.unit("甲镇"))) == opened
    assert links_in(user, of_unit(county.unit("甲一村"))) == opened
    assert links_in(user, of_unit(county.unit("乙乡"))) == tops


def test_a_unit_that_has_ended_is_shown_when_asked_for(county: County) -> None:
    user, unit = county.officer("甲镇"), county.unit("财政局")
    close_unit(unit.pk, on=dt.date(2026, 5, 1))
    assert "财政局" not in links_in(user, DIRECTORY)
    assert "财政局" in links_in(user, DIRECTORY, ended="on")
    assert "财政局" in links_in(user, of_unit(unit))
    assert "This unit ended on 30 Apr 2026." in page(user, of_unit(unit))
    assert "财政局-officer" not in page(county.coordinator, DIRECTORY, q="财政")
    assert "财政局-officer" in page(county.coordinator, DIRECTORY, q="财政", ended="on")


def test_a_unit_tells_its_names_host_groups_and_dates(county: County) -> None:
    rename_unit(county.unit("甲镇").pk, "甲新镇", on=dt.date(2026, 6, 1))
    told = page(county.officer("乙乡"), of_unit(county.unit("甲镇")))
    assert "甲镇 1 Jan 2026 – 31 May 2026" in told
    assert "各乡镇(街道) since 1 Jan 2026" in told
    office = page(county.officer("乙乡"), of_unit(county.unit("依法治县办")))
    assert "Hosted by 司法局 since 1 Jan 2026" in office


@pytest.mark.parametrize(
    ("reader", "unit", "seen"),
    [
        ("甲镇-officer", "甲镇", True),
        ("甲镇-officer", "甲一村", True),
        ("甲镇-officer", "乙乡", False),
        ("甲镇-officer", "县", False),
        ("甲一村-head", "甲镇", False),
        ("县-viewer", "乙乡", True),
        ("司法局-officer", "财政局", False),
        ("依法治县办-coordinator", "乙乡", True),
        ("依法治县办-coordinator", "甲一村", True),
        ("依法治县办-coordinator", "邻县", False),
    ],
)
def test_people_are_seen_of_ones_own_part_and_by_the_coordinator_of_the_tree(
    county: County, reader: str, unit: str, seen: bool
) -> None:
    county.add("邻县", Unit.Kind.COUNTY, None)
    user = county.people[reader]
    assert (f"{unit}-officer" in page(user, of_unit(county.unit(unit)))) is seen
    assert (f"{unit}-officer" in page(user, DIRECTORY, q=f"{unit}-off")) is seen


def test_who_keeps_the_directory_sees_all_of_it_without_a_role(county: County) -> None:
    keeper = add_person("keeper", name="管理员", email="")
    assert links_in(keeper, DIRECTORY) == []
    assert browser(keeper).get(of_unit(county.unit("甲镇"))).status_code == 404
    User.objects.filter(pk=keeper.pk).update(is_staff=True)
    assert links_in(keeper, DIRECTORY) == []
    User.objects.filter(pk=keeper.pk).update(is_superuser=True)
    keeper = User.objects.get(pk=keeper.pk)
    assert "甲镇-officer" in page(keeper, of_unit(county.unit("甲镇")))
    User.objects.filter(pk=keeper.pk).update(is_staff=False)
    assert links_in(User.objects.get(pk=keeper.pk), DIRECTORY) == []


def test_two_characters_find_units_groups_and_people(county: County) -> None:
    told = page(county.officer("甲镇"), DIRECTORY, q="甲二")
    assert "Units 1" in told
    assert "People 2" in told
    assert "Groups of units" not in told
    assert "Groups of units 1" in page(county.officer("甲镇"), DIRECTORY, q="乡镇")
    assert "Nothing is called so" in page(county.officer("甲镇"), DIRECTORY, q="丙丁")
    assert browser(county.officer("甲镇")).get(DIRECTORY, {"q": "甲\0"}).status_code == 200


def test_a_former_name_finds_the_unit(county: County) -> None:
    rename_unit(county.unit("甲镇").pk, "丙镇", on=dt.date(2026, 6, 1))
    assert "丙镇" in page(county.officer("乙乡"), DIRECTORY, q="甲镇")


def test_roles_of_earlier_days_and_closed_accounts_stand_apart(county: County) -> None:
    Membership.objects.filter(user=county.head("甲镇")).update(valid_to=START)
    User.objects.filter(pk=county.officer("甲镇").pk).update(is_active=False)
    told = page(county.coordinator, of_unit(county.unit("甲镇")))
    assert "Nobody holds a role here. Of earlier days 2" in told
    assert "甲镇-officer account closed" in told


def test_members_that_have_left_a_group_stand_apart(county: County) -> None:
    assert county.townships is not None
    UnitGroupMembership.objects.filter(unit=county.unit("乙乡")).update(valid_to=START)
    path = reverse("unit-group", args=[county.townships.pk])
    told = page(county.officer("甲镇"), path)
    assert "Units 1" in told
    assert "Of earlier days 1" in told


def test_what_is_found_beyond_the_limit_is_said(county: County) -> None:
    for number in range(51):
        add_unit(f"丁{number}村", Unit.Kind.VILLAGE, parent=county.unit("甲镇"), valid_from=START)
    assert "There is more than is shown here" in page(county.coordinator, DIRECTORY, q="丁")
    assert "There is more than is shown here" not in page(county.coordinator, DIRECTORY, q="丁1")


def test_the_number_of_queries_does_not_grow(county: County) -> None:
    user = county.coordinator
    assert county.townships is not None
    paths = [
        DIRECTORY,
        f"{DIRECTORY}?q=甲",
        of_unit(county.unit("甲镇")),
        reverse("unit-group", args=[county.townships.pk]),
    ]
    few = [queries_of(browser(user), path) for path in paths]
    for number in range(12):
        name = f"甲{number}组"
        unit = add_unit(
            name, Unit.Kind.VILLAGE, parent=county.unit("甲镇"), valid_from=START, aliases=["甲"]
        )
        person = add_person(name, name=name, email="")
        for below in (unit, county.unit("甲镇")):
            grant_role(person, below, Role.OFFICER, valid_from=START)
        UnitGroupMembership.objects.create(group=county.townships, unit=unit, valid_from=START)
    assert [queries_of(browser(user), path) for path in paths] == few == [7, 11, 20, 5]
