"""Wakes a job after the transaction, and never at the price of the transaction.

The job would be woken by the next tick anyway; a nudge only saves the wait. So a broker that is
away costs a line in the log, and whoever has just saved something does not notice (FAILURES A13).
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def nudge(job_name: str) -> None:
    """Runs the job of that name soon after the commit, if a worker can be reached."""
    transaction.on_commit(partial(_wake, job_name), robust=True)


def _wake(job_name: str) -> None:
    try:
        current_app.send_task(job_name, retry=False)
    except Exception as error:  # whatever the broker's client raises, the commit stands
        logger.warning("could not wake %s: %s", job_name, error)
