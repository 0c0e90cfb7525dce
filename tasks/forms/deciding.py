"""Decisions about what a unit handed in: its reports, and its requests for a later date."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.extensions import approve_extension, refuse_extension
from tasks.forms.base import DecisionForm, words
from tasks.models import ExtensionRequest, ProgressReport, SupervisionNotice
from tasks.progress import approve_report, let_out, return_report
from tasks.urging import LEVELS, lift_notice, raise_notice


class LetOutForm(DecisionForm):
    row: ProgressReport
    name, label, done = "let-out", _("Let it out"), _("The report has left the unit.")

    def call(self, **arguments: Any) -> None:
        let_out(self.row.pk, **arguments)


class ApproveReportForm(DecisionForm):
    row: ProgressReport
    name, label, done = "approve", _("Approve"), _("The report has been approved.")

    def call(self, **arguments: Any) -> None:
        approve_report(self.row.pk, **arguments)


class ReturnReportForm(DecisionForm):
    row: ProgressReport
    name, label, done = "return", _("Return"), _("The report has been returned.")
    reason = forms.CharField(label=_("What is missing"), max_length=5000, widget=words())

    def call(self, **arguments: Any) -> None:
        return_report(self.row.pk, **arguments)


class ApproveExtensionForm(DecisionForm):
    row: ExtensionRequest
    name, label, done = "approve", _("Approve"), _("The extension has been granted.")
    answer = forms.CharField(label=_("Answer"), max_length=5000, required=False, widget=words(2))

    def call(self, **arguments: Any) -> None:
        approve_extension(self.row.pk, **arguments)


class RefuseExtensionForm(DecisionForm):
    row: ExtensionRequest
    name, label, done = "refuse", _("Refuse"), _("The extension has been refused.")
    answer = forms.CharField(label=_("Why"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        refuse_extension(self.row.pk, **arguments)


class RaiseNoticeForm(DecisionForm):
    row: SupervisionNotice
    name, label, done = "raise", _("Raise the level"), _("The notice has been raised.")
    level = forms.ChoiceField(label=_("Level"), choices=SupervisionNotice.Level)
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        level: Any = self.fields["level"]
        higher = LEVELS[LEVELS.index(self.row.level) + 1 :]
        level.choices = [choice for choice in level.choices if choice[0] in higher]

    def call(self, **arguments: Any) -> None:
        raise_notice(self.row.pk, **arguments)


class LiftNoticeForm(DecisionForm):
    row: SupervisionNotice
    name, label, done = "lift", _("Lift the notice"), _("The notice has been lifted.")
    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=words(2))

    def call(self, **arguments: Any) -> None:
        lift_notice(self.row.pk, **arguments)
