"""What a page asks for to be made."""

import datetime as dt
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from plans.models import Plan, Section
from tasks.annual_document import Signature
from tasks.bulletin_document import HIGHEST_NUMBER, LONGEST, Imprint
from tasks.groupings import GROUPINGS
from tasks.ledger_sheet import SIZES
from tasks.models import Paper
from tasks.official_words import document_number, require_plain

IMPRINT = [field.name for field in fields(Imprint)]


class PaperForm(forms.Form):
    """One paper of a plan in sight, of a day that has begun."""

    kind = forms.ChoiceField(choices=Paper.Kind.choices)
    plan = forms.ModelChoiceField(Plan.objects.none())
    by = forms.ChoiceField(choices=[(by, by) for by in GROUPINGS], required=False)
    size = forms.ChoiceField(choices=[(size, size) for size in SIZES], required=False)
    section = forms.ModelChoiceField(Section.objects.none(), required=False)
    as_of = forms.DateField(input_formats=["%Y-%m-%d"])

    def __init__(self, data: Any, *, user: User, on: dt.date) -> None:
        super().__init__(data)
        self._on = on
        plans: Any = self.fields["plan"]
        sections: Any = self.fields["section"]
        plans.queryset = Plan.objects.visible_to(user, on)
        sections.queryset = Section.objects.filter(plan__in=plans.queryset.values("pk"))

    def clean_as_of(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_of"]
        if day > self._on:
            raise forms.ValidationError(
                _("That day is not over yet; there are no figures of it."), code="future"
            )
        return day

    @property
    def said(self) -> str:
        """What is wrong, field by field, in one text."""
        labels = {name: str(field.label or "") for name, field in self.fields.items()}
        texts = [(labels.get(name), text) for name, found in self.errors.items() for text in found]
        return " ".join(
            _("%(field)s: %(text)s") % {"field": label, "text": text} if label else str(text)
            for label, text in texts
        )

    @property
    def asked(self) -> dict[str, Any]:
        """As ``Paper.asked`` holds it."""
        words = self.cleaned_data
        section = words["section"]
        filters = {"section": [str(section.pk)]} if section else {}
        if words["kind"] == Paper.Kind.LEDGER:
            return {"size": words["size"] or next(iter(SIZES)), "filters": filters}
        return {"by": words["by"] or GROUPINGS[0], "filters": filters}


class BulletinForm(PaperForm):
    """A bulletin, with what only the office knows of it."""

    number = forms.IntegerField(
        label=_("Number of the bulletin"), min_value=1, max_value=HIGHEST_NUMBER
    )
    unit = forms.CharField(label=_("Signing unit"), max_length=LONGEST, validators=[require_plain])
    dated = forms.DateField(label=_("Date under it"), input_formats=["%Y-%m-%d"])
    period = forms.CharField(
        label=_("Words for the period"),
        max_length=LONGEST,
        validators=[require_plain],
        required=False,
    )
    red_head = forms.CharField(
        label=_("Red head"), max_length=LONGEST, validators=[require_plain], required=False
    )
    document_number = forms.CharField(
        label=_("Document number"), max_length=LONGEST, validators=[require_plain], required=False
    )

    def clean_document_number(self) -> str:
        text: str = self.cleaned_data["document_number"]
        return document_number(text) if text else ""

    @property
    def asked(self) -> dict[str, Any]:
        """Of the whole plan, whatever section the page shows."""
        imprint = Imprint(**{name: self.cleaned_data[name] for name in IMPRINT})
        return {"bulletin": imprint.kept(), "filters": {}}


class AnnualReportForm(PaperForm):
    """An annual report, with who signs it."""

    unit = forms.CharField(label=_("Signing unit"), max_length=LONGEST, validators=[require_plain])
    dated = forms.DateField(label=_("Date under it"), input_formats=["%Y-%m-%d"])

    @property
    def asked(self) -> dict[str, Any]:
        signature = Signature(self.cleaned_data["unit"], self.cleaned_data["dated"])
        return {"annual_report": signature.kept(), "filters": {}}


#: Of the kinds that take more words than the others.
FORMS: dict[str, type[PaperForm]] = {
    Paper.Kind.BULLETIN: BulletinForm,
    Paper.Kind.ANNUAL_REPORT: AnnualReportForm,
}


def paper_form(data: Any, *, user: User, on: dt.date) -> PaperForm:
    """By the kind that is asked for."""
    return FORMS.get(data.get("kind"), PaperForm)(data, user=user, on=on)
