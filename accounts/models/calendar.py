"""Special days of the year."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day on which the week does not say whether people work: a holiday or a make-up workday."""

    day = models.DateField(_("day"), primary_key=True)
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class PreliminaryYear(models.Model):
    """A year of which the statutory days are entered, but not yet the make-up workdays.

    The row goes when the announced days are entered; until then the pages and the mails say that
    working days of the year are not certain.
    """

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)

    class Meta:
        verbose_name = _("preliminary year")
        verbose_name_plural = _("preliminary years")
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)
