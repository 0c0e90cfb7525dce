"""What the office changes about an issued plan: a key task amended, rested, ended, carried over."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from plans.models import DeadlineKind, KeyTask, Plan
from tasks.amending import (
    KeyTaskAmendment,
    cancel_key_task,
    change_key_task,
    resume_key_task,
    suspend_key_task,
)
from tasks.forms.above import MovingForm
from tasks.forms.base import DecisionForm, words
from tasks.year_end import carry_over


class AmendForm(MovingForm):
    """What is sent as it was does not change; the reason stands in the plan for ever."""

    row: KeyTask
    name, label, done = "amend", _("Amend it"), _("The key task has been amended.")
    field_order = ("title", "text", "weight", "due_on", "reason")
    title = forms.CharField(label=_("Title"), max_length=500)
    text = forms.CharField(label=_("Text"), max_length=10_000, widget=words(5, maxlength=10_000))
    weight = forms.DecimalField(
        label=_("Weight"),
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=3,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    due_on = forms.DateField(label=_("Deadline"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row.deadline_kind == DeadlineKind.ONGOING:
            del self.fields["due_on"]
        for name in ("title", "text", "weight", "due_on"):
            if name in self.fields:
                self.fields[name].initial = getattr(self.row, name)

    def call_moving(self, *, moving_below: Any, **arguments: Any) -> None:
        names = ("title", "text", "weight", "due_on")
        said = {name: arguments.pop(name) for name in names if name in arguments}
        # A field left empty asks for nothing; a date cannot be taken away.
        changes = {name: value for name, value in said.items() if value is not None}
        if changes.get("due_on") == self.row.due_on:
            changes.pop("due_on", None)
        change_key_task(
            self.row.pk, KeyTaskAmendment(**changes), moving_below=moving_below, **arguments
        )


class ReasonForm(DecisionForm):
    row: KeyTask
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))
    service: Any

    def call(self, **arguments: Any) -> None:
        type(self).service(self.row.pk, **arguments)


class SuspendForm(ReasonForm):
    name, label, done = "suspend", _("Suspend it"), _("The key task rests.")
    service = suspend_key_task


class ResumeForm(ReasonForm):
    name, label, done = "resume", _("Resume it"), _("The key task goes on.")
    service = resume_key_task


class CancelKeyTaskForm(ReasonForm):
    name, label, done = "cancel", _("Cancel it"), _("The key task has been cancelled.")
    service = cancel_key_task


class CarryOverForm(ReasonForm):
    """The key tasks of later plans of the same office, the next year's first."""

    name, label, done = "carry-over", _("Carry it over"), _("What was open has been carried over.")
    field_order = ("to_key_task", "reason")
    to_key_task = forms.ModelChoiceField(
        label=_("Key task of a later plan"), queryset=KeyTask.objects.none()
    )
    service = carry_over

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.row.plan
        later = Plan.objects.filter(issuing_unit=plan.issuing_unit_id, year__gt=plan.year)
        to_key_task: Any = self.fields["to_key_task"]
        to_key_task.queryset = (
            KeyTask.objects.filter(plan__in=later.exclude(state=Plan.State.CLOSED))
            .select_related("plan")
            .order_by("plan__year", "plan_id", "position")
        )
        to_key_task.label_from_instance = lambda row: f"{row.plan.title} · {row.number} {row.title}"


class ClosePlanForm(DecisionForm):
    row: Plan
    name, label, done = "close", _("Close the plan"), _("The plan is closed.")


class CopyPlanForm(DecisionForm):
    row: Plan
    name, label, done = "copy", _("Copy it for another year"), _("The copy is a draft of its own.")
    title = forms.CharField(label=_("Title"), max_length=300)
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100)
    issued_on = forms.DateField(label=_("Date of the document"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.row.year + 1
        self.fields["title"].initial = self.row.title.replace(str(self.row.year), str(year))
        self.fields["year"].initial = year


#: In the order of the page.
KEY_TASK_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form
    for form in (AmendForm, ResumeForm, SuspendForm, CarryOverForm, CancelKeyTaskForm)
}
