"""机构改革 on the pages: what is written down, looked at, changed, and carried out once."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.directory import add_unit
from accounts.models import Unit
from tasks.decomposition import Part, decompose
from tasks.models import Task, UnitReform
from tests.api_world import ApiWorld, day_in
from tests.county import START
from tests.page_requests import browser, queries_of, text_of

pytestmark = pytest.mark.django_db
REFORMS = "/directory/reforms/"


@pytest.fixture
def office(world: ApiWorld) -> Client:
    return browser(world.county.coordinator)


def write_down(client: Client, kind: str, **fields: Any) -> Any:
    fields = {"title": "建制调整", "on": day_in(0).isoformat()} | fields
    return client.post(f"{REFORMS}new/{kind}/", fields)


def act(client: Client, row: UnitReform, action: str, **fields: Any) -> Any:
    row.refresh_from_db()
    path = reverse("act-on-reform", args=[row.pk, action])
    return client.post(path, {"version": row.version} | fields)


def page_of(client: Client, row: UnitReform) -> str:
    return text_of(client.get(reverse("reform", args=[row.pk])))


def newest() -> UnitReform:
    return UnitReform.objects.latest("pk")


def test_a_merger_is_looked_at_and_carried_out(world: ApiWorld, office: Client) -> None:
    gone, stays = (world.county.unit(name).pk for name in ("乙乡", "甲镇"))
    UnitReform.objects.all().delete()
    made = write_down(office, "merge", units=[gone], successor=stays)
    row = newest()
    assert made["Location"] == reverse("reform", args=[row.pk])
    listed = text_of(office.get(REFORMS))
    assert "建制调整 乙乡" in listed
    assert "Merge Units end and one follows them" in listed
    told = page_of(office, row)
    assert "Open shares that move 1" in told
    assert "乙乡 → 甲镇" in told
    assert Unit.objects.get(pk=gone).valid_to is None
    assert act(office, row, "execute").status_code == 302
    assert Unit.objects.get(pk=gone).valid_to == day_in(-1)


def test_a_rename_is_carried_out_at_once(world: ApiWorld, office: Client) -> None:
    unit = world.county.unit("财政局")
    write_down(office, "rename", unit=unit.pk, new_name="财政金融局")
    row = newest()
    assert "财政局 goes on as 财政金融局" in page_of(office, row)
    assert act(office, row, "execute").status_code == 302
    assert Unit.objects.get(pk=unit.pk).name == "财政金融局"
    assert "Carry it out" not in page_of(office, row)
    assert act(office, row, "transfers").status_code == 400


def test_what_a_split_leaves_open_is_said_share_by_share(world: ApiWorld, office: Client) -> None:
    county = world.county
    village, part = county.unit("甲二村"), county.unit("甲一村")
    UnitReform.objects.all().delete()
    made = add_unit("甲三村", Unit.Kind.VILLAGE, parent=county.unit("甲镇"), valid_from=START)
    write_down(office, "split", unit=village.pk, successors=[part.pk, made.pk])
    row, share = newest(), world.share("1.", "甲二村")
    told = page_of(office, row)
    assert "甲二村 These shares do not go anywhere yet." in told
    assert "not said yet" in told
    assert act(office, row, "transfers", tasks=[], to_unit=made.pk).status_code == 400
    stranger = world.share("5.").pk
    assert act(office, row, "transfers", tasks=[stranger], to_unit=made.pk).status_code == 400
    assert act(office, row, "transfers", tasks=[share.pk], to_unit=made.pk).status_code == 302
    assert "not said yet" not in page_of(office, row)
    assert act(office, row, "execute").status_code == 302
    share.refresh_from_db()
    assert share.unit == made
    assert "→ 甲三村" in page_of(office, row)


def test_before_its_day_it_waits(world: ApiWorld, office: Client) -> None:
    UnitReform.objects.all().delete()
    day = day_in(9)
    write_down(office, "close", units=[world.county.unit("甲二村").pk], on=day.isoformat())
    row = newest()
    assert "It can be carried out from" in page_of(office, row)
    refused = act(office, row, "execute")
    assert refused.status_code == 409
    assert "on its day or later" in text_of(refused)


def test_who_decided_on_an_older_state_is_told(world: ApiWorld, office: Client) -> None:
    row = world.reform
    assert act(office, row, "complete").status_code == 302
    assert act(office, row, "complete", version=1).status_code == 412


def test_what_is_not_offered_is_refused(world: ApiWorld, office: Client) -> None:
    elsewhere = add_unit("邻县", Unit.Kind.COUNTY, parent=None, valid_from=START)
    assert write_down(office, "close", units=[elsewhere.pk]).status_code == 400
    assert write_down(office, "close").status_code == 400
    assert write_down(office, "abolish").status_code == 404
    assert act(office, world.reform, "undo").status_code == 404
    yesterday = (day_in(0) - dt.timedelta(days=1)).isoformat()
    ended = write_down(office, "rename", unit=world.county.unit("甲镇").pk, on=yesterday)
    assert ended.status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_shares(
    world: ApiWorld, office: Client
) -> None:
    paths = [REFORMS, f"{REFORMS}new/merge/", reverse("reform", args=[world.reform.pk])]
    few = [queries_of(office, path) for path in paths]
    officer = world.county.officer("甲镇")
    village = world.county.unit("甲二村")
    from_five = world.share("5.")
    decompose(from_five.pk, [Part(village)], actor=officer, at=from_five.issued_at)
    assert act(office, world.reform, "complete").status_code == 302
    assert Task.objects.filter(unit=village).count() == 2
    assert [queries_of(office, path) for path in paths] == few
