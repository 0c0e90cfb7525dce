"""What a person may fill in about a share. Each form knows the one service that it calls."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, VersionedForm
from accounts.models import Unit, UnitGroup, User
from tasks.acknowledging import acknowledge, object_to, uphold
from tasks.decomposition import Part, decompose, split_among, units_below
from tasks.extensions import approve_extension, ask_extension, refuse_extension
from tasks.models import ExtensionRequest, ProgressReport, Task
from tasks.progress import Said, approve_report, return_report, submit_report


def _words(rows: int = 3, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": 5000, **attrs})


class DecisionForm(VersionedForm):
    """What a person may do about one row.

    ``name`` is the last part of its address, ``label`` the button, ``done`` what is said after.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    done: ClassVar[str | Promise]

    def __init__(self, *args: Any, row: Any, on: dt.date, **kwargs: Any) -> None:
        self.row = row
        self.on = on
        kwargs.setdefault("initial", {"version": row.version})
        kwargs.setdefault("auto_id", f"id_{self.name}_%s")
        super().__init__(*args, **kwargs)

    def carry_out(self, *, actor: User, at: dt.datetime) -> None:
        """Calls the service. Raises its ``Refusal``."""
        fields = dict(self.cleaned_data)
        self.call(actor=actor, at=at, version=fields.pop("version"), **fields)

    def call(self, **arguments: Any) -> None:
        raise NotImplementedError

    def renew(self) -> None:
        """The person sees the row as it is now; what they typed stays."""
        self.row.refresh_from_db()
        self.now_sees(self.row.version)


class ShareForm(DecisionForm):
    row: Task


class AcknowledgeForm(ShareForm):
    name, label, done = "acknowledge", _("Sign for it"), _("Signed for.")

    def call(self, **arguments: Any) -> None:
        acknowledge(self.row.pk, **arguments)


class ObjectForm(ShareForm):
    name, label, done = "object", _("Object"), _("The objection has been sent.")
    reason = forms.CharField(
        label=_("Why the share is not your unit's"), max_length=5000, widget=_words()
    )

    def call(self, **arguments: Any) -> None:
        object_to(self.row.pk, **arguments)


class UpholdForm(ShareForm):
    name, label, done = "uphold", _("Uphold the share"), _("The objection has been answered.")
    reason = forms.CharField(label=_("Why the share stands"), max_length=5000, widget=_words())

    def call(self, **arguments: Any) -> None:
        uphold(self.row.pk, **arguments)


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
        label=_("What has been done"), required=False, max_length=5000, widget=_words(4)
    )
    completes = forms.BooleanField(label=_("All is done: ask for closing"), required=False)

    def call(self, **arguments: Any) -> None:
        words = {name: arguments.pop(name) for name in ("percent", "narrative", "completes")}
        submit_report(self.row.pk, Said(**words), **arguments)


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
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=_words())

    def call(self, **arguments: Any) -> None:
        ask_extension(self.row.pk, **arguments)


class ApproveReportForm(DecisionForm):
    row: ProgressReport
    name, label, done = "approve", _("Approve"), _("The report has been approved.")

    def call(self, **arguments: Any) -> None:
        approve_report(self.row.pk, **arguments)


class ReturnReportForm(DecisionForm):
    row: ProgressReport
    name, label, done = "return", _("Return"), _("The report has been returned.")
    reason = forms.CharField(label=_("What is missing"), max_length=5000, widget=_words())

    def call(self, **arguments: Any) -> None:
        return_report(self.row.pk, **arguments)


class ApproveExtensionForm(DecisionForm):
    row: ExtensionRequest
    name, label, done = "approve", _("Approve"), _("The extension has been granted.")
    answer = forms.CharField(label=_("Answer"), max_length=5000, required=False, widget=_words(2))

    def call(self, **arguments: Any) -> None:
        approve_extension(self.row.pk, **arguments)


class RefuseExtensionForm(DecisionForm):
    row: ExtensionRequest
    name, label, done = "refuse", _("Refuse"), _("The extension has been refused.")
    answer = forms.CharField(label=_("Why"), max_length=5000, widget=_words(2))

    def call(self, **arguments: Any) -> None:
        refuse_extension(self.row.pk, **arguments)


#: By the action's name in ``tasks.access.actions_open_to``, in the order of the page.
SHARE_FORMS: dict[str, type[ShareForm]] = {
    "acknowledge": AcknowledgeForm,
    "report": ReportForm,
    "uphold": UpholdForm,
    "decompose": DecomposeForm,
    "ask_extension": ExtensionForm,
    "object": ObjectForm,
}
SHARE_FORMS_BY_ADDRESS: dict[str, type[ShareForm]] = {
    **{form.name: form for form in SHARE_FORMS.values()},
    NoChangeForm.name: NoChangeForm,
}
REPORT_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form for form in (ApproveReportForm, ReturnReportForm)
}
EXTENSION_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form for form in (ApproveExtensionForm, RefuseExtensionForm)
}
