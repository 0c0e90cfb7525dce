"""逐级分解 on the pages: who would get what by when is seen before it is done."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.directory import add_group, add_unit
from accounts.models import Unit
from tasks.acknowledging import acknowledge
from tasks.models import Task
from tests.county import START, at
from tests.kept_rows import built_once
from tests.page_requests import browser, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: Any) -> PageWorld:
    return built_once(PageWorld, county)


@pytest.fixture
def share(world: PageWorld) -> Task:
    """The office's, of a key task of both townships; its host's officer has signed for it."""
    found = world.share("3.", "依法治县办")
    acknowledge(found.pk, actor=world.county.officer("司法局"), at=at(3, 3))
    found.refresh_from_db()
    return found


@pytest.fixture
def officer(world: PageWorld) -> Client:
    return browser(world.county.officer("司法局"))


def preview(client: Client, share: Task, **fields: Any) -> Any:
    fields.setdefault("version", share.version)
    return client.post(reverse("preview-decomposition", args=[share.pk]), fields)


def done(client: Client, share: Task, lines: dict[Unit, dict[str, str]], **fields: Any) -> Any:
    fields.setdefault("version", share.version)
    for unit, line in lines.items():
        line = {"with": "on", "weight": "1", **line}
        fields |= {f"{name}_{unit.pk}": text for name, text in line.items() if text is not None}
    return client.post(reverse("decompose", args=[share.pk]), fields)


def lines_of(answer: Any) -> list[tuple[str, str, str]]:
    return [
        (row.planned.task.unit.name, row.due_on.value() or "", row.weight.value())
        for row in answer.context["rows"]
    ]


def test_it_is_seen_before_it_is_done(world: PageWorld, share: Task, officer: Client) -> None:
    bureau = world.county.unit("财政局")
    before = Task.objects.count()
    answer = preview(officer, share, own_part="on", units=[], title="统筹")
    assert answer.status_code == 200
    assert lines_of(answer) == [("依法治县办", "", "1")]
    assert "依法治县办 (own part)" in text_of(answer)
    assert Task.objects.count() == before
    assert done(officer, share, {share.unit: {}}, title="统筹")["Location"] == f"/tasks/{share.pk}/"
    assert Task.objects.get(parent=share, is_own_part=True).title == "统筹"
    assert not Task.objects.filter(parent=share, unit=bureau).exists()


def test_who_gets_none_is_named_with_the_reason(
    world: PageWorld, share: Task, officer: Client
) -> None:
    """Both townships have their share of this key task; the bureau of the plan has none."""
    group = add_group(
        "有关单位", [world.county.unit(name) for name in ("甲镇", "乙乡", "财政局")],
        valid_from=START,
    )  # fmt: skip
    answer = preview(officer, share, group=group.pk)
    assert [unit for unit, _day, _weight in lines_of(answer)] == ["财政局"]
    [(reason, units)] = answer.context["out"].items()
    assert reason == "These units already have a share of this key task."
    assert {unit.name for unit in units} == {"甲镇", "乙乡"}
    assert f"{reason} {', '.join(unit.name for unit in units)}" in text_of(answer)


def test_out_of_reach_is_named_too(world: PageWorld) -> None:
    above = add_group("各县", [world.county.unit("县")], valid_from=START)
    answer = preview(
        browser(world.county.officer("甲镇")), world.share("1.", "甲镇"), group=above.pk
    )
    assert lines_of(answer) == []
    assert "A share is broken down to the units below one's own. 县" in text_of(answer)


def test_each_line_has_its_own_date_and_weight(world: PageWorld, share: Task) -> None:
    town = world.share("4.", "甲镇")
    villages = [world.county.unit(name) for name in ("甲一村", "甲二村")]
    early = town.due_on - dt.timedelta(days=9) if town.due_on else None
    assert early is not None
    client = browser(world.county.officer("甲镇"))
    lines = {
        villages[0]: {"due_on": early.isoformat(), "weight": "3"},
        villages[1]: {"due_on": ""},
    }
    assert done(client, town, lines).status_code == 302
    made = Task.objects.filter(parent=town).order_by("unit__position")
    assert [(task.due_on, int(task.weight)) for task in made] == [(early, 3), (town.due_on, 1)]


def test_a_line_without_its_tick_is_left_out(world: PageWorld) -> None:
    town = world.share("4.", "甲镇")
    villages = [world.county.unit(name) for name in ("甲一村", "甲二村")]
    client = browser(world.county.officer("甲镇"))
    none: Any = None
    assert done(client, town, {villages[0]: {"with": none}, villages[1]: {}}).status_code == 302
    assert [task.unit for task in Task.objects.filter(parent=town)] == [villages[1]]
    nobody = done(client, town, {villages[0]: {"with": none}}, version=town.version + 1)
    assert nobody.status_code == 400
    assert "Choose at least one unit." in text_of(nobody)


def test_a_date_after_the_shares_own_is_refused_in_its_line(world: PageWorld) -> None:
    town, village = world.share("4.", "甲镇"), world.county.unit("甲一村")
    assert town.due_on is not None
    late = (town.due_on + dt.timedelta(days=1)).isoformat()
    client = browser(world.county.officer("甲镇"))
    answer = done(client, town, {village: {"due_on": late}}, title="培训")
    assert answer.status_code == 400
    assert "甲一村 A share below is due on or before this one." in text_of(answer)
    assert lines_of(answer) == [("甲一村", late, "1")]
    assert f'value="{late}"' in answer.content.decode()
    assert not Task.objects.filter(parent=town).exists()
    unread = done(client, town, {village: {"weight": "viel"}})
    assert unread.status_code == 400
    assert "Enter a number." in text_of(unread)


def test_weights_are_split_evenly_again(world: PageWorld) -> None:
    town = world.share("4.", "甲镇")
    villages = [world.county.unit(name) for name in ("甲一村", "甲二村")]
    lines = {f"weight_{unit.pk}": str(n) for n, unit in enumerate(villages, 3)}
    client = browser(world.county.officer("甲镇"))
    again = preview(client, town, chosen="1", **lines)
    assert [weight for _unit, _day, weight in lines_of(again)] == ["3", "4"]
    evenly = preview(client, town, chosen="1", evenly="1", **lines)
    assert [weight for _unit, _day, weight in lines_of(evenly)] == ["1", "1"]


def test_who_chose_nobody_is_told_so(world: PageWorld, share: Task, officer: Client) -> None:
    answer = preview(officer, share, title="写好的标题")
    assert answer.status_code == 400
    assert "Choose at least one unit." in text_of(answer)
    assert "写好的标题" in answer.content.decode()


def test_what_changed_meanwhile_is_said_and_the_lines_stay(world: PageWorld) -> None:
    town, village = world.share("4.", "甲镇"), world.county.unit("甲一村")
    client = browser(world.county.officer("甲镇"))
    answer = done(client, town, {village: {"weight": "7"}}, version=town.version - 1)
    assert answer.status_code == 412
    assert lines_of(answer) == [("甲一村", "", "7")]
    assert not Task.objects.filter(parent=town).exists()


def test_only_the_units_own_people_look(world: PageWorld, share: Task) -> None:
    town, village = world.share("4.", "甲镇"), world.county.unit("甲一村")
    office = browser(world.county.coordinator)
    for answer in (preview(office, town, units=[village.pk]), done(office, town, {village: {}})):
        assert answer.status_code == 403
        assert "Only officers and heads of the share's own unit" in text_of(answer)
    assert preview(browser(world.county.officer("乙乡")), town).status_code == 404


def test_the_preview_takes_the_same_queries_for_any_number_of_units(world: PageWorld) -> None:
    town = world.share("4.", "甲镇")
    more = [
        add_unit(
            f"甲{n}社区", Unit.Kind.VILLAGE, parent=world.county.unit("甲镇"), valid_from=START
        )
        for n in range(9)
    ]
    client = browser(world.county.officer("甲镇"))

    def queries(units: list[Unit]) -> int:
        fields = {"chosen": "1"} | {f"weight_{unit.pk}": "1" for unit in units}
        with CaptureQueriesContext(connection) as found:
            assert len(lines_of(preview(client, town, **fields))) == len(units)
        return len(found)

    assert queries(more) == queries(more[:1])
