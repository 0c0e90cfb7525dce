"""What a person fills in to reform units: what happens to which of them, and where shares go."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PageForm, VersionedForm
from accounts.models import Unit
from accounts.querysets import UnitQuerySet
from tasks.models import Task
from tasks.reforming import Ending


class ReformForm(PageForm):
    """``units`` are those that the person may reform. Each kind has the fields that it needs."""

    label: Any
    lead: Any
    title = forms.CharField(label=_("Title"), max_length=300)
    on = forms.DateField(label=_("First day of the new order"), widget=DayInput())

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("unit", "units", "successor", "successors"):
            field: Any = self.fields.get(name)
            if field:
                field.queryset = units

    def endings(self) -> list[Ending]:
        raise NotImplementedError


def _one(label: Any, **more: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(label=label, queryset=Unit.objects.none(), **more)


def _several(label: Any, **more: Any) -> forms.ModelMultipleChoiceField:  # type: ignore[type-arg]
    return forms.ModelMultipleChoiceField(
        label=label,
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        **more,
    )


#: A successor has to be there before it can follow.
FIRST_ADDED = _("A new unit is first added to the directory, in force from that day.")


class CloseForm(ReformForm):
    label = _("Close")
    lead = _("Units end and nobody follows them. Open shares go to the unit of the share above.")
    units = _several(_("Units that end"))

    def endings(self) -> list[Ending]:
        return [Ending(unit) for unit in self.cleaned_data["units"]]


class MergeForm(ReformForm):
    label = _("Merge")
    lead = _("Units end and one follows them, with their open shares, people and units below.")
    units = _several(_("Units that end"))
    successor = _one(_("Unit that follows them"), help_text=FIRST_ADDED)

    def endings(self) -> list[Ending]:
        follower = self.cleaned_data["successor"]
        return [Ending(unit, successors=[follower]) for unit in self.cleaned_data["units"]]


class SplitForm(ReformForm):
    label = _("Split")
    lead = _("Several units follow one. Who takes over which share is said on the next page.")
    unit = _one(_("Unit that is split"))
    successors = _several(
        _("Units that follow it; itself among them, where it goes on"), help_text=FIRST_ADDED
    )

    def endings(self) -> list[Ending]:
        said = self.cleaned_data
        return [Ending(said["unit"], successors=list(said["successors"]))]


class RenameForm(ReformForm):
    label = _("Rename")
    lead = _("The unit goes on under another name; documents of earlier days find it by the old.")
    unit = _one(_("Unit"))
    new_name = forms.CharField(label=_("New name"), max_length=200)

    def endings(self) -> list[Ending]:
        return [Ending(self.cleaned_data["unit"], new_name=self.cleaned_data["new_name"])]


REFORM_FORMS: dict[str, type[ReformForm]] = {
    "merge": MergeForm,
    "split": SplitForm,
    "close": CloseForm,
    "rename": RenameForm,
}


class TransferForm(VersionedForm):
    """These shares go to this unit. The boxes stand in the table of shares."""

    tasks = forms.ModelMultipleChoiceField(
        queryset=Task.objects.none(), widget=forms.MultipleHiddenInput
    )
    to_unit = _one(_("The chosen shares go to"))

    def __init__(self, *args: Any, shares: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks: Any = self.fields["tasks"]
        tasks.queryset = shares
        to_unit: Any = self.fields["to_unit"]
        to_unit.queryset = units


def units_on(units: UnitQuerySet, on: dt.date) -> UnitQuerySet:
    """What may still be reformed, or follow, from the directory's tree in its order."""
    return units.not_ended(on).order_by("depth", "position", "id")
