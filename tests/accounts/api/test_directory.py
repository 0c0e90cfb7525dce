"""Units and groups over the API, and by what they are found."""

import datetime as dt
from typing import Any

import pytest

from accounts.directory import add_person, add_unit
from accounts.models import Unit
from tests.api_requests import Api, fields_of, ids_in
from tests.county import START, County


@pytest.fixture
def officer(county: County) -> Api:
    return Api(county.officer("甲镇"))


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["name"] for row in answer.json()["results"]]


def test_a_unit(county: County, officer: Api) -> None:
    town = county.unit("甲镇")
    hall = add_unit(
        "便民中心",
        Unit.Kind.DEPARTMENT,
        parent=town,
        valid_from=START,
        aliases=["政务中心", "大厅"],
    )
    assert officer.get(f"/units/{hall.pk}/").json() == {
        "id": hall.pk,
        "name": "便民中心",
        "kind": "department",
        "parent": town.pk,
        "level": 2,
        "valid_from": "2026-01-01",
        "valid_to": None,
        "aliases": ["政务中心", "大厅"],
    }


def test_the_whole_directory_in_the_order_of_the_tree(officer: Api) -> None:
    assert names(officer.get("/units/")) == [
        "县", "司法局", "财政局", "甲镇", "乙乡", "依法治县办", "甲一村", "甲二村",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=town", ["甲镇"]),
        ("kind=town&kind=township", ["甲镇", "乙乡"]),
        ("text=甲", ["甲镇", "甲一村", "甲二村"]),
        ("text=没有", []),
        ("text=%25", []),
        ("text=二村&kind=village", ["甲二村"]),
        ("valid_on=2025-12-31", []),
    ],
)
def test_units_are_filtered(officer: Api, query: str, found: list[str]) -> None:
    assert names(officer.get(f"/units/?{query}")) == found


def test_units_by_their_place_in_the_tree(county: County, officer: Api) -> None:
    town = county.unit("甲镇").pk
    assert names(officer.get("/units/", parent=town)) == ["甲一村", "甲二村"]
    assert names(officer.get("/units/", subtree_of=town)) == ["甲镇", "甲一村", "甲二村"]
    assert names(officer.get("/units/", subtree_of=county.unit("甲一村").pk)) == ["甲一村"]
    assert names(officer.get("/units/", parent=county.unit("乙乡").pk)) == []


def test_a_unit_is_found_by_another_name_once(county: County, officer: Api) -> None:
    add_unit(
        "大数据局", Unit.Kind.DEPARTMENT, parent=county.unit("县"), valid_from=START,
        aliases=["数据一", "数据二"],
    )  # fmt: skip
    assert names(officer.get("/units/", text="数据")) == ["大数据局"]


def test_a_unit_that_is_closed(county: County, officer: Api) -> None:
    Unit.objects.filter(name="乙乡").update(valid_to=dt.date(2026, 6, 30))
    assert "乙乡" in names(officer.get("/units/", valid_on="2026-06-30"))
    assert "乙乡" not in names(officer.get("/units/", valid_on="2026-07-01"))


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("kind=city", {"kind": ["invalid_choice"]}),
        ("kind=town&kind=city", {"kind": ["invalid_choice"]}),
        ("parent=x", {"parent": ["invalid_choice"]}),
        ("parent=99999999999999999999999", {"parent": ["invalid_choice"]}),
        ("parent=-1", {"parent": ["invalid_choice"]}),
        ("subtree_of=0", {"subtree_of": ["invalid_choice"]}),
        ("valid_on=2026-02-30", {"valid_on": ["invalid"]}),
        ("valid_on=1.5.2026", {"valid_on": ["invalid"]}),
        ("text=%00", {"text": ["null_characters_not_allowed"]}),
    ],
)
def test_a_wrong_value_is_named(officer: Api, query: str, fields: dict[str, Any]) -> None:
    assert fields_of(officer.get(f"/units/?{query}")) == fields


def test_groups(county: County, officer: Api) -> None:
    group = county.townships
    assert group is not None
    told = {"id": group.pk, "name": "各乡镇(街道)", "aliases": []}
    assert officer.get(f"/unit-groups/{group.pk}/").json() == told
    assert names(officer.get("/unit-groups/", text="乡镇")) == ["各乡镇(街道)"]
    assert names(officer.get("/unit-groups/", text="部门")) == []


def test_who_holds_no_role_sees_no_directory(county: County) -> None:
    nobody = Api(add_person("nobody", name="无", email=""))
    assert ids_in(nobody.get("/units/")) == []
    assert nobody.get(f"/units/{county.unit('县').pk}/").status_code == 404
    parent = nobody.get("/units/", parent=county.unit("县").pk)
    assert fields_of(parent) == {"parent": ["invalid_choice"]}
    assert ids_in(nobody.get("/unit-groups/")) == []
