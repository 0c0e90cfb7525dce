"""What a unit says of its share, and asks for it; somebody else decides."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tasks.models.shares import Task
from tasks.querysets import ReportQuerySet


class ProgressReport(models.Model):
    """What a unit says about its share. Approved, it never changes again.

    ``percent`` is 0 to 99; ``completes`` says "done", and only its approval makes 100.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        APPROVED = "approved", _("approved")

    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports")
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(99))],
    )
    completes = models.BooleanField(_("submitted as done"), default=False)
    no_change = models.BooleanField(_("no change"), default=False)
    narrative = models.TextField(_("progress"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="submitted"), name="one_report_to_decide_a_share"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="nobody_decides_their_own_report",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="submitted") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="report_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=99), name="report_percent_0_99"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.percent}%"


class ExtensionRequest(models.Model):
    """Asked before the deadline, with a reason and a new date; decided by the unit above."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        REFUSED = "refused", _("refused")
        APPROVED = "approved", _("approved")

    task = models.ForeignKey(Task, models.PROTECT, related_name="extension_requests")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    old_due_on = models.DateField(_("due on until now"))
    new_due_on = models.DateField(_("new deadline asked for"))
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state="submitted"),
                name="one_extension_to_decide_a_share",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="nobody_decides_their_own_extension",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="extension_is_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} → {self.new_due_on}"
