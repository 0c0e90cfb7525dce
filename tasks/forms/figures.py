"""The figures that a report may say: one field for each indicator of the share's key task."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms import PageForm
from plans.models import ReportingPeriod
from tasks.models import Indicator, ProgressReport, Task
from tasks.models.indicator import DECIMALS, DIGITS
from tasks.periods import period_of

OF_THE_PERIOD = _(
    "What your own unit did in the period that the report is about. What units below report is "
    "added to it by itself. Leave empty what there is nothing to say of."
)
OF_THE_YEAR = _(
    "What your own unit has done in the year so far; a later report takes its place. What units "
    "below report is added to it by itself. Leave empty what there is nothing to say of."
)


class FiguresForm(PageForm):
    """Nothing in it must be filled in."""

    def __init__(self, data: Any, *, share: Task) -> None:
        super().__init__(data, prefix="figure", auto_id=f"id_figure_{share.pk}_%s")
        self.about: Promise = OF_THE_PERIOD
        if period_of(share) == ReportingPeriod.NONE:
            self.about = OF_THE_YEAR
        for row in Indicator.objects.filter(key_task=share.key_task_id).reported():
            self.add_field(str(row.pk), _field(row))

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return bool(self.fields)

    def resume(self, draft: ProgressReport) -> None:
        """Goes on with the figures of the draft."""
        for row in draft.figures.all():
            self.initial[str(row.indicator_id)] = f"{row.value.normalize():f}"

    def said(self) -> dict[int, Decimal]:
        """By the indicators' ids, without what was left empty."""
        found = self.cleaned_data.items()
        return {int(name): Decimal(value) for name, value in found if value not in (None, "")}


def _field(row: Indicator) -> forms.Field:
    label = f"{row.name} ({row.measure})" if row.measure else row.name
    if row.kind == Indicator.Kind.MILESTONE:
        answers = [("", "—"), ("1", _("reached")), ("0", _("not reached"))]
        return forms.ChoiceField(
            label=label, choices=answers, required=False, help_text=row.definition
        )
    return forms.DecimalField(
        label=label,
        help_text=row.definition,
        required=False,
        max_digits=DIGITS,
        decimal_places=DECIMALS,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
