"""逐级分解 in two steps: to whom, and then who gets what by when, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.errors import Conflict
from accounts.forms import DayInput
from accounts.models import Unit, UnitGroup
from accounts.pages import whole_number
from tasks.decomposition import (
    Decomposition,
    Part,
    PlannedShare,
    decompose,
    parts_of_group,
    preview_decomposition,
    units_below,
)
from tasks.forms.base import ShareForm
from tasks.models import Task

EVEN = Decimal(1)


class ChooseForm(ShareForm):
    """To whom. Its button leads to the preview; it makes nothing itself."""

    name, label, done = "decompose", _("Break down"), ""
    button = _("Preview")
    units = forms.ModelMultipleChoiceField(
        label=_("To these units"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    group = forms.ModelChoiceField(
        label=_("To every unit of a group"),
        queryset=UnitGroup.objects.all(),
        required=False,
        empty_label="—",
    )
    own_part = forms.BooleanField(label=_("Keep a part for the unit itself"), required=False)
    title = forms.CharField(
        label=_("What they are to do"),
        help_text=_("Left empty, the title of this share."),
        max_length=500,
        required=False,
    )
    due_on = forms.DateField(
        label=_("Due on"), help_text=_("Left empty, the deadline of this share."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holding = Task.objects.filter(key_task=self.row.key_task_id, is_own_part=False)
        taken = holding.exclude(state=Task.State.CANCELLED).values("unit_id")
        units: Any = self.fields["units"]
        units.queryset = units_below(self.row, self.on).exclude(pk__in=taken)
        due_on = self.fields["due_on"]
        due_on.widget = DayInput(latest=self.row.due_on, **due_on.widget.attrs)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        if not any(found.get(name) for name in ("units", "group", "own_part")):
            raise forms.ValidationError(_("Choose at least one unit."))
        return found

    def parts(self) -> list[Part]:
        """One for each unit, however it was chosen."""
        found = self.cleaned_data
        said = {"title": found["title"], "due_on": found["due_on"]}
        units = [self.row.unit] if found["own_part"] else []
        units += found["units"]
        if found["group"]:
            units += [p.unit for p in parts_of_group(self.row, found["group"], on=self.on)]
        return [Part(unit, **said) for unit in dict.fromkeys(units)]


@dataclass(frozen=True)
class PartRow:
    """One unit: what it would get, and the fields by which that is changed."""

    planned: PlannedShare
    taken: forms.BoundField
    due_on: forms.BoundField
    weight: forms.BoundField

    @property
    def is_out(self) -> bool:
        """Whether the unit cannot get a share, whatever is written."""
        return any(isinstance(refusal, Conflict) for refusal in self.planned.refusals)


class PartsForm(ShareForm):
    """Who gets what by when: a line for each unit, of which some may be left out."""

    name, label, done = "decompose", _("Break down"), _("The share has been broken down.")
    title = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        self.units = units
        super().__init__(*args, **kwargs)
        for unit in units:
            self._add_line(unit)

    @classmethod
    def of_parts(cls, parts: Sequence[Part], **kwargs: Any) -> "PartsForm":
        """As it was chosen, all of one weight."""
        row: Task = kwargs["row"]
        data = QueryDict(mutable=True)
        data["version"] = str(row.version)
        data["title"] = parts[0].title if parts else ""
        for part in parts:
            data[f"with_{part.unit.pk}"] = "on"
            data[f"due_on_{part.unit.pk}"] = part.due_on.isoformat() if part.due_on else ""
            data[f"weight_{part.unit.pk}"] = str(EVEN)
        return cls(data, units=[part.unit for part in parts], **kwargs)

    @classmethod
    def sent(cls, data: QueryDict, **kwargs: Any) -> "PartsForm":
        """As the browser sent it: of each unit that has a weight, a line."""
        named = (name.partition("_") for name in data)
        keys = [whole_number(key) for what, _sign, key in named if what == "weight"]
        units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[k for k in keys if k])}
        return cls(data, units=[units[key] for key in keys if key in units], **kwargs)

    def _add_line(self, unit: Unit) -> None:
        said = {"unit": unit.name}
        gets = forms.BooleanField(label=_("%(unit)s gets a share") % said, required=False)
        day = forms.DateField(
            label=_("Earlier date for %(unit)s") % said,
            required=False,
            widget=DayInput(latest=self.row.due_on),
        )
        weight = forms.DecimalField(
            label=_("Weight of %(unit)s") % said,
            min_value=Decimal(0),
            max_digits=8,
            decimal_places=3,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )
        for name, field in (("with", gets), ("due_on", day), ("weight", weight)):
            self.add_field(f"{name}_{unit.pk}", field)

    def split_evenly(self) -> None:
        data: Any = self.data
        data = data.copy()
        for unit in self.units:
            data[f"weight_{unit.pk}"] = str(EVEN)
        self.data = data

    def _part(self, unit: Unit) -> Part:
        """What is written in the line, as far as it can be read."""
        found = getattr(self, "cleaned_data", {})
        return Part(
            unit,
            title=found.get("title") or "",
            due_on=found.get(f"due_on_{unit.pk}"),
            weight=found.get(f"weight_{unit.pk}", EVEN),
        )

    def preview(self) -> Decomposition:
        self.full_clean()
        return preview_decomposition(self.row, [self._part(unit) for unit in self.units], self.on)

    def rows(self, planned: Decomposition) -> list[PartRow]:
        return [
            PartRow(
                row, *(self[f"{name}_{row.task.unit_id}"] for name in ("with", "due_on", "weight"))
            )
            for row in planned.rows
        ]

    def call(self, **arguments: Any) -> None:
        wanted = [unit for unit in self.units if self.cleaned_data.get(f"with_{unit.pk}")]
        decompose(
            self.row.pk,
            [self._part(unit) for unit in wanted],
            **{name: arguments[name] for name in ("actor", "at", "version")},
        )
