"""Units, the other names and hosts they have, and the words that stand for many of them."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.querysets import UnitGroupQuerySet, UnitQuerySet


class Unit(models.Model):
    """An organisation unit. Never deleted: it ends on a day and may name its successors.

    ``ancestors`` is the path above it, ``/1/7/`` for a unit whose parent is 7 and grandparent 1,
    and ``/`` for a root, so that "everything below" is one prefix search.
    """

    class Kind(models.TextChoices):
        COUNTY = "county", _("county")
        DEPARTMENT = "department", _("department")
        SUBDISTRICT = "subdistrict", _("sub-district")
        TOWN = "town", _("town")
        TOWNSHIP = "township", _("township")
        VILLAGE = "village", _("village")
        WORKING_GROUP = "working_group", _("working group or commission")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    ancestors = models.TextField(default="/", editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["depth", "position", "id"]
        indexes = [models.Index(OpClass("ancestors", "text_pattern_ops"), name="unit_ancestors")]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="unit_name_among_siblings",
                violation_error_message=_("There is already a unit of this name here."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """What the ``ancestors`` of everything below this unit begin with."""
        return f"{self.ancestors}{self.pk}/"


class UnitAlias(models.Model):
    """Another name that documents use for a unit, or used in its day."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200, db_index=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")

    def __str__(self) -> str:
        return self.name


class UnitHosting(models.Model):
    """A working group or commission is run by a host; the host's people act for it."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="hostings")
    host = models.ForeignKey(Unit, models.PROTECT, related_name="hosted")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("hosting")
        verbose_name_plural = _("hostings")
        constraints = [
            models.CheckConstraint(condition=~Q(unit=F("host")), name="hosted_by_another")
        ]

    def __str__(self) -> str:
        return f"{self.unit} ← {self.host}"


class UnitGroup(models.Model):
    """A word that stands for many units, as 各乡镇(街道) does."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    objects = UnitGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of units")
        verbose_name_plural = _("groups of units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def members_on(self, on: dt.date) -> UnitQuerySet:
        """The units that the word meant on that day, in the directory's order."""
        membership = Q(group_memberships__group=self, group_memberships__valid_from__lte=on)
        open_end = Q(group_memberships__valid_to__isnull=True)
        return (
            Unit.objects.valid_on(on)
            .filter(membership & (open_end | Q(group_memberships__valid_to__gte=on)))
            .distinct()
        )


class UnitGroupMembership(models.Model):
    group = models.ForeignKey(UnitGroup, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="group_memberships")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")

    def __str__(self) -> str:
        return f"{self.group}: {self.unit}"
