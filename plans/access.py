"""Who may change a plan: the coordinator of the unit that issues it, and nobody else."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.access import Role, may_act_for
from accounts.errors import NotAllowed
from accounts.models import Unit, User
from plans.models import Plan


def may_coordinate(user: User, plan: Plan, on: dt.date) -> bool:
    return may_act_for(user, plan.issuing_unit, [Role.COORDINATOR], on)


def require_coordinator(user: User, issuing_unit: Unit, on: dt.date) -> None:
    """Raises ``NotAllowed`` for everybody but a coordinator of the issuing unit."""
    if not may_act_for(user, issuing_unit, [Role.COORDINATOR], on):
        raise NotAllowed(
            "not_coordinator", _("Only a coordinator of the issuing unit may do this.")
        )
