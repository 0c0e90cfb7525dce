"""A unit's share of a key task, and its steps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from plans.models import DeadlineKind, KeyTask, Plan, ReportingPeriod
from tasks.lights import Light, Standing, Thresholds, light_of
from tasks.querysets import TaskQuerySet

#: A share tree has at most five levels, so the deepest share has depth 4.
MAX_DEPTH = 4


class Task(models.Model):
    """One unit's share of a key task: a node of the tree that the key task's root share heads.

    ``ancestors`` holds the ids above it, root first. ``completion`` is what counts upward, 0 to
    100 with six decimals; it is derived by ``tasks.completion`` under lock and by nothing else.
    ``reported_percent`` is the unit's own last approved figure.

    ``next_due_on`` is the day that light and reminders follow: that of the first open step, or
    ``due_on`` where there are no steps. Like ``steps_total`` and ``steps_closed`` it is derived
    from the steps under the share's lock (``tasks.steps``).
    """

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        RESPONSIBLE = "responsible", _("responsible")
        SUPPORTING = "supporting", _("supporting")
        #: The issuing unit's root share where several units answer and nobody leads.
        COORDINATOR = "coordinator", _("coordinating")

    class State(models.TextChoices):
        ISSUED = "issued", _("issued")
        OBJECTED = "objected", _("objected")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        SUBMITTED = "submitted", _("submitted as done")
        CLOSED = "closed", _("closed")
        SUSPENDED = "suspended", _("suspended")
        CANCELLED = "cancelled", _("cancelled")
        CARRIED_OVER = "carried_over", _("carried over")

    class LightSet(models.TextChoices):
        """Lights that the unit above may set against the computed one."""

        GREEN = "green", _("on track")
        YELLOW = "yellow", _("due soon")
        RED = "red", _("overdue")

    class Rollup(models.TextChoices):
        AVERAGE = "average", _("average of the shares below")
        REPORTED = "reported", _("as the lead reports")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="tasks")
    key_task = models.ForeignKey(KeyTask, models.PROTECT, related_name="tasks")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    ancestors = ArrayField(models.BigIntegerField(), default=list, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tasks")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    #: The share that a unit with shares below it keeps for its own part of the work.
    is_own_part = models.BooleanField(_("own part"), default=False)
    title = models.CharField(_("title"), max_length=500)
    deadline_kind = models.CharField(_("kind of deadline"), max_length=12, choices=DeadlineKind)
    deadline_text = models.CharField(_("deadline as printed"), max_length=300, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    next_due_on = models.DateField(_("next due on"), null=True, blank=True, editable=False)
    steps_total = models.PositiveSmallIntegerField(default=0, editable=False)
    steps_closed = models.PositiveSmallIntegerField(default=0, editable=False)
    #: Counts the changes of ``next_due_on``, so that a reminder knows which day it spoke of.
    deadline_version = models.PositiveIntegerField(default=1)
    weight = models.DecimalField(
        _("weight"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0))],
    )
    rollup = models.CharField(
        _("rule of completion"), max_length=10, choices=Rollup, default=Rollup.AVERAGE
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ISSUED)
    reported_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    completion = models.DecimalField(max_digits=9, decimal_places=6, default=Decimal(0))
    #: Empty where the plan's own period holds.
    reporting_period = models.CharField(
        _("regular reports"), max_length=12, choices=ReportingPeriod, blank=True
    )
    light_set = models.CharField(
        _("light set by the unit above"), max_length=6, choices=LightSet, blank=True
    )
    #: The unit that the share was issued to; ``unit`` may have taken it over since.
    issued_to = models.ForeignKey(Unit, models.PROTECT, related_name="+", editable=False)
    carried_to = models.ForeignKey(
        KeyTask, models.PROTECT, null=True, blank=True, related_name="carried_from"
    )
    issued_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["key_task__position", "depth", "id"]
        indexes = [
            GinIndex(fields=["ancestors"], name="task_ancestors"),
            models.Index(fields=["unit", "next_due_on", "id"], name="task_unit_due"),
            models.Index(fields=["plan", "depth"], name="task_plan_depth"),
            models.Index(
                fields=["reporting_period"],
                condition=~Q(reporting_period=""),
                name="task_own_period",
            ),
            models.Index(fields=["id"], condition=Q(state="issued"), name="task_to_acknowledge"),
            models.Index(
                fields=["next_due_on", "id"],
                condition=Q(state__in=["issued", "objected", "acknowledged", "submitted"]),
                name="task_open_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key_task", "unit"],
                condition=Q(is_own_part=False) & ~Q(state="cancelled"),
                name="one_share_a_unit_and_key_task",
                violation_error_message=_("This unit already has a share of this key task."),
            ),
            models.UniqueConstraint(
                fields=["parent"],
                condition=Q(is_own_part=True) & ~Q(state="cancelled"),
                name="one_own_part_a_share",
            ),
            models.UniqueConstraint(
                fields=["key_task"],
                condition=Q(parent__isnull=True) & ~Q(state="cancelled"),
                name="one_root_a_key_task",
            ),
            models.CheckConstraint(
                condition=Q(depth=0, parent__isnull=True)
                | Q(depth__gt=0, depth__lte=MAX_DEPTH, parent__isnull=False),
                name="share_at_most_five_levels",
            ),
            models.CheckConstraint(
                condition=Q(ancestors__len=F("depth")), name="share_ancestors_match_depth"
            ),
            models.CheckConstraint(
                condition=Q(completion__gte=0, completion__lte=100), name="share_completion_0_100"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False, completion=100)
                | ~Q(state="closed") & Q(closed_on__isnull=True, completion__lte=99),
                name="share_is_100_when_closed_only",
            ),
            models.CheckConstraint(
                condition=Q(reported_percent__gte=0, reported_percent__lte=99),
                name="share_reports_0_99",
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="share_weight_not_negative"),
            models.CheckConstraint(
                condition=~Q(deadline_kind="ongoing") | Q(due_on__isnull=True),
                name="ongoing_share_has_no_date",
            ),
            models.CheckConstraint(
                condition=Q(steps_closed__lte=F("steps_total")), name="share_steps_closed_of_all"
            ),
            models.CheckConstraint(
                condition=Q(state="carried_over", carried_to__isnull=False)
                | ~Q(state="carried_over") & Q(carried_to__isnull=True),
                name="share_carried_over_to_a_key_task",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.title}"

    def light_on(self, on: dt.date, plan: Plan | None = None) -> Light:
        """The light of that day. ``plan`` saves a query where it is not joined."""
        plan = plan or self.plan
        by_pace = self.deadline_kind == DeadlineKind.WHOLE_YEAR
        standing = Standing(
            state=self.state,
            due_on=self.next_due_on,
            completion=self.completion,
            pace_year=plan.year if by_pace else None,
            light_set=self.light_set,
        )
        return light_of(standing, on, Thresholds(plan.yellow_days, plan.yellow_points))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def counts(self) -> bool:
        """Whether the share stands in the fraction of the share above it, or of the plan."""
        return (
            self.role != self.Role.SUPPORTING
            and self.state not in (self.State.CANCELLED, self.State.SUSPENDED)
            and self.deadline_kind != DeadlineKind.ONGOING
        )


#: Work is still expected from the unit, or a decision on it.
OPEN_STATES = (
    Task.State.ISSUED,
    Task.State.OBJECTED,
    Task.State.ACKNOWLEDGED,
    Task.State.SUBMITTED,
)
#: What a suspended share rests from may go on.
UNENDED_STATES = (*OPEN_STATES, Task.State.SUSPENDED)


class Step(models.Model):
    """A milestone of a share, or one occurrence of a recurring duty."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("step"), max_length=200)
    due_on = models.DateField(_("due on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["task", "position"]
        constraints = [models.UniqueConstraint(fields=["task", "position"], name="step_in_order")]

    def __str__(self) -> str:
        return f"{self.label} {self.due_on}"
