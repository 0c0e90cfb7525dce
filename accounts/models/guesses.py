"""How often somebody has tried a password, a code or a link lately."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GuessCount(models.Model):
    """Guesses at one account, or from one network, since the first of them.

    ``subject`` is an HMAC: what is typed into the field for the name may be a password.
    """

    subject = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of guesses")
        verbose_name_plural = _("counts of guesses")

    def __str__(self) -> str:
        return self.subject
