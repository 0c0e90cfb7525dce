"""When a plan reminds: by its own rules, or the defaults. The next look at the day obeys them."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Invalid
from accounts.models import User
from plans.access import require_coordinator
from plans.editing import require_valid_fields
from plans.locking import lock_plan, require_not_closed
from plans.models import Plan
from tasks.models import ReminderRules
from tasks.rules import DEFAULT_RULES, Rules


def rules_of(plan: Plan) -> Rules:
    """The plan's own rules, or the defaults. One query."""
    own = ReminderRules.objects.filter(plan=plan).first()
    return own.as_rules() if own else DEFAULT_RULES


@transaction.atomic
def set_reminder_rules(
    plan_id: int, rules: Rules, *, actor: User, at: dt.datetime, version: int | None = None
) -> Plan:
    """Takes the place of the plan's rules, whose version is the plan's own.

    ``horizon`` is no plan's to set. Raises ``Invalid`` where a number is out of its bounds or the
    ladder does not climb.
    """
    plan = lock_plan(plan_id, version)
    require_coordinator(actor, plan.issuing_unit, timezone.localdate(at))
    require_not_closed(plan.state)
    row = _row(plan, rules)
    require_valid_fields(row, where="rules", exclude=["plan"])
    _require_climbing(rules.graces)
    ReminderRules.objects.filter(plan=plan).delete()
    row.save()
    plan.version += 1
    plan.save(update_fields=["version"])
    return plan


def _row(plan: Plan, rules: Rules) -> ReminderRules:
    _officer, head, unit_above, office = rules.graces
    return ReminderRules(
        plan=plan,
        days_before=list(rules.days_before),
        report_days_before=rules.report_days_before,
        every=rules.every,
        head_after=head,
        unit_above_after=unit_above,
        office_after=office,
        patience=rules.patience,
        silent=sorted(rules.silent),
    )


def _require_climbing(graces: tuple[int, ...]) -> None:
    if list(graces) != sorted(graces):
        raise Invalid(
            "ladder_climbs", _("Each step of the ladder hears of it no earlier than the one below.")
        )
