"""When reminders of a plan are said, as its office has set it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plans.models import Plan
from tasks.models.reminder import Reminder
from tasks.rules import DEFAULT_RULES, Rules

DAYS = [MinValueValidator(0), MaxValueValidator(260)]


def default_days_before() -> list[int]:
    return list(DEFAULT_RULES.days_before)


class ReminderRules(models.Model):
    """One row for a plan that does not remind by the defaults. All counts are working days."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="reminder_rules")
    days_before = ArrayField(
        models.PositiveSmallIntegerField(validators=DAYS),
        verbose_name=_("days before the deadline"),
        size=6,
        default=default_days_before,
        blank=True,
    )
    report_days_before = models.PositiveSmallIntegerField(
        _("days before a report is due"),
        default=DEFAULT_RULES.report_days_before,
        validators=[MinValueValidator(0), MaxValueValidator(20)],
    )
    every = models.PositiveSmallIntegerField(
        _("what is late is said again after so many days"),
        default=DEFAULT_RULES.every,
        validators=[MinValueValidator(1), MaxValueValidator(260)],
    )
    head_after = models.PositiveSmallIntegerField(
        _("the head hears of it after so many days"),
        default=DEFAULT_RULES.graces[1],
        validators=DAYS,
    )
    unit_above_after = models.PositiveSmallIntegerField(
        _("the unit above hears of it after so many days"),
        default=DEFAULT_RULES.graces[2],
        validators=DAYS,
    )
    office_after = models.PositiveSmallIntegerField(
        _("the issuing office hears of it after so many days"),
        default=DEFAULT_RULES.graces[3],
        validators=DAYS,
    )
    patience = models.PositiveSmallIntegerField(
        _("a decision may wait so many days"), default=DEFAULT_RULES.patience, validators=DAYS
    )
    silent = ArrayField(
        models.CharField(max_length=16, choices=Reminder.Rule),
        verbose_name=_("reminders that are switched off"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("rules of reminders")
        verbose_name_plural = _("rules of reminders")
        constraints = [
            models.CheckConstraint(
                condition=Q(every__gte=1), name="said_again_after_a_day_at_least"
            ),
            models.CheckConstraint(
                condition=Q(head_after__lte=F("unit_above_after"))
                & Q(unit_above_after__lte=F("office_after")),
                name="ladder_climbs",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plan)

    def as_rules(self) -> Rules:
        return Rules(
            days_before=tuple(sorted(self.days_before, reverse=True)),
            report_days_before=self.report_days_before,
            every=self.every,
            graces=(0, self.head_after, self.unit_above_after, self.office_after),
            patience=self.patience,
            silent=frozenset(self.silent),
        )
