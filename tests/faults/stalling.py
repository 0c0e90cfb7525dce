"""The product's Celery with makers that begin and never end: for workers that are killed."""

import datetime as dt
import threading

import django

django.setup()

from config.celery import app  # noqa: E402 - needs the settings
from tasks.api.paper_kinds import MAKERS  # noqa: E402
from tasks.models import Paper  # noqa: E402
from tasks.papers import Content, Tell  # noqa: E402

__all__ = ["app"]


def stall(paper: Paper, *, at: dt.datetime, tell: Tell) -> Content:
    tell(1, 2)
    threading.Event().wait()
    raise AssertionError


MAKERS.update(dict.fromkeys(MAKERS, stall))
