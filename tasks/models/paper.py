"""What takes too long to wait for: a file that is made for somebody by a job."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from plans.models import Plan
from tasks.querysets import PaperQuerySet


class Paper(models.Model):
    """A file made for one person, with the rights that this person has when it is made.

    ``asked`` holds what it is to tell beside the plan and the day: the filters of the shares, and
    what else its kind knows (``tasks.api.papers``). ``as_of`` is the local day at whose end it
    shows the shares. ``done`` of ``total`` is its progress, in rows; both 0 until they are known.

    While it is made its maker leases it (``tasks.papers``); ``attempts`` counts the makers.
    """

    class Kind(models.TextChoices):
        COMPLETION = "completion", _("completion report")
        LEDGER = "ledger", _("ledger")
        BULLETIN = "bulletin", _("bulletin")
        ANNUAL_REPORT = "annual_report", _("annual report")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("paper", "waiting")
        MAKING = "making", _("being made")
        MADE = "made", _("made")
        FAILED = "failed", _("not made")

    class Fault(models.TextChoices):
        """Why it was not made, as the person who asked is told."""

        OUT_OF_SIGHT = "out_of_sight", _("The plan, or a unit asked for, is not in your sight.")
        ABANDONED = "abandoned", _("Nobody came to an end with it. Please ask for less at once.")
        NO_ROOM = "no_room", _("There was no room left for it. Please tell the administrator.")
        BROKEN = "broken", _("Something went wrong. The administrator finds it in the log.")

    kind = models.CharField(_("kind"), max_length=13, choices=Kind)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="papers")
    asked = models.JSONField(default=dict, blank=True)
    as_of = models.DateField(_("as of"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="papers")
    asked_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    fault = models.CharField(_("why it was not made"), max_length=12, choices=Fault, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: The maker's own, and the name under which it puts the file down.
    lease_token = models.CharField(max_length=32, blank=True)
    name = models.CharField(_("file name"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=32, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    kept_until = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["asked_at", "id"],
                condition=Q(state__in=["waiting", "making"]),
                name="paper_to_make",
            ),
            models.Index(fields=["kept_until"], name="paper_kept_until"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by"],
                condition=Q(state__in=["waiting", "making"]),
                name="one_paper_under_way_a_person",
            ),
            models.CheckConstraint(
                condition=Q(state="making", lease_until__isnull=False)
                | ~Q(state="making") & Q(lease_until__isnull=True),
                name="paper_leased_while_made",
            ),
            models.CheckConstraint(
                condition=Q(state="made", made_at__isnull=False, size__isnull=False)
                & ~Q(stored_as="")
                | ~Q(state="made") & Q(made_at__isnull=True, size__isnull=True, stored_as=""),
                name="paper_has_a_file_when_made",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(fault="") | ~Q(state="failed") & Q(fault=""),
                name="paper_says_why_it_failed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "making"], kept_until__isnull=True)
                | Q(state__in=["made", "failed"], kept_until__isnull=False),
                name="paper_is_kept_for_some_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.plan}"
