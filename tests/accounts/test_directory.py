"""Units, groups, roles, and who acts for whom on which day."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.access import may_act_for, people_of, units_acted_for, units_in_sight
from accounts.directory import add_group, add_person, add_unit, grant_role, host_unit
from accounts.errors import Conflict
from accounts.models import Membership, Unit, UnitHosting
from tests.county import START, County

Role = Membership.Role
ON = dt.date(2026, 5, 1)


def test_the_path_of_a_unit(county: County) -> None:
    top, town, village = (county.unit(name) for name in ("县", "甲镇", "甲一村"))
    assert (top.ancestors, top.depth, top.path) == ("/", 0, f"/{top.pk}/")
    assert (village.ancestors, village.depth) == (f"/{top.pk}/{town.pk}/", 2)
    assert [u.name for u in Unit.objects.within(town)] == ["甲镇", "甲一村", "甲二村"]
    assert not Unit.objects.within().exists()


def test_a_path_is_compared_by_whole_numbers(county: County) -> None:
    town = county.unit("甲镇")
    stranger = add_unit("别处", Unit.Kind.TOWN, parent=None, valid_from=START)
    Unit.objects.filter(pk=stranger.pk).update(ancestors=f"/{town.ancestors[1:-1]}/{town.pk}9/")
    assert stranger not in Unit.objects.within(town)


def test_siblings_have_different_names(county: County) -> None:
    with pytest.raises(ValidationError):
        add_unit("财政局", Unit.Kind.DEPARTMENT, parent=county.unit("县"), valid_from=START)
    unit = county.unit("财政局")
    unit.valid_to = ON
    unit.save()
    with pytest.raises(Conflict) as refused:
        add_unit("财政局", Unit.Kind.DEPARTMENT, parent=county.unit("县"), valid_from=ON)
    assert refused.value.code == "name_taken"
    day_after = ON + dt.timedelta(days=1)
    assert add_unit("财政局", Unit.Kind.DEPARTMENT, parent=county.unit("县"), valid_from=day_after)


def test_a_unit_ends_after_it_starts_and_is_hosted_by_another(county: County) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(name="财政局").update(valid_to=START - dt.timedelta(days=1))
    with pytest.raises(ValidationError):
        host_unit(county.unit("财政局"), county.unit("财政局"), valid_from=START)


def test_the_hosts_people_act_for_a_working_group_while_it_is_hosted(county: County) -> None:
    office, officer = county.unit("依法治县办"), county.officer("司法局")
    assert may_act_for(officer, office, [Role.OFFICER], ON)
    assert not may_act_for(officer, office, [Role.HEAD], ON)
    assert people_of(office, [Role.OFFICER], ON) == [officer]
    UnitHosting.objects.update(valid_to=ON - dt.timedelta(days=1))
    assert not may_act_for(officer, office, [Role.OFFICER], ON)
    assert people_of(office, [Role.OFFICER], ON) == []


def test_a_role_in_a_unit_gives_no_role_below_but_sight(county: County) -> None:
    head = county.head("甲镇")
    assert [u.name for u in units_acted_for(head, [Role.HEAD], ON)] == ["甲镇"]
    assert [u.name for u in units_in_sight(head, ON)] == ["甲镇", "甲一村", "甲二村"]


def test_people_without_a_role_today_get_nothing(county: County) -> None:
    stranger = add_person("stranger", name="路人", email="s@county.example", password="secret-pass")
    assert not Unit.objects.visible_to(stranger, ON).exists()
    grant_role(stranger, county.unit("乙乡"), Role.VIEWER, valid_from=ON)
    assert not Unit.objects.visible_to(stranger, ON - dt.timedelta(days=1)).exists()
    assert Unit.objects.visible_to(stranger, ON).count() == 8
    assert people_of(county.unit("乙乡"), [Role.VIEWER], ON) == [stranger]
    stranger.is_active = False
    stranger.save()
    assert people_of(county.unit("乙乡"), [Role.VIEWER], ON) == []
    assert not units_in_sight(stranger, ON).exists()


def test_an_account_without_a_password_cannot_log_in(county: County) -> None:
    assert not county.officer("甲镇").has_usable_password()


def test_names_on_a_day(county: County) -> None:
    unit = add_unit(
        "县政务服务办",
        Unit.Kind.DEPARTMENT,
        parent=county.unit("县"),
        valid_from=START,
        aliases=["政务办"],
    )
    assert list(Unit.objects.named("政务办", ON)) == [unit]
    assert list(Unit.objects.named("县政务服务办", START)) == [unit]
    assert not Unit.objects.named("政务办", START - dt.timedelta(days=1)).exists()


def test_members_of_a_group_on_a_day(county: County) -> None:
    group = add_group(
        "各村", [county.unit("甲二村"), county.unit("甲一村")], valid_from=ON, aliases=["各行政村"]
    )
    assert [u.name for u in group.members_on(ON)] == ["甲一村", "甲二村"]
    assert not group.members_on(ON - dt.timedelta(days=1)).exists()
    assert list(type(group).objects.named("各行政村")) == [group]
    assert str(group) == "各村"
