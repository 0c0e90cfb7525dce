"""Accounts, the roles they hold in units, and how they wish to be written to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit
from accounts.querysets import MembershipQuerySet

#: What the admin pages ask of whoever changes units, accounts and roles there.
KEEPING = tuple(
    f"accounts.{change}_{row}"
    for change in ("add", "change")
    for row in ("unit", "user", "membership")
)


class User(AbstractUser):  # type: ignore[django-manager-missing] # knox has no types
    """One account. In a government it is usually a post ("司法局-联络员"), not a person's name."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "中文"
        ENGLISH = "en", "English"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )

    #: Somebody else set the password and knows it; until another is chosen it opens one page only.
    must_change_password = models.BooleanField(
        _("must choose a password of their own"), default=False
    )

    #: What the relay answered when it refused the address for good; empty while it takes mail.
    email_refusal = models.TextField(_("why the address takes no mail"), blank=True)
    email_refused_at = models.DateTimeField(null=True, blank=True)

    #: Posts by day, once ``accounts.access.keep_posts`` was said of this object.
    kept_posts: dict[dt.date, Any] | None = None

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def keeps_directory(self) -> bool:
        """Whether the person may change the directory: by the rule of the admin pages, of which
        superusers may all and other staff what they were given. A role in a unit gives none of it.
        """
        return self.is_staff and self.has_perms(KEEPING)


class MailSettings(models.Model):
    """How one person wishes to hear of the day; without a row, by mail at the office's hour."""

    user = models.OneToOneField(User, models.CASCADE, related_name="mail_settings")
    hour = models.PositiveSmallIntegerField(
        _("not before this hour"), null=True, blank=True, validators=[MaxValueValidator(23)]
    )
    in_app_only = models.BooleanField(_("only here, not by mail"), default=False)
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    deputy = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputises_for",
        verbose_name=_("deputy while away"),
    )

    class Meta:
        verbose_name = _("mail settings")
        verbose_name_plural = _("mail settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True)
                | Q(away_until__gte=F("away_from")),
                name="away_until_after_from",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")),
                name="nobody_is_their_own_deputy",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def is_away(self, on: dt.date) -> bool:
        """Both days inclusive."""
        return bool(self.away_from and self.away_until and self.away_from <= on <= self.away_until)


class PasswordRequest(models.Model):
    """Somebody says to have forgotten a password. Gone once a job has looked for the account.

    ``asked_for`` is what was typed: perhaps a user name or an address, perhaps of nobody.
    """

    asked_for = models.CharField(max_length=254)
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("request for a password")
        verbose_name_plural = _("requests for a password")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.asked_for


class CalendarFeed(models.Model):
    """The secret address under which a person's calendar program reads their deadlines.

    Only the SHA-256 of the token is kept, in hexadecimal; a new one ends the old.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user)


class Membership(models.Model):
    """A role that a person holds in a unit for a time (DESIGN: access follows it)."""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("coordinator")
        HEAD = "head", _("head")
        OFFICER = "officer", _("officer")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in a unit")
        verbose_name_plural = _("roles in units")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(valid_to__isnull=True),
                name="one_open_membership",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.unit}"
