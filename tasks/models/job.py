"""When the clock's jobs last did their work."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """The last time that a job came to its end. Liveness is judged by work done (FAILURES M6)."""

    job = models.CharField(_("job"), max_length=40, primary_key=True)
    finished_at = models.DateTimeField(_("finished"))

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ["job"]

    def __str__(self) -> str:
        return self.job
