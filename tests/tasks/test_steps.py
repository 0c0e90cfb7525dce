"""Steps: made with the share, closed by approved reports, followed by its day and its figure."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from accounts.errors import Conflict, Invalid
from plans.editing import KeyTaskChanges, settle_key_task
from plans.models import Plan
from tasks.changing import move_deadline
from tasks.decomposition import Part, StepPart
from tasks.extensions import approve_extension, ask_extension
from tasks.issuing import issue_plan
from tasks.models import Task
from tasks.progress import Said, approve_report
from tests.county import County, at, drafted_plan, due, item, owner, share, sign_for_all
from tests.refusals import refused
from tests.tasks.life_case import (
    QUARTERS,
    approved,
    closed,
    day,
    fresh,
    key_task_of,
    say,
    told,
    townships_plan,
    villages,
)


@pytest.fixture
def plan(county: County) -> Plan:
    """甲镇 alone, due on 30 September, with a step for each of three quarters."""
    plan = drafted_plan(county, item("(一)", "普法", [owner("甲镇", "lead")], due("2026-09-30")))
    settle_key_task(
        key_task_of(plan).pk,
        KeyTaskChanges(steps=QUARTERS),
        actor=county.coordinator,
        at=at(3, 2, 9),
    )
    issue_plan(plan.pk, actor=county.coordinator, at=at(3, 2))
    sign_for_all(county, plan)
    return plan


@pytest.fixture
def town(plan: Plan) -> Task:
    return share(plan, "甲镇")


def days(task: Task) -> list[dt.date]:
    return list(task.steps.order_by("position").values_list("due_on", flat=True))


def ids(task: Task) -> list[int]:
    return list(task.steps.order_by("position").values_list("pk", flat=True))


def test_a_share_follows_its_first_open_step(town: Task) -> None:
    assert (town.steps_total, town.steps_closed) == (3, 0)
    assert (town.next_due_on, town.due_on) == (day("03-25"), day("09-30"))
    assert town.light_on(day("03-26")) == "red"
    assert town.light_on(day("03-25")) == "yellow"


def test_steps_from_before_the_issue_are_left_out(county: County) -> None:
    plan = drafted_plan(county, item("(一)", "普法", [owner("甲镇", "lead")], due("2026-09-30")))
    settle_key_task(
        key_task_of(plan).pk,
        KeyTaskChanges(steps=QUARTERS),
        actor=county.coordinator,
        at=at(3, 2, 9),
    )
    issue_plan(plan.pk, actor=county.coordinator, at=at(6, 25))
    assert days(share(plan, "甲镇")) == [day("06-25"), day("09-25")]


def test_an_approved_report_closes_the_steps_that_it_names(county: County, town: Task) -> None:
    first, second, _third = ids(town)
    report = say(county, town, Said(steps=[first]))
    assert str(report.percent) == "33.33"
    assert fresh(town).steps_closed == 0
    version = fresh(town).deadline_version
    approve_report(report.pk, actor=county.coordinator, at=at(5, 7))
    now = fresh(town)
    assert (now.steps_closed, now.next_due_on, now.deadline_version) == (
        1,
        day("06-25"),
        version + 1,
    )
    assert str(now.completion) == "33.333333"
    assert town.steps.get(pk=first).closed_on == day("05-07")
    event = town.events.get(kind="step_closed")
    assert event.data == {"step": first, "label": "第一季度", "due_on": "2026-03-25"}
    assert told(town)[-2:] == ["step_closed", "approved"]
    # Out of order: the day that is followed stays that of the first open one.
    approved(county, town, Said(steps=[ids(town)[2]]), month=6)
    assert fresh(town).next_due_on == town.steps.get(pk=second).due_on


def test_a_share_with_steps_takes_its_percent_from_them(county: County, town: Task) -> None:
    report = say(county, town, Said(percent=Decimal(80), steps=ids(town)[:2]))
    assert str(report.percent) == "66.67"


def test_all_steps_closed_is_99_and_the_last_day_is_followed(county: County, town: Task) -> None:
    approved(county, town, Said(steps=ids(town)))
    now = fresh(town)
    assert (now.completion, now.next_due_on, now.state) == (
        Decimal(99),
        day("09-30"),
        "acknowledged",
    )


def test_completing_closes_every_step(county: County, town: Task) -> None:
    now = closed(county, town)
    assert (now.steps_closed, now.completion, now.next_due_on) == (3, Decimal(100), day("09-30"))
    assert told(town)[-4:] == ["step_closed", "step_closed", "step_closed", "closed"]


def test_a_step_is_closed_once_and_by_its_own_share(county: County, town: Task) -> None:
    approved(county, town, Said(steps=ids(town)[:1]))
    for steps in ([ids(town)[0]], [0], [ids(town)[1], 0]):
        refusal = refused(Conflict, partial(say, county, town, Said(steps=steps), month=6))
        assert refusal.code == "step_not_open"


def test_an_extension_takes_the_last_step_along(county: County, plan: Plan, town: Task) -> None:
    moved_to_the_end(town)
    request = ask_extension(
        town.pk,
        new_due_on=day("10-31"),
        reason="汛期",
        actor=county.officer("甲镇"),
        at=at(5, 6),
    )
    approve_extension(request.pk, actor=county.coordinator, at=at(5, 7))
    assert days(town) == [day("03-25"), day("06-25"), day("10-31")]
    assert (fresh(town).due_on, fresh(town).next_due_on) == (day("10-31"), day("03-25"))


def moved_to_the_end(town: Task) -> None:
    """The last step is due on the last day of all."""
    town.steps.filter(due_on=day("09-25")).update(due_on=day("09-30"))


def test_an_earlier_day_takes_later_steps_along(county: County, town: Task) -> None:
    approved(county, town, Said(steps=ids(town)[:1]))
    move_deadline(town.pk, day("06-10"), reason="提前", actor=county.coordinator, at=at(5, 8))
    assert days(town) == [day("03-25"), day("06-10"), day("06-10")]
    assert (fresh(town).due_on, fresh(town).next_due_on) == (day("06-10"), day("06-10"))


def test_a_later_day_leaves_the_steps_in_between(county: County, town: Task) -> None:
    move_deadline(town.pk, day("12-31"), reason="顺延", actor=county.coordinator, at=at(5, 8))
    assert days(town) == [day("03-25"), day("06-25"), day("09-25")]
    assert fresh(town).next_due_on == day("03-25")


def test_closed_steps_keep_their_day(county: County, town: Task) -> None:
    approved(county, town, Said(steps=ids(town)))
    move_deadline(town.pk, day("04-30"), reason="提前", actor=county.coordinator, at=at(5, 8))
    assert days(town) == [day("03-25"), day("06-25"), day("09-25")]
    assert fresh(town).next_due_on == day("04-30")


class TestBelow:
    def test_open_steps_go_down_where_a_part_says_nothing(
        self, county: County, plan: Plan, town: Task
    ) -> None:
        approved(county, town, Said(steps=ids(town)[:1]))
        own = [StepPart("摸底", day("04-30"))]
        parts = [
            Part(county.unit("甲一村")),
            Part(county.unit("甲二村"), steps=own),
            Part(county.unit("甲镇"), due_on=day("08-31")),
        ]
        first, second, third = villages(county, plan, parts)
        assert days(first) == [day("06-25"), day("09-25")]
        assert [step.label for step in second.steps.all()] == ["摸底"]
        assert (days(third), fresh(third).next_due_on) == ([], day("08-31"))

    def test_a_step_after_the_share_is_refused(self, county: County, plan: Plan) -> None:
        late = [StepPart("摸底", day("09-30")), StepPart("验收", day("10-01"))]
        refusal = refused(
            Invalid, partial(villages, county, plan, [Part(county.unit("甲一村"), steps=late)])
        )
        late_step = {"steps": ["验收"], "due_on": "2026-09-30"}
        [row] = refusal.details.pop("rows")
        assert (refusal.code, refusal.details) == (
            "step_after_deadline",
            late_step | {"units": ["甲一村"]},
        )
        assert (row["row"], row["code"], row["details"]) == (1, refusal.code, late_step)

    @pytest.mark.parametrize("label", ["", "长" * 201])
    def test_the_words_of_a_step_fit(self, county: County, plan: Plan, label: str) -> None:
        part = Part(county.unit("甲一村"), steps=[StepPart(label, day("04-30"))])
        assert refused(Invalid, partial(villages, county, plan, [part])).code == "invalid"


def test_with_counting_shares_below_their_mean_is_the_figure(county: County) -> None:
    plan = townships_plan(county)
    town = share(plan, "甲镇")
    own = [StepPart("摸底", day("06-30")), StepPart("验收", day("09-30"))]
    first, _second = villages(
        county, plan, [Part(county.unit("甲一村"), steps=own), Part(county.unit("甲二村"))]
    )
    approved(county, first, Said(steps=ids(first)[:1]))
    assert (fresh(first).completion, fresh(town).completion) == (Decimal(50), Decimal(25))
