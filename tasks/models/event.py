"""The history of shares."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models.share import Task
from tasks.querysets import CurrentTransaction, EventQuerySet


class TaskEvent(models.Model):
    """One line of a share's history, written in the transaction of what it tells.

    Append-only: the database refuses DELETE and TRUNCATE (migration 0003), and any UPDATE but the
    one that makes ``transaction`` 0 after a restore (0009).

    ``standing`` holds the columns of the share as this left them (``tasks.history``), so that
    the figures of any past day can be rebuilt. It is empty in what was written before
    migration 0007; of that only the state is known.
    """

    class Kind(models.TextChoices):
        ISSUED = "issued", _("issued")
        DECOMPOSED = "decomposed", _("broken down")
        ACKNOWLEDGED = "acknowledged", _("signed for")
        OBJECTED = "objected", _("objected")
        UPHELD = "upheld", _("objection answered: upheld")
        REPORTED = "reported", _("reported")
        APPROVED = "approved", _("report approved")
        RETURNED = "returned", _("report returned")
        CLOSED = "closed", _("closed")
        EXTENSION_ASKED = "extension_asked", _("extension asked for")
        EXTENDED = "extended", _("extended")
        EXTENSION_REFUSED = "extension_refused", _("extension refused")
        LET_OUT = "let_out", _("approved inside the unit")
        STEP_CLOSED = "step_closed", _("step closed")
        REOPENED = "reopened", _("reopened")
        REASSIGNED = "reassigned", _("reassigned")
        CHANGED = "changed", _("changed")
        MOVED = "moved", _("deadline moved")
        LIGHT_SET = "light_set", _("light set")
        LIGHT_FREED = "light_freed", _("light computed again")
        CANCELLED = "cancelled", _("cancelled")
        SUSPENDED = "suspended", _("suspended")
        RESUMED = "resumed", _("resumed")
        TRANSFERRED = "transferred", _("transferred to another unit")
        CARRIED_OVER = "carried_over", _("carried over")
        REVIEWED = "reviewed", _("reviewed at year end")
        URGED = "urged", _("urged")
        NOTICE_ISSUED = "notice_issued", _("supervision notice issued")
        NOTICE_RAISED = "notice_raised", _("supervision notice raised")
        NOTICE_LIFTED = "notice_lifted", _("supervision notice lifted")

    task = models.ForeignKey(Task, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    standing = models.JSONField(editable=False)
    #: The number of the database's transaction that wrote it, by which the feed goes; 0 for what
    #: was written in another cluster and restored here.
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["transaction", "id"], name="event_in_order")]

    def __str__(self) -> str:
        return f"{self.task} {self.kind}"
