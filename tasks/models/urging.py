"""催办 and 督办单: said by a person to a unit, kept in its history, never computed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plans.models import Plan
from tasks.models.share import Task
from tasks.querysets import ReportQuerySet


class Urge(models.Model):
    """催办: a sentence from the unit above or the office to the unit of a share."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="urges")
    text = models.TextField(_("what is urged"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("urge")
        verbose_name_plural = _("urges")
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return f"{self.task}: {self.text[:40]}"


class SupervisionNotice(models.Model):
    """督办单: numbered within its plan, of a level that people raise, lifted with a reason."""

    class Level(models.TextChoices):
        BLUE = "blue", _("blue")
        YELLOW = "yellow", _("yellow")
        RED = "red", _("red")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="supervision_notices")
    number = models.PositiveIntegerField(_("number"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="supervision_notices")
    level = models.CharField(_("level"), max_length=6, choices=Level, default=Level.BLUE)
    text = models.TextField(_("what is required"))
    answer_by = models.DateField(_("to be answered by"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.TextField(_("why it was lifted"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision notice")
        verbose_name_plural = _("supervision notices")
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="notice_numbered_in_its_plan"),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
                name="notice_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"
