"""The page of a plan's indicators, and figures where progress is reported and decided about."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from tasks.defining import Definition, define_indicator
from tasks.models import Indicator, IndicatorValue, ProgressReport
from tests.county import County, at
from tests.page_requests import act, browser, decide, page_of, text_of
from tests.page_world import PageWorld


@pytest.fixture
def world(county: County) -> PageWorld:
    return PageWorld(county)


def define(world: PageWorld, name: str = "化解", **words: Any) -> Indicator:
    key_task = world.share("5.", "乙乡").key_task
    words = {"measure": "件", **words}
    actor = world.county.coordinator
    return define_indicator(key_task.pk, Definition(name, **words), actor=actor, at=at(3, 4))


def form_of(world: PageWorld, **words: Any) -> dict[str, Any]:
    return {
        "key_task": world.share("5.", "乙乡").key_task_id,
        "name": "化解",
        "measure": "件",
        "kind": "count",
        "direction": "up",
        "decimals": 0,
        **words,
    }


def test_the_office_defines_changes_and_takes_away(world: PageWorld) -> None:
    office = browser(world.county.coordinator)
    path = reverse("indicators", args=[world.plan.pk])
    assert "Nothing is counted" in text_of(office.get(path))
    assert office.post(path, form_of(world, target="40")).status_code == 302
    row = Indicator.objects.get()
    assert (row.name, row.kind) == ("化解", "count")
    assert row.target == 40
    own = reverse("indicator", args=[row.pk])
    assert "化解" in text_of(office.get(own))
    changed = form_of(world, name="已化解", version=row.version)
    assert office.post(own, changed).status_code == 302
    row = Indicator.objects.get()
    assert row.name == "已化解"
    assert row.target is None
    assert office.post(own, changed).status_code == 412
    gone = office.post(reverse("remove-indicator", args=[row.pk]), {"version": row.version})
    assert gone.status_code == 302
    assert not Indicator.objects.exists()


def test_what_is_refused_stays_in_the_form(world: PageWorld) -> None:
    row = define(world)
    office = browser(world.county.coordinator)
    path = reverse("indicators", args=[world.plan.pk])
    again = office.post(path, form_of(world, definition="不含重复"))
    assert again.status_code == 400
    assert "already has an indicator of this name" in text_of(again)
    assert "不含重复" in again.content.decode()
    nameless = office.post(path, form_of(world, name=""))
    assert nameless.status_code == 400
    ratio = form_of(world, kind="ratio", numerator=row.pk, version=row.version, name="率")
    assert office.post(reverse("indicator", args=[row.pk]), ratio).status_code == 400


def test_others_read_and_define_nothing(world: PageWorld) -> None:
    row = define(world)
    officer = browser(world.county.officer("乙乡"))
    path = reverse("indicators", args=[world.plan.pk])
    page = text_of(officer.get(path))
    assert "化解" in page
    assert "Define an indicator" not in page
    assert officer.post(path, form_of(world, name="别的")).status_code == 403
    assert officer.get(reverse("indicator", args=[row.pk])).status_code == 403


def test_a_figure_goes_from_the_report_form_to_the_page(world: PageWorld) -> None:
    solved = define(world)
    accepted = define(world, "受理")
    define(
        world, "化解率", kind="ratio", measure="%", decimals=1, numerator=solved.pk,
        denominator=accepted.pk,
    )  # fmt: skip
    share = world.share("5.", "乙乡")
    officer = browser(world.county.officer("乙乡"))
    page = page_of(officer, share)
    assert "化解 (件)" in page
    assert "化解率" not in page
    words = {"percent": "70", f"figure-{solved.pk}": "9", f"figure-{accepted.pk}": "12"}
    assert act(officer, share, "report", **words).status_code == 302
    report = ProgressReport.objects.latest("pk")
    assert sorted(row.value for row in report.figures.all()) == [9, 12]
    office = browser(world.county.coordinator)
    for waiting in (page_of(office, share), text_of(office.get("/"))):
        assert "化解 9件" in waiting
        assert "受理 12件" in waiting
    decide(office, "report", report, "approve")
    page = text_of(office.get(reverse("indicators", args=[world.plan.pk])))
    assert "75.0%" in page
    assert "9/12" in page
    assert "乙乡 75.0%" in page


def test_a_figure_may_be_left_out_and_a_wrong_one_is_told(world: PageWorld) -> None:
    row = define(world)
    share = world.share("5.", "乙乡")
    officer = browser(world.county.officer("乙乡"))
    wrong = act(officer, share, "report", **{"percent": "70", f"figure-{row.pk}": "many"})
    assert wrong.status_code == 400
    assert "Enter a number" in text_of(wrong)
    assert not IndicatorValue.objects.exists()
    assert act(officer, share, "report", percent="70").status_code == 302
    assert not IndicatorValue.objects.exists()


def test_a_draft_goes_on_with_its_figures(world: PageWorld) -> None:
    row = define(world)
    share = world.share("5.", "乙乡")
    officer = browser(world.county.officer("乙乡"))
    name = f"figure-{row.pk}"
    act(officer, share, "report", **{"percent": "70", "draft": "1", name: "9.50"})
    assert IndicatorValue.objects.get().report.state == "draft"
    page = officer.get(reverse("share", args=[share.pk])).content.decode()
    assert f'name="{name}" value="9.5"' in page


def test_what_the_form_asks_for_is_said(world: PageWorld) -> None:
    define(world, "建成", kind="milestone", measure="", definition="以挂牌为准")
    share = world.share("5.", "乙乡")
    officer = browser(world.county.officer("乙乡"))
    page = page_of(officer, share)
    assert "in the year so far" in page
    assert "以挂牌为准" in page
    name = f"figure-{Indicator.objects.get().pk}"
    assert act(officer, share, "report", **{"percent": "70", name: "1"}).status_code == 302
    assert IndicatorValue.objects.get().value == Decimal(1)


def test_a_target_and_what_is_odd_are_told(world: PageWorld) -> None:
    define(world, target=Decimal(40), last_year=Decimal(30), definition="只计办结")
    define(world, "率", kind="ratio", measure="%")
    page = text_of(
        browser(world.county.coordinator).get(reverse("indicators", args=[world.plan.pk]))
    )
    for words in ("40件", "30件", "只计办结", "Worth a look", "without its numerator"):
        assert words in page
