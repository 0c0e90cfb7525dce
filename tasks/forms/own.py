"""What a unit does with its own share."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from tasks.acknowledging import acknowledge, object_to
from tasks.extensions import ask_extension
from tasks.forms.base import ShareForm, words
from tasks.forms.figures import FiguresForm
from tasks.models import ProgressReport, Step
from tasks.progress import Said, save_draft, submit_report


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
        widget=forms.NumberInput(
            attrs={"step": "any", "inputmode": "decimal", "data-slider": _("Completed so far")}
        ),
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
        """A share that has steps is reported by them, any other by its percent.

        Sent with ``draft``, it is kept for the person alone; it counts for nothing (DESIGN 3).
        """
        super().__init__(*args, **kwargs)
        steps: Any = self.fields["steps"]
        if self.row.steps_total:
            del self.fields["percent"]
            steps.queryset = self.row.steps.filter(closed_on=None).order_by("position")
        else:
            del self.fields["steps"]
            self.fields["percent"].widget.attrs["data-from"] = self.row.reported_percent
        self.figures = FiguresForm(self.data if self.is_bound else None, share=self.row)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.figures.is_valid()])

    def resume(self, draft: ProgressReport) -> None:
        """Goes on where the person left off."""
        for name in self.fields.keys() & {"percent", "narrative", "completes"}:
            self.initial[name] = getattr(draft, name)
        if "steps" in self.fields:
            self.initial["steps"] = [step.pk for step in draft.steps.all()]
        self.figures.resume(draft)

    def call(self, **arguments: Any) -> None:
        names = ("percent", "narrative", "completes")
        words_said = {name: arguments.pop(name) for name in names if name in arguments}
        steps = [step.pk for step in arguments.pop("steps", ())]
        said = Said(**words_said, steps=steps, figures=self.figures.said())
        if self.data.get("draft"):
            # Whatever has become of the share meanwhile, what was written is not to be lost.
            save_draft(self.row.pk, said, **{**arguments, "version": None})
            self.done = _("The draft has been saved.")
        else:
            submit_report(self.row.pk, said, **arguments)


class NoChangeForm(ShareForm):
    name, label, done = "no-change", _("No change"), _("Reported: no change.")

    def call(self, **arguments: Any) -> None:
        submit_report(self.row.pk, Said(no_change=True), **arguments)


class ExtensionForm(ShareForm):
    name, label = "ask-extension", _("Ask for an extension")
    done = _("The request has been sent.")
    new_due_on = forms.DateField(label=_("New deadline"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words())

    def call(self, **arguments: Any) -> None:
        ask_extension(self.row.pk, **arguments)
