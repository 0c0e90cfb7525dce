"""Who may reform units, when, and that it is done once."""

import pytest

from accounts.directory import add_unit, grant_role
from accounts.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from accounts.models import Membership, Unit
from plans.models import Plan
from tasks.models import TaskEvent, UnitReform
from tasks.reforming import (
    Ending,
    change_transfer,
    complete_transfers,
    execute_reform,
    prepare_reform,
)
from tests.county import (
    START,
    County,
    at,
)
from tests.county import share as share_of
from tests.tasks.reform_case import (
    JULY,
    ON,
    execute,
    make_plan,
    new_unit,
    prepare,
)

Role = Membership.Role
Kind = Unit.Kind


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


class TestWho:
    def test_a_coordinator_whose_part_of_the_tree_it_is(self, county: County, plan: Plan) -> None:
        endings = [Ending(county.unit("甲一村"), successors=[county.unit("甲二村")])]
        for person in (county.head("司法局"), county.head("甲镇")):
            with pytest.raises(NotAllowed):
                prepare_reform("并村", endings, on=ON, actor=person, at=at(6, 1))
        person = county.head("甲镇")
        grant_role(person, county.unit("甲镇"), Role.COORDINATOR, valid_from=START)
        reform = prepare_reform("并村", endings, on=ON, actor=person, at=at(6, 1))
        assert list(UnitReform.objects.visible_to(person, ON)) == [reform]
        assert list(UnitReform.objects.visible_to(county.coordinator, ON)) == [reform]
        assert not UnitReform.objects.visible_to(county.head("乙乡"), ON).exists()
        outside = Ending(county.unit("甲一村"), successors=[county.unit("乙乡")])
        with pytest.raises(NotAllowed) as error:
            prepare_reform("并村", [outside], on=ON, actor=person, at=at(6, 1))
        assert error.value.code == "not_reformer"
        large = prepare(county, Ending(county.unit("乙乡")))
        assert list(UnitReform.objects.visible_to(person, ON)) == [reform]
        with pytest.raises(NotAllowed):
            execute_reform(large.pk, actor=person, at=JULY)

    def test_not_with_shares_of_another_office_that_they_do_not_see(
        self, county: County, plan: Plan
    ) -> None:
        other = add_unit("督查办", Kind.WORKING_GROUP, parent=county.unit("县"), valid_from=START)
        county.units["督查办"] = other
        person = county.add_person("督查办", Role.COORDINATOR)
        endings = [Ending(county.unit("乙乡"), successors=[county.unit("甲镇")])]
        reform = prepare_reform("并镇", endings, on=ON, actor=person, at=at(6, 1))
        with pytest.raises(NotAllowed) as error:
            execute_reform(reform.pk, actor=person, at=JULY)
        assert (error.value.code, error.value.details) == ("shares_out_of_sight", {"count": 1})


class TestOnce:
    def test_not_before_its_day(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        with pytest.raises(Conflict) as error:
            execute_reform(reform.pk, actor=county.coordinator, at=at(6, 30))
        assert error.value.code == "too_early"

    def test_executed_it_answers_the_same_and_changes_no_more(
        self, county: County, plan: Plan
    ) -> None:
        reform = prepare(county, Ending(county.unit("乙乡"), successors=[county.unit("甲镇")]))
        done = execute(county, reform)
        assert (done.state, done.executed_by, done.executed_at) == (
            "executed",
            county.coordinator,
            JULY,
        )
        events = TaskEvent.objects.count()
        again = execute_reform(reform.pk, actor=county.coordinator, at=at(8, 1), version=1)
        assert again.executed_at == JULY
        assert TaskEvent.objects.count() == events
        task = share_of(plan, "甲镇")
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk, [task.pk], county.unit("司法局"), actor=county.coordinator, at=JULY
            )
        assert error.value.code == "executed"
        with pytest.raises(Conflict) as error:
            complete_transfers(reform.pk, actor=county.coordinator, at=JULY)
        assert error.value.code == "executed"

    def test_decided_on_an_older_version(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡")))
        complete_transfers(reform.pk, actor=county.coordinator, at=at(6, 2))
        with pytest.raises(Stale):
            execute_reform(reform.pk, actor=county.coordinator, at=JULY, version=1)


class TestSound:
    def test_what_is_refused_as_it_stands(self, county: County, plan: Plan) -> None:
        town, other = county.unit("乙乡"), county.unit("甲镇")
        cases: list[tuple[str, list[Ending], str]] = [
            ("", [Ending(town)], "empty_reform"),
            ("改革", [], "empty_reform"),
            ("改革", [Ending(town), Ending(town)], "unit_twice"),
            ("改革", [Ending(town, "丙乡", [other])], "renamed_and_followed"),
            ("改革", [Ending(town, successors=[other]), Ending(other)], "ends_too"),
            ("改革", [Ending(new_unit(county, "丙镇"))], "not_in_force"),
        ]
        for title, endings, code in cases:
            with pytest.raises((Invalid, Conflict)) as error:
                prepare_reform(title, endings, on=ON, actor=county.coordinator, at=at(6, 1))
            assert isinstance(error.value, Refusal)
            assert error.value.code == code

    def test_only_shares_of_the_reform_are_transferred(self, county: County, plan: Plan) -> None:
        reform = prepare(county, Ending(county.unit("乙乡")))
        task = share_of(plan, "甲镇")
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk, [task.pk], county.unit("司法局"), actor=county.coordinator, at=JULY
            )
        assert (error.value.code, error.value.details) == ("not_in_reform", {"shares": [task.pk]})
        with pytest.raises(Conflict) as error:
            change_transfer(
                reform.pk,
                [share_of(plan, "乙乡").pk],
                county.unit("乙乡"),
                actor=county.coordinator,
                at=JULY,
            )
        assert error.value.code == "ends_too"
