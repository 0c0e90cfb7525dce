"""Wiring. Celery's application is made here, so that every process can wake a job."""

from config.celery import app

__all__ = ["app"]
