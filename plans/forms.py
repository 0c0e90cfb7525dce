"""Bringing a document in, and confirming what was read."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PageForm
from accounts.models import Unit, UnitGroup
from plans.models import SourceDocument
from plans.reading import DraftInvalid, PlanDraft
from plans.sources import PASTED


class DocumentForm(PageForm):
    """A file or its text, not both; or the file of last time, for who has come back."""

    document = forms.FileField(
        label=_("The plan as a file"),
        help_text=_("Word (.docx), Excel (.xlsx) or plain text."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx,.txt"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        help_text=_("Paste the whole document, with its headings."),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    year = forms.IntegerField(
        label=_("Year of the plan"),
        help_text=_("Only where the document itself does not say."),
        required=False,
        min_value=1980,
        max_value=2100,
    )

    def __init__(self, *args: Any, kept: SourceDocument | None = None, **kwargs: Any) -> None:
        self.kept = kept
        super().__init__(*args, **kwargs)

    @classmethod
    def again(cls, kept: SourceDocument | None, year: str) -> "DocumentForm":
        """For who comes back from what was read: what was pasted stands there once more."""
        pasted = kept is not None and kept.name == PASTED
        text = bytes(kept.content).decode(errors="replace") if kept and pasted else ""
        return cls(initial={"text": text, "year": year}, kept=None if pasted else kept)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        file, text = bool(found.get("document")), bool((found.get("text") or "").strip())
        if (file and text) or not (file or text or self.kept):
            raise forms.ValidationError(_("Choose a file, or paste the text."))
        return found

    def source(self) -> tuple[str | None, bytes]:
        """The file's name, ``None`` for pasted text, and the bytes."""
        if document := self.cleaned_data["document"]:
            return document.name, document.read()
        if text := self.cleaned_data["text"]:
            return None, text.encode("utf-8", "replace")
        kept: Any = self.kept
        return None if kept.name == PASTED else kept.name, bytes(kept.content)


class ConfirmForm(PageForm):
    """The draft travels with the page: only its source document waits on the server for it."""

    draft = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    source = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    issuing_unit = forms.ModelChoiceField(
        label=_("Issuing unit"), queryset=Unit.objects.none(), empty_label=None
    )
    issued_on = forms.DateField(label=_("Date of the document"), widget=DayInput())
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    document_number = forms.CharField(label=_("Number"), max_length=100, required=False)
    year = forms.IntegerField(
        label=_("Year of the plan"), required=False, min_value=1980, max_value=2100
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Sent to"),
        help_text=_("Units that are named in the plan receive it in any case."),
        queryset=UnitGroup.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuing_unit: Any = self.fields["issuing_unit"]
        issuing_unit.queryset = offices

    def clean_draft(self) -> PlanDraft:
        """What the browser sent back, checked as if it came from a stranger."""
        try:
            return PlanDraft.from_json(json.loads(self.cleaned_data["draft"]))
        except (ValueError, DraftInvalid) as error:
            raise forms.ValidationError(_("The draft cannot be read any more.")) from error

    def answered(self) -> PlanDraft:
        """The draft with what the person says of the document as a whole."""
        draft: PlanDraft = self.cleaned_data["draft"]
        names = ("title", "document_number", "year")
        said = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
        return replace(draft, **said)

    def recipients(self) -> list[Unit]:
        groups = self.cleaned_data["groups"]
        on = self.cleaned_data["issued_on"]
        return [unit for group in groups for unit in group.members_on(on)]


#: What a person has answered about the document, and what of that holds for any other, too.
ANSWERS = ("title", "document_number", "issued_on", "issuing_unit", "groups")
HOLD_FOR_ANY = ("issuing_unit", "groups")


def answers_in(data: Any) -> list[tuple[str, str]]:
    """Carried from page to page by who goes back and forth."""
    return [(name, value) for name in ANSWERS for value in data.getlist(name) if value]


def confirm_form(
    draft: PlanDraft, offices: Any, source: SourceDocument, today: dt.date, sent: Any
) -> ConfirmForm:
    """The confirmation of a draft that was just read; ``sent`` are answers of before, if any."""
    initial: dict[str, Any] = {
        "draft": json.dumps(draft.to_json(), ensure_ascii=False),
        "source": source.pk,
        "issuing_unit": offices.first(),
        "issued_on": draft.issued_on or today,
        "title": draft.title,
        "document_number": draft.document_number,
        "year": draft.year,
    }
    same = sent.get("sha256") == source.sha256
    for name, value in answers_in(sent):
        if name == "groups":
            initial["groups"] = sent.getlist("groups")
        elif same or name in HOLD_FOR_ANY:
            initial[name] = value
    return ConfirmForm(offices=offices, initial=initial)
