"""What looks wrong in figures. A check speaks and never stops anybody. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from tasks.indicators import COMPUTED, PARTS_OF, Kind, as_text, decimals_of

#: A figure is out of last year's range where it is more than so many times it, or less than one
#: part of so many.
RANGE = 2


class Code(StrEnum):
    MORE_THAN_WHOLE = "more_than_whole"
    PARTS_DIFFER = "parts_differ"
    NO_MEASURE = "no_measure"
    MIXED_DECIMALS = "mixed_decimals"
    NO_DENOMINATOR = "no_denominator"
    OUT_OF_RANGE = "out_of_range"
    NO_SHORTCOMINGS = "no_shortcomings"
    NO_SUCH_FIGURE = "no_such_figure"


@dataclass(frozen=True)
class Checked:
    """An indicator as the checks see it. Other indicators are named by their keys.

    ``values`` are as units said them, by the unit's name; ``by_unit`` what they come to.
    """

    key: int
    name: str
    where: str
    kind: str
    measure: str
    decimals: int
    value: Decimal | None = None
    by_unit: Mapping[str, Decimal] = field(default_factory=dict)
    values: tuple[tuple[str, Decimal], ...] = ()
    numerator: int | None = None
    denominator: int | None = None
    part_of: int | None = None
    parts_make_it: bool = False
    last_year: Decimal | None = None
    is_year_over: bool = False

    def told(self, value: Decimal | None) -> str:
        return as_text(value, max(self.decimals, decimals_of(value or Decimal(0))), self.measure)


@dataclass(frozen=True)
class Finding:
    """``where`` names the place: the key task, and the unit where it is one's."""

    code: Code
    text: str
    where: str
    indicator: int | None = None


def check(indicators: Iterable[Checked]) -> list[Finding]:
    """Of all indicators of a plan, in their order, and then of the plan."""
    every = {row.key: row for row in indicators}
    found = [finding for row in every.values() for finding in _of_one(row, every)]
    return [*found, *_mixed(every.values())]


def _of_one(row: Checked, every: Mapping[int, Checked]) -> Iterator[Finding]:
    if not row.measure and row.kind != Kind.MILESTONE:
        yield _finding(Code.NO_MEASURE, row, _("“%(name)s” has no unit of measure."))
    if row.kind in COMPUTED and row.numerator is None:
        text = _(
            "“%(name)s” stands without its numerator and denominator: nobody can recompute it."
        )
        yield _finding(Code.NO_DENOMINATOR, row, text)
    yield from _more_than_whole(row, every)
    yield from _parts_differ(row, every)
    yield from _finer_than_said(row)
    yield from _out_of_range(row)


def _more_than_whole(row: Checked, every: Mapping[int, Checked]) -> Iterator[Finding]:
    """Solved more than accepted: unit by unit; of all where no single unit shows it."""
    for part, whole in _pairs(row, every):
        wrong = [
            unit
            for unit, value in part.by_unit.items()
            if unit in whole.by_unit and value > whole.by_unit[unit]
        ]
        for unit in wrong:
            yield _too_much(part, whole, part.by_unit[unit], whole.by_unit[unit], unit)
        if not wrong and _is_more(part.value, whole.value):
            yield _too_much(part, whole, part.value, whole.value, "")


def _pairs(row: Checked, every: Mapping[int, Checked]) -> Iterator[tuple[Checked, Checked]]:
    """The parts that cannot be more than their whole, by what this indicator says of them."""
    if row.part_of is not None and row.part_of in every:
        yield row, every[row.part_of]
    if row.kind != Kind.RATIO or row.measure not in PARTS_OF:
        return
    part, whole = every.get(row.numerator or 0), every.get(row.denominator or 0)
    if part and whole and part.part_of != whole.key:
        yield part, whole


def _is_more(part: Decimal | None, whole: Decimal | None) -> bool:
    return part is not None and whole is not None and part > whole


def _too_much(
    part: Checked, whole: Checked, value: Decimal | None, of: Decimal | None, unit: str
) -> Finding:
    text = _("“%(name)s” is %(value)s, more than “%(whole)s” with %(of)s.") % {
        "name": part.name,
        "value": part.told(value),
        "whole": whole.name,
        "of": whole.told(of),
    }
    return Finding(Code.MORE_THAN_WHOLE, text, _at(part.where, unit), part.key)


def _parts_differ(row: Checked, every: Mapping[int, Checked]) -> Iterator[Finding]:
    parts = [other for other in every.values() if other.part_of == row.key]
    if not row.parts_make_it or not parts or row.value is None:
        return
    found = sum((part.value or Decimal(0) for part in parts), Decimal(0))
    if found != row.value:
        text = _("The parts of “%(name)s” come to %(parts)s; it is said to be %(value)s.") % {
            "name": row.name,
            "parts": row.told(found),
            "value": row.told(row.value),
        }
        yield Finding(Code.PARTS_DIFFER, text, row.where, row.key)


def _finer_than_said(row: Checked) -> Iterator[Finding]:
    """Units that report with more decimals than the indicator has."""
    units = dict.fromkeys(unit for unit, value in row.values if decimals_of(value) > row.decimals)
    for unit in units:
        text = _("“%(name)s” is reported with more than its %(decimals)s decimals.") % {
            "name": row.name,
            "decimals": row.decimals,
        }
        yield Finding(Code.MIXED_DECIMALS, text, _at(row.where, unit), row.key)


def _out_of_range(row: Checked) -> Iterator[Finding]:
    """Too much at any time; too little only when the year is over."""
    if row.value is None or not row.last_year:
        return
    too_little = row.is_year_over and row.value * RANGE < row.last_year
    if row.value > row.last_year * RANGE or too_little:
        text = _("“%(name)s” is %(value)s; last year it was %(last)s.") % {
            "name": row.name,
            "value": row.told(row.value),
            "last": row.told(row.last_year),
        }
        yield Finding(Code.OUT_OF_RANGE, text, row.where, row.key)


def _mixed(rows: Iterable[Checked]) -> Iterator[Finding]:
    """Figures of one kind and measure that stand side by side with different decimals."""
    decimals: dict[tuple[bool, str], set[int]] = defaultdict(set)
    for row in rows:
        if row.measure and row.kind != Kind.MILESTONE:
            decimals[row.kind in COMPUTED, row.measure].add(row.decimals)
    for (_computed, measure), found in decimals.items():
        if len(found) > 1:
            said = _(", ").join(map(str, sorted(found)))
            text = _("Figures in %(measure)s are told with different decimals: %(decimals)s.") % {
                "measure": measure,
                "decimals": said,
            }
            yield Finding(Code.MIXED_DECIMALS, text, _("the whole plan"))


def no_shortcomings() -> Finding:
    text = _("The report says nothing of shortcomings and their causes.")
    return Finding(Code.NO_SHORTCOMINGS, text, _("the whole report"))


def _finding(code: Code, row: Checked, text: str) -> Finding:
    return Finding(code, text % {"name": row.name}, row.where, row.key)


def _at(where: str, unit: str) -> str:
    return _("%(where)s, %(unit)s") % {"where": where, "unit": unit} if unit else where
