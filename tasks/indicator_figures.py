"""The indicators of a plan with what they come to: live, of approved reports, with their source.

Only reports on shares that the reader may see are counted, as in every figure (FAILURES E31).
What was approved stays a fact whatever becomes of the share afterwards.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from plans.models import Plan
from tasks.indicator_checks import Checked, Finding, check
from tasks.indicators import (
    Kind,
    Pace,
    Reported,
    as_text,
    growth,
    pace_of,
    quotient,
    total,
    total_by_unit,
)
from tasks.models import Indicator, IndicatorValue, ProgressReport, Task


@dataclass(frozen=True)
class Source:
    """What one approved report said: the unit, the period and the exact value."""

    share: int
    unit_id: int
    unit: str
    period_end: dt.date | None
    said_on: dt.date
    value: Decimal


@dataclass(frozen=True)
class UnitFigure:
    """What one unit's reports come to."""

    unit_id: int
    unit: str
    value: Decimal


@dataclass(frozen=True)
class Figure:
    """An indicator with its exact ``value``, and what it was computed of."""

    indicator: Indicator
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    units: list[UnitFigure]
    sources: list[Source]
    pace: Pace | None
    findings: list[Finding]

    @property
    def text(self) -> str:
        """As it is printed."""
        return self.told(self.value)

    @property
    def parts(self) -> str:
        """4034/4048, with all decimals that there are; empty where it is computed of nothing."""
        if self.numerator is None or self.denominator is None:
            return ""
        above, below = (f"{part.normalize():f}" for part in (self.numerator, self.denominator))
        return f"{above}/{below}"

    def told(self, value: Decimal | None) -> str:
        row = self.indicator
        if row.kind == Kind.MILESTONE and value is not None:
            return _("reached") if value else _("not reached")
        return as_text(value, row.decimals, row.measure, approximate=row.is_approximate)


@dataclass(frozen=True)
class PlanFigures:
    """``whole`` is false where the reader sees a part of the plan: figures are of that."""

    plan: Plan
    on: dt.date
    whole: bool
    figures: list[Figure]
    findings: list[Finding]

    def of(self, key_task_id: int) -> list[Figure]:
        return [row for row in self.figures if row.indicator.key_task_id == key_task_id]


def indicators_of(
    plan: Plan, *, user: User, on: dt.date, then: dt.date | None = None
) -> PlanFigures:
    """All indicators of the plan, in the order of its key tasks. A constant number of queries.

    ``then`` is a day before ``on``: what was approved by its end counts, of the shares and by the
    definitions of today.
    """
    day = then or on
    rows = list(Indicator.objects.filter(plan=plan).select_related("key_task"))
    reckoning = _Reckoning(rows, _sources(plan, user, on, day))
    findings = check(_checked(row, reckoning, plan, day) for row in rows)
    figures = [_figure(row, reckoning, findings, plan, day) for row in rows]
    whole = Plan.objects.filter(pk=plan.pk).coordinated_by(user, on).exists()
    return PlanFigures(plan, day, whole, figures, findings)


def _sources(plan: Plan, user: User, on: dt.date, day: dt.date) -> dict[int, list[Source]]:
    """By the indicator, in the order of the reports. One query."""
    midnight = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
    in_sight = Task.objects.filter(plan=plan).visible_to(user, on)
    said = (
        IndicatorValue.objects.filter(
            indicator__plan=plan,
            report__state=ProgressReport.State.APPROVED,
            report__decided_at__lt=midnight,
            report__task__in=in_sight.order_by().values("pk"),
        )
        .select_related("report__task__unit")
        .order_by("report_id")
    )
    found: dict[int, list[Source]] = defaultdict(list)
    for row in said:
        report, unit = row.report, row.report.task.unit
        said_on = timezone.localdate(report.submitted_at)
        found[row.indicator_id].append(
            Source(report.task_id, unit.pk, unit.name, report.period_end, said_on, row.value)
        )
    return found


class _Reckoning:
    """The rows of one plan by their ids, and what was said of each."""

    def __init__(self, rows: list[Indicator], sources: Mapping[int, list[Source]]) -> None:
        self._rows = {row.pk: row for row in rows}
        self._sources = sources
        self.units = {one.unit_id: one.unit for found in sources.values() for one in found}

    def sources(self, row: Indicator) -> list[Source]:
        return self._sources.get(row.pk, [])

    def value(self, row: Indicator) -> Decimal | None:
        """Of all units and periods. A stock that nobody has reported is the opening one."""
        if not row.is_reported:
            compute = growth if row.kind == Kind.RATE else quotient
            return compute(*self.parts(row), row.measure)
        found = total(row.kind, self._said(row))
        return row.opening if found is None and row.kind == Kind.STOCK else found

    def parts(self, row: Indicator) -> tuple[Decimal | None, Decimal | None]:
        """What is above and below the line; a rate's last year where no indicator holds it."""
        if row.numerator_id is None:
            return None, None
        above = self._rows[row.numerator_id]
        if row.denominator_id is None:
            return self.value(above), above.last_year
        return self.value(above), self.value(self._rows[row.denominator_id])

    def by_unit(self, row: Indicator) -> dict[int, Decimal]:
        """Of each unit by itself; without those of which there is no such figure."""
        if row.numerator_id is None:
            return total_by_unit(row.kind, self._said(row))
        if row.denominator_id is None:
            return {}
        above = self.by_unit(self._rows[row.numerator_id])
        compute = growth if row.kind == Kind.RATE else quotient
        found = {
            unit: compute(above.get(unit), whole, row.measure)
            for unit, whole in self.by_unit(self._rows[row.denominator_id]).items()
        }
        return {unit: value for unit, value in found.items() if value is not None}

    def _said(self, row: Indicator) -> list[Reported]:
        return [
            Reported(one.share, one.unit_id, one.period_end, one.said_on, order, one.value)
            for order, one in enumerate(self.sources(row))
        ]


def _figure(
    row: Indicator, reckoning: _Reckoning, findings: list[Finding], plan: Plan, day: dt.date
) -> Figure:
    value = reckoning.value(row)
    above, below = reckoning.parts(row)
    by_unit = reckoning.by_unit(row)
    return Figure(
        indicator=row,
        value=value,
        numerator=above,
        denominator=below,
        units=[UnitFigure(pk, reckoning.units[pk], found) for pk, found in by_unit.items()],
        sources=reckoning.sources(row),
        pace=_pace(row, value, plan, day),
        findings=[finding for finding in findings if finding.indicator == row.pk],
    )


def _pace(row: Indicator, value: Decimal | None, plan: Plan, day: dt.date) -> Pace | None:
    """Of what grows through the year, where somebody set a target."""
    if row.kind != Kind.COUNT or value is None or row.target is None or plan.last_year:
        return None
    is_limit = row.direction == Indicator.Direction.DOWN
    return pace_of(value, row.target, day, year=plan.year, is_limit=is_limit)


def _checked(row: Indicator, reckoning: _Reckoning, plan: Plan, day: dt.date) -> Checked:
    return Checked(
        key=row.pk,
        name=row.name,
        where=str(row.key_task),
        kind=row.kind,
        measure=row.measure,
        decimals=row.decimals,
        value=reckoning.value(row),
        by_unit={reckoning.units[pk]: found for pk, found in reckoning.by_unit(row).items()},
        values=tuple((one.unit, one.value) for one in reckoning.sources(row)),
        numerator=row.numerator_id,
        denominator=row.denominator_id,
        part_of=row.part_of_id,
        parts_make_it=row.parts_make_it,
        last_year=row.last_year,
        is_year_over=day > dt.date(plan.last_year or plan.year, 12, 31),
    )
