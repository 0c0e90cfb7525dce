"""Nobody gains by a reform that they execute themselves; another coordinator executes it."""

import pytest

from accounts.directory import add_unit, grant_role, host_unit
from accounts.errors import NotAllowed
from accounts.models import Membership, Unit, User
from plans.models import Plan
from tasks.models import UnitReform
from tasks.reforming import Ending, execute_reform, prepare_reform
from tests.county import START, County, at, share
from tests.permissions import fingerprint
from tests.tasks.reform_case import JULY, ON, make_plan, new_unit

Role = Membership.Role


@pytest.fixture
def plan(county: County) -> Plan:
    return make_plan(county)


@pytest.fixture
def office(county: County, plan: Plan) -> Unit:
    """督查办, a second office of the county, whose coordinator sees nothing of the plan."""
    made = add_unit("督查办", Unit.Kind.WORKING_GROUP, parent=county.unit("县"), valid_from=START)
    host_unit(made, county.unit("财政局"), valid_from=START)
    county.units["督查办"] = made
    county.add_person("督查办", Role.COORDINATOR)
    return made


def prepared(actor: User, unit: Unit, successor: Unit) -> UnitReform:
    ending = Ending(unit, successors=[successor])
    return prepare_reform("合并", [ending], on=ON, actor=actor, at=at(6, 1))


def refused(reform: UnitReform, actor: User) -> None:
    before = fingerprint()
    with pytest.raises(NotAllowed) as error:
        execute_reform(reform.pk, actor=actor, at=JULY)
    assert error.value.code == "own_rights"
    assert fingerprint() == before


@pytest.mark.django_db
class TestNobodyGains:
    def test_not_by_taking_their_role_into_another_office(
        self, county: County, office: Unit
    ) -> None:
        person = county.people["督查办-coordinator"]
        refused(prepared(person, office, county.unit("依法治县办")), person)

    def test_not_by_taking_the_plans_of_another_office_over(
        self, county: County, office: Unit, plan: Plan
    ) -> None:
        person = county.people["督查办-coordinator"]
        refused(prepared(person, county.unit("依法治县办"), office), person)

    def test_not_by_taking_work_into_a_unit_that_gave_them_none(
        self, county: County, plan: Plan
    ) -> None:
        person = county.coordinator
        grant_role(person, county.unit("甲一村"), Role.OFFICER, valid_from=START)
        refused(prepared(person, county.unit("甲一村"), county.unit("乙乡")), person)


@pytest.mark.django_db
class TestWhatIsNoGain:
    def test_another_coordinator_of_the_part_executes_it(
        self, county: County, office: Unit
    ) -> None:
        reform = prepared(county.people["督查办-coordinator"], office, county.unit("依法治县办"))
        above = county.add_person("县", Role.COORDINATOR)
        assert execute_reform(reform.pk, actor=above, at=JULY).state == "executed"

    def test_an_office_goes_on_as_a_new_one_with_its_own_people(
        self, county: County, plan: Plan
    ) -> None:
        new = new_unit(county, "法治办", Unit.Kind.WORKING_GROUP)
        reform = prepared(county.coordinator, county.unit("依法治县办"), new)
        execute_reform(reform.pk, actor=county.coordinator, at=JULY)
        plan.refresh_from_db()
        assert plan.issuing_unit == new

    def test_open_shares_of_a_unit_that_ends_come_to_ones_own(
        self, county: County, plan: Plan
    ) -> None:
        grant_role(county.coordinator, county.unit("甲镇"), Role.OFFICER, valid_from=START)
        moved = share(plan, "乙乡")
        reform = prepared(county.coordinator, county.unit("乙乡"), county.unit("甲镇"))
        execute_reform(reform.pk, actor=county.coordinator, at=JULY)
        moved.refresh_from_db()
        assert moved.state == "cancelled" or moved.unit == county.unit("甲镇")
