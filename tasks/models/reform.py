"""机构改革: units that close, change their name, merge or split on a day, and their shares."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from tasks.models.share import Task
from tasks.querysets import ReformQuerySet


class UnitReform(models.Model):
    """One reform: prepared as a list of transfers, executed in one transaction, kept for ever."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        EXECUTED = "executed", _("executed")

    title = models.CharField(_("title"), max_length=300)
    on = models.DateField(_("in force on"))
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    executed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    executed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReformQuerySet.as_manager()

    class Meta:
        verbose_name = _("reform of units")
        verbose_name_plural = _("reforms of units")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="prepared", executed_at__isnull=True)
                | Q(state="executed", executed_at__isnull=False),
                name="reform_executed_at_when_executed",
            )
        ]

    def __str__(self) -> str:
        return self.title


class UnitEnding(models.Model):
    """A unit that ends with the reform, or goes on under another name."""

    reform = models.ForeignKey(UnitReform, models.CASCADE, related_name="endings")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    #: Where the unit only changes its name.
    new_name = models.CharField(_("new name"), max_length=200, blank=True)
    #: Who follows it: one when it merges, several when it splits, none when it just closes.
    successors = models.ManyToManyField(Unit, blank=True, related_name="+")

    class Meta:
        verbose_name = _("ending of a unit")
        verbose_name_plural = _("endings of units")
        constraints = [models.UniqueConstraint(fields=["reform", "unit"], name="one_ending_a_unit")]

    def __str__(self) -> str:
        return f"{self.reform}: {self.unit}"


class ShareTransfer(models.Model):
    """An open share that goes to another unit with the reform."""

    reform = models.ForeignKey(UnitReform, models.CASCADE, related_name="transfers")
    task = models.ForeignKey(Task, models.PROTECT, related_name="transfers")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("transfer of a share")
        verbose_name_plural = _("transfers of shares")
        constraints = [
            models.UniqueConstraint(fields=["reform", "task"], name="one_transfer_a_share")
        ]

    def __str__(self) -> str:
        return f"{self.task} → {self.to_unit}"
