"""Figures come with progress reports; approved ones count, each once, as far as one may see."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import Invalid
from plans.editing import PlanChanges, change_plan_settings
from tasks.acknowledging import acknowledge
from tasks.decomposition import Part, decompose
from tasks.defining import Definition, define_indicator
from tasks.indicator_figures import Figure, PlanFigures, indicators_of
from tasks.models import Indicator, IndicatorValue, ProgressReport
from tasks.progress import Said, approve_report, return_report, save_draft, submit_report
from tests.county import County, at, due, issued_plan, item, owner, share, sign_for_all
from tests.refusals import refused


class Counting:
    """A plan of one key task of two townships, 受理, 办结 and 办结率 counted in it."""

    def __init__(self, county: County, period: str = "quarterly") -> None:
        self.county = county
        townships = owner("各乡镇(街道)", "responsible", group=True)
        self.plan = issued_plan(county, item("1.", "化解矛盾", [townships], due("2026-12-31")))
        change_plan_settings(
            self.plan.pk,
            PlanChanges(reporting_period=period),
            actor=county.coordinator,
            at=at(3, 2, 11),
        )
        sign_for_all(county, self.plan)
        self.accepted = self.define("受理", measure="件", target=Decimal(100))
        self.solved = self.define("办结", measure="件", part_of=self.accepted.pk)
        self.rate = self.define(
            "办结率",
            measure="%",
            kind="ratio",
            decimals=1,
            numerator=self.solved.pk,
            denominator=self.accepted.pk,
        )

    def define(self, name: str, **words: Any) -> Indicator:
        key_task = self.plan.key_tasks.get()
        return define_indicator(
            key_task.pk, Definition(name, **words), actor=self.county.coordinator, at=at(3, 4)
        )

    def submit(self, unit: str, month: int, **figures: object) -> ProgressReport:
        """``accepted=…`` and ``solved=…``, in the month's middle."""
        found = {getattr(self, name).pk: Decimal(str(value)) for name, value in figures.items()}
        task = share(self.plan, unit)
        said = Said(percent=Decimal(month), figures=found)
        return submit_report(task.pk, said, actor=self.county.officer(unit), at=at(month, 15))

    def approve(self, report: ProgressReport, month: int) -> None:
        actor = self.county.coordinator
        approve_report(report.pk, actor=actor, at=at(month, 20))

    def report(self, unit: str, month: int, **figures: object) -> ProgressReport:
        report = self.submit(unit, month, **figures)
        self.approve(report, month)
        return report

    def found(self, user: Any = None, **more: Any) -> PlanFigures:
        return indicators_of(
            self.plan, user=user or self.county.coordinator, on=at(12, 31).date(), **more
        )

    def figure(self, name: str, user: Any = None, **more: Any) -> Figure:
        figures = self.found(user, **more).figures
        return next(row for row in figures if row.indicator.name == name)


@pytest.fixture
def counting(county: County) -> Counting:
    return Counting(county)


def test_over_units_and_periods(counting: Counting) -> None:
    counting.report("甲镇", 3, accepted=10, solved=9)
    counting.report("甲镇", 6, accepted=20, solved=20)
    counting.report("乙乡", 3, accepted=10, solved=1)
    assert counting.figure("受理").text == "40件"
    rate = counting.figure("办结率")
    assert [rate.numerator, rate.denominator] == [30, 40]
    assert rate.text == "75.0%"
    assert rate.parts == "30/40"
    assert {row.unit: row.value for row in counting.figure("受理").units} == {
        "甲镇": 30,
        "乙乡": 10,
    }
    assert {row.unit: rate.told(row.value) for row in rate.units} == {
        "甲镇": "96.7%",
        "乙乡": "10.0%",
    }
    assert [row.period_end for row in counting.figure("受理").sources] == [
        at(3, 31).date(),
        at(6, 30).date(),
        at(3, 31).date(),
    ]
    assert counting.found().findings == []


def test_only_what_is_approved_counts(counting: Counting) -> None:
    waiting = counting.submit("甲镇", 3, accepted=10)
    assert counting.figure("受理").value is None
    assert counting.figure("办结率").text == "—"
    return_report(waiting.pk, reason="请核实。", actor=counting.county.coordinator, at=at(3, 16))
    assert counting.figure("受理").value is None
    counting.report("甲镇", 3, accepted=8)
    assert counting.figure("受理").value == 8


def test_a_later_report_of_the_period_does_not_count_twice(counting: Counting) -> None:
    counting.report("甲镇", 3, accepted=10)
    task = share(counting.plan, "甲镇")
    correction = Said(
        percent=Decimal(3),
        figures={counting.accepted.pk: Decimal(12)},
        period_end=at(3, 31).date(),
    )
    report = submit_report(task.pk, correction, actor=counting.county.officer("甲镇"), at=at(4, 2))
    counting.approve(report, 4)
    assert counting.figure("受理").value == 12


def test_without_regular_reports_a_figure_is_that_of_the_year_so_far(county: County) -> None:
    counting = Counting(county, period="none")
    counting.report("甲镇", 4, accepted=10)
    counting.report("甲镇", 8, accepted=25)
    assert counting.figure("受理").value == 25


def test_of_a_day_gone_by(counting: Counting) -> None:
    counting.report("甲镇", 3, accepted=10)
    counting.report("甲镇", 6, accepted=20)
    assert counting.figure("受理", then=at(6, 19).date()).value == 10
    assert counting.figure("受理", then=at(6, 20).date()).value == 30


def test_what_units_below_report_is_added(counting: Counting, county: County) -> None:
    town = share(counting.plan, "甲镇")
    decompose(town.pk, [Part(county.unit("甲一村"))], actor=county.officer("甲镇"), at=at(3, 10))
    village = share(counting.plan, "甲一村")
    acknowledge(village.pk, actor=county.officer("甲一村"), at=at(3, 10))
    report = counting.submit("甲一村", 3, accepted=4)
    approve_report(report.pk, actor=county.head("甲镇"), at=at(3, 20))
    counting.report("甲镇", 3, accepted=6)
    assert counting.figure("受理").value == 10


def test_nobody_sees_a_siblings_figures(counting: Counting, county: County) -> None:
    counting.report("甲镇", 3, accepted=10)
    counting.report("乙乡", 3, accepted=5)
    own = counting.figure("受理", county.officer("甲镇"))
    assert own.value == 10
    assert [row.unit for row in own.units] == ["甲镇"]
    assert not counting.found(county.officer("甲镇")).whole
    assert counting.found().whole


def test_pace_and_findings_come_with_the_figure(counting: Counting) -> None:
    counting.report("甲镇", 3, accepted=10, solved=11)
    accepted = counting.figure("受理")
    assert accepted.pace
    assert accepted.pace.percent == 10
    assert not accepted.pace.is_kept
    assert [row.code for row in counting.figure("办结").findings] == ["more_than_whole"]
    assert counting.figure("办结").findings == counting.found().findings
    counting.report("乙乡", 3, accepted=200)
    accepted = counting.figure("受理")
    assert accepted.pace
    assert accepted.pace.is_kept


def test_a_rate_is_against_last_year(counting: Counting) -> None:
    now = counting.define("案件", measure="件", last_year=Decimal(8))
    counting.define("同比", measure="%", kind="rate", numerator=now.pk)
    task = share(counting.plan, "甲镇")
    said = Said(percent=Decimal(1), figures={now.pk: Decimal(10)})
    counting.approve(
        submit_report(task.pk, said, actor=counting.county.officer("甲镇"), at=at(3, 15)), 3
    )
    assert counting.figure("同比").text == "25%"
    assert counting.figure("同比").parts == "10/8"


def test_a_stock_begins_with_its_opening(counting: Counting) -> None:
    counting.define("在册", measure="人", kind="stock", opening=Decimal(7))
    assert counting.figure("在册").value == 7


def test_a_milestone_is_told_in_words(counting: Counting) -> None:
    row = counting.define("建成", kind="milestone")
    task = share(counting.plan, "甲镇")
    said = Said(percent=Decimal(1), figures={row.pk: Decimal(1)})
    report = submit_report(task.pk, said, actor=counting.county.officer("甲镇"), at=at(3, 15))
    counting.approve(report, 3)
    assert counting.figure("建成").text == "已实现"


def test_what_cannot_be_reported(counting: Counting, county: County) -> None:
    task = share(counting.plan, "甲镇")
    milestone = counting.define("建成", kind="milestone")

    def code(pk: int, value: str) -> str:
        said = Said(percent=Decimal(1), figures={pk: Decimal(value)})
        call: dict[str, Any] = {"actor": county.officer("甲镇"), "at": at(3, 15)}
        return refused(Invalid, submit_report, task.pk, said, **call).code

    assert code(counting.rate.pk, "50") == "no_such_indicator"
    assert code(counting.rate.pk + 1000, "50") == "no_such_indicator"
    assert code(counting.accepted.pk, "NaN") == "figure_unfit"
    assert code(counting.accepted.pk, "1e14") == "figure_unfit"
    assert code(counting.accepted.pk, "0.1234567") == "figure_unfit"
    assert code(milestone.pk, "2") == "figure_unfit"
    assert not IndicatorValue.objects.exists()


def test_a_draft_keeps_its_figures_until_it_is_sent(counting: Counting, county: County) -> None:
    task, officer = share(counting.plan, "甲镇"), county.officer("甲镇")
    for value in (3, 4):
        said = Said(percent=Decimal(1), figures={counting.accepted.pk: Decimal(value)})
        draft = save_draft(task.pk, said, actor=officer, at=at(3, 14))
    assert [row.value for row in draft.figures.all()] == [4]
    report = counting.submit("甲镇", 3, accepted=5)
    kept = IndicatorValue.objects.get()
    assert kept.report == report
    assert kept.value == 5


def test_figures_of_an_approved_report_stay_in_the_database_too(counting: Counting) -> None:
    report = counting.submit("甲镇", 3, accepted=5)
    report.figures.update(value=6)
    counting.approve(report, 3)
    for change in (
        lambda: report.figures.update(value=7),
        lambda: report.figures.all().delete(),
        lambda: IndicatorValue.objects.create(report=report, indicator=counting.solved, value=1),
    ):
        with pytest.raises(DatabaseError, match="its report is approved"), transaction.atomic():
            change()
    assert counting.figure("受理").value == 6
