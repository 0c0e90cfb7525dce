"""指标: what is counted under a key task, and what units said of it with their reports."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plans.models import KeyTask, Plan
from tasks.models.report import ProgressReport
from tasks.querysets import IndicatorQuerySet

#: Digits of a figure, and how many of them stand after the point.
DIGITS, DECIMALS = 20, 6


class Indicator(models.Model):
    """A figure by its definition. How it adds up follows from its kind (``tasks.indicators``).

    Each unit reports what it did itself; what others report is added by Luoshi, never typed a
    second time. ``numerator`` and ``denominator`` make a computed figure; a rate has its
    denominator of ``last_year`` where no indicator is one. ``opening`` is the stock at the
    beginning of the year; ``parts_make_it``: those that are ``part_of`` it come to it.
    """

    class Kind(models.TextChoices):
        COUNT = "count", _("count")
        STOCK = "stock", _("stock")
        RATIO = "ratio", _("ratio")
        AVERAGE = "average", _("average")
        RATE = "rate", _("rate against last year")
        MILESTONE = "milestone", _("milestone")

    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")
        NONE = "none", _("neither")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="indicators")
    key_task = models.ForeignKey(
        KeyTask, models.PROTECT, related_name="indicators", verbose_name=_("key task")
    )
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    name = models.CharField(_("name of the indicator"), max_length=100)
    definition = models.TextField(_("what is counted, and what is not"), blank=True)
    kind = models.CharField(_("kind of figure"), max_length=10, choices=Kind, default=Kind.COUNT)
    measure = models.CharField(_("unit of measure"), max_length=20, blank=True)
    direction = models.CharField(
        _("direction"), max_length=5, choices=Direction, default=Direction.UP
    )
    numerator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("numerator")
    )
    denominator = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("denominator"),
    )
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("is a part of"),
    )
    parts_make_it = models.BooleanField(_("its parts come to it"), default=False)
    decimals = models.PositiveSmallIntegerField(
        _("decimals"), default=0, validators=[MaxValueValidator(DECIMALS)]
    )
    is_approximate = models.BooleanField(_("is told as “more than” (余)"), default=False)
    opening = models.DecimalField(
        _("opening stock"), max_digits=DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    target = models.DecimalField(
        _("target"), max_digits=DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    last_year = models.DecimalField(
        _("last year's figure"), max_digits=DIGITS, decimal_places=DECIMALS, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["key_task__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key_task", "name"],
                name="one_indicator_a_name_and_key_task",
                violation_error_message=_("This key task already has an indicator of this name."),
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True)
                | Q(kind__in=["ratio", "average", "rate"]) & ~Q(numerator=F("id")),
                name="indicator_is_computed_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True)
                | Q(kind__in=["ratio", "average", "rate"], numerator__isnull=False)
                & ~Q(denominator=F("id")),
                name="indicator_has_a_numerator_first",
            ),
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")),
                name="indicator_is_no_part_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=DECIMALS), name="indicator_decimals_0_6"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_reported(self) -> bool:
        """Whether units say it; what has a numerator is computed."""
        return self.numerator_id is None


class IndicatorValue(models.Model):
    """What one report says of one indicator. With its report approved it never changes again."""

    report = models.ForeignKey(ProgressReport, models.CASCADE, related_name="figures")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values")
    value = models.DecimalField(_("figure"), max_digits=DIGITS, decimal_places=DECIMALS)

    class Meta:
        verbose_name = _("figure of a report")
        verbose_name_plural = _("figures of reports")
        ordering = ["indicator__position", "indicator_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], name="one_figure_a_report_and_indicator"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.value}"
