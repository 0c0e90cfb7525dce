"""Writes of programs that may be sent twice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AnsweredRequest(models.Model):
    """A write that was done, and its answer, under the key that the caller chose for it.

    It stands in the transaction of what was written: either both are there or neither is.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    #: SHA-256 of method, path and body: another body under the same key is a mistake.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    #: Header fields that belong to the answer, as ETag.
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    answered_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_person_and_key")
        ]

    def __str__(self) -> str:
        return self.key
