"""What a unit says about its share, and what shows that it is so."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tasks.models.share import Step, Task
from tasks.querysets import EvidenceQuerySet, ProgressReportQuerySet


class ProgressReport(models.Model):
    """What a unit says about its share. Approved, it never changes again.

    A draft is its author's alone. Where the plan asks for it, the unit's head lets a report out
    (``inside`` → ``submitted``). ``period_end`` is the last day of the period that a regular
    report is about; ``steps`` are those it says are done.
    ``percent`` is 0 to 99; ``completes`` says "done", and only its approval makes 100.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        INSIDE = "inside", _("waiting for the unit's head")
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
    steps = models.ManyToManyField(Step, blank=True, related_name="reports")
    period_end = models.DateField(_("period until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SUBMITTED)
    submitted_at = models.DateTimeField()
    let_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-submitted_at", "-id"]
        indexes = [
            models.Index(fields=["task"], condition=Q(state="returned"), name="report_returned")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state__in=["inside", "submitted"]),
                name="one_report_to_decide_a_share",
            ),
            models.UniqueConstraint(
                fields=["task", "author"], condition=Q(state="draft"), name="one_draft_a_person"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="nobody_decides_their_own_report",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "inside", "submitted"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    state__in=["returned", "approved"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="report_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(let_out_by__isnull=True) | ~Q(let_out_by=F("author")),
                name="nobody_lets_out_their_own_report",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=99), name="report_percent_0_99"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.percent}%"


class Evidence(models.Model):
    """A file that shows what a report says. Kept under a random name, outside the web root.

    ``sha256`` is of the content as uploaded, in hexadecimal; ``kind`` is what the content turned
    out to be, not what its name claims.
    """

    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="evidence")
    name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(_("kind of file"), max_length=10)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=64, unique=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["uploaded_at", "id"]

    def __str__(self) -> str:
        return self.name
