"""The form on which an office sets when its plan reminds."""

import re
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import VersionedForm
from tasks.models import Reminder, ReminderRules
from tasks.rules import Rules

#: Between numbers, as people write them in either language: blank, comma, enumeration comma.
BETWEEN = re.compile("[\\s,\uff0c\u3001]+")
MOST_DAYS, MOST_NUMBERS = 260, 6


class DaysField(forms.CharField):
    """A few numbers of working days, the farthest first: ``20, 5, 1``. May be empty."""

    default_error_messages = {
        "days": _("At most six numbers from 1 to 260, with commas between them."),
    }

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ", ".join(map(str, value or ()))

    def to_python(self, value: Any) -> Any:
        words = [word for word in BETWEEN.split(super().to_python(value) or "") if word]
        if len(words) > MOST_NUMBERS or not all(map(_is_day, words)):
            raise forms.ValidationError(self.error_messages["days"], code="days")
        return tuple(sorted({int(word) for word in words}, reverse=True))


def _is_day(word: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,3}", word)) and 1 <= int(word) <= MOST_DAYS


def _label(name: str) -> Any:
    field: Any = ReminderRules._meta.get_field(name)
    return field.verbose_name


def _number(name: str, *, least: int = 0, most: int = MOST_DAYS) -> forms.IntegerField:
    return forms.IntegerField(label=_label(name), min_value=least, max_value=most)


class ReminderRulesForm(VersionedForm):
    """What is ticked is said. All numbers are working days."""

    days_before = DaysField(
        label=_label("days_before"),
        help_text=_("Several numbers with commas between them; empty for none."),
        required=False,
        max_length=100,
    )
    report_days_before = _number("report_days_before", most=20)
    every = _number("every", least=1)
    head_after = _number("head_after")
    unit_above_after = _number("unit_above_after")
    office_after = _number("office_after")
    patience = _number("patience")
    said = forms.MultipleChoiceField(
        label=_("What is reminded of"),
        choices=Reminder.Rule.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def of(cls, rules: Rules, *, version: int) -> Self:
        _officer, head, unit_above, office = rules.graces
        said = [rule for rule in Reminder.Rule.values if rule not in rules.silent]
        graces = {"head_after": head, "unit_above_after": unit_above, "office_after": office}
        return cls(initial={**vars(rules), **graces, "said": said, "version": version})

    def rules(self) -> Rules:
        """What was sent and found valid."""
        found = self.cleaned_data
        return Rules(
            days_before=found["days_before"],
            report_days_before=found["report_days_before"],
            every=found["every"],
            graces=(0, found["head_after"], found["unit_above_after"], found["office_after"]),
            patience=found["patience"],
            silent=frozenset(Reminder.Rule.values) - set(found["said"]),
        )
