"""The figures that a report says beside its progress: written with it, and nowhere else."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from tasks.indicators import decimals_of
from tasks.models import Indicator, IndicatorValue, ProgressReport
from tasks.models.indicator import DECIMALS, DIGITS

#: A figure is smaller than this, whatever its sign.
TOO_LARGE = Decimal(10) ** (DIGITS - DECIMALS)


def write_figures(report: ProgressReport, figures: Mapping[int, Decimal]) -> None:
    """``figures`` by the ids of indicators of the share's own key task. Raises ``Invalid``.

    Computed indicators are nobody's to report: they follow from their parts.
    """
    if not figures:
        return
    asked = Indicator.objects.filter(key_task=report.task.key_task_id).reported()
    known = {row.pk: row for row in asked.filter(pk__in=figures)}
    for pk, value in figures.items():
        if pk not in known:
            raise Invalid(
                "no_such_indicator",
                _("This is no indicator that units report for this key task."),
                {"indicator": pk},
            )
        _require_sound(known[pk], value)
    IndicatorValue.objects.bulk_create(
        IndicatorValue(report=report, indicator=known[pk], value=value)
        for pk, value in figures.items()
    )


def rewrite_figures(draft: ProgressReport, figures: Mapping[int, Decimal]) -> None:
    """In place of what the draft said before."""
    draft.figures.all().delete()
    write_figures(draft, figures)


def _require_sound(indicator: Indicator, value: Decimal) -> None:
    fits = value.is_finite() and abs(value) < TOO_LARGE and decimals_of(value) <= DECIMALS
    if indicator.kind == Indicator.Kind.MILESTONE:
        fits = value in (0, 1)
    if not fits:
        raise Invalid(
            "figure_unfit",
            _("“%(name)s” cannot be this figure.") % {"name": indicator.name},
            {"indicator": indicator.pk},
        )
