"""Query sets of plans that read as sentences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.access import ALL_ROLES, Role, ids_acted_for, units_in_sight
from accounts.models import User

if TYPE_CHECKING:
    from plans.models import KeyTask, Plan  # noqa: F401


class PlanQuerySet(models.QuerySet["Plan"]):
    def coordinated_by(self, user: User | AnonymousUser, on: dt.date) -> PlanQuerySet:
        """Plans whose issuing unit the person coordinates: seen whole, drafts included."""
        return self.filter(issuing_unit__in=ids_acted_for(user, [Role.COORDINATOR], on))

    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> PlanQuerySet:
        """Plans the person coordinates or works in the office of, and issued ones sent to them.

        "Sent to them" means to a unit in their part of the unit tree (DESIGN 4).
        """
        offices = ids_acted_for(user, [Role.COORDINATOR], on)
        colleagues = ids_acted_for(user, ALL_ROLES, on)
        sent = self.model.recipients.through.objects.filter(
            unit__in=units_in_sight(user, on).values("pk")
        )
        issued = ~Q(state="draft")
        return self.filter(
            Q(issuing_unit__in=offices)
            | issued & Q(issuing_unit__in=colleagues)
            | issued & Q(pk__in=sent.values("plan_id"))
        )


class KeyTaskQuerySet(models.QuerySet["KeyTask"]):
    def visible_to(self, user: User | AnonymousUser, on: dt.date) -> KeyTaskQuerySet:
        """Whoever may read a plan may read all of it (DESIGN 3: the units it is sent to)."""
        plans: Any = self.model._meta.get_field("plan").related_model
        return self.filter(plan__in=plans.objects.visible_to(user, on).values("pk"))
