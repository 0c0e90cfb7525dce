"""What a page asks for to be made."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from plans.models import Plan, Section
from tasks.groupings import GROUPINGS
from tasks.ledger_sheet import SIZES
from tasks.models import Paper


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
    def asked(self) -> dict[str, Any]:
        """As ``Paper.asked`` holds it."""
        words = self.cleaned_data
        section = words["section"]
        filters = {"section": [str(section.pk)]} if section else {}
        if words["kind"] == Paper.Kind.LEDGER:
            return {"size": words["size"] or next(iter(SIZES)), "filters": filters}
        return {"by": words["by"] or GROUPINGS[0], "filters": filters}
