"""Bringing a document in, confirming what was read, and settling what it left open."""

import datetime as dt
import json
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PageForm, VersionedForm
from accounts.models import Unit, UnitGroup
from plans.editing import UNCHANGED, KeyTaskChanges, OwnerChoice
from plans.models import DeadlineKind, KeyTaskOwner, Role, SourceDocument
from plans.reading import DraftInvalid, PlanDraft
from plans.reading.matching import Directory, OwnerMatch
from plans.settling import Questions

#: Deadlines that become a plain date once a person has named one.
BECOMES_A_DATE = (
    DeadlineKind.AMBIGUOUS,
    DeadlineKind.INVALID,
    DeadlineKind.NONE,
    DeadlineKind.RELATIVE,
)


class DocumentForm(PageForm):
    """A file or its text, not both."""

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

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        if bool(found.get("document")) == bool((found.get("text") or "").strip()):
            raise forms.ValidationError(_("Choose a file, or paste the text."))
        return found

    def source(self) -> tuple[str | None, bytes]:
        """The file's name, ``None`` for pasted text, and the bytes."""
        if document := self.cleaned_data["document"]:
            return document.name, document.read()
        return None, self.cleaned_data["text"].encode("utf-8", "replace")


class ConfirmForm(PageForm):
    """The draft travels with the page: only its source document waits on the server for it."""

    draft = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    source = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    issuing_unit = forms.ModelChoiceField(
        label=_("Issuing unit"), queryset=Unit.objects.none(), empty_label=None
    )
    issued_on = forms.DateField(label=_("Date of the document"), widget=DayInput())
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

    def recipients(self) -> list[Unit]:
        groups = self.cleaned_data["groups"]
        on = self.cleaned_data["issued_on"]
        return [unit for group in groups for unit in group.members_on(on)]


def _one_of(near: list[Unit], asked: str) -> forms.ChoiceField:
    """The units whose names are nearest, the nearest first; none is chosen for the person."""
    choices = [(str(unit.pk), unit.name) for unit in near]
    return forms.ChoiceField(label=asked, choices=choices, required=False, widget=forms.RadioSelect)


class SettleForm(VersionedForm):
    """The open questions of one key task, each answered or left for later."""

    due_on = forms.DateField(label=_("Due on"), required=False, widget=DayInput())
    ongoing = forms.BooleanField(label=_("Ongoing, without a date"), required=False)
    new_owner = forms.CharField(label=_("Unit or group"), required=False, max_length=300)
    new_role = forms.ChoiceField(label=_("Role"), choices=Role, required=False)

    def __init__(self, *args: Any, asked: Questions, directory: Directory, **kwargs: Any) -> None:
        self.asked = asked
        self.directory = directory
        kwargs.setdefault("initial", {"version": asked.key_task.version, "new_role": "responsible"})
        kwargs.setdefault("auto_id", f"id_{asked.key_task.pk}_%s")
        super().__init__(*args, **kwargs)
        if not asked.deadline:
            del self.fields["due_on"], self.fields["ongoing"]
        if not asked.no_owner:
            del self.fields["new_owner"], self.fields["new_role"]
        else:
            self.fields["new_owner"].widget.attrs["list"] = "directory"
        for owner in asked.owners:
            self._ask_about(owner)
        if asked.may_lead:
            self._ask_who_leads()

    def _ask_who_leads(self) -> None:
        leads = forms.ChoiceField(
            label=_("Who leads?"),
            choices=[(str(owner.pk), owner.name) for owner in self.asked.may_lead],
            help_text=_("Left open, nobody leads and the issuing unit coordinates."),
            required=False,
            widget=forms.RadioSelect,
        )
        self.add_field("leads", leads)

    def _ask_about(self, owner: KeyTaskOwner) -> None:
        near = self.directory.match(owner.name, owner.is_group).candidates
        asked = _("Who is “%(name)s”?") % {"name": owner.name}
        if near:
            self.add_field(f"near_{owner.pk}", _one_of(near, asked))
            asked = _("Or another unit or group in place of “%(name)s”") % {"name": owner.name}
        who = forms.CharField(label=asked, required=False, max_length=300)
        who.widget.attrs["list"] = "directory"
        leave_out = _("Leave out “%(name)s”") % {"name": owner.name}
        self.add_field(f"owner_{owner.pk}", who)
        self.add_field(f"drop_{owner.pk}", forms.BooleanField(label=leave_out, required=False))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        for owner in self.asked.owners:
            # What a person wrote goes before what they picked of the names offered.
            if not found.get(f"owner_{owner.pk}") and found.get(f"near_{owner.pk}"):
                self._pick(owner)
        for name in [name for name in found if name.startswith(("owner_", "new_owner"))]:
            if isinstance(found[name], str) and found[name]:
                self._resolve(name)
        answered = any(v for name, v in found.items() if name not in ("version", "new_role"))
        # An answer to what somebody else settled meanwhile is not asked for here any more: the
        # service says so by the version.
        if not answered and found.get("version") == self.asked.key_task.version:
            raise forms.ValidationError(_("Answer at least one question."))
        if found.get("ongoing") and found.get("due_on"):
            self.add_error("due_on", _("An ongoing key task has no date."))
        return found

    def _pick(self, owner: KeyTaskOwner) -> None:
        near = self.directory.match(owner.name, owner.is_group).candidates
        picked = self.cleaned_data[f"near_{owner.pk}"]
        unit = next(unit for unit in near if str(unit.pk) == picked)
        match = OwnerMatch(owner.name, owner.is_group, unit=unit)
        self.cleaned_data[f"owner_{owner.pk}"] = match

    def _resolve(self, field: str) -> None:
        match = self.directory.match(self.cleaned_data[field], False)
        if match.unit is None and match.group is None:
            message = (
                _("Several units have this name.")
                if match.candidates
                else _("No unit or group has this name.")
            )
            self.add_error(field, message)
        else:
            self.cleaned_data[field] = match

    def changes(self) -> KeyTaskChanges:
        """What the answers change; what was not asked or not answered stays."""
        found = self.cleaned_data
        due_on, kind = found.get("due_on"), self.asked.key_task.deadline_kind
        if found.get("ongoing"):
            kind = DeadlineKind.ONGOING
        elif due_on and kind in BECOMES_A_DATE:
            kind = DeadlineKind.DATE
        return KeyTaskChanges(
            due_on=due_on or UNCHANGED,
            deadline_kind=kind,
            owners=self._owners() if self._settles_owners() else UNCHANGED,
        )

    def _settles_owners(self) -> bool:
        asked = bool(self.asked.owners) or self.asked.no_owner
        return asked or bool(self.cleaned_data.get("leads"))

    def _owners(self) -> list[OwnerChoice]:
        found = self.cleaned_data
        choices = []
        for owner in self.asked.key_task.owners.all():
            if found.get(f"drop_{owner.pk}"):
                continue
            match: OwnerMatch | None = found.get(f"owner_{owner.pk}") or None
            choices.append(
                OwnerChoice(
                    owner.name,
                    Role.LEAD if found.get("leads") == str(owner.pk) else owner.role,
                    unit=match.unit if match else owner.unit,
                    group=match.group if match else owner.group,
                    open_ended=owner.open_ended,
                )
            )
        if new := found.get("new_owner"):
            choices.append(OwnerChoice(new.name, found["new_role"], unit=new.unit, group=new.group))
        return choices

    def renew(self, asked: Questions) -> None:
        """The person has seen the key task as it is now; what they typed stays."""
        self.asked = asked
        self.now_sees(asked.key_task.version)


def confirm_form(
    draft: PlanDraft, offices: Any, source: SourceDocument, today: dt.date | None = None
) -> ConfirmForm:
    """The empty confirmation of a draft that was just read."""
    return ConfirmForm(
        offices=offices,
        initial={
            "draft": json.dumps(draft.to_json(), ensure_ascii=False),
            "source": source.pk,
            "issuing_unit": offices.first(),
            "issued_on": draft.issued_on or today or timezone.localdate(),
        },
    )
