"""The product's web process, which wakes the sender after every write.

With WITHOUT=nudge it publishes by itself, so that a broker that is away is the writer's affair.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from config.celery import app
from config.wsgi import application as product

from accounts.nudge import nudge  # isort: skip - needs the settings that the product has loaded

JOB = "tasks.jobs.send_mails"


def wake_unguarded(job_name: str) -> None:
    app.send_task(job_name, retry=False)


wake = wake_unguarded if os.environ.get("WITHOUT") == "nudge" else nudge


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    answer: Iterable[bytes] = product(environ, start)
    if environ["REQUEST_METHOD"] == "POST":
        wake(JOB)
    return answer
