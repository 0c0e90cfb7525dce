"""Celery's application. It only wakes: what there is to do stands in PostgreSQL."""

import os

from celery import Celery

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.repair()

app = Celery("luoshi")
# A module read on first use: at this moment Django's settings are being imported themselves.
app.config_from_object("config.queues")
# In every thread, not only in the one that imports this: gunicorn serves from others.
app.set_default()
# "tasks" is the house's word for the work, so Celery's modules are called "jobs".
app.autodiscover_tasks(related_name="jobs")
