"""What a unit does with its own share."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from accounts.models import Unit, UnitGroup
from tasks.acknowledging import acknowledge, object_to
from tasks.decomposition import Part, decompose, split_among, units_below
from tasks.extensions import ask_extension
from tasks.forms.base import ShareForm, words
from tasks.models import Step, Task
from tasks.progress import Said, submit_report


class AcknowledgeForm(ShareForm):
    name, label, done = "acknowledge", _("Sign for it"), _("Signed for.")

    def call(self, **arguments: Any) -> None:
        acknowledge(self.row.pk, **arguments)


class ObjectForm(ShareForm):
    name, label, done = "object", _("Object"), _("The objection has been sent.")
    reason = forms.CharField(
        label=_("Why the share is not your unit's"), max_length=5000, widget=words()
    )

    def call(self, **arguments: Any) -> None:
        object_to(self.row.pk, **arguments)


class StepsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """A share's open steps, each with its day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({date_format(obj.due_on)})"


class ReportForm(ShareForm):
    name, label, done = "report", _("Submit the report"), _("The report has been submitted.")
    percent = forms.DecimalField(
        label=_("Completed so far, in percent"),
        help_text=_("0 to 99. It is 100 once the share is closed."),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(99),
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    narrative = forms.CharField(
        label=_("What has been done"), required=False, max_length=5000, widget=words(4)
    )
    steps = StepsField(
        label=_("Steps that are done"),
        queryset=Step.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    completes = forms.BooleanField(label=_("All is done: ask for closing"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A share that has steps is reported by them, any other by its percent."""
        super().__init__(*args, **kwargs)
        steps: Any = self.fields["steps"]
        if self.row.steps_total:
            del self.fields["percent"]
            steps.queryset = self.row.steps.filter(closed_on=None).order_by("position")
        else:
            del self.fields["steps"]

    def call(self, **arguments: Any) -> None:
        said = {
            name: arguments.pop(name)
            for name in ("percent", "narrative", "completes")
            if name in arguments
        }
        steps = [step.pk for step in arguments.pop("steps", ())]
        submit_report(self.row.pk, Said(**said, steps=steps), **arguments)


class NoChangeForm(ShareForm):
    name, label, done = "no-change", _("No change"), _("Reported: no change.")

    def call(self, **arguments: Any) -> None:
        submit_report(self.row.pk, Said(no_change=True), **arguments)


class DecomposeForm(ShareForm):
    name, label, done = "decompose", _("Break down"), _("The share has been broken down.")
    units = forms.ModelMultipleChoiceField(
        label=_("To these units"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    group = forms.ModelChoiceField(
        label=_("Or to every unit of a group"), queryset=UnitGroup.objects.all(), required=False
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
        chosen = bool(found.get("units")) or bool(found.get("own_part"))
        if found.get("group") and chosen:
            raise forms.ValidationError(_("Choose single units or a group, not both."))
        return found

    def call(self, **arguments: Any) -> None:
        group, units = arguments.pop("group"), list(arguments.pop("units"))
        own_part = arguments.pop("own_part")
        if group:
            split_among(self.row.pk, group, **arguments)
            return
        title, due_on = arguments.pop("title"), arguments.pop("due_on")
        units += [self.row.unit] if own_part else []
        parts = [Part(unit, title=title, due_on=due_on) for unit in units]
        decompose(self.row.pk, parts, **arguments)


class ExtensionForm(ShareForm):
    name, label = "ask-extension", _("Ask for an extension")
    done = _("The request has been sent.")
    new_due_on = forms.DateField(label=_("New deadline"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words())

    def call(self, **arguments: Any) -> None:
        ask_extension(self.row.pk, **arguments)
