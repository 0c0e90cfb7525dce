"""The mail that goes out, and whether it may."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.querysets import OutgoingMailQuerySet


class OutgoingMail(models.Model):
    """One mail to one person, or one post to a group. Only these are leased, sent or failed.

    A post to the group of one of the operator's robots has no recipient; ``channel`` says which.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        LEASED = "leased", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SUPERSEDED = "superseded", _("superseded")

    class Kind(models.TextChoices):
        DIGEST = "digest", _("daily digest")
        GROUP_POST = "group_post", _("daily post to a group")
        PASSWORD = "password", _("link to a new password")
        INVITATION = "invitation", _("invitation")

    class Channel(models.TextChoices):
        MAIL = "mail", _("by mail")
        IN_APP = "in_app", _("only here")
        WECOM = "wecom", _("WeCom group")
        DINGTALK = "dingtalk", _("DingTalk group")
        FEISHU = "feishu", _("Feishu group")

    recipient = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=20, choices=Kind)
    #: How it was delivered in the end.
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.MAIL)
    on = models.DateField(_("day"))
    #: Goes before all that is not, since a person waits for it.
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    message_id = models.CharField(max_length=200, unique=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-on", "-id"]
        indexes = [
            models.Index(
                F("urgent").desc(),
                "next_try_at",
                "id",
                condition=Q(state__in=["waiting", "leased"]),
                name="mail_in_turn",
            ),
            models.Index(fields=["sent_at"], condition=Q(state="sent"), name="mail_sent_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "on"],
                condition=Q(kind="digest"),
                name="one_digest_a_person_and_day",
            ),
            models.UniqueConstraint(
                fields=["channel", "on"],
                condition=Q(kind="group_post"),
                name="one_post_a_group_and_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="group_post", recipient__isnull=True)
                | ~Q(kind="group_post") & Q(recipient__isnull=False),
                name="mail_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="mail_sent_at_when_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient or self.get_channel_display()} {self.on}"

    @property
    def reader(self) -> User:
        """The person it is for. Raises ``ValueError`` for a post, which has none."""
        if self.recipient is None:
            raise ValueError("a post to a group has no one reader")
        return self.recipient

    @property
    def reader_id(self) -> int:
        """As ``reader``, without a query."""
        if self.recipient_id is None:
            raise ValueError("a post to a group has no one reader")
        return self.recipient_id


class MailHold(models.Model):
    """A time in which nothing is sent, as after the database was restored from a backup.

    The newest row counts: while it is not released, no sender claims a mail (FAILURES A14).
    """

    since = models.DateTimeField(_("since"))
    reason = models.TextField(_("reason"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold of the mail")
        verbose_name_plural = _("holds of the mail")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["released_at"],
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
                name="one_hold_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} {self.reason}"
