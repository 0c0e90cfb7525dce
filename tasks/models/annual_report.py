"""年度报告: what people make of the draft: texts by chapter, who writes them, and the release."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from plans.models import Plan, Section


class AnnualReport(models.Model):
    """The report of one plan. Its draft is made of what was approved whenever it is read.

    It is released after a secrecy review: a person confirms it on a day, in a role that is named.
    From then on its texts are what they were.
    """

    plan = models.OneToOneField(Plan, models.PROTECT, related_name="annual_report")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_as = models.CharField(_("role in the secrecy review"), max_length=60, blank=True)
    reviewed_on = models.DateField(_("secrecy review on"), null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("annual report")
        verbose_name_plural = _("annual reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    released_at__isnull=True,
                    reviewed_by__isnull=True,
                    reviewed_on__isnull=True,
                    reviewed_as="",
                )
                | Q(
                    released_at__isnull=False,
                    reviewed_by__isnull=False,
                    reviewed_on__isnull=False,
                )
                & ~Q(reviewed_as=""),
                name="annual_report_released_after_review",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}"


class ReportChapter(models.Model):
    """A chapter somebody has touched: of a section where it tells of the plan's measures."""

    class Kind(models.TextChoices):
        """The five contents of a report by the inspection rules of 2019."""

        MEASURES = "measures", _("measures and results")
        SHORTCOMINGS = "shortcomings", _("shortcomings and their causes")
        DUTY = "duty", _("the heads' duty as first responsible persons")
        NEXT_YEAR = "next_year", _("arrangements for the next year")
        OTHER = "other", _("other matters")

    report = models.ForeignKey(AnnualReport, models.CASCADE, related_name="chapters")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit that writes it"),
    )

    class Meta:
        verbose_name = _("chapter of an annual report")
        verbose_name_plural = _("chapters of annual reports")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind", "section"],
                nulls_distinct=False,
                name="one_chapter_a_kind_and_section",
            ),
            models.CheckConstraint(
                condition=Q(kind="measures") | Q(section__isnull=True),
                name="only_measures_have_a_section",
            ),
        ]

    def __str__(self) -> str:
        return self.section.title if self.section else str(self.get_kind_display())


class _Said(models.Model):
    """Something that a person wrote about a chapter; it is never changed, only followed."""

    text = models.TextField(_("text"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:40]


class ChapterText(_Said):
    """A version of a chapter's text. An empty one lets the draft speak again."""

    chapter = models.ForeignKey(ReportChapter, models.CASCADE, related_name="texts")

    class Meta(_Said.Meta):
        verbose_name = _("text of a chapter")
        verbose_name_plural = _("texts of chapters")


class ChapterComment(_Said):
    chapter = models.ForeignKey(ReportChapter, models.CASCADE, related_name="comments")

    class Meta(_Said.Meta):
        verbose_name = _("comment on a chapter")
        verbose_name_plural = _("comments on chapters")
