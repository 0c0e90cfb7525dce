"""Units close, change their name, merge, split and move; whoever hangs on them follows."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts.access import people_of, units_coordinated
from accounts.directory import add_unit, grant_role, host_unit
from accounts.errors import Conflict, Invalid
from accounts.models import Membership, Unit, UnitHosting
from accounts.reforming import NewUnit, close_unit, merge_units, rename_unit, split_unit
from accounts.unit_tree import move_unit
from tests.county import START, County

Role = Membership.Role
Kind = Unit.Kind
ON = dt.date(2026, 7, 1)
DAY_BEFORE = dt.date(2026, 6, 30)


def places() -> dict[str, str]:
    """Each unit's path in names, for those in force on the day."""
    names = {str(unit.pk): unit.name for unit in Unit.objects.all()}
    return {
        unit.name: "/".join(names[pk] for pk in unit.ancestors.split("/") if pk)
        for unit in Unit.objects.valid_on(ON)
    }


def refused(error: pytest.ExceptionInfo[Conflict]) -> str:
    return error.value.code


class TestRename:
    def test_the_unit_stays_and_both_names_find_it_in_their_time(self, county: County) -> None:
        unit = county.unit("财政局")
        rename_unit(unit.pk, "财政和国资局", on=ON)
        assert list(Unit.objects.named("财政局", DAY_BEFORE)) == [unit]
        assert not Unit.objects.named("财政局", ON).exists()
        assert list(Unit.objects.named("财政和国资局", ON)) == [unit]

    def test_names_follow_each_other_without_a_gap(self, county: County) -> None:
        unit = county.unit("财政局")
        rename_unit(unit.pk, "财政办", on=ON)
        rename_unit(unit.pk, "财政厅", on=dt.date(2026, 10, 1))
        aliases = unit.aliases.order_by("valid_from").values_list("name", "valid_from", "valid_to")
        assert list(aliases) == [
            ("财政局", START, DAY_BEFORE),
            ("财政办", ON, dt.date(2026, 9, 30)),
        ]

    def test_the_old_name_is_free_on_the_day(self, county: County) -> None:
        rename_unit(county.unit("财政局").pk, "财政办", on=ON)
        new = add_unit("财政局", Kind.DEPARTMENT, parent=county.unit("县"), valid_from=ON)
        assert list(Unit.objects.named("财政局", ON)) == [new]

    def test_refused(self, county: County) -> None:
        unit = county.unit("财政局")
        with pytest.raises(Conflict) as error:
            rename_unit(unit.pk, "司法局", on=ON)
        assert refused(error) == "name_taken"
        for name in ("财政局", " "):
            with pytest.raises(Invalid):
                rename_unit(unit.pk, name, on=ON)
        with pytest.raises(Conflict) as error:
            rename_unit(unit.pk, "财政办", on=START)
        assert refused(error) == "not_in_force"
        with pytest.raises(ValidationError):
            rename_unit(unit.pk, "长" * 201, on=ON)
        assert not unit.aliases.exists()


class TestClose:
    def test_it_ends_the_day_before_with_all_its_roles(self, county: County) -> None:
        unit = close_unit(county.unit("财政局").pk, on=ON)
        assert unit.valid_to == DAY_BEFORE
        assert people_of(unit, [Role.HEAD], DAY_BEFORE) == [county.head("财政局")]
        assert people_of(unit, [Role.HEAD], ON) == []

    def test_not_while_units_below_go_on(self, county: County) -> None:
        with pytest.raises(Conflict) as error:
            close_unit(county.unit("甲镇").pk, on=ON)
        assert error.value.details["units"] == ["甲一村", "甲二村"]
        assert Unit.objects.valid_on(ON).count() == 8
        close_unit(county.unit("甲一村").pk, on=ON)
        close_unit(county.unit("甲二村").pk, on=ON)
        close_unit(county.unit("甲镇").pk, on=ON)
        assert Unit.objects.valid_on(ON).count() == 5

    def test_twice(self, county: County) -> None:
        close_unit(county.unit("财政局").pk, on=ON)
        with pytest.raises(Conflict) as error:
            close_unit(county.unit("财政局").pk, on=ON + dt.timedelta(days=1))
        assert refused(error) == "not_in_force"


class TestMerge:
    def test_into_a_new_unit_of_an_old_name(self, county: County) -> None:
        old = [county.unit("甲镇"), county.unit("乙乡")]
        new = merge_units(
            [unit.pk for unit in old], NewUnit("甲镇", Kind.TOWN, county.unit("县")), on=ON
        )
        assert set(new.predecessors.all()) == set(old)
        assert list(Unit.objects.named("甲镇", DAY_BEFORE)) == [old[0]]
        assert list(Unit.objects.named("甲镇", ON)) == [new]
        assert [unit.pk for unit in Unit.objects.within(new)][1:] == [
            county.unit("甲一村").pk,
            county.unit("甲二村").pk,
        ]
        assert places()["甲一村"] == "县/甲镇"

    def test_people_groups_and_hosted_bodies_follow(self, county: County) -> None:
        finance, office = county.unit("财政局"), county.unit("依法治县办")
        merge_units([county.unit("司法局").pk], finance, on=ON)
        assert set(people_of(finance, [Role.HEAD], ON)) == {
            county.head("司法局"),
            county.head("财政局"),
        }
        assert people_of(office, [Role.OFFICER], DAY_BEFORE) == [county.officer("司法局")]
        # Both officers sit in the one bureau that hosts the office now.
        assert len(people_of(office, [Role.OFFICER], ON)) == 2
        assert UnitHosting.objects.filter(unit=office, valid_to__isnull=True).count() == 1

    def test_a_group_has_the_successor_once(self, county: County) -> None:
        assert county.townships
        merge_units([county.unit("乙乡").pk], county.unit("甲镇"), on=ON)
        assert [u.name for u in county.townships.members_on(DAY_BEFORE)] == ["甲镇", "乙乡"]
        assert [u.name for u in county.townships.members_on(ON)] == ["甲镇"]
        merge_units([county.unit("甲镇").pk], county.unit("财政局"), on=dt.date(2026, 8, 1))
        members = county.townships.members_on(dt.date(2026, 8, 1))
        assert [u.name for u in members] == ["财政局"]

    def test_a_role_held_in_both_is_held_once(self, county: County) -> None:
        person, town = county.head("乙乡"), county.unit("甲镇")
        grant_role(person, town, Role.HEAD, valid_from=START)
        merge_units([county.unit("乙乡").pk], town, on=ON)
        assert person.memberships.in_force(ON).filter(unit=town, role=Role.HEAD).count() == 1

    def test_a_role_that_was_to_begin_later_begins_in_the_successor(self, county: County) -> None:
        later = dt.date(2026, 9, 1)
        person = county.head("财政局")
        grant_role(person, county.unit("乙乡"), Role.VIEWER, valid_from=later)
        merge_units([county.unit("乙乡").pk], county.unit("甲镇"), on=ON)
        rows = person.memberships.filter(role=Role.VIEWER)
        assert [(row.unit.name, row.valid_from) for row in rows] == [("甲镇", later)]

    def test_a_body_that_merges_into_another_keeps_to_its_host(self, county: County) -> None:
        top, office = county.unit("县"), county.unit("依法治县办")
        body = add_unit("普法办", Kind.WORKING_GROUP, parent=top, valid_from=START)
        host_unit(body, county.unit("财政局"), valid_from=START)
        merge_units([body.pk], office, on=ON)
        assert people_of(office, [Role.OFFICER], ON) == [county.officer("司法局")]

    @pytest.mark.parametrize(
        ("ends", "into", "code"),
        [
            (["甲镇", "乙乡"], "乙乡", "successor_not_in_force"),
            (["甲镇"], "甲一村", "cycle"),
            (["甲一村", "甲一村"], "甲二村", "not_in_force"),
        ],
    )
    def test_refused(self, county: County, ends: list[str], into: str, code: str) -> None:
        before = places()
        with pytest.raises(Conflict) as error:
            merge_units([county.unit(name).pk for name in ends], county.unit(into), on=ON)
        assert refused(error) == code
        assert places() == before

    def test_villages_of_one_name_do_not_come_together(self, county: County) -> None:
        add_unit("甲一村", Kind.VILLAGE, parent=county.unit("乙乡"), valid_from=START)
        with pytest.raises(Conflict) as error:
            merge_units([county.unit("乙乡").pk], county.unit("甲镇"), on=ON)
        assert error.value.details == {"name": "甲一村"}


class TestSplit:
    def test_into_new_units_one_of_the_old_name(self, county: County) -> None:
        assert county.townships
        top, old = county.unit("县"), county.unit("乙乡")
        parts = split_unit(
            old.pk,
            [NewUnit("乙乡", Kind.TOWNSHIP, top), NewUnit("丙乡", Kind.TOWNSHIP, top)],
            on=ON,
        )
        assert set(old.successors.all()) == set(parts)
        assert [u.name for u in county.townships.members_on(ON)] == ["甲镇", "乙乡", "丙乡"]
        assert list(Unit.objects.named("乙乡", ON)) == [parts[0]]
        # Who works in which part is for a person to say.
        assert [people_of(part, list(Role), ON) for part in parts] == [[], []]
        assert people_of(old, list(Role), ON) == []

    def test_a_unit_that_goes_on_gives_a_part_off(self, county: County) -> None:
        old = county.unit("甲镇")
        new = NewUnit("丙镇", Kind.TOWN, county.unit("县"))
        split_unit(old.pk, [old, new], on=ON)
        old.refresh_from_db()
        assert old.valid_to is None
        assert [u.name for u in old.successors.all()] == ["丙镇"]
        assert people_of(old, [Role.HEAD], ON) == [county.head("甲镇")]
        assert places()["甲一村"] == "县/甲镇"


class TestMove:
    def test_the_whole_branch_moves(self, county: County) -> None:
        move_unit(county.unit("甲镇").pk, county.unit("乙乡").pk, on=ON)
        assert {name: places()[name] for name in ("甲镇", "甲一村", "乙乡")} == {
            "甲镇": "县/乙乡",
            "甲一村": "县/乙乡/甲镇",
            "乙乡": "县",
        }
        depths = dict(Unit.objects.values_list("name", "depth"))
        assert (depths["甲镇"], depths["甲一村"], depths["乙乡"]) == (2, 3, 1)
        moved = move_unit(county.unit("甲镇").pk, None, on=ON)
        assert (moved.parent, moved.ancestors, moved.depth) == (None, "/", 0)
        assert places()["甲一村"] == "甲镇"

    def test_never_below_itself(self, county: County) -> None:
        for below in ("甲镇", "甲一村"):
            with pytest.raises(Conflict) as error:
                move_unit(county.unit("甲镇").pk, county.unit(below).pk, on=ON)
            assert refused(error) == "cycle"

    def test_not_beside_a_unit_of_its_name(self, county: County) -> None:
        add_unit("甲一村", Kind.VILLAGE, parent=county.unit("乙乡"), valid_from=START)
        with pytest.raises(Conflict) as error:
            move_unit(county.unit("甲一村").pk, county.unit("乙乡").pk, on=ON)
        assert refused(error) == "name_taken"


def test_the_part_of_the_tree_that_a_person_may_reform(county: County) -> None:
    assert units_coordinated(county.coordinator, ON).count() == 8
    assert not units_coordinated(county.head("司法局"), ON).exists()
    person = county.head("甲镇")
    grant_role(person, county.unit("甲镇"), Role.COORDINATOR, valid_from=START)
    names = {unit.name for unit in units_coordinated(person, ON)}
    assert names == {"甲镇", "甲一村", "甲二村"}
