"""Printed names and the directory, on a day."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.directory import add_group, add_unit
from accounts.models import Unit, UnitAlias, UnitGroup
from plans.reading.matching import MOST_CANDIDATES, Directory, match_owners
from tests.county import START, draft_of, due, item, owner

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 2)
Kind = Unit.Kind


@pytest.fixture
def place() -> Unit:
    root = add_unit("酉州土家族自治县", Kind.COUNTY, parent=None, valid_from=START)
    UnitAlias.objects.create(unit=root, name="酉州县", valid_from=START)
    return root


@pytest.fixture
def units(place: Unit) -> dict[str, Unit]:
    names = [
        "县司法局",
        "县财政局",
        "县发展改革委",
        "县委组织部",
        "县市场监管局",
        "龙潭镇",
        "县信访办",
    ]
    return {name: add_unit(name, Kind.DEPARTMENT, parent=place, valid_from=START) for name in names}


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("县司法局", "县司法局"),
        ("司法局", "县司法局"),
        ("酉州县司法局", "县司法局"),
        ("酉州土家族自治县司法局", "县司法局"),
        ("酉州司法局", "县司法局"),
        ("縣財政局", "县财政局"),
        ("县 司 法 局", "县司法局"),
        ("市场监管局", "县市场监管局"),
        ("酉州县委组织部", "县委组织部"),
        ("中共酉州县委组织部", "县委组织部"),
        ("龍潭鎮", "龙潭镇"),
        ("酉州县龙潭镇", "龙潭镇"),
    ],
)
def test_a_unit_by_its_name_in_any_form(units: dict[str, Unit], printed: str, meant: str) -> None:
    assert Directory(ON).match(printed, False).unit == units[meant]


@pytest.mark.parametrize("printed", ["市财政局", "省司法厅", "县", "水晶宫"])
def test_another_level_or_nothing_known_is_not_matched(
    units: dict[str, Unit], printed: str
) -> None:
    assert Directory(ON).match(printed, False).unit is None


@pytest.mark.parametrize(
    ("printed", "first"),
    [("县发改委", "县发展改革委"), ("市监局", "县市场监管局"), ("市财政局", "县财政局")],
)
def test_the_nearest_names_are_candidates(units: dict[str, Unit], printed: str, first: str) -> None:
    match = Directory(ON).match(printed, False)
    assert (match.unit, match.candidates[0]) == (None, units[first])


def test_of_many_near_names_five_are_enough(place: Unit) -> None:
    for n in "甲乙丙丁戊己庚":
        add_unit(f"县第{n}中学", Kind.DEPARTMENT, parent=place, valid_from=START)
    assert len(Directory(ON).match("县第九中学", False).candidates) == MOST_CANDIDATES


def test_a_name_holds_on_its_days_only(units: dict[str, Unit]) -> None:
    UnitAlias.objects.create(
        unit=units["县司法局"], name="县法制办", valid_from=START, valid_to=dt.date(2026, 3, 1)
    )
    assert Directory(dt.date(2026, 3, 1)).match("法制办", False).unit == units["县司法局"]
    assert Directory(ON).match("法制办", False).unit is None


def test_an_alias_of_a_unit_that_ended_means_nobody(units: dict[str, Unit]) -> None:
    ended = units["县信访办"]
    UnitAlias.objects.create(unit=ended, name="县群工部", valid_from=START)
    Unit.objects.filter(pk=ended.pk).update(valid_to=dt.date(2026, 2, 1))
    assert Directory(ON).match("县群工部", False).unit is None


def test_an_exact_name_comes_before_one_without_its_place(
    place: Unit, units: dict[str, Unit]
) -> None:
    bare = add_unit("司法局", Kind.DEPARTMENT, parent=units["龙潭镇"], valid_from=START)
    directory = Directory(ON)
    assert directory.match("司法局", False).unit == bare
    assert directory.match("县司法局", False).unit == units["县司法局"]
    both = directory.match("酉州县司法局", False)
    assert both.unit is None
    assert {unit.pk for unit in both.candidates} == {bare.pk, units["县司法局"].pk}


@pytest.mark.parametrize(
    "printed",
    [
        "各乡镇(街道)",
        "各乡镇（街道）",
        "各乡镇、街道",
        "各鄉鎮和街道",
        "全县各乡镇（街道）",
        "县各乡镇街道",
    ],
)
def test_a_group_in_any_form(units: dict[str, Unit], printed: str) -> None:
    group = add_group("各乡镇(街道)", [units["龙潭镇"]], valid_from=START)
    for is_group in (True, False):
        match = Directory(ON).match(printed, is_group)
        assert (match.group, match.unit, match.is_group) == (group, None, is_group)


def test_of_two_groups_that_fit_none_is_chosen(units: dict[str, Unit]) -> None:
    add_group("各乡镇(街道)", [units["龙潭镇"]], valid_from=START)
    add_group("各乡镇、街道", [units["龙潭镇"]], valid_from=START)
    assert UnitGroup.objects.count() == 2
    assert Directory(ON).match("各乡镇(街道)", True).group is None


def test_a_word_for_many_is_never_a_unit(units: dict[str, Unit]) -> None:
    match = Directory(ON).match("县司法局", True)
    assert (match.unit, match.group, match.candidates) == (None, None, [])


def test_each_distinct_owner_once_in_three_queries(units: dict[str, Unit]) -> None:
    owners = [owner("司法局", "lead"), owner("各镇", "responsible", group=True)]
    draft = draft_of(
        item("1.", "甲", owners, due("2026-09-30")), item("2.", "乙", owners, due("2026-09-30"))
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        matches = match_owners(draft, ON)
    assert [(match.name, match.is_group) for match in matches] == [
        ("司法局", False),
        ("各镇", True),
    ]
    assert len(queries) == 3
