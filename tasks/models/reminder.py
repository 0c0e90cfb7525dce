"""What must be said about shares, and to which unit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OutgoingMail, Unit
from tasks.models.share import Task
from tasks.querysets import ReminderQuerySet


class Reminder(models.Model):
    """One thing that must be said about one share to one unit at one step of the ladder.

    No person in it: people are found when the day's mail is made. Its end is read from its
    mails (``ReminderQuerySet.with_end``).
    """

    class Rule(models.TextChoices):
        BEFORE = "before", _("before the deadline")
        ON_THE_DAY = "on_the_day", _("on the day of the deadline")
        OVERDUE = "overdue", _("overdue")
        TO_ACKNOWLEDGE = "to_acknowledge", _("not yet signed for")
        REPORT_DUE = "report_due", _("regular report due")
        RETURNED = "returned", _("returned report waiting")
        TO_LET_OUT = "to_let_out", _("report waiting inside the unit")
        TO_APPROVE = "to_approve", _("report waiting for approval")
        TO_EXTEND = "to_extend", _("extension waiting for a decision")

    class Step(models.IntegerChoices):
        """The ladder: who hears of it, from the one who works to the one who issued the plan."""

        OFFICER = 0, _("officer")
        HEAD = 1, _("head of the unit")
        UNIT_ABOVE = 2, _("unit above")
        ISSUING_OFFICE = 3, _("issuing office")

    task = models.ForeignKey(Task, models.PROTECT, related_name="reminders")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reminders")
    rule = models.CharField(max_length=16, choices=Rule)
    step = models.PositiveSmallIntegerField(choices=Step)
    on = models.DateField(_("day"))
    deadline_version = models.PositiveIntegerField()
    planned_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_because = models.CharField(max_length=40, blank=True)
    #: In a mail for certain. Where it is not set, the mails must be asked: only so that a look
    #: does not read all that was ever said.
    is_said = models.BooleanField(default=False, editable=False)
    #: Set when no mail could be made at all, as where a unit has nobody to write to.
    fault = models.CharField(max_length=40, blank=True)
    mails = models.ManyToManyField(OutgoingMail, blank=True, related_name="reminders")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-on", "task_id", "rule", "step"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(is_said=False, superseded_at__isnull=True),
                name="reminder_to_say",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "rule", "on", "deadline_version", "unit", "step"],
                name="said_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.rule} {self.on}"
