"""The demo's county and dates: what is fact is right, and no day makes the plan implausible."""

import datetime as dt

import pytest

from accounts.access import people_of
from accounts.models import Membership, Unit, User
from config.demo import county
from config.demo.dates import DemoDates, weekdays_after
from config.demo.directory import LOGINS, make_directory, username
from config.demo.holidays import special_days
from config.demo.table import table

FOUR_YEARS = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(1461)]


# The county


def test_the_county_has_its_39_townships_and_subdistricts() -> None:
    assert len(county.SUBDISTRICTS) == 2
    assert len(county.TOWNS) == 19
    assert len(county.TOWNSHIPS) == 18
    assert len(set(county.ALL_TOWNSHIPS)) == 39
    assert all(name.endswith("街道") for name in county.SUBDISTRICTS)
    assert all(name.endswith("镇") for name in county.TOWNS)
    assert all(name.endswith("乡") for name in county.TOWNSHIPS)


def test_every_unit_is_named_once() -> None:
    villages = [name for names in county.VILLAGES.values() for name in names]
    groups = [group.name for group in county.WORKING_GROUPS]
    names = [county.COUNTY, *county.DEPARTMENTS, *county.ALL_TOWNSHIPS, *villages, *groups]
    assert len(names) == len(set(names)) == 1 + 48 + 39 + 11 + 6


def test_groups_have_the_members_that_their_names_promise() -> None:
    sizes = {group.name: len(set(group.members)) for group in county.GROUPS}
    assert sizes == {
        "各乡镇(街道)": 39,
        "县府各部门": 33,
        "各行政执法单位": 14,
        "36个进驻部门": 36,
        "县委依法治县委员会成员单位": 10,
    }
    known = {*county.DEPARTMENTS, *county.ALL_TOWNSHIPS}
    assert all(known.issuperset(group.members) for group in county.GROUPS)


def test_aliases_are_the_forms_that_documents_write() -> None:
    assert {"司法局", "酉阳县司法局", "酉阳土家族苗族自治县司法局"} <= set(
        county.aliases_of("县司法局")
    )
    assert {"县教育局", "教委", "酉阳县教育委员会"} <= set(county.aliases_of("县教委"))
    assert county.township_aliases("花田乡") == ("花田乡人民政府", "花田乡政府")


def test_no_alias_names_two_units() -> None:
    names = [n for unit in county.DEPARTMENTS for n in {unit, *county.aliases_of(unit)}]
    names += [n for unit in county.ALL_TOWNSHIPS for n in (unit, *county.township_aliases(unit))]
    names += [n for group in county.WORKING_GROUPS for n in (group.name, *group.aliases)]
    assert len(names) == len(set(names))


def test_holidays_are_the_announced_ones() -> None:
    days = special_days()
    assert days[dt.date(2026, 2, 17)] == (False, "春节")
    assert days[dt.date(2026, 2, 14)] == (True, "春节")
    assert days[dt.date(2026, 10, 10)] == (True, "国庆节")
    of_2026 = [day for day in days if day.year == 2026]
    assert (len(of_2026), sum(days[day][0] for day in of_2026)) == (33 + 6, 6)
    assert {day.year for day in days} == {2025, 2026}


@pytest.mark.django_db
def test_the_directory_has_an_officer_and_a_head_for_every_unit() -> None:
    on = dt.date(2026, 1, 1)
    directory = make_directory({"花田乡-联络员": "a password"})
    assert Unit.objects.count() == len(directory.units) == 105
    assert User.objects.count() == 2 * 99 + 2 + 2
    for unit in Unit.objects.all():
        assert people_of(unit, [Membership.Role.OFFICER], on) == [directory.officer(unit.name)]
        assert people_of(unit, [Membership.Role.HEAD], on) == [directory.head(unit.name)]
    able = [user.username for user in User.objects.all() if user.has_usable_password()]
    assert able == ["花田乡-联络员"]
    assert {name for name, _role, _unit in LOGINS} <= directory.people.keys()


def test_posts_are_named_after_their_unit() -> None:
    units = ["县司法局", "县委政法委", "县政府办公室", "团县委", "花田乡", county.COUNTY]
    assert [username(unit, "联络员") for unit in units] == [
        "司法局-联络员",
        "县委政法委-联络员",
        "政府办公室-联络员",
        "团县委-联络员",
        "花田乡-联络员",
        "县政府-联络员",
    ]


# The dates


def test_deadlines_are_past_soon_and_later_on_any_day() -> None:
    for today in FOUR_YEARS:
        assert_plausible(DemoDates(today), today)


def assert_plausible(dates: DemoDates, today: dt.date) -> None:
    due = dates.deadlines
    past = [due[name] for name in ("first", "second", "third", "fourth", "just_overdue")]
    ahead = [due[name] for name in ("within_5", "within_20", "later", "much_later", "last")]
    assert sorted(past) == past
    assert sorted(ahead) == ahead
    assert all(dates.issued_on + dt.timedelta(days=17) <= day < today for day in past)
    assert today < due["within_5"] <= weekdays_after(today, 5)
    assert weekdays_after(today, 5) < due["within_20"] <= weekdays_after(today, 20)
    assert weekdays_after(today, 20) < due["later"]
    assert due["long_overdue"] == today - dt.timedelta(days=35) > dates.issued_on
    assert dates.issued_on.weekday() < 5


def test_the_plan_is_of_last_year_until_this_years_story_is_ten_weeks_long() -> None:
    assert DemoDates(dt.date(2026, 5, 10)).issued_on == dt.date(2025, 3, 3)
    assert DemoDates(dt.date(2026, 5, 11)).issued_on == dt.date(2026, 3, 2)
    assert DemoDates(dt.date(2027, 1, 2)).issued_on == dt.date(2026, 3, 2)


# The table


def test_columns_are_aligned_where_characters_are_wide() -> None:
    assert table(["单位", "%"], [["花田乡", "5.00"], ["A", "100"]]) == [
        "单位       %",
        "------  ----",
        "花田乡  5.00",
        "A        100",
    ]
