"""Settling what the print of a key task left open, one form for each."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, VersionedForm
from accounts.models import Unit
from plans.editing import UNCHANGED, KeyTaskChanges, OwnerChoice
from plans.models import DeadlineKind, KeyTaskOwner, Role
from plans.reading.matching import Directory, OwnerMatch
from plans.settling import Questions

#: Between names that a person writes.
SEPARATOR = re.compile(r"[、,，;；\n]")
#: Deadlines that become a plain date once a person has named one.
BECOMES_A_DATE = (
    DeadlineKind.AMBIGUOUS,
    DeadlineKind.INVALID,
    DeadlineKind.NONE,
    DeadlineKind.RELATIVE,
)


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
        if asked.joint:
            self._ask_who_reports()
        for owner in asked.goes_on:
            self._ask_who_is_missing(owner)

    def _ask_who_leads(self) -> None:
        leads = forms.ChoiceField(
            label=_("Who leads?"),
            choices=[(str(owner.pk), owner.name) for owner in self.asked.may_lead],
            help_text=_("Left open, nobody leads and the issuing unit coordinates."),
            required=False,
            widget=forms.RadioSelect,
        )
        self.add_field("leads", leads)

    def _ask_who_reports(self) -> None:
        reports = forms.ChoiceField(
            label=_("Several lead together. Which of them reports?"),
            choices=[(str(owner.pk), owner.name) for owner in self.asked.joint],
            # What holds now, printed or answered before, is seen to hold.
            initial=str(self.asked.joint[0].pk),
            help_text=_("The first named reports, where nothing else is said."),
            required=False,
            widget=forms.RadioSelect,
        )
        self.add_field("reports", reports)

    def _ask_who_is_missing(self, owner: KeyTaskOwner) -> None:
        """等: one or more names, or the word that nobody is missing."""
        said = {"name": owner.name}
        more = forms.CharField(
            label=_("Which units are missing after “%(name)s”?") % said,
            help_text=_("Several names with a 、 between them."),
            required=False,
            max_length=1000,
        )
        whole = forms.BooleanField(
            label=_("Nobody is missing after “%(name)s”") % said, required=False
        )
        self.add_field(f"more_{owner.pk}", more)
        self.add_field(f"whole_{owner.pk}", whole)

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
        for owner in self.asked.goes_on:
            self._resolve_several(f"more_{owner.pk}")
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

    def _resolve_several(self, field: str) -> None:
        names = [name.strip() for name in SEPARATOR.split(self.cleaned_data.get(field) or "")]
        matches = [self.directory.match(name, False) for name in names if name]
        unknown = [m.name for m in matches if m.unit is None and m.group is None]
        if unknown:
            said = {"names": "、".join(unknown)}
            self.add_error(field, _("No unit or group is called %(names)s.") % said)
        else:
            self.cleaned_data[field] = matches

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
        found = self.cleaned_data
        asked = bool(self.asked.owners) or self.asked.no_owner
        goes_on = [owner.pk for owner in self.asked.goes_on]
        said = any(found.get(f"more_{pk}") or found.get(f"whole_{pk}") for pk in goes_on)
        return bool(asked or said or found.get("leads") or self._another_reports())

    def _another_reports(self) -> bool:
        reports = self.cleaned_data.get("reports")
        return bool(reports) and reports != str(self.asked.joint[0].pk)

    def _owners(self) -> list[OwnerChoice]:
        found = self.cleaned_data
        choices: list[OwnerChoice] = []
        for owner in self._in_order():
            if not found.get(f"drop_{owner.pk}"):
                choices += [self._choice(owner), *self._named_after(owner)]
        if new := found.get("new_owner"):
            choices.append(OwnerChoice(new.name, found["new_role"], unit=new.unit, group=new.group))
        return choices

    def _in_order(self) -> list[KeyTaskOwner]:
        """Of several who lead together the first named reports (DESIGN 3)."""
        reports = self.cleaned_data.get("reports")
        owners = list(self.asked.key_task.owners.all())
        return sorted(owners, key=lambda owner: str(owner.pk) != reports) if reports else owners

    def _choice(self, owner: KeyTaskOwner) -> OwnerChoice:
        found = self.cleaned_data
        match: OwnerMatch | None = found.get(f"owner_{owner.pk}") or None
        settled = found.get(f"more_{owner.pk}") or found.get(f"whole_{owner.pk}")
        return OwnerChoice(
            owner.name,
            Role.LEAD if found.get("leads") == str(owner.pk) else owner.role,
            unit=match.unit if match else owner.unit,
            group=match.group if match else owner.group,
            open_ended=owner.open_ended and not settled,
        )

    def _named_after(self, owner: KeyTaskOwner) -> list[OwnerChoice]:
        """等: whom the person named behind it, in the same role."""
        more: list[OwnerMatch] = self.cleaned_data.get(f"more_{owner.pk}") or []
        return [OwnerChoice(m.name, owner.role, unit=m.unit, group=m.group) for m in more]

    def renew(self, asked: Questions) -> None:
        """The person has seen the key task as it is now; what they typed stays."""
        self.asked = asked
        self.now_sees(asked.key_task.version)
