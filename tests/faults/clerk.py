"""Somebody who writes into the product over HTTP all the while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import AccessToken, User
from tasks.models import Task
from tests.faults.processes import Crew
from tests.story.api_client import ApiClient
from tests.story.processes import answers, free_port


class Clerk:
    """Urges about one share again and again; ``statuses`` and ``seconds`` of each write."""

    def __init__(self, base_url: str, token: str, share: Task) -> None:
        self._api = ApiClient(base_url, token)
        self._path = f"/tasks/{share.pk}/"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.statuses: list[int] = []
        self.seconds: list[float] = []

    @property
    def failed(self) -> int:
        return sum(status != 201 for status in self.statuses)

    def _work(self) -> None:
        while not self._done.wait(0.1):
            started = time.monotonic()
            self.statuses.append(self._write())
            self.seconds.append(time.monotonic() - started)

    def _write(self) -> int:
        """The answer's status; 0 where there was none, or none of ours."""
        try:
            return self._api.act(self._path, "urges", {"text": "请抓紧办理"}).status
        except (OSError, ValueError):
            return 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()


@contextmanager
def writing_clerk(team: Crew, person: User, share: Task, **env: str) -> Iterator[Clerk]:
    """At a web process of the crew, which wakes the sender after each write."""
    port = free_port()
    web = ["gunicorn", "tests.faults.waking_web", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    team.hire("web", "-m", *web, **env)
    base_url = f"http://127.0.0.1:{port}"
    team.wait_for("the web process", lambda: answers(f"{base_url}/healthz/ready"))
    _row, token = AccessToken.objects.create(user=person)
    clerk = Clerk(base_url, token, share)
    clerk.start()
    try:
        yield clerk
    finally:
        clerk.stop()
