"""The form on which the issuing office says what is counted under a key task."""

from dataclasses import fields
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PageForm
from plans.models import KeyTask, Plan
from tasks.defining import OTHERS, Definition
from tasks.indicators import ADDABLE
from tasks.models import Indicator

#: In the order of the form.
NAMES = (
    "name",
    "measure",
    "kind",
    "definition",
    "numerator",
    "denominator",
    "part_of",
    "parts_make_it",
    "direction",
    "decimals",
    "is_approximate",
    "target",
    "last_year",
    "opening",
)
HELP = {
    "measure": _("件, 次, 人次, %, 万元 and the like"),
    "kind": _("It says how the figure adds up over units and over the year."),
    "numerator": _("For a ratio, an average or a rate: then nobody reports it, it is computed."),
    "denominator": _("A rate without one takes last year's figure of its numerator."),
    "part_of": _("A part that is more than its whole is noticed."),
    "opening": _("Of a stock: what there was when the year began."),
}


class IndicatorForm(PageForm):
    """All of a definition. ``version`` is that of the row as it was seen; none of a new one."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, plan: Plan, row: Indicator | None = None) -> None:
        super().__init__(data, initial=_initial(row) if row else None)
        if row is None:
            self.add_field("key_task", _key_task_field(plan))
        for name in NAMES:
            field: Any = Indicator._meta.get_field(name)
            self.add_field(name, field.formfield(help_text=HELP.get(name, "")))
        usable = Indicator.objects.filter(plan=plan, kind__in=ADDABLE)
        usable = usable.exclude(pk=row.pk) if row else usable
        for name in OTHERS:
            other: Any = self.fields[name]
            other.queryset = usable.select_related("key_task")
            other.label_from_instance = lambda one: f"{one.key_task.number} {one.name}"

    def definition(self) -> Definition:
        """What was sent and found valid."""
        said = {field.name: self.cleaned_data[field.name] for field in fields(Definition)}
        return Definition(**said | {name: said[name] and said[name].pk for name in OTHERS})

    def now_sees(self, version: int) -> Self:
        """The person is shown the row as it is now; what they typed stays."""
        data: Any = self.data
        self.data = data = data.copy()
        data["version"] = version
        return self


def _initial(row: Indicator) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*NAMES, "version")}


def _key_task_field(plan: Plan) -> Any:
    field: Any = forms.ModelChoiceField(
        label=_("Key task"), queryset=KeyTask.objects.filter(plan=plan)
    )
    field.label_from_instance = lambda row: f"{row.number} {row.title}"
    return field
