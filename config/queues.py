"""Celery's settings: which queues there are, when jobs are woken, and how little is trusted.

Redis may be flushed, killed or full at any time (FAILURES 4.2): messages carry only "look", so
losing them costs a tick, and running one twice does nothing twice.
"""

from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from kombu import Queue


def broker_url_of(redis_url: str) -> str:
    """The address in kombu's words: ``unix:///a/b.sock?db=3`` is ``redis+socket://`` there."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={database}"


broker_url = broker_url_of(settings.REDIS_URL)
broker_connection_retry_on_startup = True
#: However long Redis is away; by itself a worker ends after a hundred attempts.
broker_connection_max_retries = None
#: A Redis that is full or read-only refuses writes, which by itself would end a worker.
broker_channel_error_retry = True
broker_transport_options = {
    "visibility_timeout": 300,  # seconds until a dead worker's message is given to another
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    # A publisher tries once: whoever waits for it is a person whose work is saved already.
    "max_retries": 0,
}

accept_content = ["json"]
task_serializer = "json"
task_ignore_result = True

# A message is answered after the job, and given back when the worker dies over it.
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
#: Seconds; a round of sending ends itself well before (``accounts.outbox``).
task_soft_time_limit = 270
task_time_limit = 290

task_default_queue = "default"
task_queues = [Queue("default"), Queue("mail"), Queue("heavy")]
task_routes = {
    "tasks.jobs.send_mails": {"queue": "mail"},
    "tasks.jobs.make_papers": {"queue": "heavy"},
}

#: Plain intervals: nothing here knows of hours, that is for the jobs (FAILURES 4.3).
beat_schedule = {
    name: {
        "task": name,
        "schedule": 60.0,
        # An old tick says nothing that the next one does not say.
        "options": {"expires": 55},
    }
    for name in (
        "tasks.jobs.plan_and_remind",
        "tasks.jobs.send_mails",
        "tasks.jobs.make_papers",
    )
}
