"""How many requests a minute a person may make, by kind; counted in Redis, for all processes.

These limits keep one program from taking the time of all others. They guard no secret: where Redis
is away everything goes on uncounted, and the log says so. (What guards passwords and codes stands
in PostgreSQL, see ``accounts.guessing``.)
"""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

import redis
from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.network import network_of

if TYPE_CHECKING:
    # That module reads the settings, which name this one.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

PERIOD = 60
#: Seconds that a request waits for Redis at most, and for which it is left alone after that.
PATIENCE, PAUSE = 0.25, 5


class Redis:
    """Counts in Redis; 0 while it is away."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
        self._left_alone_until = 0.0

    def count(self, key: str) -> tuple[int, int]:
        """How many there were in this period, this one included, and the seconds until its end."""
        if time.monotonic() < self._left_alone_until:
            return 0, PERIOD
        try:
            return self._count(key)
        except redis.RedisError as error:
            logger.warning("requests are not counted for %d s: %s", PAUSE, error)
            self._left_alone_until = time.monotonic() + PAUSE
            return 0, PERIOD

    def _count(self, key: str) -> tuple[int, int]:
        # All or nothing: a count that does not end would shut somebody out for ever.
        pipeline = self._client.pipeline(transaction=True)
        pipeline.incr(key)
        pipeline.expire(key, PERIOD, nx=True)
        pipeline.ttl(key)
        count, _set, seconds = pipeline.execute()
        return int(count), max(1, int(seconds))


@cache
def redis_at(url: str) -> Redis:
    """One pool of connections for the process."""
    return Redis(url)


class PerMinute(BaseThrottle):
    """By person and kind of request; strangers by network."""

    seconds = PERIOD

    def allow_request(self, request: Request, view: "APIView") -> bool:
        kind = kind_of(request, view)
        limit = settings.LUOSHI_REQUESTS_PER_MINUTE[kind]
        if not limit:
            return True
        who = network_of(request) if kind == "anonymous" else request.user.pk
        count, self.seconds = redis_at(settings.REDIS_URL).count(f"requests:{kind}:{who}")
        return count <= limit

    def wait(self) -> float:
        return self.seconds


def kind_of(request: Request, view: "APIView") -> str:
    if not request.successful_authenticator:
        return "anonymous"
    action = getattr(view, "action", None) or (request.method or "").lower()
    if hasattr(view, "is_heavy") and view.is_heavy(request, action):
        return "heavy"
    return "read" if request.method in SAFE_METHODS else "write"
