"""What is promised: the plan as issued, its chapters and its key tasks as printed."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, UnitGroup
from plans.querysets import KeyTaskQuerySet, PlanQuerySet


class Role(models.TextChoices):
    """A unit's part in a key task. Supporting never counts towards completion."""

    LEAD = "lead", _("lead")
    RESPONSIBLE = "responsible", _("responsible")
    SUPPORTING = "supporting", _("supporting")


class DeadlineKind(models.TextChoices):
    """How a deadline was printed; the same words as in the draft contract."""

    DATE = "date", _("date")
    RECURRING = "recurring", _("recurring")
    WHOLE_YEAR = "whole_year", _("whole year")
    ONGOING = "ongoing", _("ongoing")
    RELATIVE = "relative", _("relative")
    MILESTONES = "milestones", _("milestones")
    AMBIGUOUS = "ambiguous", _("ambiguous")
    INVALID = "invalid", _("invalid")
    NONE = "none", _("no deadline")


class ReportingPeriod(models.TextChoices):
    """How often a share owes a report besides the one that closes it."""

    NONE = "none", _("no regular reports")
    MONTHLY = "monthly", _("every month")
    BIMONTHLY = "bimonthly", _("every two months")
    QUARTERLY = "quarterly", _("every quarter")
    HALF_YEARLY = "half_yearly", _("every half-year")
    YEARLY = "yearly", _("every year")


class Plan(models.Model):
    """One work plan of one issuing unit: of one year, or of several (``last_year``).

    ``serves`` is the plan of several years that this one carries out; ``copied_from`` the plan of
    an earlier year whose key tasks it took over.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        CLOSED = "closed", _("closed")

    class DecidedBy(models.TextChoices):
        OFFICE = "office", _("the issuing office")
        ABOVE = "above", _("the share above")

    title = models.CharField(_("title"), max_length=300)
    document_number = models.CharField(_("document number"), max_length=100, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    issued_on = models.DateField(_("date of the document"))
    issuing_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="issued_plans", verbose_name=_("issuing unit")
    )
    recipients = models.ManyToManyField(
        Unit, blank=True, related_name="received_plans", verbose_name=_("sent to")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    decided_by = models.CharField(
        _("who decides on the first two levels"),
        max_length=10,
        choices=DecidedBy,
        default=DecidedBy.OFFICE,
    )
    objection_days = models.PositiveSmallIntegerField(
        _("objection period, working days"), default=3
    )
    acknowledgement_days = models.PositiveSmallIntegerField(
        _("time to sign for a share, working days"), default=1
    )
    yellow_days = models.PositiveSmallIntegerField(
        _("yellow from so many days before the deadline"), default=20
    )
    yellow_points = models.PositiveSmallIntegerField(
        _("yellow from so many points behind the pace of the year"), default=20
    )
    reporting_period = models.CharField(
        _("regular reports"),
        max_length=12,
        choices=ReportingPeriod,
        default=ReportingPeriod.NONE,
    )
    report_day = models.PositiveSmallIntegerField(
        _("reports are due on this day of the period's last month; 0 for its last day"),
        default=25,
        validators=[MaxValueValidator(31)],
    )
    approval_inside_unit = models.BooleanField(
        _("the head of a unit approves its reports before they leave it"), default=False
    )
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    serves = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="annual_plans",
        verbose_name=_("plan of several years that it carries out"),
    )
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("copied from"),
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-year", "-issued_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", issued_at__isnull=True)
                | ~Q(state="draft") & Q(issued_at__isnull=False),
                name="plan_issued_at_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="plan_closed_at_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(last_year__isnull=True) | Q(last_year__gt=F("year")),
                name="plan_ends_after_its_first_year",
            ),
            models.CheckConstraint(condition=Q(report_day__lte=31), name="plan_report_day"),
        ]

    def __str__(self) -> str:
        return self.title


class SourceDocument(models.Model):
    """The document as it was brought in: kept with the plan that was made of it.

    Without a plan it waits for the person who brought it in to confirm the draft. It stands in
    the database, so that the plan and its source are saved, backed up and restored together.
    """

    plan = models.OneToOneField(
        Plan, models.CASCADE, null=True, blank=True, related_name="source_document"
    )
    name = models.CharField(_("name"), max_length=255)
    content = models.BinaryField(editable=False)
    size = models.PositiveIntegerField()
    sha256 = models.CharField("SHA-256", max_length=64)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()

    class Meta:
        verbose_name = _("source document")
        verbose_name_plural = _("source documents")

    def __str__(self) -> str:
        return self.name


class Section(models.Model):
    """A chapter of the plan, with its printed number in the title."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=300)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="section_in_printed_order")
        ]

    def __str__(self) -> str:
        return self.title


class KeyTask(models.Model):
    """One item of the plan as printed: the promise.

    ``due_on`` is the last day allowed, inclusive. Where the print leaves it open, a person sets
    it before the plan is issued; the printed words stay in ``deadline_text``.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="key_tasks")
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="key_tasks"
    )
    position = models.PositiveIntegerField()
    number = models.CharField(_("printed number"), max_length=20, blank=True)
    title = models.CharField(_("title"), max_length=500)
    text = models.TextField(_("text"))
    source_line = models.PositiveIntegerField(_("line in the document"))
    deadline_kind = models.CharField(_("kind of deadline"), max_length=12, choices=DeadlineKind)
    deadline_text = models.CharField(_("deadline as printed"), max_length=300, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0))],
    )
    serves = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="annual_key_tasks",
        verbose_name=_("key task of several years that it carries out"),
    )
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("copied from"),
    )
    version = models.PositiveIntegerField(default=1)

    objects = KeyTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("key task")
        verbose_name_plural = _("key tasks")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="key_task_in_printed_order"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="key_task_weight_not_negative"),
            models.CheckConstraint(
                condition=~Q(deadline_kind="ongoing") | Q(due_on__isnull=True),
                name="ongoing_key_task_has_no_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}{self.title}"


class KeyTaskOwner(models.Model):
    """A unit or a word for many units, as printed and as resolved, in printed order."""

    key_task = models.ForeignKey(KeyTask, models.CASCADE, related_name="owners")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name as printed"), max_length=300)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    is_group = models.BooleanField(_("stands for many units"), default=False)
    open_ended = models.BooleanField(_("members left open"), default=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(UnitGroup, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("owner of a key task")
        verbose_name_plural = _("owners of a key task")
        ordering = ["key_task", "position"]
        constraints = [
            models.UniqueConstraint(fields=["key_task", "position"], name="owner_in_printed_order"),
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(group__isnull=True), name="owner_is_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeyTaskStep(models.Model):
    """A milestone of a key task, or one occurrence of a recurring duty, with its own date."""

    key_task = models.ForeignKey(KeyTask, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("step"), max_length=200)
    due_on = models.DateField(_("due on"))

    class Meta:
        verbose_name = _("step of a key task")
        verbose_name_plural = _("steps of a key task")
        ordering = ["key_task", "position"]
        constraints = [
            models.UniqueConstraint(fields=["key_task", "position"], name="key_task_step_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.due_on}"


class Amendment(models.Model):
    """A recorded change of an issued plan, decided by its coordinator, with the reason."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("changed")
        ADD = "add", _("added")
        CANCEL = "cancel", _("cancelled")
        SUSPEND = "suspend", _("suspended")
        RESUME = "resume", _("resumed")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="amendments")
    key_task = models.ForeignKey(KeyTask, models.PROTECT, related_name="amendments")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["decided_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.key_task}"
