"""What those above a share change about it, answer and say to its unit."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.forms import DayInput
from accounts.models import Unit
from plans.models import ReportingPeriod
from tasks.acknowledging import uphold
from tasks.changing import ShareChanges, change_share, move_deadline, set_light
from tasks.decomposition import units_below
from tasks.ending import cancel_share, reopen_share
from tasks.forms.base import DecisionForm, ShareForm, words
from tasks.models import SupervisionNotice, Task
from tasks.reassigning import reassign
from tasks.urging import issue_notice, urge
from tasks.year_end import review_ongoing


class UpholdForm(ShareForm):
    name, label, done = "uphold", _("Uphold the share"), _("The objection has been answered.")
    reason = forms.CharField(label=_("Why the share stands"), max_length=5000, widget=words())

    def call(self, **arguments: Any) -> None:
        uphold(self.row.pk, **arguments)


class FromAboveForm(ShareForm):
    """Closed until somebody opens it: most who look at the share came for something else."""

    opens = False


class UrgeForm(FromAboveForm):
    name, label, done = "urge", _("Urge the unit"), _("The unit has been urged.")
    text = forms.CharField(label=_("What the unit is to do"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        urge(self.row.pk, **arguments)


class NoticeForm(FromAboveForm):
    name, label = "notice", _("Issue a supervision notice")
    done = _("The supervision notice has been issued.")
    level = forms.ChoiceField(label=_("Level"), choices=SupervisionNotice.Level)
    text = forms.CharField(label=_("What the unit is to do"), max_length=5000, widget=words())
    answer_by = forms.DateField(label=_("Answer by"), widget=DayInput())

    def call(self, **arguments: Any) -> None:
        issue_notice(self.row.pk, **arguments)


class ChangeForm(FromAboveForm):
    """A root share's title and weight are the plan's, which is amended for them."""

    name, label, done = "change", _("Change the share"), _("The share has been changed.")
    title = forms.CharField(label=_("What they are to do"), max_length=500, required=False)
    weight = forms.DecimalField(
        label=_("Weight"),
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=3,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    rollup = forms.ChoiceField(label=_("Rule of completion"), choices=Task.Rollup)
    reporting_period = forms.ChoiceField(
        label=_("Regular reports"),
        choices=[("", _("as the plan has it")), *ReportingPeriod.choices],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row.parent_id is None:
            del self.fields["title"], self.fields["weight"]
        for name in self.fields.keys() - {"version"}:
            self.fields[name].initial = getattr(self.row, name)

    def call(self, **arguments: Any) -> None:
        names = ("title", "weight", "rollup", "reporting_period")
        said = {name: arguments.pop(name) for name in names if name in arguments}
        for name in ("title", "weight"):
            if said.get(name) in ("", None):
                said.pop(name, None)
        change_share(self.row.pk, ShareChanges(**said), **arguments)


class MovingForm(DecisionForm):
    """Once the service has named the shares below that the day breaks, they can be taken along."""

    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))
    broken = forms.CharField(required=False, widget=forms.HiddenInput)
    along = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("broken"):
            del self.fields["along"]

    def clean_broken(self) -> list[int]:
        ids = self.cleaned_data["broken"].split()
        if not all(found.isdecimal() and len(found) < 19 for found in ids):
            raise forms.ValidationError(_("Some values cannot be saved as they are."))
        return [int(found) for found in ids]

    def renew(self, refusal: Refusal) -> None:
        super().renew(refusal)
        if refusal.code != "breaks_shares_below":
            return
        rows = refusal.details["shares"]
        data: Any = self.data
        data["broken"] = " ".join(str(row["id"]) for row in rows)
        data.pop("along", None)
        units = get_text_list([row["unit"] for row in rows], _("and"))
        label = _("Take along these shares, which are due later: %(units)s") % {"units": units}
        self.add_field("along", forms.BooleanField(label=label, required=False))

    def call(self, **arguments: Any) -> None:
        broken, along = arguments.pop("broken"), arguments.pop("along", False)
        self.call_moving(moving_below=broken if along else (), **arguments)

    def call_moving(self, *, moving_below: Sequence[int], **arguments: Any) -> None:
        raise NotImplementedError


class MoveForm(MovingForm, FromAboveForm):
    name, label, done = "move", _("Move the deadline"), _("The deadline has been moved.")
    field_order = ("due_on", "reason")
    due_on = forms.DateField(label=_("New deadline"), widget=DayInput())

    def call_moving(self, *, moving_below: Sequence[int], **arguments: Any) -> None:
        move_deadline(self.row.pk, moving_below=moving_below, **arguments)


class ReassignForm(FromAboveForm):
    name, label, done = "reassign", _("Give it to another unit"), _("The share has a new unit.")
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit: Any = self.fields["unit"]
        parent = self.row.parent
        units = units_below(parent, self.on) if parent else Unit.objects.valid_on(self.on)
        unit.queryset = units.exclude(pk=self.row.unit_id)

    def call(self, **arguments: Any) -> None:
        reassign(self.row.pk, arguments.pop("unit"), **arguments)


class LightForm(FromAboveForm):
    name, label, done = "light", _("Set the light"), _("The light has been set.")
    light = forms.ChoiceField(
        label=_("Light"),
        choices=[("", _("as computed")), *Task.LightSet.choices],
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        set_light(self.row.pk, **arguments)


class ReviewForm(FromAboveForm):
    name, label, done = "review", _("Review it for the year"), _("The review has been kept.")
    finding = forms.CharField(label=_("How it stands"), max_length=5000, widget=words())

    def call(self, **arguments: Any) -> None:
        review_ongoing(self.row.pk, **arguments)


class CancelForm(FromAboveForm):
    name, label, done = "cancel", _("Take the share back"), _("The share has been cancelled.")
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        cancel_share(self.row.pk, **arguments)


class ReopenForm(FromAboveForm):
    name, label, done = "reopen", _("Reopen"), _("The share is open again.")
    reason = forms.CharField(label=_("What is still to do"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        reopen_share(self.row.pk, **arguments)
