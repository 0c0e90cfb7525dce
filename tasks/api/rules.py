"""A plan's rules of reminders in JSON. Every number is one of working days."""

from typing import Any

from rest_framework import serializers

from accounts.api.fields import StrictSerializer
from tasks.models import Reminder
from tasks.rules import DEFAULT_RULES, Rules

MOST = 260


def _days(default: int, *, least: int = 0, most: int = MOST) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=least, max_value=most, required=False, default=default
    )


class ReminderRulesSerializer(StrictSerializer):
    """When the plan reminds. What is left out of a PUT is as where no office has set anything.

    ``days_before`` the deadline; what is late is said again ``every`` so many days; the ``…_after``
    are the days until each step of the ladder hears of it; a decision may wait ``patience`` days.
    ``silent`` are the rules that are switched off.
    """

    days_before = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST),
        max_length=6,
        required=False,
        default=list(DEFAULT_RULES.days_before),
    )
    report_days_before = _days(DEFAULT_RULES.report_days_before, most=20)
    every = _days(DEFAULT_RULES.every, least=1)
    head_after = _days(DEFAULT_RULES.graces[1])
    unit_above_after = _days(DEFAULT_RULES.graces[2])
    office_after = _days(DEFAULT_RULES.graces[3])
    patience = _days(DEFAULT_RULES.patience)
    silent = serializers.ListField(
        child=serializers.ChoiceField(Reminder.Rule.choices),
        max_length=len(Reminder.Rule),
        required=False,
        default=list,
    )


def rules_from(body: dict[str, Any]) -> Rules:
    return Rules(
        days_before=tuple(sorted(set(body["days_before"]), reverse=True)),
        report_days_before=body["report_days_before"],
        every=body["every"],
        graces=(0, body["head_after"], body["unit_above_after"], body["office_after"]),
        patience=body["patience"],
        silent=frozenset(body["silent"]),
    )


def told(rules: Rules) -> Any:
    """The rules as they are answered."""
    _officer, head, unit_above, office = rules.graces
    silent = [rule for rule in Reminder.Rule.values if rule in rules.silent]
    graces = {"head_after": head, "unit_above_after": unit_above, "office_after": office}
    return ReminderRulesSerializer({**vars(rules), **graces, "silent": silent}).data
